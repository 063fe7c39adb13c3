import { allocateNumbers, computeDType, type DType, dtypes, type Numbers, type Storage } from './dtype.ts'
import { gather } from './runs.ts'
import { rowMajor, type Shape, sizeOf } from './shape.ts'

/** Elements of a storage seen through a shape: element (i, j, …) lies at `offset + i·strides[0] + j·strides[1] + …`. */
export interface View {
  readonly data: Storage
  readonly dtype: DType
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

export function isContiguous({ shape, strides }: View): boolean {
  const plain = rowMajor(shape)
  return sizeOf(shape) === 0 || shape.every((extent, axis) => extent === 1 || strides[axis] === plain[axis])
}

/** `view` repeated along new and length-1 axes to `shape`, without a copy. */
export function expandView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length
  const strides = shape.map((_, axis) => (axis < lead || view.shape[axis - lead] === 1 ? 0 : view.strides[axis - lead]))
  return { data: view.data, dtype: view.dtype, shape, strides, offset: view.offset }
}

/** Calls `visit` with the storage index of each element, in row-major order of the view. */
export function forEachIndex({ shape, strides, offset }: View, visit: (index: number, position: number) => void): void {
  const size = sizeOf(shape)
  if (size === 0) return
  const rank = shape.length
  const counter = new Array<number>(rank).fill(0)
  const inner = rank === 0 ? 1 : shape[rank - 1]
  const step = rank === 0 ? 0 : strides[rank - 1]
  let start = offset
  for (let position = 0; position < size; ) {
    for (let i = 0, index = start; i < inner; i++, index += step) visit(index, position++)
    for (let axis = rank - 2; axis >= 0; axis--) {
      start += strides[axis]
      if (++counter[axis] < shape[axis]) break
      start -= strides[axis] * shape[axis]
      counter[axis] = 0
    }
  }
}

/** The elements in row-major order, as numbers of the view's compute dtype (or `dtype`'s); the storage itself where it already is that. */
export function numbersOf(view: View, dtype: DType = view.dtype): Numbers {
  const { data } = view
  const size = sizeOf(view.shape)
  const plain = computeDType(dtype) === view.dtype && isContiguous(view)
  if (plain && (data instanceof Float32Array || data instanceof Float64Array)) {
    return data.length === size ? data : data.subarray(view.offset, view.offset + size)
  }
  const numbers = allocateNumbers(dtype, size)
  if (size > 0) gather(view, 0, size, numbers)
  return numbers
}

/** The elements in row-major order, in the view's own dtype, always a copy. */
export function copyOf(view: View): Storage {
  const copy = dtypes[view.dtype].allocate(sizeOf(view.shape))
  forEachIndex(view, (index, position) => {
    copy[position] = view.data[index]
  })
  return copy
}

/** Sums `elements` of `shape` over the axes along which an operand of shape `own` was repeated: its gradient, in its own shape. */
export function sumTo(elements: Numbers, shape: Shape, own: Shape): Numbers {
  if (elements.length === sizeOf(own)) return elements
  const sums = new Float64Array(sizeOf(own))
  const repeated = expandView({ data: sums, dtype: 'float64', shape: own, strides: rowMajor(own), offset: 0 }, shape)
  forEachIndex(repeated, (index, position) => {
    sums[index] += elements[position]
  })
  return elements instanceof Float64Array ? sums : Float32Array.from(sums)
}
