import { readOptions } from './check.ts'
import { LossError } from './errors.ts'
import { check } from './findings/check.ts'
import { type CheckOptions, checkOptionNames, watched } from './findings/watch.ts'
import { Linear, type LinearLayer, type LinearOptions } from './layers.ts'
import type { LossFunction } from './loss.ts'
import { linearCrossEntropy } from './losses/linear-cross-entropy.ts'
import { pythonType } from './names.ts'
import type { Criterion } from './nn.ts'
import { reshape } from './ops/index.ts'
import { report } from './reports/report.ts'
import type { ReportOptions } from './reports/types.ts'
import type { OptionsOf } from './spec.ts'
import { type TensorLike, tensor } from './tensor/from.ts'
import { type Shape, sizeOf, tupleOf } from './tensor/shape.ts'

type LossOptions = Omit<OptionsOf<typeof linearCrossEntropy.spec.options>, 'linearBias'>

export interface LinearCriterionOptions extends LossOptions, LinearOptions, CheckOptions {
  /** The axes d1, …, dk of a target (N, d1, …, dk); none if left out. */
  readonly outFeatures?: Shape
}

/** The layer holds the parameters: `criterion.linear.weight` and `criterion.linear.bias`. */
export type LinearCriterion = Criterion<[input: TensorLike, target: TensorLike], LossOptions> & { readonly linear: LinearLayer }

/**
 * A last linear layer and the cross-entropy of its scores in one, without the scores in memory.
 *
 * As in PyTorch the layer's weight is flat, (C·d1·…·dk, D), and it has a bias only where `bias: true` asks for one.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.LinearCrossEntropyLoss.html
 */
export function LinearCrossEntropyLoss(inFeatures: number, numClasses: number, options: LinearCriterionOptions = {}): LinearCriterion {
  const { outFeatures = [], bias = false, dtype = 'float32', random, checks, onFinding, ...own } = options
  const { spec } = linearCrossEntropy
  const name = `nn.${spec.module}`
  const given = readOptions(spec, name, own, checkOptionNames) as LossOptions
  checkOptions(name, numClasses, given)
  const linear = Linear(inFeatures, numClasses * sizeOf(outFeatures), { bias, dtype, ...(random === undefined ? {} : { random }) })
  const run = watched(linearCrossEntropy as unknown as LossFunction, name, {
    ...(checks === undefined ? {} : { checks }),
    ...(onFinding === undefined ? {} : { onFinding }),
  })
  /** The criterion's call as that of the function, with the layer's parameters of the moment. */
  const callOf = (input: TensorLike, target: TensorLike) => {
    const linearBias = linear.bias === null ? null : reshape(linear.bias, [numClasses, ...outFeatures])
    return [input, reshape(linear.weight, [numClasses, ...outFeatures, inFeatures]), target, { ...given, linearBias }] as const
  }
  const forward = (input: TensorLike, target: TensorLike) => run(callOf(input, target))
  return Object.assign((input: TensorLike, target: TensorLike) => forward(input, target), {
    forward,
    report: (input: TensorLike, target: TensorLike, how?: ReportOptions) => report(linearCrossEntropy, ...callOf(input, target), how),
    check: (input: TensorLike, target: TensorLike) => check(linearCrossEntropy, ...callOf(input, target)),
    options: given,
    linear,
  })
}

/** What PyTorch's constructor refuses. */
function checkOptions(fn: string, numClasses: number, { weight, labelSmoothing, ...rest }: LossOptions): void {
  if ('linearBias' in rest) {
    throw new LossError({
      code: 'option-unknown',
      fn,
      argument: 'linearBias',
      received: 'an option of that name',
      expected: 'bias: true, and criterion.linear.bias to be set',
      repair: 'bias: true',
      pytorch: `TypeError: LinearCrossEntropyLoss.__init__() got an unexpected keyword argument 'linear_bias'`,
    })
  }
  const shape = weight === null || weight === undefined ? [numClasses] : tensor(weight).shape
  if (shape.length !== 1 || shape[0] !== numClasses) {
    throw new LossError({
      code: 'shape',
      fn,
      argument: 'weight',
      received: `shape ${tupleOf(shape)}`,
      expected: `shape ${tupleOf([numClasses])}: one weight per class`,
      repair: `give ${numClasses} weights`,
      pytorch:
        typeof weight === 'number'
          ? `AttributeError: '${pythonType(weight)}' object has no attribute 'shape'`
          : `RuntimeError: expected weight shape to be ${tupleOf([numClasses])}, got ${tupleOf(shape)}`,
    })
  }
  if (labelSmoothing !== undefined && (labelSmoothing < 0 || labelSmoothing > 1)) {
    throw new LossError({
      code: 'option-range',
      fn,
      argument: 'labelSmoothing',
      received: String(labelSmoothing),
      expected: 'a number in [0, 1]',
      repair: 'labelSmoothing: 0.1',
      pytorch: `RuntimeError: expected label_smoothing to be in range [0, 1], got ${labelSmoothing}`,
    })
  }
}
