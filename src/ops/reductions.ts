import { exactSum } from '../exact-sum.ts'
import { record } from '../tensor/autograd.ts'
import { computeDType, isFloating, roundToDType, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { column, exact, filled, operand, refusedDType, result } from './shared.ts'

/** The sum of all elements, 0-D; exact up to one rounding. Integers give int64. */
export function sum(x: TensorLike): Tensor {
  const input = operand('sum', 'x', x)
  const dtype = isFloating(input.dtype) ? input.dtype : 'int64'
  const node = record('sum', [input], (g) => [filled(numbersOf(g)[0], input)])
  const total = exactSum(isFloating(dtype) ? numbersOf(input) : column('sum', input, dtype))
  return result(exact('sum', Float64Array.of(total), dtype), dtype, [], node)
}

/** The mean of all elements, 0-D; NaN for none. Floating-point only. */
export function mean(x: TensorLike): Tensor {
  const input = operand('mean', 'x', x)
  if (!isFloating(input.dtype)) {
    const refused = `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${torchName(input.dtype)}`
    throw refusedDType('mean', input.dtype, `RuntimeError: ${refused}`)
  }
  const node = record('mean', [input], (g) => [filled(numbersOf(g)[0] / input.size, input)])
  const total = roundToDType(exactSum(numbersOf(input)), computeDType(input.dtype))
  return result(Float64Array.of(total / input.size), input.dtype, [], node)
}
