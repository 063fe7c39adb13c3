import { type Call, wrongDType } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, type Reduction } from '../../reduce.ts'
import type { LossSpec, OptionTable } from '../../spec.ts'
import { computeDType, isFloating, resultType, torchName } from '../../tensor/dtype.ts'
import { type TensorLike, tensor } from '../../tensor/from.ts'
import { listOf, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { type RowFormula, type RowsProblem, softmaxRowsKernel } from './kernel.ts'
import { checkClassShapes, checkClassWeight, classAxis, readClasses, targetShape, zeroDimensions } from './targets.ts'

/** A loss with one value per row of scores: its data and its formula over the row's statistics. */
export interface SoftmaxRowsDefinition<T extends OptionTable, M extends string> extends LossSpec<T>, RowFormula {
  readonly module: M
  /** Whether the input is log-probabilities already, so that no softmax is taken. */
  readonly normalised?: true
  /** Whether a target of the input's shape is a distribution per row. */
  readonly distributions?: true
  /** PyTorch's kernels that refuse integer scores: with the class axis last, and elsewhere. */
  readonly kernels: readonly [last: string, elsewhere: string]
}

/** Makes a loss of a formula of one row of scores. */
export function softmaxRows<const T extends OptionTable, const M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M> {
  return defineLoss(definition, (call, reduction) =>
    definition.distributions === true && sameShape(call.tensors.input.shape, call.tensors.target.shape)
      ? planDistributions(definition, call, reduction)
      : planClasses(definition, call, reduction),
  )
}

/** One class index per row. */
function planClasses<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<RowsProblem> {
  const { input, weight } = call.tensors
  checkSmoothing(call)
  checkScores(definition, call)
  checkClassShapes(call)
  checkWeightDType(call)
  const { classes, counted, weightSum } = readClasses(call, call.values.ignoreIndex as number)
  const elements = input.size
  const denominator = denominatorOf(definition.mean, { elements, positions: classes.length, targetWeights: weightSum, weights: weightSum })
  return {
    ...common(call, reduction),
    problem: { ...rowsOf(definition, call), classes, compute: computeDType(input.dtype), weight: weight ?? null },
    dtype: input.dtype,
    denominator,
    counted,
    ignored: classes.length - counted,
    differentiable: { input },
  }
}

/** A distribution over the classes per row, of the input's shape. */
function planDistributions<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  given: Call,
  reduction: Reduction,
): Plan<RowsProblem> {
  const call = withPlainTarget(given)
  const { input, target, weight } = call.tensors
  if (!isFloating(target.dtype)) {
    const says = `RuntimeError: Expected floating point type for target with class probabilities, got ${torchName(target.dtype)}`
    const repair = `class indices of shape ${tupleOf(targetShape(input.shape))}, or tensor(target, { dtype: '${input.dtype}' }) for probabilities`
    throw wrongDType(call, 'target', 'a floating-point dtype, since its shape is the input’s', repair, says)
  }
  refuseIgnoreIndex(call)
  if (input.shape.length === 0) throw zeroDimensions(call)
  checkClassWeight(call, weight, (classes, shape) => {
    const wanted = `all ${classes} classes or no classes but got weight tensor of shape: ${listOf(shape)}`
    return `RuntimeError: cross_entropy: weight tensor should be defined either for ${wanted}`
  })
  checkScores(definition, call)
  checkSmoothing(call)
  const dtype = resultType(weight === undefined ? [input, target] : [input, target, weight])
  const positions = input.size === 0 ? 0 : input.size / input.shape[classAxis(input.shape)]
  return {
    ...common(call, reduction),
    problem: { ...rowsOf(definition, call), classes: null, compute: computeDType(dtype), weight: weight ?? null },
    dtype,
    denominator: denominatorOf('positions', { elements: input.size, positions, targetWeights: positions, weights: positions }),
    counted: positions,
    ignored: 0,
    differentiable: weight !== undefined && isFloating(weight.dtype) ? { input, target, weight } : { input, target },
  }
}

const common = (call: Call, reduction: Reduction) => ({
  kernel: softmaxRowsKernel,
  shape: targetShape(call.tensors.input.shape),
  reduction,
  native: call.tensors.input.shape.length <= 2 ? 'nll_loss_forward' : 'nll_loss2d_forward',
})

function rowsOf<T extends OptionTable, M extends string>(definition: SoftmaxRowsDefinition<T, M>, call: Call) {
  const { input, target } = call.tensors
  const axis = classAxis(input.shape)
  return {
    formula: definition,
    params: { ...call.values, classes: input.shape[axis] },
    input,
    outer: sizeOf(input.shape.slice(0, axis)),
    inner: sizeOf(input.shape.slice(axis + 1)),
    target,
    normalised: definition.normalised === true,
  }
}

/** Plain numbers of the input's shape are probabilities, of the input's dtype. */
function withPlainTarget(call: Call): Call {
  const { input, target } = call.tensors
  if (!target.plain || target.dtype !== 'float64' || !isFloating(input.dtype)) return call
  return { ...call, tensors: { ...call.tensors, target: tensor(target, { dtype: input.dtype }) } }
}

function checkScores<T extends OptionTable, M extends string>(definition: SoftmaxRowsDefinition<T, M>, call: Call): void {
  const { input } = call.tensors
  if (isFloating(input.dtype)) return
  const kernel = definition.kernels[input.shape.length <= 2 ? 0 : 1]
  const says = `NotImplementedError: "${kernel}" not implemented for '${torchName(input.dtype)}'`
  throw wrongDType(call, 'input', 'floating-point scores', 'Float32Array.from(input); are input and target in order?', says)
}

function checkWeightDType(call: Call): void {
  const { input, weight } = call.tensors
  if (weight === undefined || weight.dtype === input.dtype) return
  const says = `RuntimeError: expected scalar type ${torchName(input.dtype)} but found ${torchName(weight.dtype)}`
  throw wrongDType(call, 'weight', `${input.dtype}, the input's`, `tensor(weight, { dtype: '${input.dtype}' })`, says)
}

function checkSmoothing(call: Call): void {
  const { labelSmoothing } = call.values
  if (typeof labelSmoothing !== 'number' || !(labelSmoothing > 1)) return
  throw new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: 'labelSmoothing',
    received: String(labelSmoothing),
    expected: 'a number in [0, 1]',
    repair: 'labelSmoothing: 0.1',
    pytorch: `RuntimeError: label_smoothing must be between 0.0 and 1.0. Got: ${Number(labelSmoothing.toPrecision(6))}`,
  })
}

function refuseIgnoreIndex(call: Call): void {
  const ignoreIndex = call.values.ignoreIndex as number
  if (ignoreIndex < 0) return
  throw new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: 'ignoreIndex',
    received: `${ignoreIndex} with a target of probabilities (its shape is the input’s)`,
    expected: 'no ignoreIndex: a distribution has no index to compare',
    repair: 'leave ignoreIndex out; a row of zeros in the target counts for nothing (but stays in the mean)',
    pytorch: 'RuntimeError: ignore_index is not supported for floating point target',
  })
}
