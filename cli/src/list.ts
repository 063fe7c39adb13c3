import { Command } from 'commander'
import { type Card, card } from 'surprisal'
import { type Paint, paintFor } from './colour.ts'
import { printed, version } from './json.ts'
import { commandName, losses, measures } from './losses.ts'
import { inPython } from './python.ts'

/** `surprisal list`: every loss with what it measures, its family, PyTorch's name, and what accelerates it; from the losses' own cards. */
export function listCommand(): Command {
  return new Command('list')
    .summary("List the losses by family, with PyTorch's names, and the measures.")
    .description(
      'Lists every loss: what it measures, what PyTorch calls it (— where it has none), its family, and which numbers SIMD computes; then the measures.',
    )
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .action(({ json }: { json?: true }) => {
      process.stdout.write(json ? printed(listDocument()) : listing(paintFor(process.stdout)))
    })
}

export interface ListDocument {
  readonly schema: 1
  readonly surprisal: string
  readonly losses: readonly (Pick<Card, 'function' | 'module' | 'summary' | 'family' | 'accelerated'> & {
    readonly command: string
    readonly aliases: readonly string[]
    /** In Python, as PyTorch or torchvision has them; null where they have none. */
    readonly python: Card['python']
  })[]
  readonly measures: readonly {
    readonly command: string
    readonly aliases: readonly string[]
    readonly function: string
    readonly summary: string
    /** What each field of the result is. */
    readonly gives: object
  }[]
}

function listDocument(): ListDocument {
  const all = losses.map((loss) => {
    const { function: name, module, summary, family, accelerated, python } = card(loss)
    return { command: commandName(loss.spec), aliases: loss.spec.aliases, function: name, module, summary, family, accelerated, python }
  })
  const others = measures.map(({ spec }) => {
    const { name, aliases, summary, gives } = spec
    return { command: commandName(spec), aliases, function: name, summary, gives }
  })
  return { schema: 1, surprisal: version, losses: all, measures: others }
}

/** By family, two lines a loss, within 100 columns. */
function listing({ bold, dim }: Paint): string {
  const rows = losses.map((loss) => ({ name: commandName(loss.spec), of: card(loss) }))
  const names = Math.max(...rows.map(({ name }) => name.length))
  const python = Math.max(...rows.map(({ of }) => shortName(of).length))
  const families = [...new Set(rows.map(({ of }) => of.family.name))].map((family) => {
    const own = rows.filter(({ of }) => of.family.name === family)
    const lines = own.map(({ name, of }) => {
      const cells = [bold(name.padEnd(names)), shortName(of).padEnd(python), backends(of)]
      return `  ${cells.join('  ').trimEnd()}\n    ${dim(of.summary)}\n`
    })
    return `${family}: ${own[0].of.family.about}\n${lines.join('')}`
  })
  const others = measures.map(({ spec }) => `  ${bold(commandName(spec))}\n    ${dim(spec.summary)}\n`)
  return `${families.join('\n')}\nmeasures: numbers to report, without a gradient\n${others.join('')}\n${dim(legend)}\n`
}

const legend = `SIMD: what WebAssembly SIMD computes (16-bit numbers as float32); plain JavaScript does the rest.
'surprisal help <name>' explains a loss or a measure.
nn.AdaptiveLogSoftmaxWithLoss has parameters, and is in the library only: docs/adaptive-softmax.md`

/** The module where PyTorch has one, since that is what people know; else the function. */
const shortName = ({ python }: Card): string => inPython(python.module ?? python.function)

const backends = ({ accelerated }: Card): string =>
  Object.entries(accelerated)
    .map(([name, dtypes]) => `${name === 'wasm' ? 'SIMD' : name} ${dtypes.join(', ')}`)
    .join('; ') || '—'
