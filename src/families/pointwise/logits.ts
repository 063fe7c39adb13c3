import { type Call, wrongDType } from '../../check.ts'
import { type DType, isFloating } from '../../tensor/dtype.ts'
import { type Shape, torchSize } from '../../tensor/shape.ts'
import { notCastable, notImplemented, subtractionOfBool } from './check.ts'

/** PyTorch's text for unequal shapes where it calls binary_cross_entropy_with_logits. */
export const sizesOfLogits = (input: Shape, target: Shape): string =>
  `ValueError: Target size (${torchSize(target)}) must be the same as input size (${torchSize(input)})`

/** PyTorch works in place on 1 − target, so the result has the target's type. */
export function targetDType(call: Call): DType {
  const [first, second] = call.spec.inputs
  const { [first.name]: input, [second.name]: target, posWeight } = call.tensors
  const wanted = 'a floating-point dtype'
  const repair = `tensor(${second.name}, { dtype: '${input.dtype}' })`
  if (!isFloating(input.dtype)) {
    throw wrongDType(call, first.name, wanted, `Float32Array.from(${first.name})`, notImplemented('log_sigmoid_cpu', input.dtype))
  }
  if (posWeight?.dtype === 'bool') throw wrongDType(call, 'posWeight', wanted, 'Float32Array.from(posWeight)', subtractionOfBool(1))
  // PyTorch subtracts 1 in uint8, where a weight of 0 becomes 255
  if (posWeight?.dtype === 'uint8') throw wrongDType(call, 'posWeight', wanted, 'Float32Array.from(posWeight)', null)
  if (target.dtype === 'bool') throw wrongDType(call, second.name, wanted, repair, subtractionOfBool(2))
  if (!isFloating(target.dtype)) {
    throw wrongDType(call, second.name, wanted, repair, notCastable(input.dtype, target.dtype))
  }
  return target.dtype
}
