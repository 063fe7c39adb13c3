import type { OptionSpec } from 'surprisal'
import { commandName, kebabCase, losses, measures } from './losses.ts'

/**
 * Rewrites a sentence of the library for whoever types commands: options as flags, losses as commands, and what is to be done to an array in
 * NumPy's words, since the arrays come from there.
 */
export function speller(fn: string): (sentence: string) => string {
  const options = specs.filter(({ name }) => name === fn).flatMap((spec) => Object.entries(spec.options))
  const rules = [...arrayRules, ...options.flatMap((option) => optionRules(...option)), ...lossRules()]
  return (sentence) => rules.reduce((text, [pattern, spelling]) => text.replace(pattern, spelling), sentence)
}

const specs = [...losses, ...measures].map(({ spec }) => spec)

type Rule = readonly [pattern: RegExp, spelling: string]

const arrayRules: readonly Rule[] = [
  [/tensor\((\w+), \{ dtype: '(\w+)' \}\)/g, 'in Python $1.astype(np.$2)'],
  [/reshape\((\w+), \[([^\]]*)\]\)/g, 'in Python $1.reshape($2)'],
  [/(\w+) as BigInt64Array\.from\(\w+, BigInt\)/g, '$1, in Python astype(np.int64)'],
  [/BigInt64Array\.from\((\w+)(?:, BigInt)?\)/g, 'in Python $1.astype(np.int64)'],
  [/(\w+) as Float32Array/g, '$1, in Python astype(np.float32)'],
  [/Float32Array\.from\((\w+)\)/g, 'in Python $1.astype(np.float32)'],
  [/,? or (?:a plain array of integers|\w+ as plain numbers)/g, ''],
  [/sigmoid\((\w+)\) first/g, 'a sigmoid of $1 first'],
  [/\bsizeAverage and reduce\b/g, '--size-average and --reduce'],
  // what the library does by other means than the command
  [
    /mergeReports and Meter add batches exactly, and a criterion with checks: 'always' compares them/g,
    'surprisal merge adds saved reports exactly',
  ],
  [/; report shows the value beside/g, '; the command of the loss shows the value beside'],
  [/see what (\w+) takes: card\(\w+\)\.inputs;/g, "'surprisal $1 --help' says what it takes;"],
  [/: report\(…\)\.worst names the worst/g, ': the command of the loss names the worst, --top 20 more of them'],
]

/**
 * `{ broadcast: true }` → `--broadcast`, `fromLogits: true` → `--from-logits true` where that is the default, `labelSmoothing: 0.1` →
 * `--label-smoothing 0.1`, `ignoreIndex` → `--ignore-index`.
 */
function optionRules(name: string, option: OptionSpec): Rule[] {
  const flag = `--${kebabCase(name)}`
  const isSwitch = option.kind === 'boolean' && !option.default
  const rules = ["'(\\w+)'", '(-?\\d[\\d.]*)', '(true|false)'].flatMap((value): Rule[] => [
    [new RegExp(`\\{ ${name}: ${value} \\}`, 'g'), `${flag} $1`],
    [new RegExp(`\\b${name}: ${value}`, 'g'), `${flag} $1`],
  ])
  if (isSwitch) rules.push([new RegExp(`${flag} true\\b`, 'g'), flag], [new RegExp(`${flag} false\\b`, 'g'), `no ${flag}`])
  // a name of one lower-case word is also a word of the sentence
  if (/[A-Z]/.test(name)) rules.push([new RegExp(`(?<!-)\\b${name}\\b`, 'g'), flag])
  return rules
}

/** A loss by the name of its command, but for calls, which are code. */
const lossRules = (): Rule[] => specs.map((spec) => [new RegExp(`\\b${spec.name}\\b(?!\\()`, 'g'), commandName(spec)])
