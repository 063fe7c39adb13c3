import { record } from '../tensor/autograd.ts'
import { allocateNumbers, isFloating, type Numbers, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { axisOf, dimSecond } from './dims.ts'
import { forEachLine } from './lines.ts'
import { operand, refusedDType, result } from './shared.ts'

/** log softmax along an axis: (x − max) − log Σ e^(x − max). */
export function logSoftmax(x: TensorLike, dim: number): Tensor {
  return alongAxis(
    'logSoftmax',
    x,
    dim,
    (_, logp, c) => logp[c],
    (y, g, gSum) => g - Math.exp(y) * gSum,
    (_, g) => g,
  )
}

/** softmax along an axis. */
export function softmax(x: TensorLike, dim: number): Tensor {
  return alongAxis(
    'softmax',
    x,
    dim,
    (p, _, c) => p[c],
    (y, g, gSum) => y * (g - gSum),
    (y, g) => y * g,
  )
}

/** A softmax-like op on each line of an axis; its gradient is `slope(y, g, Σ term(y, g))`. */
function alongAxis(
  name: string,
  x: TensorLike,
  dim: number,
  pick: (p: Float64Array, logp: Float64Array, c: number) => number,
  slope: (y: number, g: number, gSum: number) => number,
  term: (y: number, g: number) => number,
): Tensor {
  const input = operand(name, 'x', x)
  const axis = axisOf(name, dim, input.rank, (came) => (came === 'NoneType' ? null : dimSecond(name)(came))) // without one PyTorch guesses
  if (!isFloating(input.dtype)) {
    const kernel = `${name === 'softmax' ? 'softmax' : 'log_softmax'}_${axis === Math.max(input.rank, 1) - 1 ? 'lastdim_' : ''}kernel_impl`
    throw refusedDType(name, input.dtype, `NotImplementedError: "${kernel}" not implemented for '${torchName(input.dtype)}'`)
  }
  const count = input.shape[axis] ?? 1
  const inner = sizeOf(input.shape.slice(axis + 1))
  const values = numbersOf(input)
  const out = allocateNumbers(input.dtype, values.length)
  const p = new Float64Array(count)
  const logp = new Float64Array(count)
  const round = values instanceof Float32Array ? Math.fround : (value: number) => value
  forEachLine(values.length, count, inner, (start) => {
    softmaxRow(values, start, count, inner, round, logp, p)
    for (let c = 0; c < count; c++) out[start + c * inner] = pick(p, logp, c)
  })
  const node = record(name, [input], (g) => {
    const flowing = numbersOf(g, input.dtype)
    const gradient = allocateNumbers(input.dtype, out.length)
    forEachLine(out.length, count, inner, (start) => {
      let gSum = 0
      for (let c = 0, at = start; c < count; c++, at += inner) gSum += term(out[at], flowing[at])
      for (let c = 0, at = start; c < count; c++, at += inner) gradient[at] = slope(out[at], flowing[at], gSum)
    })
    return [result(gradient, input.dtype, input.shape, null)]
  })
  return result(out, input.dtype, input.shape, node)
}

/** log softmax and softmax of a row: (x − max) − log Σ e^(x − max), in that order, as PyTorch; gives max + log Σ e^(x − max). */
export function softmaxRow(
  x: Numbers,
  start: number,
  count: number,
  stride: number,
  round: (value: number) => number,
  logp: Float64Array,
  p: Float64Array,
): number {
  let max = -Infinity
  for (let c = 0, at = start; c < count; c++, at += stride) if (!(x[at] <= max)) max = x[at]
  let sum = 0
  for (let c = 0, at = start; c < count; c++, at += stride) {
    logp[c] = round(x[at] - max)
    p[c] = Math.exp(logp[c])
    sum += p[c]
  }
  const logSum = Math.log(sum)
  for (let c = 0; c < count; c++) {
    logp[c] -= logSum
    p[c] /= sum
  }
  if (Number.isFinite(max)) return max + logSum
  // of infinite scores there is no softmax, but a log Σ eˣ
  for (let c = 0, at = start; c < count; c++, at += stride) if (Number.isNaN(x[at])) return Number.NaN
  return max
}
