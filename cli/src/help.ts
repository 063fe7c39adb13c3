import { card, type LossFunction, type OptionSpec } from 'surprisal'
import { type Exit, exitCodes } from './exit.ts'
import { commandName, kebabCase, otherNames } from './losses.ts'

/** The contract of a loss as the description of its command, from the loss's own card. */
export function description(loss: LossFunction): string {
  const { summary, formula, inside, mean, python } = card(loss)
  const { module, name } = loss.spec
  const rows = [
    ['PyTorch', [python.function, python.module].filter((known) => known !== null).join(', ') || 'has no such loss'],
    ['here', `${name}, nn.${module}`],
    ['names', [commandName(loss.spec), ...otherNames(loss.spec)].filter((other) => !other.includes(module) && other !== name).join(', ')],
    ['formula', formula],
    ['inside', inside],
    ...('reduction' in loss.spec.options ? [['mean', `divides by ${mean}`]] : []),
  ]
  return `${summary}\n\n${table(rows)}`
}

/** What an input means and may hold. */
export function inputHelp(loss: LossFunction, name: string): string {
  const { help = '', range = '', enforced = false } = card(loss).inputs.find((input) => input.name === name) ?? {}
  return `${help}; values: ${range.replace(/ignoreIndex/, '--ignore-index')}${enforced ? ' (anything else is refused)' : ''}`
}

/** What follows the options of a loss. */
export function afterLoss(loss: LossFunction): string {
  const call = `surprisal ${loss.spec.aliases[0] ?? commandName(loss.spec)} ${loss.spec.inputs.map(({ name }) => `${name}.npy`).join(' ')}`
  const options = Object.entries(loss.spec.options).flatMap(([name, option]) => exampleOf(name, option))
  return `
<array> is a .npy file, or numbers with commas between them: 0.5,1,2.
An input may be -, standard input.

Examples:
${[call, ...options.map((option) => `${call} ${option}`), `${call} --grad grad.npy --json`].map((line) => `  ${line}`).join('\n')}
${exits('differs', 'found')}`
}

/** What follows the list of losses. */
export const afterAll = (): string => `
'surprisal <loss> --help' explains a loss, its arguments and options. Arrays are .npy files, as np.save writes them:

  np.save('logits.npy', logits.detach().numpy())            in Python
  surprisal cross-entropy logits.npy labels.npy             in a shell
${exits()}
The result goes to stdout, warnings and errors go to stderr; with --json stdout is always one JSON document, for errors too.
NO_COLOR and FORCE_COLOR are honoured.`

function exampleOf(name: string, option: OptionSpec): string[] {
  const flag = `--${kebabCase(name)}`
  if (option.kind === 'tensor') return [`${flag} ${kebabCase(name)}.npy`]
  if (option.kind === 'integer' || option.kind === 'number') {
    const value = option.kind === 'integer' ? option.examples.at(-1) : option.examples.find((example) => example !== option.default)
    return [`${flag} ${value ?? option.default}`]
  }
  if (option.kind === 'function') return [`${flag} ${Object.keys(option.named).at(-1)}`]
  return []
}

export function exits(...without: readonly Exit[]): string {
  const rows = Object.entries(exitCodes).flatMap(([exit, row]) => (without.includes(exit as Exit) ? [] : [row]))
  return `\nExit codes:\n${table(rows.map(([code, help]) => [String(code).padStart(3), help]))}\n`
}

const WIDTH = 80

/** Two columns, the second wrapped and indented. */
function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  const wrap = new RegExp(`(.{1,${WIDTH - width - 4}})(?: |$)`, 'g')
  return rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text.replace(wrap, `$1\n${' '.repeat(width + 4)}`).trimEnd()}`).join('\n')
}
