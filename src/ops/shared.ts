import { LossError } from '../errors.ts'
import type { Node } from '../tensor/autograd.ts'
import { allocateNumbers, type DType, isFloating, type Numbers, torchName, toStorage } from '../tensor/dtype.ts'
import { type TensorLike, tensorFrom } from '../tensor/from.ts'
import type { Shape } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'

/** Two operands as tensors; plain numbers take the dtype of the other one. */
export function operands(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const plain = (x: TensorLike) => typeof x === 'number' || Array.isArray(x)
  if (plain(a) && !plain(b)) {
    const right = operand(name, 'b', b)
    return [operand(name, 'a', a, isFloating(right.dtype) ? right.dtype : 'float32'), right]
  }
  const left = operand(name, 'a', a)
  return [left, operand(name, 'b', b, isFloating(left.dtype) ? left.dtype : 'float32')]
}

export const operand = (fn: string, argument: string, x: TensorLike, plain: DType = 'float32'): Tensor =>
  tensorFrom(x, {}, fn, argument, plain)

export const floating = (fn: string, x: Tensor): Tensor => {
  if (!isFloating(x.dtype)) throw integers(fn, x.dtype)
  return x
}

export function result(numbers: Numbers, dtype: DType, shape: Shape, node: Node | null): Tensor {
  return new Tensor({ data: toStorage(numbers, dtype), dtype, shape, node })
}

export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : result(numbersOf(x, dtype), dtype, x.shape, null))

export const filled = (value: number, { dtype, shape, size }: Tensor): Tensor =>
  result(allocateNumbers(dtype, size).fill(value), dtype, shape, null)

export const integers = (fn: string, dtype: DType): LossError =>
  new LossError({
    code: 'dtype',
    fn,
    argument: 'x',
    received: dtype,
    expected: 'a floating-point dtype',
    repair: `tensor(x, { dtype: 'float32' })`,
    pytorch:
      fn === 'mean'
        ? `RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${torchName(dtype)}`
        : null,
  })
