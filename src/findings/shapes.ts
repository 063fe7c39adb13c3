import type { Domain, LossSpec } from '../spec.ts'
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../tensor/shape.ts'

/**
 * The shapes of a call below each other, axis under axis, with a mark where they disagree: lines of plain text.
 *
 * ```
 *           N   C   H   W
 *   input   2   3   4   5
 *   target  2       4   6   wanted (2, 4, 5)
 *                       ^
 * ```
 *
 * The axes are those of the loss's contract. A loss that compares element by element has none: there the axes are numbered and aligned at the
 * right, as broadcasting aligns them, and the pairs that it would make have a line of their own.
 */
export function drawShapes({ spec, tensors }: Drawn): readonly string[] {
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
  const rows = namedRows(spec, shapes) ?? alignedRows(spec, shapes)
  return lines(rows)
}

/** What a drawing needs of a call: which arguments there are, and their shapes. */
export interface Drawn {
  readonly spec: Contract
  readonly tensors: Readonly<Record<string, { readonly shape: Shape }>>
}

type Contract = Pick<LossSpec, 'inputs' | 'options'>

/** A line of the drawing: an extent or a name under each axis, and a remark. */
interface Row {
  readonly title: string
  readonly cells: readonly string[]
  readonly remark: string
}

function lines(rows: readonly Row[]): string[] {
  const title = Math.max(...rows.map((row) => row.title.length))
  const count = Math.max(...rows.map(({ cells }) => cells.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map(({ cells }) => (cells[i] ?? '').length)))
  return rows.map(({ title: name, cells, remark }) => {
    const text = widths.map((width, i) => (cells[i] ?? '').padStart(width)).join('   ')
    return `  ${name.padEnd(title)}  ${text}   ${remark}`.trimEnd()
  })
}

const marksOf = (odd: readonly boolean[]): Row[] =>
  odd.includes(true) ? [{ title: '', cells: odd.map((is) => (is ? '^' : '')), remark: '' }] : []

/** Of shapes without named axes: aligned at the right, numbered from 0. */
function alignedRows({ inputs, options }: Contract, shapes: Readonly<Record<string, Shape>>): Row[] {
  const names = Object.keys(shapes)
  const rank = Math.max(...names.map((name) => shapes[name].length))
  const cellsOf = (shape: Shape): string[] => [...new Array<string>(rank - shape.length).fill(''), ...shape.map(String)]
  const compared = inputs.map(({ name }) => shapes[name])
  const all = compared.reduce<Shape | null>((pairs, shape) => {
    const fit = pairs === null ? null : broadcastShapes(pairs, shape)
    return fit !== null && 'shape' in fit ? fit.shape : null
  }, [])
  const same = compared.every((shape) => sameShape(shape, compared[0]))
  const rows = names.map((name) => ({ title: name, cells: cellsOf(shapes[name]), remark: shapes[name].length === 0 ? 'no axes' : '' }))
  const pairs =
    all === null || same || inputs.some(({ axes }) => axes !== undefined)
      ? []
      : [{ title: 'pairs', cells: cellsOf(all), remark: `${sizeOf(all)}, of ${compared.map(sizeOf).join(' and ')} values` }]
  // what broadcasts into the result may be 1 or missing
  const loose = (name: string) => options[name]?.kind === 'tensor' && options[name].shape === 'broadcast'
  const odd = Array.from({ length: rank }, (_, axis) => {
    const strict = rows.filter(({ title }) => !loose(title)).map(({ cells }) => cells[axis])
    const wide = rows.filter(({ title }) => loose(title)).map(({ cells }) => cells[axis])
    return strict.some((cell) => cell !== strict[0]) || wide.some((cell) => cell !== '' && cell !== '1' && cell !== strict[0])
  })
  return [{ title: 'axis', cells: odd.map((_, axis) => String(axis)), remark: '' }, ...rows, ...pairs, ...marksOf(odd)]
}

/** Of shapes whose axes the contract names; null where it names none. */
function namedRows(spec: Contract, shapes: Readonly<Record<string, Shape>>): Row[] | null {
  const [{ name: first }] = spec.inputs
  const columns = firstColumns(spec, shapes[first].length)
  if (columns === null) return null
  const extents = new Map(columns.map((symbol, axis) => [symbol, isExtent(symbol) ? Number(symbol) : shapes[first][axis]]))
  const placed = Object.keys(shapes).map((name) =>
    place(name, shapes[name], waysOf(spec, name, columns, shapes[name].length), columns, extents),
  )
  const all = [...new Set([...columns, ...placed.flatMap(({ symbols }) => symbols)])]
  const cellOf = ({ symbols, shape }: Placed, symbol: string): string => String(shape[symbols.indexOf(symbol)] ?? '')
  const odd = all.map((symbol) => {
    const there = placed.filter(({ symbols }) => symbols.includes(symbol)).map((row) => cellOf(row, symbol))
    const displaced = placed.some(({ symbols, wanted }) => wanted !== null && symbols.includes(symbol) !== wanted.includes(symbol))
    return displaced || new Set(isExtent(symbol) ? [symbol, ...there] : there).size > 1
  })
  const rows = placed.map((row) => ({ title: row.name, cells: all.map((symbol) => cellOf(row, symbol)), remark: row.remark }))
  return [{ title: '', cells: all.map((symbol) => symbol.replace(/^\?.*/, '?')), remark: '' }, ...rows, ...marksOf(odd)]
}

