import { type DType, type Numbers, readElement, type Storage } from './dtype.ts'
import { float16Values } from './float16.ts'
import type { View } from './view.ts'

/** Elements `start` to `start + count` of a view in row-major order, converted to numbers at the head of `target`. */
export function gather(view: View, start: number, count: number, target: Numbers): void {
  const { shape, strides } = collapsed(view)
  const rank = shape.length
  const at = new Array<number>(rank).fill(0)
  let rest = start
  let index = view.offset
  for (let axis = rank - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
    index += at[axis] * strides[axis]
  }
  const period = periodOf(shape, strides)
  // what repeats is read once, and doubled
  const once = Math.min(count, period)
  const last = rank - 1
  for (let done = 0; done < once; ) {
    const length = rank === 0 ? 1 : Math.min(once - done, shape[last] - at[last])
    const step = rank === 0 ? 0 : strides[last]
    readRun(view, index, step, length, target, done)
    done += length
    if (rank === 0) break
    index += length * step
    at[last] += length
    for (let axis = last; axis > 0 && at[axis] === shape[axis]; axis--) {
      index += strides[axis - 1] - strides[axis] * shape[axis]
      at[axis] = 0
      at[axis - 1]++
    }
    if (rank > 0 && at[0] === shape[0]) {
      index -= strides[0] * shape[0]
      at[0] = 0
    }
  }
  for (let done = once; done < count; ) {
    const length = Math.min(done, count - done)
    target.copyWithin(done, 0, length)
    done += length
  }
}

/** The same elements with as few axes as possible: neighbouring axes that one stride can walk are one. */
function collapsed({ shape, strides }: View): { shape: number[]; strides: number[] } {
  const axes: { shape: number[]; strides: number[] } = { shape: [], strides: [] }
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue
    const last = axes.shape.length - 1
    if (last >= 0 && axes.strides[last] === strides[axis] * shape[axis]) {
      axes.shape[last] *= shape[axis]
      axes.strides[last] = strides[axis]
    } else {
      axes.shape.push(shape[axis])
      axes.strides.push(strides[axis])
    }
  }
  return axes
}

/** After how many elements everything repeats, because the axes before are repeated ones. */
function periodOf(shape: readonly number[], strides: readonly number[]): number {
  if (shape.length === 0) return 1
  if (strides[0] !== 0) return Infinity
  return shape.slice(1).reduce((product, extent) => product * extent, 1)
}

/** Elements `index`, `index + step`, … as numbers. */
function readRun(
  { data, dtype }: { data: Storage; dtype: DType },
  index: number,
  step: number,
  length: number,
  target: Numbers,
  to: number,
): void {
  if (step === 0) {
    target.fill(readElement(data, dtype, index), to, to + length)
    return
  }
  if (data instanceof Uint16Array && target instanceof Float32Array) {
    // as words, since an engine converts each float32 to float64 and back
    const words = new Int32Array(target.buffer, target.byteOffset + 4 * to, length)
    if (dtype === 'float16') readHalves(data, index, step, words)
    // a bfloat16 is the upper half of a float32
    else for (let i = 0, at = index; i < length; i++, at += step) words[i] = data[at] << 16
    return
  }
  if (data instanceof BigInt64Array) {
    readLongs(new Int32Array(data.buffer, data.byteOffset, 2 * data.length), index, step, length, target, to)
    return
  }
  if (data instanceof Uint16Array) {
    for (let i = 0, at = index; i < length; i++, at += step) target[to + i] = readElement(data, dtype, at)
    return
  }
  if (step === 1) target.set(data.subarray(index, index + length), to)
  else for (let i = 0, at = index; i < length; i++, at += step) target[to + i] = data[at]
}

function readHalves(data: Uint16Array, index: number, step: number, words: Int32Array): void {
  const values = float16Words()
  for (let i = 0, at = index; i < words.length; i++, at += step) words[i] = values[data[at]]
}

let halves: Int32Array | undefined

/** The bits of the float32 that each float16 is. */
function float16Words(): Int32Array {
  halves ??= new Int32Array(float16Values().buffer)
  return halves
}

/** From the halves of int64, the lower one first: each BigInt would be an object. Beyond 2^53 the sum rounds as the conversion does. */
function readLongs(words: Int32Array, index: number, step: number, length: number, target: Numbers, to: number): void {
  for (let i = 0, at = 2 * index; i < length; i++, at += 2 * step) target[to + i] = words[at + 1] * 0x1_0000_0000 + (words[at] >>> 0)
}
