import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import { broadcastOption, type LossSpec, type OptionTable, type Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { checkBoxes, resultDType } from './check.ts'
import type { BoxesProblem, Penalty } from './problem.ts'
import { referenceBoxes } from './reference.ts'

/** One value per pair of boxes. */
const boxesKernel: Kernel<BoxesProblem> = { family: 'boxes', about: 'one value per pair of boxes', reference: referenceBoxes }

/** What the losses of two boxes have in common. */
export const boxesData = {
  inside: 'nothing: corners, not centres and sizes',
  mean: 'positions',
  library: 'torchvision.ops',
  inputs: [
    { name: 'boxes1', domain: 'boxes', axes: '… 4', help: 'boxes (…, 4) as corners x1, y1, x2, y2: (4), (N, 4) or more axes' },
    { name: 'boxes2', domain: 'boxes', axes: '… 4', help: 'the boxes to compare with, pair by pair: the same shape' },
  ],
  options: {
    reduction: {
      kind: 'reduction',
      choices: ['none', 'mean', 'sum'],
      default: 'none',
      help: "'none' for one value per pair of boxes, 'mean' or 'sum'.",
    },
    eps: { kind: 'number', default: 1e-7, examples: [1e-7, 1e-3, 0, 1], help: 'Added to divisors, against a division by 0.' },
    broadcast: { ...broadcastOption, help: 'Let one box of boxes2 stand for many of boxes1, as torchvision does without a word.' },
  },
  reducedInPython: () => (given) =>
    `ValueError: Invalid Value for arg 'reduction': '${given ?? 'None'} \n Supported reduction modes: 'none', 'mean', 'sum'`,
} as const satisfies Partial<LossSpec>

/** A loss of pairs of boxes: its data, and what it adds to 1 − IoU. */
export interface BoxesDefinition<T extends OptionTable, M extends string, N extends string = string> extends LossSpec<T, N> {
  readonly module: M
  readonly penalty: Penalty
  /** The ε of the IoU, where `eps` does not reach it. */
  readonly iouEps?: number
}

/** Makes a loss 1 − IoU + penalty of pairs of boxes. */
export function boxes<const T extends OptionTable, const M extends string, const N extends string>(
  definition: BoxesDefinition<T, M, N>,
): LossFunction<[boxes1: TensorLike, boxes2: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planBoxes(definition, call, reduction), boxesKernel)
}

function planBoxes<T extends OptionTable, M extends string>(
  { penalty, iouEps }: BoxesDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<BoxesProblem> {
  const { boxes1, boxes2 } = call.tensors
  const shape = checkBoxes(call)
  const dtype = resultDType(call)
  const count = sizeOf(shape)
  const eps = Number(call.values.eps)
  // the mean of no boxes is 0
  const divisor = Math.max(count, 1)
  return {
    kernel: boxesKernel,
    problem: {
      penalty,
      eps,
      iouEps: iouEps ?? eps,
      count,
      boxes1,
      boxes2,
      compute: computeDType(dtype),
      compute2: computeDType(boxes2.dtype),
    },
    shape,
    dtype,
    reduction,
    denominator: denominatorOf(call.spec.mean, { elements: divisor, positions: divisor, targetWeights: divisor, weights: divisor }),
    counted: count,
    ignored: 0,
    differentiable: { boxes1, boxes2 },
    native: null,
  }
}
