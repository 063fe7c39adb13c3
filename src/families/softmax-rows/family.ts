import type { Kernel } from '../../backends/backend.ts'
import { type Call, wrongDType } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, type Reduction } from '../../reduce.ts'
import type { LossSpec, OptionTable } from '../../spec.ts'
import { computeDType, isFloating, resultType, torchName } from '../../tensor/dtype.ts'
import { type TensorLike, tensor } from '../../tensor/from.ts'
import { listOf, type Shape, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowFormula, RowParams, RowsProblem } from './problem.ts'
import { referenceRows } from './reference.ts'
import { checkByteTarget, checkClassShapes, checkClassWeight, classAxis, readClasses, targetShape, zeroDimensions } from './targets.ts'
import { runRows } from './wasm.ts'

/** One value per row of scores. */
const softmaxRowsKernel: Kernel<RowsProblem> = {
  family: 'softmax-rows',
  about: 'one value per row of scores',
  simd: ['float32'],
  reference: referenceRows,
  wasm: runRows,
}

/** A loss with one value per row of scores: its data and its formula over the row's statistics. */
export interface SoftmaxRowsDefinition<T extends OptionTable, M extends string, N extends string = string>
  extends LossSpec<T, N>,
    RowFormula {
  readonly module: M
  /** Whether the input is log-probabilities already, so that no softmax is taken. */
  readonly normalised?: true
  /** Whether a target of the input's shape is a distribution per row. */
  readonly distributions?: true
  /** PyTorch's kernels of the softmax, which refuse integer scores: with the class axis last, and elsewhere. */
  readonly kernels?: Kernels
}

type Kernels = readonly [last: string, elsewhere: string]

/** PyTorch's kernels that pick the score of a class. */
const picking: Kernels = ['nll_loss_out_frame', 'nll_loss2d_forward_out_frame']

/** Makes a loss of a formula of one row of scores. */
export function softmaxRows<const T extends OptionTable, const M extends string, const N extends string>(
  definition: SoftmaxRowsDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  // picking one number of a row is no work for SIMD
  const kernel = definition.normalised === true ? { ...softmaxRowsKernel, simd: [] } : softmaxRowsKernel
  return defineLoss(definition, (call, reduction) => planRows(definition, call, reduction), kernel)
}

/** What a call computes of its scores, checked. */
export function planRows<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<RowsProblem> {
  return definition.distributions === true && sameShape(call.tensors.input.shape, call.tensors.target.shape)
    ? planDistributions(definition, call, reduction)
    : planClasses(definition, call, reduction)
}

/** One class index per row. */
function planClasses<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<RowsProblem> {
  const { input } = call.tensors
  checkSmoothing(call)
  if (input.shape.length === 0) throw zeroDimensions(call)
  checkSoftmax(definition, call)
  checkClassShapes(call)
  checkScores(picking, call)
  checkWeightDType(call)
  checkByteTarget(call, reduction)
  const { classes, counted, weightSum } = readClasses(call, call.values.ignoreIndex as number)
  if (counted > 0 && reduction === 'mean') checkGather(call)
  checkSingleTarget(call)
  const elements = input.size
  const targetWeights = isUndefinedMean(call, classes) ? Number.NaN : weightSum
  const denominator = denominatorOf(definition.mean, { elements, positions: classes.length, targetWeights, weights: targetWeights })
  return {
    kernel: softmaxRowsKernel,
    problem: rowsOf(definition, call, classes, computeDType(input.dtype)),
    shape: targetShape(input.shape),
    dtype: input.dtype,
    reduction,
    denominator,
    counted,
    ignored: classes.length - counted,
    differentiable: { input },
    native: nativeOf(input.shape),
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
  checkSoftmax(definition, call)
  checkSmoothing(call)
  const dtype = resultType(weight === undefined ? [input, target] : [input, target, weight])
  const positions = input.size === 0 ? 0 : input.size / input.shape[classAxis(input.shape)]
  return {
    kernel: softmaxRowsKernel,
    problem: rowsOf(definition, call, null, computeDType(dtype)),
    shape: targetShape(input.shape),
    dtype,
    reduction,
    native: nativeOf(input.shape),
    denominator: denominatorOf('positions', { elements: input.size, positions, targetWeights: positions, weights: positions }),
    counted: positions,
    ignored: 0,
    differentiable: weight !== undefined && isFloating(weight.dtype) ? { input, target, weight } : { input, target },
  }
}

const nativeOf = (scores: Shape): string => (scores.length <= 2 ? 'nll_loss_forward' : 'nll_loss2d_forward')

function rowsOf<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  { tensors: { input, target, weight }, values }: Call,
  classes: Int32Array | null,
  compute: RowsProblem['compute'],
): RowsProblem {
  const axis = classAxis(input.shape)
  const params: Record<string, unknown> & RowParams = { classes: input.shape[axis], distributions: classes === null }
  for (const name in values) params[name] = values[name]
  return {
    formula: definition,
    params,
    input,
    outer: sizeOf(input.shape.slice(0, axis)),
    inner: sizeOf(input.shape.slice(axis + 1)),
    classes,
    target,
    weight: weight ?? null,
    normalised: definition.normalised === true,
    compute,
  }
}

