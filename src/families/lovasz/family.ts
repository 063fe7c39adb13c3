import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { type Pixels, readPixels, resultOf } from '../overlap/check.ts'
import { countTerms } from '../overlap/family.ts'
import { elementText } from '../pointwise/check.ts'
import type { LovaszProblem } from './problem.ts'
import { referenceLovasz } from './reference.ts'

/** A convex surrogate of the Jaccard loss of regions. */
const lovaszKernel: Kernel<LovaszProblem> = {
  family: 'lovasz',
  about: 'one value for the batch, or per image, from the sorted errors of its pixels',
  reference: referenceLovasz,
}

export interface LovaszDefinition<T extends OptionTable, M extends string, N extends string = string> extends LossSpec<T, N> {
  readonly module: M
  /** Of the probabilities of classes, or of scores of yes or no. */
  readonly errors: 'softmax' | 'hinge'
}

/** Makes a Lovász extension of the Jaccard loss. */
export function lovasz<const T extends OptionTable, const M extends string, const N extends string>(
  definition: LovaszDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, definition.errors === 'softmax' ? planSoftmax : planHinge, lovaszKernel)
}

function planSoftmax(call: Call, reduction: Reduction): Plan<LovaszProblem> {
  const activation = call.values.fromLogits === false ? 'none' : 'softmax'
  const pixels = readPixels(call, 'multiclass', activation)
  if (!('labels' in pixels.target)) throw wantsLabels(call)
  const { chosen, counts } = countTerms(call, pixels, false)
  const units = counts.length / chosen.length
  const divisors = new Float64Array(units).fill(call.values.absent === 'skip' ? 0 : chosen.length)
  if (call.values.absent === 'skip') for (let i = 0; i < counts.length; i++) divisors[Math.floor(i / chosen.length)] += counts[i]
  // where every class is skipped, the mean is 0
  const problem = { activation, chosen, counts, divisors: divisors.map((divisor) => Math.max(divisor, 1)) } as const
  return planOf(call, reduction, pixels, problem)
}

function planHinge(call: Call, reduction: Reduction): Plan<LovaszProblem> {
  const pixels = readPixels(call, 'binary', 'sigmoid')
  checkBinary(call, pixels)
  const divisors = new Float64Array(call.values.perImage === true ? pixels.images : 1).fill(1)
  return planOf(call, reduction, pixels, { activation: 'none', chosen: null, counts: new Uint8Array(0), divisors })
}

function planOf(
  call: Call,
  reduction: Reduction,
  { images, classes, pixels, target, counted, ignored }: Pixels,
  own: Pick<LovaszProblem, 'activation' | 'chosen' | 'counts' | 'divisors'>,
): Plan<LovaszProblem> {
  const { input } = call.tensors
  const perImage = call.values.perImage === true
  const dtype = resultOf(call)
  const units = perImage ? images : 1
  return {
    kernel: lovaszKernel,
    problem: { input, images, classes, pixels, target, perImage, compute: computeDType(dtype), ...own },
    shape: perImage ? [images] : [],
    dtype,
    reduction,
    denominator: denominatorOf(call.spec.mean, { elements: units, positions: units, targetWeights: units, weights: units }),
    counted,
    ignored,
    differentiable: { input },
    native: null,
  }
}

/** The hinge knows yes and no, and nothing between. */
function checkBinary(call: Call, { target }: Pixels): void {
  if (!('values' in target)) return
  const { values, ignored } = target
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0 || values[i] === 1 || values[i] === ignored) continue
    throw new LossError({
      code: 'target-range',
      fn: call.spec.name,
      argument: 'target',
      received: elementText(call.tensors.target, values[i], i),
      expected: `0 or 1${Number.isNaN(ignored) ? '' : `, or ignoreIndex ${ignored}`}`,
      repair: 'the true mask, not probabilities: round it',
      pytorch: null,
    })
  }
}

const wantsLabels = (call: Call): LossError =>
  new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'target',
    received: `shape ${tupleOf(call.tensors.target.shape)}, the input's: one-hot classes or probabilities`,
    expected: 'one class index per pixel: the input’s shape without its class axis 1',
    repair: 'the argmax of the target over axis 1',
    pytorch: null,
  })
