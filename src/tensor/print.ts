import { type DType, isFloating, readElement, roundToDType } from './dtype.ts'
import { sizeOf, tupleOf } from './shape.ts'
import type { Tensor } from './tensor.ts'
import type { View } from './view.ts'

const edge = 3 // elements shown at each end of an axis, where a large tensor is cut
const whole = 1000 // elements up to which everything is shown
const lineWidth = 80
const opening = 'tensor('

/**
 * A tensor as text: values in PyTorch's layout (4 digits, aligned columns, `...` beyond 1000 elements), then shape and dtype.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.set_printoptions.html (the defaults).
 */
export function format(tensor: Tensor): string {
  const tail = [`shape=${tupleOf(tensor.shape)}`, `dtype=${tensor.dtype}`]
  if (tensor.node !== null) tail.push(`grad=${tensor.node.name}`)
  else if (tensor.requiresGrad) tail.push('requiresGrad=true')
  let text = `${opening}${bodyOf(tensor)}`
  let column = text.length - text.lastIndexOf('\n') + 1
  for (const part of tail) {
    const fits = column + part.length + 2 <= lineWidth
    text += fits ? `, ${part}` : `,\n${' '.repeat(opening.length)}${part}`
    column = fits ? column + part.length + 2 : opening.length + part.length
  }
  return `${text})`
}

/**
 * The fewest digits that read back as the same number of the dtype.
 *
 * @example
 * shortest(0.10000000149011612, 'float32') // => '0.1'
 */
export function shortest(value: number, dtype: DType): string {
  for (let digits = 1; digits < 17; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Object.is(roundToDType(Number(text), dtype), value)) return text
  }
  return String(value)
}

function bodyOf(view: View): string {
  const { data, dtype, shape, strides, offset } = view
  if (sizeOf(shape) === 0) return '[]'
  const cut = sizeOf(shape) > whole
  const steps = shape.map((extent, axis) => shownAlong(extent, cut).map((i) => i * strides[axis]))
  const indices = steps.reduce<number[]>((starts, axis) => starts.flatMap((start) => axis.map((step) => start + step)), [offset])
  const values = indices.map((index) => readElement(data, dtype, index))
  // int64 keeps all its digits: it is written from the bigint
  const cells = dtype === 'int64' ? indices.map((index) => String(data[index])) : written(values, dtype)
  const width = columnWidth(cells, isFloating(dtype))
  let at = 0
  const lines = (axis: number): string => {
    const indent = ' '.repeat(opening.length + axis + 1)
    if (axis === shape.length) return cells[at++].padStart(width)
    const parts = steps[axis].map(() => lines(axis + 1))
    const last = axis === shape.length - 1
    if (cut && shape[axis] > 2 * edge) parts.splice(edge, 0, last ? ' ...' : '...')
    if (!last) return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - axis)}${indent}`)}]`
    const perLine = Math.max(1, Math.floor((lineWidth - opening.length - axis) / (width + 2)))
    return `[${chunks(parts, perLine).join(`,\n${indent}`)}]`
  }
  return lines(0)
}

/** Which positions along an axis are shown. */
function shownAlong(extent: number, cut: boolean): number[] {
  const middle = cut && extent > 2 * edge ? extent - 2 * edge : 0
  return Array.from({ length: extent - middle }, (_, i) => (middle > 0 && i >= edge ? i + middle : i))
}

const chunks = (parts: readonly string[], size: number): string[] =>
  Array.from({ length: Math.ceil(parts.length / size) }, (_, i) => parts.slice(i * size, (i + 1) * size).join(', '))

/** The widest cell; among floating-point numbers zeros, nan and inf do not count, as in PyTorch. */
function columnWidth(cells: readonly string[], floating: boolean): number {
  const counted = floating ? cells.filter((cell) => /[1-9]/.test(cell.replace(/e.*$/, ''))) : cells
  return counted.reduce((width, cell) => Math.max(width, cell.length), 1)
}

/** Numbers written in one way that suits them all: PyTorch's choice between integers, decimals and powers of ten. */
function written(values: readonly number[], dtype: View['dtype']): string[] {
  if (dtype === 'bool') return values.map((value) => (value === 0 ? 'False' : 'True'))
  if (!isFloating(dtype)) return values.map(String)
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs)
  const max = sizes.reduce((most, size) => Math.max(most, size), 0)
  const min = sizes.reduce((least, size) => Math.min(least, size), Infinity)
  const integral = sizes.every(Number.isInteger)
  const scientific = sizes.length > 0 && (max / min > 1000 || max > 1e8 || min < 1e-4)
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
    const sign = value < 0 || Object.is(value, -0) ? '-' : ''
    const size = Math.abs(value)
    if (scientific) return sign + halvesToEven((digits) => size.toExponential(digits)).replace(/e([+-])(\d)$/, 'e$10$2')
    return sign + (integral ? `${size}.` : halvesToEven((digits) => size.toFixed(digits)))
  })
}

/** Four decimals. JavaScript rounds halves up, Python to even: 1/32 is 0.0312. */
function halvesToEven(write: (digits: number) => string): string {
  const half = /^(\d+\.\d{3}[02468])50*(e.*)?$/.exec(write(40))
  return half === null ? write(4) : half[1] + (half[2] ?? '')
}