/** Plain numbers of the input's shape are probabilities, of the input's dtype. */
function withPlainTarget(call: Call): Call {
  const { input, target } = call.tensors
  if (!target.plain || target.dtype !== 'float64' || !isFloating(input.dtype)) return call
  return { ...call, tensors: { ...call.tensors, target: tensor(target, { dtype: input.dtype }) } }
}

/** PyTorch has no kernel to run for scores of size 0. */
function checkSoftmax<T extends OptionTable, M extends string>({ kernels }: SoftmaxRowsDefinition<T, M>, call: Call): void {
  if (kernels !== undefined && call.tensors.input.size > 0) checkScores(kernels, call)
}

function checkScores(kernels: Kernels, call: Call): void {
  const { input } = call.tensors
  if (isFloating(input.dtype)) return
  const kernel = kernels[input.shape.length <= 2 ? 0 : 1]
  const says = `NotImplementedError: "${kernel}" not implemented for '${torchName(input.dtype)}'`
  throw wrongDType(call, 'input', 'floating-point scores', 'Float32Array.from(input); are input and target in order?', says)
}

function checkWeightDType(call: Call): void {
  const { input, weight } = call.tensors
  if (weight === undefined || weight.dtype === input.dtype) return
  const says = `RuntimeError: expected scalar type ${torchName(input.dtype)} but found ${torchName(weight.dtype)}`
  throw wrongDType(call, 'weight', `${input.dtype}, the input's`, `tensor(weight, { dtype: '${input.dtype}' })`, says)
}

/** PyTorch takes a target of shape (1) for a single sample, but not with smoothing. */
function checkSingleTarget(call: Call): void {
  const { input, target } = call.tensors
  if (input.shape.length > 1 || target.shape.length === 0 || !(Number(call.values.labelSmoothing) > 0)) return
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'target',
    received: 'shape (1,) for a single sample, with labelSmoothing',
    expected: 'shape (): one class index',
    repair: 'reshape(target, [])',
    pytorch: "RuntimeError: output with shape [] doesn't match the broadcast shape [1]",
  })
}

/** PyTorch divides the smoothing and the rest one by one: where all targets weigh 0, the rest is 0/0. */
function isUndefinedMean(call: Call, classes: Int32Array): boolean {
  const { weight } = call.tensors
  if (weight === undefined || !(Number(call.values.labelSmoothing) > 0)) return false
  const w = numbersOf(weight)
  return classes.every((t) => t < 0 || w[t] === 0)
}

/** PyTorch's smoothed mean looks the weights up by a function that takes no uint8. */
function checkGather(call: Call): void {
  const { target, weight } = call.tensors
  if (target.dtype !== 'uint8' || weight === undefined || !(Number(call.values.labelSmoothing) > 0)) return
  const says = 'RuntimeError: gather(): Expected dtype int32/int64 for index'
  throw wrongDType(call, 'target', 'int64, with weight and labelSmoothing', 'BigInt64Array.from(target, BigInt)', says)
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
    pytorch: `RuntimeError: label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing === Infinity ? 'inf' : Number(labelSmoothing.toPrecision(6))}`,
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
