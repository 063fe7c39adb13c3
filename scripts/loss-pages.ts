import { hasGoldens, readGoldens } from '../oracle/goldens.ts'
import { type Card, card } from '../src/card.ts'
import * as library from '../src/index.ts'
import type { LossFunction } from '../src/loss.ts'
import * as losses from '../src/losses/index.ts'
import { type OptionSpec, type OptionTable, snakeName } from '../src/spec.ts'
import { type Docstring, docstringOf, pageName } from './docstring.ts'
import { texOf } from './tex.ts'

const made = '<!-- made by `npm run docs` from the table of losses and its docstrings; a test holds it to them -->\n'
const all = Object.values<unknown>(losses) as LossFunction[]

/** Every page about losses, by its name: one for each, and the index. */
export function lossPages(): Map<string, string> {
  const pages = all.map((loss): [string, string] => [`${pageName(loss.spec)}.md`, pageOf(loss)])
  return new Map([['README.md', index()], ...pages])
}

function index(): string {
  const families = [...new Set(all.map(({ family }) => family.family))].sort()
  const sections = families.map((name) => {
    const own = all.filter(({ family }) => family.family === name)
    const rows = own.map((loss) => {
      const { function: fn, python, summary } = card(loss)
      return [`[\`${fn}\`](${pageName(loss.spec)}.md)`, code(python.module ?? python.function), summary, simdOf(loss)]
    })
    return `## ${name}\n\n${capital(own[0].family.about)}.\n\n${table(['loss', 'in Python', 'what it measures', 'SIMD'], rows)}`
  })
  return `${made}
# The losses

By family: the shape that a loss has, which owns its loops. *In Python*: PyTorch's or torchvision's name; — where they have none. *SIMD*: the
numbers that WebAssembly SIMD computes (16-bit ones as float32); plain JavaScript does the rest. The same list is printed by \`surprisal list\`.
A module that is no function has [a page of its own](../adaptive-softmax.md): \`nn.AdaptiveLogSoftmaxWithLoss\`.

${sections.join('\n\n')}
`
}

function pageOf(loss: LossFunction): string {
  const { spec } = loss
  const { lead, facts, remarks, throws, source, example, formula } = docstringOf(spec)
  const { function: fn, module, python, inputs, mean, inside } = card(loss)
  const explained = explanation(formula, spec.formula)
  const what = [
    ['here', `\`${fn}\`, \`${module}\``],
    [
      'in Python',
      [python.function, python.module]
        .filter((name) => name !== null)
        .map(code)
        .join(', ') || 'neither PyTorch nor torchvision has it',
    ],
    ['command', `\`surprisal ${pageName(spec)}\`${spec.aliases.map((alias) => `, \`${alias}\``).join('')}`],
    ['inside', inside],
    ...(facts.some(([label]) => label === 'mean') || !('reduction' in spec.options) ? [] : [['`mean` divides by', mean]]),
    ['family', `[${loss.family.family}](README.md#${loss.family.family}): ${loss.family.about}`],
    ['SIMD', simdOf(loss)],
    ['held to', heldTo(loss)],
  ]
  return `${made}
# ${fn}

${lead}

\`\`\`math
${texOf(spec.formula)}
\`\`\`
${explained === '' ? '' : `\n${explained}\n`}
${table(['', ''], what)}

${factsText(facts, throws)}
${remarks.map((remark) => `\n${remark}\n`).join('')}
## Arguments

${argumentsTable(inputs)}

## Options

${optionsTable(spec.options)}

## Example

${exampleText(example)}

## Source

${links(source)}
`
}

export const factsText = (facts: Docstring['facts'], throws: string): string =>
  [
    ...facts.map(([label, text]) => `- **${label === 'mean' ? '`mean`**' : `${label}**:`} ${text.replace(/;$/, '.')}`),
    `- **Throws** LossError for ${throws}`,
  ].join('\n')

export function argumentsTable(inputs: Card['inputs']): string {
  const withAxes = inputs.some(({ axes }) => axes !== null)
  const rows = inputs.map(({ name, help, axes, range, enforced }) => [
    `\`${name}\``,
    help,
    ...(withAxes ? [axes ?? 'as the first'] : []),
    enforced ? `**${range}**` : range,
  ])
  const bold = inputs.some(({ enforced }) => enforced) ? '\n\nA range in **bold** is enforced.' : ''
  return `${table(['argument', 'what it is', ...(withAxes ? ['shape'] : []), 'values'], rows)}${bold}`
}

export function optionsTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, option]) => [`\`${name}\``, valuesOf(option), usualOf(option), helpOf(option)])
  return table(['option', 'values', 'default', 'meaning'], rows)
}

export const exampleText = (example: string): string => `\`\`\`ts
${importsOf(example)}
${example}
\`\`\``

export const links = (source: string): string => source.replace(/https?:\/\/[^\s,;]+[^\s,;.]/g, '<$&>')

/** What the docstring's formula says beyond the spec's: its letters, and the rest of the sentence. */
function explanation(text: string, formula: string): string {
  const start = `l = ${formula}`
  if (!text.startsWith(start)) return `In full: ${text}.`.replace('..', '.')
  const rest = text.slice(start.length).replace(/^[,.;]? */, '')
  return rest === '' ? '' : `${capital(rest)}${rest.endsWith('.') ? '' : '.'}`
}

/** What its numbers are compared with: from its golden file. */
function heldTo({ spec }: LossFunction): string {
  const name = snakeName(spec)
  if (!hasGoldens(name)) throw new Error(`no goldens of ${name}: npm run goldens -- ${name}`)
  const { torch, torchvision, source, library: other } = readGoldens(name).provenance
  if (source === undefined) return torchvision === undefined ? `PyTorch ${plain(torch)}` : `torchvision ${plain(torchvision)}`
  return `a second implementation (${[source, other].filter((text) => text !== undefined).join('; ')}) under PyTorch's autograd`
}

const plain = (version: string): string => version.replace(/\+.*/, '')

const simdOf = ({ family: { simd = [] } }: LossFunction): string => simd.join(', ') || '—'

const code = (name: string | null): string => (name === null ? '—' : `\`${name}\``)

function valuesOf(option: OptionSpec): string {
  switch (option.kind) {
    case 'tensor':
      return 'a tensor'
    case 'reduction':
    case 'choice':
      return option.choices.map((choice) => `\`'${choice}'\``).join(', ')
    case 'number':
      return 'a number'
    case 'integer':
      return 'an integer'
    case 'function':
      return `a function of two tensors; on the command line ${Object.keys(option.named)
        .map((name) => `\`${name}\``)
        .join(', ')}`
    case 'numbers':
      return 'numbers'
    default:
      return 'true, false'
  }
}

function usualOf(option: OptionSpec): string {
  if (option.kind === 'tensor' || option.kind === 'legacy') return ''
  const value = option.kind === 'reduction' ? (option.default ?? 'mean') : option.default
  return value === null ? '' : `\`${typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? `[${value.join(', ')}]` : value}\``
}

const helpOf = ({ help, ours, functional }: OptionSpec): string =>
  `${help}${ours ? ' (Not in PyTorch.)' : ''}${functional ? ' (Of the function only.)' : ''}`

/** The import of what an example uses. */
export function importsOf(example: string): string {
  const used = Object.keys(library).filter((name) => new RegExp(`(?<!\\.)\\b${name}\\b(?=[(.,])`).test(example.replace(/\/\/.*/g, '')))
  return `import { ${used.sort().join(', ')} } from 'surprisal'\n`
}

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