interface Placed {
  readonly name: string
  readonly shape: Shape
  /** The axis of the drawing that each axis of the shape stands under. */
  readonly symbols: readonly string[]
  /** The axes that it should have; null where it has them. */
  readonly wanted: readonly string[] | null
  readonly remark: string
}

/** Puts an argument's axes under those of the first: as the contract says if the number of axes allows it, else where most extents agree. */
function place(
  name: string,
  shape: Shape,
  ways: readonly (readonly string[])[],
  columns: readonly string[],
  extents: ReadonlyMap<string, number>,
): Placed {
  const agreeing = (symbols: readonly string[]) =>
    symbols.filter((symbol, axis) => (extents.get(symbol) ?? shape[axis]) === shape[axis]).length
  const fitting = ways.filter(({ length }) => length === shape.length).sort((a, b) => agreeing(b) - agreeing(a))
  const good = fitting.find((symbols) => agreeing(symbols) === shape.length)
  if (good !== undefined) return { name, shape, symbols: good, wanted: null, remark: shape.length === 0 ? 'no axes' : '' }
  const texts = ways.map(
    (symbols) => `(${symbols.map((symbol) => extents.get(symbol) ?? symbol).join(', ')}${symbols.length === 1 ? ',' : ''})`,
  )
  return { name, shape, symbols: fitting[0] ?? nearest(shape, columns, extents), wanted: ways[0], remark: `wanted ${texts.join(' or ')}` }
}

/** The columns, in their order, under which most of a shape's extents agree; what has no column is appended. */
function nearest(shape: Shape, columns: readonly string[], extents: ReadonlyMap<string, number>): string[] {
  const extra = Array.from({ length: Math.max(0, shape.length - columns.length) }, (_, i) => `?${i}`)
  const all = [...columns, ...extra]
  let best: string[] = []
  let most = -1
  const choose = (axis: number, from: number, chosen: string[], agree: number): void => {
    if (axis === shape.length) {
      if (agree > most) [best, most] = [chosen, agree]
      return
    }
    for (let i = from; i <= all.length - (shape.length - axis); i++)
      choose(axis + 1, i + 1, [...chosen, all[i]], agree + (extents.get(all[i]) === shape[axis] ? 1 : 0))
  }
  choose(0, 0, [], 0)
  return best
}

/** The axes of a first argument of so many; null where the contract does not name them. */
function firstColumns({ inputs }: Contract, rank: number): readonly string[] | null {
  const scores = inputs.some(({ domain, axes }) => axes === undefined && ofRows.includes(domain)) ? ['C', 'N C', 'N C …'] : []
  const found = [inputs[0].axes ?? scores].flat().flatMap((pattern) => [expand(pattern, rank, true), expand(pattern, rank, false)])
  return found.find((symbols) => symbols !== null) ?? null
}

/** Of what a row of scores has one. */
const ofRows: readonly Domain[] = ['classes', 'classes or probabilities', 'masks']

/** The axes that an argument may have beside a first one of these, each way of the contract. */
function waysOf({ inputs, options }: Contract, name: string, columns: readonly string[], rank: number): readonly (readonly string[])[] {
  const input = inputs.find((each) => each.name === name)
  const option = options[name]
  const axes =
    input !== undefined
      ? input.axes
      : option?.kind === 'tensor'
        ? (option.axes ?? (option.shape === 'classes' ? 'C' : undefined))
        : undefined
  const own = [...columns]
  if (axes === undefined) {
    const withoutClass = own.filter((symbol) => symbol !== 'C')
    if (input?.domain === 'classes') return [withoutClass]
    return input !== undefined && ofRows.includes(input.domain) ? [withoutClass, own] : [own]
  }
  if (String(axes) === String(inputs[0].axes)) return [own]
  const ways = [axes].flat().flatMap((pattern) => {
    const tokens = pattern.split(' ').filter((token) => token !== '' && token !== '…').length
    return [
      expand(pattern, rank, own.includes('N')) ??
        expand(pattern, tokens - (own.includes('N') || !pattern.includes('?') ? 0 : 1), own.includes('N')),
    ]
  })
  return ways.filter((symbols) => symbols !== null)
}

const isExtent = (symbol: string): boolean => /^\d+$/.test(symbol)

/** The symbols of a pattern for a shape of so many axes, with the optional ones if `batched`; null where that cannot be. */
function expand(pattern: string, rank: number, batched: boolean): string[] | null {
  const tokens = pattern.split(' ').filter((token) => token !== '')
  const least = tokens.filter((token) => token !== '…' && !token.startsWith('?')).length
  const optional = tokens.filter((token) => token.startsWith('?')).length
  const further = rank - least - (batched ? optional : 0)
  if (further < 0 || (further > 0 && !tokens.includes('…'))) return null
  return tokens.flatMap((token, i) => {
    if (token === '…') return furtherAxes(further, i === 0)
    return token.startsWith('?') ? (batched ? [token.slice(1)] : []) : [token]
  })
}

/** What people call the axes after the class axis, and those before the last. */
function furtherAxes(count: number, first: boolean): string[] {
  const usual = first ? [['N']] : [['L'], ['H', 'W'], ['D', 'H', 'W']]
  return usual[count - 1] ?? Array.from({ length: count }, (_, i) => `d${i + 1}`)
}
