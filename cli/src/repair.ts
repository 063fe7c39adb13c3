import type { OptionTable } from 'surprisal'
import { commandName, kebabCase, losses } from './losses.ts'
import { speller } from './spelling.ts'
import { type Given, isFile } from './values.ts'

/** What was given on the command line, by argument and option. */
export type GivenAll = Readonly<Record<string, Given>>

/**
 * A repair of the library as a row for whoever types commands: a call of a loss on the files that were given is a command line; what takes code stays
 * code, under `here`, as beside PyTorch's; and a sentence is in the words of the command line.
 */
export function repairRow(repair: string, fn: string, given: GivenAll = {}): readonly [label: string, text: string] {
  const [code, ...remark] = repair.split(' // ')
  const command = commandLine(code, given)
  if (command !== null) return ['repair', [command, ...remark.map((text) => speller(fn)(text))].join(' # ')]
  const sentence = speller(fn)(repair)
  return /\w\(/.test(sentence) ? ['here', repair] : ['repair', sentence]
}

/** `crossEntropy(input, target, { ignoreIndex: 255 })` → `surprisal cross-entropy logits.npy labels.npy --ignore-index 255`; null for what is more. */
function commandLine(repair: string, given: GivenAll): string | null {
  const takes = losses.find(({ spec }) => repair === `card(${spec.name}).inputs`)
  if (takes !== undefined) return `surprisal ${commandName(takes.spec)} --help`
  const [, name, args = '', options = ''] = /^(\w+)\(([\w, ]*?)(?:, \{ (.*) \})?\)$/.exec(repair) ?? []
  const loss = losses.find(({ spec }) => spec.name === name)
  if (loss === undefined) return null
  const files = args.split(', ').map((arg) => given[arg])
  const flags = options === '' ? [] : options.split(', ').map((option) => flag(option, loss.spec.options, given))
  if (files.length !== loss.spec.inputs.length || !files.every((file) => file !== undefined && isFile(file))) return null
  if (flags.some((each) => each === null)) return null
  return ['surprisal', commandName(loss.spec), ...files.map(quoted), ...flags].join(' ')
}

/** `ignoreIndex: 255` → `--ignore-index 255`, `weight` → `--weight weights.npy`. */
function flag(option: string, options: OptionTable, given: GivenAll): string | null {
  const [, name = '', value] = /^(\w+)(?:: (-?[\d.]+(?:e[+-]?\d+)?|'[\w-]+'|true|false))?$/.exec(option) ?? []
  const spec = options[name]
  if (spec === undefined) return null
  const long = kebabCase(name)
  if (spec.kind === 'boolean' && value !== undefined) return value === 'true' ? `--${long}` : `--no-${long}`
  if (value !== undefined) return `--${long} ${value.replaceAll("'", '')}`
  return given[name] === undefined ? null : `--${long} ${quoted(given[name])}`
}

/** As a shell takes it. */
function quoted(given: Given): string {
  const text = isFile(given) ? given.file : String(given)
  return /^[\w./,:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
