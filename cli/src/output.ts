import { type Card, card, shortest } from 'surprisal'
import { type Paint, paintFor } from './colour.ts'
import { fieldsOf, words } from './help.ts'
import { commandName } from './losses.ts'
import type { Measured } from './measure.ts'
import { rounded, tuple } from './numbers.ts'
import { inPython } from './python.ts'
import { findingsBlock, reportBlock } from './report.ts'
import { type Arguments, label, type Result } from './run.ts'
import { isFile } from './values.ts'
import { columnsOf, WIDTH, wrap } from './wrap.ts'

/** The result for people: what was read, then the value with the numbers behind it. */
export function describe(result: Result, paint = paintFor(process.stdout)): string {
  const { spec } = result.job.loss
  const title = `${paint.bold(commandName(spec))}  ${paint.dim(origin(card(result.job.loss).python))}`
  const written = outputs(result)
  const blocks = [
    columns(given(result.job, result.arrays), paint.dim),
    `${reportBlock(result, result.job.asked ?? {}, paint)}${spread(result)}`,
    ...(written.length > 0 ? [columns(written, paint.dim)] : []),
  ]
  return `${title}\n${blocks.map((block) => `\n${block}`).join('')}${findingsBlock(result.findings, spec.name, paint, { ...result.job.inputs, ...result.job.options })}`
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
  const text = blocks.map((block) => `\n${columns(block, paint.dim)}`).join('')
  return `${paint.bold(commandName(spec))}  ${paint.dim(spec.summary)}\n${text}${uncounted(found, arrays, paint)}`
}

/** What is said of NaN from nothing, as the report of a loss says it. */
function uncounted(found: Measured['found'], arrays: Measured['arrays'], { bold, red }: Paint): string {
  const [empty] = Object.entries(arrays).filter(([, { shape }]) => shape.includes(0))
  if (empty === undefined && found.counted !== 0) return ''
  const why = empty === undefined ? 'every token is ignored' : `${empty[0]} has no elements, shape ${tuple(empty[1].shape)}`
  return `\n${bold(red('nothing is counted'))}: ${why}\n`
}

const shown = 4

function digits(value: unknown): string {
  if (!Array.isArray(value)) return rounded(Number(value))
  if (value.length === 0) return 'none'
  return `${value.slice(0, shown).map(rounded).join(', ')}${value.length > shown ? `, … (${value.length})` : ''}`
}

/** From where to where the values of reduction 'none' reach. */
function spread({ range, dtype }: Result): string {
  return range === null ? '' : `  range     ${range.map((extreme) => shortest(extreme, dtype)).join(' to ')}\n`
}

function outputs({ out, gradients, reduction, job }: Result): Row[] {
  const sum = reduction === 'none' ? ', of the sum of the values' : ''
  const rows = Object.entries(gradients).map(([of, array]): [string, Result['out'], string] => [`gradient of ${of}`, array, sum])
  if (out !== null) rows.push([reduction === 'none' ? 'values' : 'loss', out, ''])
  const written = rows.map(([what, array, note]): Row => [what, `→ ${array?.file}`, tuple(array?.shape ?? []), `${array?.dtype}${note}`])
  const { save } = job.asked ?? {}
  return save === undefined ? written : [...written, ['report', `→ ${save}`]]
}

/** Rows with aligned columns; everything after the second cell is dimmed. */
function columns(rows: readonly Row[], dim: (text: string) => string): string {
  const width = (column: number) => Math.max(0, ...rows.map((row) => (row.length > column + 1 ? columnsOf(row[column]) : 0)))
  const first = Math.max(...rows.map(([label]) => label.length))
  const line = ([label, text = '', ...rest]: Row) => {
    const head = `  ${label.padEnd(first)}  ${text}${' '.repeat(Math.max(0, width(1) - columnsOf(text)))}  `
    const tail = rest
      .map((cell, i) => cell.padEnd(width(i + 2)))
      .join('  ')
      .trimEnd()
    // a note goes on below itself; columns stay on their line
    const lines = rest.length > 1 ? [tail] : wrap(tail, Math.max(WIDTH - columnsOf(head), 30))
    return lines.map((each, i) => `${i === 0 ? head : ' '.repeat(columnsOf(head))}${dim(each)}`.trimEnd()).join('\n')
  }
  return `${rows.map(line).join('\n')}\n`
}
