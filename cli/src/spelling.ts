import { commandName, kebabCase, losses, measures } from './losses.ts'

/**
 * Rewrites a sentence of the library for whoever types commands: options as flags, losses as commands, and what is to be done to an array in
 * NumPy's words, since the arrays come from there.
 */
export function speller(fn: string): (sentence: string) => string {
  const options = specs.filter(({ name }) => name === fn).flatMap(({ options }) => Object.keys(options))
  const rules = [...arrayRules, ...optionRules(options), ...lossRules()]
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
]

/** `{ broadcast: true }` → `--broadcast`, `labelSmoothing: 0.1` → `--label-smoothing 0.1`, `ignoreIndex` → `--ignore-index`. */
function optionRules(options: readonly string[]): Rule[] {
  return options.flatMap((name): Rule[] => {
    const flag = `--${kebabCase(name)}`
    const rules: Rule[] = [
      [new RegExp(`\\{ ${name}: true \\}`, 'g'), flag],
      [new RegExp(`\\{ ${name}: ([\\d.-]+) \\}`, 'g'), `${flag} $1`],
      [new RegExp(`\\b${name}: (?:'(\\w+)'|(-?\\d[\\d.]*))`, 'g'), `${flag} $1$2`],
    ]
    // a name of one lower-case word is also a word of the sentence
    if (/[A-Z]/.test(name)) rules.push([new RegExp(`(?<!-)\\b${name}\\b`, 'g'), flag])
    return rules
  })
}

const lossRules = (): Rule[] => specs.map((spec) => [new RegExp(`\\b${spec.name}\\b`, 'g'), commandName(spec)])
