import { type Card, card, type LossSpec, shortest } from 'surprisal'
import { paintFor } from './colour.ts'
import { fieldsOf, words } from './help.ts'
import { commandName } from './losses.ts'
import type { Measured } from './measure.ts'
import { rounded, tuple } from './numbers.ts'
import { inPython } from './python.ts'
import { type Arguments, label, type Result } from './run.ts'
import { isFile } from './values.ts'

/** The result for people: what was read, then the value with the numbers behind it. */
export function describe(result: Result, paint = paintFor(process.stdout)): string {
  const { spec } = result.job.loss
  const title = `${paint.bold(commandName(spec))}  ${paint.dim(origin(card(result.job.loss).python))}`
  const [value, ...behind] = numbers(result)
  const written = outputs(result)
  const blocks = [
    given(result.job, result.arrays),
    [[value[0], paint.bold(value[1]), ...value.slice(2)], ...behind],
    ...(written.length > 0 ? [written] : []),
  ]
  return `${title}\n${blocks.map((rows) => `\n${columns(rows, paint.dim)}`).join('')}`
}

/** `PyTorch: F.mse_loss, nn.MSELoss`. */
function origin({ function: fn, module }: Card['python']): string {
  const names = [fn, module].filter((name) => name !== null).map(inPython)
  return names.length === 0 ? 'not in PyTorch' : `PyTorch: ${names.join(', ')}`
}

type Row = readonly string[]

/** Every argument: an array with file, shape and dtype, anything else with its value. */
function given(call: Arguments, arrays: Result['arrays']): Row[] {
  return Object.entries({ ...call.inputs, ...call.options }).map(([name, value]) => {
    const array = arrays[name]
    return isFile(value) ? [label(call, name), array.file ?? '', tuple(array.shape), array.dtype] : [label(call, name), String(value)]
  })
}

/** What a measure gives, for people: of many images or sequences the first ones. */
export function describeMeasured({ job, arrays, found, written }: Measured, paint = paintFor(process.stdout)): string {
  const { spec } = job.measure
  const gives = new Map(fieldsOf(spec.gives))
  const rows = Object.entries(found).flatMap(([name, value]): Row[] => {
    const file = written[name]
    if (file !== undefined) return [[words(name), `→ ${file.file}`, `${tuple(file.shape)} ${file.dtype}`]]
    return value === null ? [] : [[words(name), digits(value), gives.get(name) ?? '']]
  })
  const [[name, first, ...help], ...rest] = rows
  const blocks = [given(job, arrays), [[name, paint.bold(first), ...help], ...rest]]
  return `${paint.bold(commandName(spec))}  ${paint.dim(spec.summary)}\n${blocks.map((block) => `\n${columns(block, paint.dim)}`).join('')}`
}

const shown = 4

function digits(value: unknown): string {
  if (!Array.isArray(value)) return rounded(Number(value))
  return `${value.slice(0, shown).map(rounded).join(', ')}${value.length > shown ? `, … (${value.length})` : ''}`
}

function numbers(result: Result): Row[] {
  const { value, dtype, sum, denominator, counted, ignored, reduction, shape, range } = result
  const unit = ['elements', 'weights'].includes(result.job.loss.spec.mean) ? 'elements' : 'targets'
  const note = notes[reduction] ?? ''
  const single = result.job.loss.spec.mean === 'nothing'
  const behind: Row[] = [
    ['sum', rounded(sum), ''],
    ['denominator', rounded(denominator), `${divisor(result)}${reduction === 'sum' ? ' (a sum is not divided)' : ''}`],
  ]
  const rows: Row[] = [
    ['value', shortest(value, dtype), counted === 0 && Number.isNaN(value) ? 'nothing was counted' : single ? '' : note],
    ...(single ? [] : behind),
    ['counted', String(counted), unit],
    ['ignored', String(ignored), unit],
  ]
  if (reduction !== 'none') return rows
  const [min, max] = range?.map((extreme) => shortest(extreme, dtype)) ?? []
  return [...rows, ['values', tuple(shape ?? []), `${dtype}${min === undefined ? '' : `, from ${min} to ${max}`}`]]
}

const notes: Readonly<Record<string, string>> = {
  mean: 'the mean: sum / denominator',
  batchmean: 'the mean over the batch: sum / denominator',
  sum: 'the sum',
  none: 'the mean of the values: sum / denominator',
}

/** What a mean divides by, without tensor options and with them. */
const divisors = {
  elements: ['the number of elements', 'the number of elements, whatever the weights'],
  positions: ['the number of targets', 'the number of targets, whatever the weights'],
  'target weights': ['the number of counted targets', 'the sum of the weights of the counted targets'],
  weights: ['the number of elements', 'the sum of the weights'],
  terms: ['the number of terms: classes, or images and classes', 'the number of terms: classes, or images and classes'],
  images: ['the number of images', 'the number of images'],
  sequences: ['the number of sequences', 'the number of sequences'],
  parts: ['each part is divided by its own', 'each part is divided by its own'],
  nothing: ['nothing', 'nothing'],
} as const satisfies Record<LossSpec['mean'], unknown>

function divisor({ job, arrays }: Result): string {
  const { spec } = job.loss
  const target = spec.inputs.find(({ domain }) => domain === 'classes or probabilities')
  // a target that is neither integers nor a distribution was refused
  const distributions = target !== undefined && arrays[target.name].dtype.includes('float')
  const weighted = Object.keys(job.options).some((name) => {
    const option = spec.options[name]
    return option.kind === 'tensor' && option.domain === 'weights'
  })
  return divisors[distributions ? 'positions' : spec.mean][weighted ? 1 : 0]
}

function outputs({ out, gradients, reduction }: Result): Row[] {
  const sum = reduction === 'none' ? ', of the sum of the values' : ''
  const rows = Object.entries(gradients).map(([of, array]): [string, Result['out'], string] => [`gradient of ${of}`, array, sum])
  if (out !== null) rows.push([reduction === 'none' ? 'values' : 'loss', out, ''])
  return rows.map(([what, array, note]) => [what, `→ ${array?.file}`, tuple(array?.shape ?? []), `${array?.dtype}${note}`])
}

/** Rows with aligned columns; everything after the second cell is dimmed. */
function columns(rows: readonly Row[], dim: (text: string) => string): string {
  const width = (column: number) => Math.max(0, ...rows.map((row) => (row.length > column + 1 ? plain(row[column]).length : 0)))
  const first = Math.max(...rows.map(([label]) => label.length))
  const line = ([label, text = '', ...rest]: Row) => {
    const tail = rest.map((cell, i) => cell.padEnd(width(i + 2))).join('  ')
    return `  ${label.padEnd(first)}  ${text}${' '.repeat(Math.max(0, width(1) - plain(text).length))}  ${dim(tail.trimEnd())}`.trimEnd()
  }
  return `${rows.map(line).join('\n')}\n`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const plain = (text: string): string => text.replace(/\x1b\[\d+m/g, '')
