import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { shortest } from 'surprisal'
import { paintFor } from './colour.ts'
import { exitCode } from './exit.ts'
import { Failure, isSystemError, systemFailure } from './failure.ts'
import { kebabCase, lossNamed } from './losses.ts'
import { ulpsBetween } from './numbers.ts'
import { type Job, run } from './run.ts'
import type { FromFile, Given } from './values.ts'

/** An entry of examples.json: a call on saved arrays, and what PyTorch said of it. */
interface Example {
  readonly title: string
  readonly loss: string
  readonly inputs: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string | number | boolean>>
  readonly pytorch: { readonly value: number; readonly float64: number; readonly version: string }
}

/** PyTorch adds float32 numbers in blocks, and so its own last digits are off by about this many units; ours are rounded once. */
const CLOSE_ULPS = 4

/** `surprisal examples`: computes what a folder's examples.json lists, beside the numbers that are recorded there. */
export function examplesCommand(finish: (exit: number) => void): Command {
  return new Command('examples')
    .summary("Compute a folder's examples beside PyTorch's numbers.")
    .description("Computes every example that a folder's examples.json lists, and prints it beside PyTorch's number.")
    .argument('[folder]', 'where examples.json and its arrays lie', 'examples')
    .helpOption('-h, --help', 'Print this.')
    .action(async (folder: string) => finish(await compareAll(folder)))
}

async function compareAll(folder: string): Promise<number> {
  const examples = await readExamples(folder)
  const paint = paintFor(process.stdout)
  const versions = [...new Set(examples.map(({ pytorch }) => pytorch.version))].join(', ')
  const line = (mark: string, cells: readonly string[], title: string) =>
    process.stdout.write(`${mark} ${cells.map((cell, i) => cell.padEnd([14, 12, 10][i])).join('  ')}  ${fit(title, 46)}\n`)
  line(' ', [`PyTorch ${versions}`, 'Surprisal', 'apart'], 'what')
  let [close, apart, nearer] = [0, 0, 0]
  for (const example of examples) {
    const { value, dtype } = await run(jobOf(example, folder))
    const ulps = ulpsBetween(value, example.pytorch.value)
    if (ulps <= CLOSE_ULPS) close++
    if (ulps > 0) apart++
    if (ulps > 0 && Math.abs(value - example.pytorch.float64) < Math.abs(example.pytorch.value - example.pytorch.float64)) nearer++
    const mark = ulps <= CLOSE_ULPS ? paint.green('✓') : paint.red('✗')
    line(mark, [shortest(example.pytorch.value, dtype), shortest(value, dtype), ulps === 0 ? '0' : `${ulps} ulp`], example.title)
  }
  const agree = `${close} of ${examples.length} agree to the last digits of float32: at most ${CLOSE_ULPS} ulp (steps from one number to the next) apart.`
  const side = `Where the two differ, Surprisal is nearer to PyTorch's own float64 answer in ${nearer} of ${apart}.`
  process.stdout.write(`\n${agree}\n${apart > 0 ? `${side}\n` : ''}`)
  return exitCode(close === examples.length ? 'ok' : 'differs')
}

async function readExamples(folder: string): Promise<readonly Example[]> {
  const path = join(folder, 'examples.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Example[]
  } catch (error) {
    if (isSystemError(error)) throw systemFailure(error, 'read', 'folder', path)
    throw new Failure('data', `${path}: ${error instanceof Error ? error.message : error}`)
  }
}

function jobOf(example: Example, folder: string): Job {
  const loss = lossNamed(example.loss)
  if (loss === undefined) throw new Failure('data', `${join(folder, 'examples.json')}: no loss is called ${example.loss}`)
  const file = (path: string): FromFile => ({ file: join(folder, path) })
  const inputs = Object.entries(example.inputs).map(([name, path]) => [name, file(path)] as const)
  const names = Object.fromEntries(Object.keys(loss.spec.options).map((name) => [kebabCase(name), name]))
  const options = Object.entries(example.options).map(([name, value]): [string, Given] => [
    names[kebabCase(name)] ?? name,
    typeof value === 'string' && value.endsWith('.npy') ? file(value) : value,
  ])
  return { loss, inputs: Object.fromEntries(inputs), options: Object.fromEntries(options), gradients: [], force: false }
}

/** A title that ends where the terminal does. */
function fit(text: string, before: number): string {
  const room = process.stdout.isTTY === true ? process.stdout.columns - before : Infinity
  return text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 10))}…`
}
