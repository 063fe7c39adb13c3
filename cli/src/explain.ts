import { Command } from 'commander'
import { type Explained, type Explanation, explain } from 'surprisal'
import { type Paint, paintFor } from './colour.ts'
import { exitCode } from './exit.ts'
import { usageFailure } from './failure.ts'
import { exits } from './help.ts'
import { printed, version } from './json.ts'
import { WIDTH, wrap } from './wrap.ts'

/** `surprisal explain`: what an error text of PyTorch means; exit code 1 where it is not known. */
export function explainCommand(finish: (exit: number) => void): Command {
  return new Command('explain')
    .summary("Explain an error text of PyTorch's losses.")
    .description(
      "Explains an error or a warning of PyTorch's losses: the cause with the numbers of the message, the repair, and the mistake in code that runs. Older versions and CUDA's assertions are known too.",
    )
    .argument('<text...>', 'the message, or all of a traceback; - reads standard input')
    .usage('<text> [options]')
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', after)
    .action(async (words: readonly string[], { json }: { json?: true }) => {
      const text = words.length === 1 && words[0] === '-' ? await standardInput() : words.join(' ')
      if (text.trim() === '') throw usageFailure('there is no text to explain', 'surprisal explain --help')
      const explained = explain(text)
      process.stdout.write(json ? printed({ schema: 1, surprisal: version, ...explained }) : describeExplained(explained))
      finish(exitCode(explained.found.length > 0 ? 'ok' : 'unknown'))
    })
}

const after = (): string => `
The words may be cut, or have other numbers, quotes and line breaks. A shell
reads $ and backticks unless single quotes stand around them.

Examples:
  surprisal explain 'Expected floating point type for target with class probabilities, got Long'
  surprisal explain 'size mismatch (got input: [2, 4, 5, 3] , target: [2, 4, 5]'
  python train.py 2>&1 | surprisal explain -
${exits('differs', 'found')}`

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** For people, within 100 columns. */
export function describeExplained({ found, nearest }: Explained, paint = paintFor(process.stdout)): string {
  if (found.length > 0) return found.map((each) => describe(each, paint)).join('\n')
  const like = nearest.flatMap(({ message, title, likeness }) => [
    `  ${paint.bold(title)}  ${paint.dim(`${Math.round(likeness * 100)} % alike`)}`,
    ...wrapped(message, 4).map(paint.dim),
  ])
  const known = nearest.length > 0 ? ['These known messages resemble it most:', '', ...like] : ['No known message resembles it.']
  return `${[paint.bold('This text is not known.'), ...known].join('\n')}\n`
}

function describe(each: Explanation, paint: Paint): string {
  const sure = each.certain ? '' : paint.yellow('perhaps: ')
  const { wrong, says, right } = each.example
  const sections: (readonly [string, readonly string[]])[] = [
    ['cause', [...wrapped(each.cause, 2), ...(each.here === null ? [] : wrapped(each.here, 2))]],
    ['', each.picture === null ? [] : each.picture.split('\n')],
    ['repair', each.repairs.flatMap((repair) => repairLines(repair, paint))],
    ['the mistake, in this library', code(wrong)],
    [
      '',
      says === null ? wrapped('This library takes it, or says something of its own.', 2) : wrapped(`→ ${says.trimEnd()}`, 2).map(paint.red),
    ],
    ['put right', right === wrong ? [] : code(right)],
  ]
  const notes = [
    ...(each.certain || each.elsewhere === null ? [] : [`These words are not only those of a loss. ${each.elsewhere}`]),
    ...(each.match === 'cut' ? ['A part of the message is missing, and what it would say.'] : []),
    ...(each.mistake === null ? [] : [`Mistake ${each.mistake.number} of the thirty most common: ${each.mistake.title}.`]),
    `Printed by ${each.versions}.${each.seen === null ? '' : ` Seen in ${each.seen}`}`,
    ...(each.finding === null ? [] : [`In saved arrays, surprisal check finds it: docs/findings/${each.finding}.md`]),
    `docs/errors.md#${each.id}`,
  ]
  const body = sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : ['', ...(title === '' ? [] : [paint.dim(title)]), ...lines]))
  const head = [`${sure}${paint.bold(each.title)}`, ...wrapped(each.message.replace(/\s+/g, ' '), 2).map(paint.dim)]
  return `${[...head, ...body, '', ...notes.flatMap((note) => wrapped(note, 2).map(paint.dim))].join('\n')}\n`
}

const repairLines = ({ when, pytorch, surprisal }: Explanation['repairs'][number], { green, dim }: Paint): string[] => [
  ...(when === undefined ? [] : wrapped(`if ${when}`, 2)),
  ...hanging('PyTorch', pytorch, dim, green),
  ...hanging('here', surprisal, dim, green),
]

function hanging(label: string, text: string, dim: Paint['dim'], green: Paint['green']): string[] {
  const [first = '', ...rest] = wrapped(text, 13).map((line) => line.trimStart())
  return [`    ${dim(label.padEnd(7))}  ${green(first)}`, ...rest.map((line) => `${' '.repeat(13)}${green(line)}`)]
}

const code = (text: string): string[] => text.split('\n').flatMap((line) => wrapped(line, 2, '    '))

/** A word that is longer than a line is broken: of a pasted text nobody has to copy it. */
function wrapped(text: string, indent: number, more = ''): string[] {
  const words = text.split(' ').flatMap((each) => each.match(/.{1,80}/gu) ?? [''])
  const lines = wrap(words.join(' '), WIDTH - indent - more.length)
  return lines.map((line, i) => `${' '.repeat(indent)}${i === 0 ? '' : more}${line}`)
}
