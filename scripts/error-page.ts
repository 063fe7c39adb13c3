import { entries } from '../src/error-index/entries/index.ts'
import { type Entry, mistakes, type Repair, withValues } from '../src/error-index/entry.ts'
import { explain, knownOf, plainPattern } from '../src/error-index/explain.ts'
import { fill, parsePattern } from '../src/error-index/pattern.ts'
import * as library from '../src/index.ts'

export const errorsFile = new URL('../docs/errors.md', import.meta.url)

/** docs/errors.md: a section for each entry of the error index, with its messages and its example. */
export function errorPage(): string {
  const messages = entries.reduce((count, entry) => count + knownOf(entry).length, 0)
  return `<!-- made by \`npm run docs\` from src/error-index; a test holds it to that -->

# What PyTorch's error texts mean

${messages} messages of PyTorch's losses, of ${entries.length} mistakes: why each is printed, the repair in PyTorch and here, and the mistake in code that the tests run,
which is refused with exactly the text that stands below it. \`explain(text)\` and \`surprisal explain '…'\` find the entry of a pasted message and put
its numbers in. What is in braces differs from message to message.

${entries.map((entry) => `- [${entry.title}](#${entry.id}): \`${short(plainPattern(parsePattern(entry.says)))}\``).join('\n')}

${entries.map(section).join('\n')}`
}

const short = (text: string): string => (text.length > 90 ? `${text.slice(0, 89).trimEnd()}…` : text).replaceAll('`', "'")

function section(entry: Entry): string {
  const known = knownOf(entry)
  const [found] = explain(fill(parsePattern(entry.says), entry.sample)).found
  const { wrong, says, right } = found.example
  const more = [
    found.here === null ? '' : `In the example: ${found.here}\n`,
    found.picture === null ? '' : `\`\`\`text\n${found.picture}\n\`\`\`\n`,
    entry.elsewhere === undefined ? '' : `*Not only a loss prints this.* ${entry.elsewhere}\n`,
    entry.finding === undefined ? '' : `In arrays \`check\` finds it, as [${entry.finding}](findings/${entry.finding}.md).\n`,
    entry.mistake === undefined ? '' : `One of the thirty most common mistakes: number ${entry.mistake}, ${mistakes[entry.mistake]}.\n`,
  ].filter((text) => text !== '')
  return `## <a id="${entry.id}"></a>${entry.title}

${known.map(({ pattern, versions, seen }) => `- \`\`${pattern.exception === null ? '' : `${pattern.exception}: `}${plainPattern(pattern).trim()} \`\`<br>${versions}${seen === null ? '' : `, [seen](${seen})`}`).join('\n')}

${entry.cause}

${more.join('\n')}
${table(withValues(entry.repair, entry.sample))}

\`\`\`ts
${importsOf(wrong)}
${wrong}
\`\`\`

${says === null ? 'This library takes the call, or says something of its own.' : `\`\`\`text\n${says.trim()}\n\`\`\``}
${right === wrong ? '' : `\nPut right:\n\n\`\`\`ts\n${importsOf(right)}\n${right}\n\`\`\`\n`}`
}

function table(repairs: readonly Repair[]): string {
  const rows = repairs.map(({ when = '', pytorch, surprisal }) => [when, cell(pytorch), cell(surprisal)])
  return [['if', 'in PyTorch', 'here'], ['---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const cell = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function importsOf(code: string): string {
  const used = Object.keys(library).filter((name) => new RegExp(`\\b${name}\\b(?=[(.])`).test(code))
  return `import { ${used.sort().join(', ')} } from 'surprisal'\n`
}
