import { type Algebra, square } from '../algebra/algebra.ts'
import { type Call, wrongDType } from '../check.ts'
import { expanded, floats, notCastable, notImplemented, wrongOption } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { realValues, reducedWithWeight } from '../families/pointwise/regression.ts'
import { broadcastOption, elementWeightOption, reductionOptions } from '../spec.ts'
import { type DType, isFloating, resultType } from '../tensor/dtype.ts'

/**
 * Huber loss: squared for small differences, absolute for large ones, so that outliers pull with a bounded force.
 *
 * l = |d| < δ ? d²/2 : δ·(|d| − δ/2), d = x − t. It is `smoothL1Loss` of beta δ, times δ.
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch warns, and compares every pair).
 * dtypes: a floating-point input, any target; the result has the input's type, promoted with that of `weight`. `mean` divides by the number
 * of elements, also with `weight` (those of `mseLoss` and `l1Loss` divide by the weights). Gradients: input, target, weight.
 *
 * Throws LossError for unequal shapes, for integer inputs, and for a delta that is not above 0.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.HuberLoss.html
 *
 * @example
 * const loss = huberLoss([0.5, 3], [0, 1], { reduction: 'none', delta: 0.5 })
 * loss.toArray() // => [0.125, 0.875]
 */
export const huberLoss = pointwise({
  name: 'huberLoss',
  pytorch: 'huber_loss',
  module: 'HuberLoss',
  aliases: ['huber'],
  summary: 'Squared error for small differences, absolute error for large ones; slopes within ±δ.',
  formula: '|d| < δ ? d²/2 : δ·(|d| − δ/2), d = x − t',
  least: 0,
  ...realValues,
  mean: 'elements',
  options: {
    reduction: reductionOptions.reduction,
    delta: {
      kind: 'number',
      default: 1,
      examples: [1, 0.5, 0.1, 2],
      help: 'Where the square ends and the absolute value begins; above 0.',
    },
    weight: {
      ...elementWeightOption,
      functional: true,
      help: "A factor per element, of the input's shape; the mean divides by the number of elements.",
    },
    broadcast: broadcastOption,
  },
  differentiable: ['weight'],
  reducedInPython: reducedWithWeight,
  made: { types: { delta: (came) => (came === 'bool' ? null : `TypeError: delta must be a float or int, got: <class '${came}'>`) } },
  native: { name: 'huber_loss', order: ['input', 'target', 'reduction', 'delta'], sized: ['input', 'target', 'weight'] },
  dtype,

  value: (m, { input: x, target: t }, p) => {
    const z = m.abs(m.sub(x, t))
    const delta = deltaOf(p)
    return m.select(m.lt(z, delta), m.mul(0.5, square(m, z)), m.mul(delta, m.sub(z, 0.5 * delta)))
  },
  slope: {
    input: (m, { input: x, target: t }, p) => within(m, m.sub(x, t), deltaOf(p)),
    target: (m, { input: x, target: t }, p) => within(m, m.sub(t, x), deltaOf(p)),
  },
})

const deltaOf = ({ delta }: Params): number => delta as number

const within = <V, B>(m: Algebra<V, B>, d: V, delta: number): V => m.max(m.min(d, delta), -delta)

/** PyTorch's result has the input's type, into which the promoted type has to go. */
function dtype(call: Call): DType {
  const { input, weight } = call.tensors
  if (!(deltaOf(call.values) > 0)) {
    throw wrongOption(call, 'delta', 'a number above 0', '1', 'RuntimeError: huber_loss does not support non-positive values for delta.')
  }
  const common = resultType(expanded(call))
  if (!isFloating(input.dtype)) {
    const says = notCastable(common, input.dtype) ?? notImplemented('huber_cpu', common)
    throw wrongDType(call, 'input', floats, 'Float32Array.from(input), or input as plain numbers', says)
  }
  return weight === undefined ? input.dtype : resultType([{ dtype: input.dtype, shape: expanded(call)[0].shape }, weight])
}
