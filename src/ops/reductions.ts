import { exactSum } from '../exact-sum.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, computeDType, type DType, isFloating, roundToDType, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { type Shape, sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expandView, numbersOf, type View } from '../tensor/view.ts'
import { axesOf, type Dims, type KeepdimOptions, keepdimOf } from './dims.ts'
import { reshape } from './matrices.ts'
import { arithmetic, column, exact, operand, refusedDType, result } from './shared.ts'

/**
 * The sum of all elements, 0-D; or of those along an axis or several, which are gone then, or stay with the extent 1 for `keepdim: true`.
 * Exact up to one rounding. Integers give int64.
 */
export function sum(x: TensorLike, dim?: Dims, options: KeepdimOptions = {}): Tensor {
  const input = operand('sum', 'x', x)
  return along('sum', input, dim, options, isFloating(input.dtype) ? input.dtype : 'int64')
}

/** The mean of all elements, 0-D, or of those along an axis or several; NaN for none. Floating-point only. */
export function mean(x: TensorLike, dim?: Dims, options: KeepdimOptions = {}): Tensor {
  const input = operand('mean', 'x', x)
  if (!isFloating(input.dtype)) {
    const refused = `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${torchName(input.dtype)}`
    throw refusedDType('mean', input.dtype, `RuntimeError: ${refused}`)
  }
  return along('mean', input, dim, options, input.dtype)
}

/** The sums of the elements that differ in some axes alone; divided by their number for a mean, after a rounding, as PyTorch's. */
function along(fn: 'sum' | 'mean', input: Tensor, dim: unknown, options: KeepdimOptions, dtype: DType): Tensor {
  const keepdim = keepdimOf(fn, dim, options)
  const axes = axesOf(fn, dim, input.rank, options)
  const { shape } = input
  const others = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
  const count = sizeOf(axes.map((axis) => shape[axis]))
  const divisor = fn === 'mean' ? count : 1
  const compute = arithmetic(dtype)
  const whole = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
  const kept = keepdim ? whole : others.map((axis) => shape[axis])
  const values = column(fn, inOrder(input, [...others, ...axes]), dtype)
  const out = allocateNumbers(compute, sizeOf(kept))
  for (let i = 0; i < out.length; i++) {
    const total = exactSum(values.subarray(i * count, (i + 1) * count))
    out[i] = fn === 'mean' ? roundToDType(total, computeDType(dtype)) / divisor : total
  }
  const node = record(fn, [input], (g) => {
    const flowing = numbersOf(expandView(reshape(g, whole), shape), dtype)
    const gradient = allocateNumbers(dtype, flowing.length)
    for (let i = 0; i < gradient.length; i++) gradient[i] = flowing[i] / divisor
    return [result(gradient, input.dtype, shape, null)]
  })
  return result(exact(fn, out, dtype), dtype, kept, node)
}

/** A tensor with its axes in another order, off the tape. */
const inOrder = ({ data, dtype, shape, strides, offset }: View, order: Shape): View => ({
  data,
  dtype,
  shape: order.map((axis) => shape[axis]),
  strides: order.map((axis) => strides[axis]),
  offset,
})
