// The table of file sizes: a file is a chapter. Prints the longest, and fails where one is too long to be read at a sitting.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const ceiling = 400
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.js', '*.py'], {
  encoding: 'utf8',
})
const rows = files
  .split('\n')
  .filter((file) => file !== '' && existsSync(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => b.lines - a.lines)
const total = rows.reduce((sum, { lines }) => sum + lines, 0)
const median = rows[Math.floor(rows.length / 2)]?.lines ?? 0

console.log(`${rows.length} files, ${total} lines, median ${median}; the longest:`)
for (const { file, lines } of rows.slice(0, 8)) console.log(`${String(lines).padStart(5)}  ${file}`)
const over = rows.filter(({ lines }) => lines > ceiling)
if (over.length > 0) {
  console.error(`over ${ceiling} lines: ${over.map(({ file }) => file).join(', ')}`)
  process.exit(1)
}
