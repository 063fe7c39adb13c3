import { card, inputCards, type LossFunction, type LossSpec, type Measure, type OptionSpec } from 'surprisal'
import { type Exit, exitCodes } from './exit.ts'
import { commandName, kebabCase, otherNames } from './losses.ts'
import { labelled } from './wrap.ts'

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

/** A measure as the description of its command: what it is, and what it gives. */
export function describeMeasure({ spec }: Measure): string {
  const rows = [
    ['here', spec.name],
    ['names', [commandName(spec), ...otherNames(spec)].filter((other) => other !== spec.name).join(', ')],
    ['formula', spec.formula],
    ...fieldsOf(spec.gives).map(([name, help]) => [words(name), help]),
  ]
  return `${spec.summary}\n\n${table(rows.filter(([, text]) => text !== ''))}`
}

/** The fields of a result, which this program does not know by their names. */
export const fieldsOf = (gives: object): [string, string][] => Object.entries(gives)

/** `meanOfImages` → `mean of images`. */
export const words = (name: string): string => kebabCase(name).replaceAll('-', ' ')

/** What an input means and may hold. */
export function inputHelp(spec: Pick<LossSpec, 'inputs' | 'options'>, name: string): string {
  const { help = '', range = '', enforced = false } = inputCards(spec).find((input) => input.name === name) ?? {}
  const plain = spec.inputs.find((input) => input.name === name)?.plain
  const given = plain === undefined ? '' : plain === 'number' ? '; a file, or a number' : '; a file, or numbers with commas between them'
  return `${help}; values: ${range.replace(/ignoreIndex/, '--ignore-index')}${enforced ? ' (anything else is refused)' : ''}${given}`
}

/** What follows the options of a loss. */
export function afterLoss({ spec }: LossFunction): string {
  const call = callOf(spec, spec.aliases[0])
  const options = Object.entries(spec.options).flatMap(([name, option]) => exampleOf(name, option))
  return `
<array> is a .npy file, or numbers with commas between them: 0.5,1,2.
An input may be -, standard input.

Examples:
${[call, ...options.map((option) => `${call} ${option}`), `${call} --grad grad.npy --json`].map((line) => `  ${line}`).join('\n')}
${exits('differs', 'found', 'unknown')}`
}

/** What follows the options of a measure. */
export function afterMeasure({ spec }: Measure): string {
  const call = callOf(spec)
  const options = Object.entries(spec.options).flatMap(([name, option]) => exampleOf(name, option))
  return `
An input may be -, standard input.

Examples:
${[...(options.length > 0 ? [`${call} ${options[0]}`] : [call]), `${[call, ...options.slice(0, 1)].join(' ')} --json`].map((line) => `  ${line}`).join('\n')}
${exits('differs', 'unknown')}`
}

const callOf = (spec: Pick<LossSpec, 'name' | 'aliases' | 'inputs'>, name = commandName(spec)): string =>
  `surprisal ${name} ${spec.inputs.map((input) => `${input.name}.npy`).join(' ')}`

/** What follows the list of losses. */
export const afterAll = (): string => `
'surprisal <loss> --help' explains a loss, its arguments and options. Arrays are .npy files, as
np.save writes them:

  np.save('logits.npy', logits.detach().numpy())            in Python
  surprisal cross-entropy logits.npy labels.npy             in a shell
${exits()}
The result goes to stdout, warnings and errors go to stderr; with --json stdout is always one JSON
document, for errors too. NO_COLOR and FORCE_COLOR are honoured.`

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

/** Two columns, the second wrapped and indented. */
const table = (rows: readonly (readonly string[])[]): string =>
  labelled(
    rows.map(([label, text]) => [label, text]),
    undefined,
    80,
  ).trimEnd()
