import { exactSum } from '../exact-sum.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, computeDType, type DType, isFloating, type Numbers, roundToDType, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { axisOf, forEachLine } from './lines.ts'
import { arithmetic, column, exact, filled, operand, refusedDType, result } from './shared.ts'

/** The sum of all elements, 0-D; or of those along an axis, which is gone then. Exact up to one rounding. Integers give int64. */
export function sum(x: TensorLike, dim?: number): Tensor {
  const input = operand('sum', 'x', x)
  const dtype = isFloating(input.dtype) ? input.dtype : 'int64'
  if (dim !== undefined) return alongAxis('sum', input, dim, dtype, 1)
  const node = record('sum', [input], (g) => [filled(numbersOf(g)[0], input)])
  const total = exactSum(isFloating(dtype) ? numbersOf(input) : column('sum', input, dtype))
  return result(exact('sum', Float64Array.of(total), dtype), dtype, [], node)
}

/** The mean of all elements, 0-D, or of those along an axis; NaN for none. Floating-point only. */
export function mean(x: TensorLike, dim?: number): Tensor {
  const input = operand('mean', 'x', x)
  if (!isFloating(input.dtype)) {
    const refused = `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${torchName(input.dtype)}`
    throw refusedDType('mean', input.dtype, `RuntimeError: ${refused}`)
  }
  if (dim !== undefined) return alongAxis('mean', input, dim, input.dtype, input.shape[dim < 0 ? dim + input.rank : dim] ?? 1)
  const node = record('mean', [input], (g) => [filled(numbersOf(g)[0] / input.size, input)])
  const total = roundToDType(exactSum(numbersOf(input)), computeDType(input.dtype))
  return result(Float64Array.of(total / input.size), input.dtype, [], node)
}

/** The sums of the lines along an axis, each divided by `divisor`. */
function alongAxis(fn: string, input: Tensor, dim: number, dtype: DType, divisor: number): Tensor {
  const { shape } = input
  const axis = axisOf(fn, dim, input.rank)
  const count = shape[axis] ?? 1
  const inner = sizeOf(shape.slice(axis + 1))
  const kept = shape.filter((_, i) => i !== axis)
  const values = column(fn, input, dtype)
  const out = allocateNumbers(arithmetic(dtype), sizeOf(kept)).fill(0 / divisor)
  const line: Numbers = new Float64Array(count)
  forEachLine(values.length, count, inner, (start, i) => {
    for (let j = 0; j < count; j++) line[j] = values[start + j * inner]
    out[i] = exactSum(line) / divisor
  })
  const node = record(fn, [input], (g) => {
    const flowing = numbersOf(g, dtype)
    const gradient = allocateNumbers(dtype, values.length)
    forEachLine(values.length, count, inner, (start, i) => {
      for (let j = 0; j < count; j++) gradient[start + j * inner] = flowing[i] / divisor
    })
    return [result(gradient, input.dtype, shape, null)]
  })
  return result(exact(fn, out, dtype), dtype, kept, node)
}
