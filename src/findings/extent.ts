import { allocateNumbers, type DType, isFloating, type Numbers, readElement } from '../tensor/dtype.ts'
import { gather } from '../tensor/runs.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isContiguous, numbersOf } from '../tensor/view.ts'

/** The range of an argument's finite values; Infinity and −Infinity where there are none. */
export interface Extent {
  readonly min: number
  readonly max: number
}

export function extentOf(numbers: Numbers): Extent {
  let [min, max] = [Infinity, -Infinity]
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]
    // NaN fails the comparison too
    if (!(Math.abs(x) < Infinity)) continue
    if (x < min) min = x
    if (x > max) max = x
  }
  return { min, max }
}

/** How many elements a check looks at that judges by the look of them. */
export const sampleSize = 16_384

/** How many are looked at where the loss itself costs little more than reading its arguments. */
export const glanceSize = 1024

/** Runs of neighbours cost less to read than single elements far apart: what memory fetches at once holds 16. */
const runLengthOf = (size: number): number => (size <= glanceSize ? 16 : 64)

/** Up to `size` elements, in runs spread evenly from the first element to the last. Nothing else is read. */
export function sampleOf(array: Tensor, size = sampleSize): Numbers {
  const all = array.size
  const dtype = dtypeOf(array)
  if (all <= size) return numbersOf(array, dtype)
  const sample = allocateNumbers(dtype, size)
  const length = runLengthOf(size)
  const runs = size / length
  const { data, offset } = array
  const plain = (data instanceof Float32Array || data instanceof Float64Array) && isContiguous(array) ? data : null
  for (let i = 0; i < runs; i++) {
    const from = Math.floor((i * (all - length)) / (runs - 1))
    const to = i * length
    if (plain === null) gather(array, from, length, sample.subarray(to, to + length))
    else for (let j = 0; j < length; j++) sample[to + j] = plain[offset + from + j]
  }
  return sample
}

/** So many elements tell most honest calls from mistaken ones. */
const headLength = 64

/** The first few elements. */
export function headOf(array: Tensor): Numbers {
  const head = allocateNumbers(dtypeOf(array), Math.min(array.size, headLength))
  if (head.length > 0) gather(array, 0, head.length, head)
  return head
}

/** Reads single elements by their positions in row-major order. */
export function readerOf(array: Tensor, numbers: () => Numbers): (position: number) => number {
  const { data, dtype, offset } = array
  if (!isContiguous(array)) return (position) => numbers()[position]
  return data instanceof Float32Array || data instanceof Float64Array
    ? (position) => data[offset + position]
    : (position) => readElement(data, dtype, offset + position)
}

/** In what an argument's elements are read: integers exactly. */
export const dtypeOf = ({ dtype }: Tensor): DType => (isFloating(dtype) ? dtype : 'float64')

/** What a check says of the part that it looked at; null where that is everything. */
export const lookedAt = (elements: number, size = sampleSize): string | null =>
  elements <= size ? null : `looked at ${size} of ${elements} values, spread evenly`

/** The index by axis of a position in row-major order: 7 in (2, 5) is (1, 2). */
export function indexOf(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return index
}
