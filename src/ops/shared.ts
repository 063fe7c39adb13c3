import { LossError } from '../errors.ts'
import { snakeCase } from '../names.ts'
import type { Node } from '../tensor/autograd.ts'
import { allocateNumbers, computeDType, type DType, isFloating, type Numbers, resultType, toStorage } from '../tensor/dtype.ts'
import { type TensorLike, tensorFrom } from '../tensor/from.ts'
import { type Shape, tupleOf } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { numbersOf, type View } from '../tensor/view.ts'

/**
 * Two operands as tensors, and the dtype of what they give.
 *
 * Plain numbers take the other one's dtype where that is floating-point, else float32. A single one is PyTorch's scalar: beside a 16-bit
 * tensor it stays in float32, and the result is of the tensor's dtype.
 */
export function operands(
  name: string,
  a: TensorLike,
  b: TensorLike,
  [nameA, nameB]: readonly [string, string] = ['a', 'b'],
): { left: Tensor; right: Tensor; dtype: DType } {
  if (isPlain(a) && !isPlain(b)) {
    const right = operand(name, nameB, b)
    const left = operand(name, nameA, a, dtypeBeside(right, a))
    return { left, right, dtype: dtypeOf(right, left, a) }
  }
  const left = operand(name, nameA, a)
  const right = operand(name, nameB, b, dtypeBeside(left, b))
  return { left, right, dtype: dtypeOf(left, right, b) }
}

const isPlain = (x: TensorLike): boolean => typeof x === 'number' || Array.isArray(x)

function dtypeBeside({ dtype }: Tensor, given: TensorLike): DType {
  if (!isFloating(dtype)) return 'float32'
  return typeof given === 'number' ? computeDType(dtype) : dtype
}

const dtypeOf = (tensor: Tensor, other: Tensor, given: TensorLike): DType =>
  typeof given === 'number' && isFloating(tensor.dtype) ? tensor.dtype : resultType([tensor, other])

export const operand = (fn: string, argument: string, x: TensorLike, plain: DType = 'float32'): Tensor => {
  const named = { b: `'other' (position 2)`, x1: `'x1' (position 1)`, x2: `'x2' (position 2)` }[argument] ?? `'input' (position 1)`
  return tensorFrom(x, {}, fn, argument, plain, (type) => `TypeError: ${snakeCase(fn)}(): argument ${named} must be Tensor, not ${type}`)
}

export function result(numbers: Numbers, dtype: DType, shape: Shape, node: Node | null): Tensor {
  return new Tensor({ data: toStorage(numbers, dtype), dtype, shape, node })
}

export const filled = (value: number, { dtype, shape, size }: Tensor): Tensor =>
  result(allocateNumbers(dtype, size).fill(value), dtype, shape, null)

/** The dtype in which an op with a result of `dtype` is computed: integers in float64. */
export const arithmetic = (dtype: DType): DType => (isFloating(dtype) ? dtype : 'float64')

/** An operand's elements for an op with a result of `dtype`. */
export function column(fn: string, operand: View, dtype: DType): Numbers {
  return exact(fn, numbersOf(operand, arithmetic(dtype)), dtype)
}

/** Refuses integers beyond 2^53, which float64 would round; PyTorch computes them modulo 2^64. */
export function exact(fn: string, numbers: Numbers, dtype: DType): Numbers {
  if (isFloating(dtype)) return numbers
  const unsafe = numbers.find((value) => !Number.isSafeInteger(value))
  if (unsafe === undefined) return numbers
  throw new LossError({
    code: 'value-unsafe',
    fn,
    argument: 'integers',
    received: String(unsafe),
    expected: 'integers within ±(2^53 − 1), also in the result',
    repair: `tensor(x, { dtype: 'float64' }), which rounds`,
    pytorch: null,
  })
}

/** A shape that PyTorch refuses for an op. */
export const refusedShape = (fn: string, shape: Shape, expected: string, pytorch: string): LossError =>
  new LossError({
    code: 'shape',
    fn,
    argument: 'x',
    received: `shape ${tupleOf(shape)}`,
    expected,
    repair: 'give it some numbers',
    pytorch,
  })

/** A dtype that PyTorch refuses for an op. */
export const refusedDType = (fn: string, dtype: DType, pytorch: string | null): LossError =>
  new LossError({
    code: 'dtype',
    fn,
    argument: 'x',
    received: dtype,
    expected: 'a floating-point dtype',
    repair: `tensor(x, { dtype: 'float32' })`,
    pytorch,
  })
