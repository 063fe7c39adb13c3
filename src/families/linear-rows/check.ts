import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { cppNames } from '../../ops/matrices.ts'
import { type DType, torchName } from '../../tensor/dtype.ts'
import { repairShape, type Shape, sameShape, tupleOf } from '../../tensor/shape.ts'

/** Checks input, weight and bias against each other, in PyTorch's order and words; gives the shape of the scores. */
export function checkLinear(call: Call): Shape {
  const { input, linearWeight, linearBias, target } = call.tensors
  if (input.shape.length < 1 || input.shape.length > 2) {
    const says = `RuntimeError: expected input with dimensionality 1 or 2, got ${input.shape.length}`
    const features = linearWeight.shape[linearWeight.shape.length - 1] ?? 'D'
    throw wrongShape(call, 'input', '(N, D) or (D,)', `reshape(input, [-1, ${features}]), and the target to match`, says)
  }
  if (linearWeight.shape.length < 2) {
    const says = `RuntimeError: expected linear_weight with dimensionality at least 2, got ${linearWeight.shape.length}`
    throw wrongShape(call, 'linearWeight', '(C, D) or (C, d1, …, D)', 'reshape(linearWeight, [C, D]): a row of D features per class', says)
  }
  const features = input.shape[input.shape.length - 1]
  const weightFeatures = linearWeight.shape[linearWeight.shape.length - 1]
  if (features !== weightFeatures) {
    const says = `RuntimeError: expected equal input and linear_weight last dimensions (in_features), got ${features} and ${weightFeatures}, respectively`
    const isTransposed = linearWeight.shape.length === 2 && linearWeight.shape[0] === features
    const repair = isTransposed
      ? 'transpose linearWeight: (C, D) is wanted, as nn.Linear has it'
      : `give both ${features} features on the last axis`
    throw wrongShape(call, 'linearWeight', `${features} features on the last axis, as the input has`, repair, says)
  }
  const outputs = linearWeight.shape.slice(0, -1)
  if (linearBias !== undefined && !sameShape(linearBias.shape, outputs)) {
    const says = `RuntimeError: expected linear_bias shape ${tupleOf(outputs)}, got ${tupleOf(linearBias.shape)}`
    const repair = repairShape('linearBias', linearBias.shape, outputs) ?? `give one bias per row of linearWeight`
    throw wrongShape(call, 'linearBias', tupleOf(outputs), repair, says)
  }
  if (outputs.length > 1 && input.shape.length === 1) {
    const says = `RuntimeError: K-dimensional loss defined by linear_weight shape ${tupleOf(linearWeight.shape)} requires batched input, (N, ${features}), got unbatched input with shape ${tupleOf(input.shape)}`
    throw wrongShape(
      call,
      'input',
      `(N, ${features}), since linearWeight has ${linearWeight.shape.length} axes`,
      `reshape(input, [1, ${features}])`,
      says,
    )
  }
  const scores = [...input.shape.slice(0, -1), ...outputs]
  if (sameShape(target.shape, scores) && call.values.ignoreIndex !== null) throw ignoreIndexWithProbabilities(call)
  checkDTypes(call)
  return scores
}

/** One dtype for the product. */
function checkDTypes(call: Call): void {
  const { input, linearWeight, linearBias } = call.tensors
  const differ = (a: string, b: string, x: DType, y: DType) =>
    `RuntimeError: ${a} and ${b} must have the same dtype, but got ${torchName(x)} and ${torchName(y)}`
  // PyTorch compares the bias with the weight first, and the input with the weight then
  const biasDiffers = linearBias !== undefined && linearBias.dtype !== linearWeight.dtype
  if (linearWeight.dtype !== input.dtype) {
    const says = biasDiffers
      ? differ('self', 'mat2', linearBias.dtype, linearWeight.dtype)
      : linearBias !== undefined
        ? differ('mat1', 'mat2', input.dtype, linearWeight.dtype)
        : `RuntimeError: expected m1 and m2 to have the same dtype, but got: ${cppNames[input.dtype]} != ${cppNames[linearWeight.dtype]}`
    throw wrongDType(call, 'linearWeight', `${input.dtype}, the input's`, `tensor(linearWeight, { dtype: '${input.dtype}' })`, says)
  }
  if (biasDiffers) {
    const says = differ('self', 'mat2', linearBias.dtype, linearWeight.dtype)
    throw wrongDType(call, 'linearBias', `${input.dtype}, the input's`, `tensor(linearBias, { dtype: '${input.dtype}' })`, says)
  }
  if (input.dtype === 'bool') {
    const says = `NotImplementedError: "addmm_impl_cpu_" not implemented for 'Bool'`
    throw wrongDType(call, 'input', 'a floating-point dtype', 'Float32Array.from(input)', says)
  }
}

function ignoreIndexWithProbabilities(call: Call): LossError {
  const { ignoreIndex } = call.values
  return new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: 'ignoreIndex',
    received: `${ignoreIndex} with a target of probabilities (its shape is that of the scores)`,
    expected: 'no ignoreIndex: a distribution has no index to compare',
    repair: 'leave ignoreIndex out; a row of zeros in the target counts for nothing (but stays in the mean)',
    pytorch: 'RuntimeError: ignore_index cannot be specified when target contains probabilities',
  })
}
