import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as surprisal from '../src/index.ts'

/**
 * Runs the examples of docstrings and of Markdown documents as a reader would paste them.
 *
 * A line `expression // => value` must give exactly that value, `// ≈ value` nearly; a text after `// Error:` must be in the error's message.
 */
const root = new URL('..', import.meta.url)

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(new URL(folder, root), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* sources(`${folder}${entry.name}/`)
    else if (entry.name.endsWith('.ts')) yield `${folder}${entry.name}`
  }
}

interface Example {
  readonly where: string
  readonly code: string
}

function docstringExamples(file: string): Example[] {
  const text = readFileSync(new URL(file, root), 'utf8')
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*\*? ?/, ''))
    const start = lines.findIndex((line) => line.startsWith('@example'))
    if (start < 0) return []
    const end = lines.findIndex((line, i) => i > start && (line.startsWith('@') || line.startsWith('/')))
    const line = text.slice(0, comment.index).split('\n').length
    return [{ where: `${file}:${line}`, code: lines.slice(start + 1, end).join('\n') }]
  })
}

function markdownExamples(file: string): Example[] {
  const text = readFileSync(new URL(file, root), 'utf8')
  return [...text.matchAll(/```(?:ts|js)\n([\s\S]*?)```/g)].map((block) => ({
    where: `${file}:${text.slice(0, block.index).split('\n').length}`,
    code: block[1],
  }))
}

/** The code with each commented expectation turned into a call of `expecting`. Statements are one line each, or end before the comment. */
function executable(code: string): string {
  return code
    .replace(/^import .*$/gm, '')
    .split('\n')
    .map((line) => {
      const found = /^(\s*)(?:(?:const|let) (\w+) = )?(.*?);?\s*\/\/ (=>|≈) (.*)$/.exec(line)
      if (found === null) return line
      const [, indent, name, expression, kind, expected] = found
      const declared = name === undefined ? '' : `const ${name} = `
      return `${indent}${declared}expecting(${expression}, ${JSON.stringify(kind)}, ${JSON.stringify(expected)})`
    })
    .join('\n')
}

function expecting(actual: unknown, kind: string, text: string): unknown {
  const plain = actual instanceof Object && 'toArray' in actual ? (actual as { toArray(): unknown }).toArray() : actual
  const expected: unknown = new Function(`return (${text})`)()
  if (kind === '=>') expect(plain).toEqual(expected)
  else expect(flat(plain)).toEqual(flat(expected).map((value) => (typeof value === 'number' ? expect.closeTo(value, 5) : value)))
  return actual
}

const flat = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flat) : [value])

function run({ code }: Example): void {
  const [names, members] = [Object.keys(surprisal), Object.values(surprisal)]
  const quiet = { log: () => undefined }
  const body = new Function(...names, 'expecting', 'console', executable(code))
  body(...members, expecting, quiet)
}

const examples = [
  ...[...sources('src/')].flatMap(docstringExamples),
  ...['README.md', 'CONTRIBUTING.md', 'docs/segmentation.md', 'docs/adaptive-softmax.md', 'docs/reports.md', 'docs/why.md'].flatMap(
    markdownExamples,
  ),
]

describe('the examples of the documents run', () => {
  test('there are some', () => expect(examples.length).toBeGreaterThan(6))
  test.each(examples)('$where', (example) => run(example))
})

test('every loss has an example', () => {
  for (const file of sources('src/losses/')) {
    if (!file.endsWith('/index.ts')) expect(docstringExamples(file), file).toHaveLength(1)
  }
})
