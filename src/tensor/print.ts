import { type DType, isFloating, readElement } from './dtype.ts'
import { type Shape, sizeOf, tupleOf } from './shape.ts'
import type { Tensor } from './tensor.ts'
import { forEachIndex, type View } from './view.ts'

const edge = 3 // elements shown at each end of an axis, where a large tensor is cut
const whole = 1000 // elements up to which everything is shown

/**
 * A tensor as text: values in PyTorch's layout (4 digits, aligned columns, `...` beyond 1000 elements), then shape and dtype.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.set_printoptions.html (the defaults).
 */
export function format(tensor: Tensor): string {
  const tail = [`shape=${tupleOf(tensor.shape)}`, `dtype=${tensor.dtype}`]
  if (tensor.node !== null) tail.push(`grad=${tensor.node.name}`)
  else if (tensor.requiresGrad) tail.push('requiresGrad=true')
  const cut = sizeOf(tensor.shape) > whole
  const shown: number[] = []
  forEachIndex(cut ? edgesOf(tensor) : tensor, (index) => shown.push(readElement(tensor.data, tensor.dtype, index)))
  const write = writerFor(shown, tensor.dtype)
  const cells = shown.map(write)
  const width = Math.max(0, ...cells.map((cell) => cell.length))
  const body = layout(
    cells.map((cell) => cell.padStart(width)),
    tensor.shape,
    cut,
  )
  return `tensor(${body}, ${tail.join(', ')})`
}

/** The corner elements that a cut print-out shows, as a dense list: the same view with the middle of each long axis left out. */
function edgesOf({ data, dtype, shape, strides, offset }: View): View {
  const axes = shape.map((extent, axis) => shownAlong(extent, true).map((i) => i * strides[axis]))
  const indices = axes.reduce<number[]>((starts, steps) => starts.flatMap((start) => steps.map((step) => start + step)), [offset])
  const picked = indices.map((index) => data[index])
  const copy = (typeof picked[0] === 'bigint' ? BigInt64Array.from(picked as bigint[]) : data.slice(0, picked.length)) as typeof data
  picked.forEach((value, i) => {
    copy[i] = value
  })
  return { data: copy, dtype, shape: [picked.length], strides: [1], offset: 0 }
}

/** Which positions along an axis are shown. */
function shownAlong(extent: number, cut: boolean): number[] {
  const all = Array.from({ length: extent }, (_, i) => i)
  return cut && extent > 2 * edge ? [...all.slice(0, edge), ...all.slice(-edge)] : all
}

function layout(cells: readonly string[], shape: Shape, cut: boolean): string {
  let at = 0
  const build = (axis: number, indent: number): string => {
    if (axis === shape.length) return cells[at++]
    const parts = shownAlong(shape[axis], cut).map(() => build(axis + 1, indent + 1))
    if (cut && shape[axis] > 2 * edge) parts.splice(edge, 0, axis === shape.length - 1 ? ' ...' : '...')
    const gap = axis === shape.length - 1 ? ', ' : `,${'\n'.repeat(shape.length - 1 - axis)}${' '.repeat(indent + 1)}`
    return `[${parts.join(gap)}]`
  }
  return build(0, 'tensor('.length)
}

/** One way of writing numbers that suits all of those shown: PyTorch's choice between integers, decimals and powers of ten. */
function writerFor(shown: readonly number[], dtype: DType): (value: number) => string {
  if (dtype === 'bool') return (value) => (value === 0 ? 'false' : 'true')
  if (!isFloating(dtype)) return String
  const sizes = shown.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs)
  const max = Math.max(...sizes)
  const min = Math.min(...sizes)
  const integral = sizes.every(Number.isInteger)
  const scientific = sizes.length > 0 && (max / min > 1000 || max > 1e8 || (!integral && min < 1e-4))
  return (value) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
    if (scientific) return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2')
    if (integral) return `${Object.is(value, -0) ? '-0' : value}.`
    return (Object.is(value, -0) ? '-' : '') + value.toFixed(4)
  }
}
