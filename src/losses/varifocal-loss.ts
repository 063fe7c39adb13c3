import { type Algebra, logSigmoid, power, powerSlope, sigmoid } from '../algebra/algebra.ts'
import { promoted } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { reductionOptions } from '../spec.ts'

/**
 * Varifocal loss: for boxes that overlap an object binary cross-entropy weighted by their quality, for the others focal loss.
 *
 * l = t·BCE(x, t) where t > 0, α·σ(x)^γ·BCE(x, 0) elsewhere; BCE(x, t) = −t·log σ(x) − (1 − t)·log(1 − σ(x))
 *
 * Shapes: input and target of one shape, any rank. dtypes: any of which at least one is floating-point; the result is of the promoted type.
 * `mean` divides by the number of elements: detectors often want the sum, divided by the number of positives. Gradients: input, and target
 * where it is above 0. PyTorch has no such loss.
 *
 * Throws LossError for unequal shapes, and where both are integers.
 *
 * Source: H. Zhang et al., VarifocalNet, https://arxiv.org/abs/2008.13367 (eq. 2; α = 0.75, γ = 2)
 *
 * @example
 * const loss = varifocalLoss([0, 2], [0.5, 0], { reduction: 'none' })
 * loss.toArray() // ≈ [0.346574, 1.237559]
 */
export const varifocalLoss = pointwise({
  name: 'varifocalLoss',
  pytorch: null,
  module: 'VarifocalLoss',
  aliases: ['varifocal', 'vfl'],
  summary: 'Binary cross-entropy of raw scores: positives weighted by quality, negatives by score.',
  formula: 't > 0: t·BCE(x, t); t = 0: α·σ(x)^γ·BCE(x, 0)',
  inside: 'sigmoid',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no sigmoid before), any shape' },
    { name: 'target', domain: 'probabilities', help: "the IoU of the box with its object, 0 for background; the input's shape" },
  ],
  options: {
    alpha: { kind: 'number', default: 0.75, examples: [0.75, 0.5, 1], help: 'The weight of negatives.' },
    gamma: { kind: 'number', default: 2, examples: [2, 1, 0, 1.5], help: 'How little counts a negative with a low score; 0 for not less.' },
    reduction: reductionOptions.reduction,
  },
  dtype: promoted(() => null),
  says: { shapes: () => null },

  value: (m, { input: x, target: t }, { alpha, gamma }) =>
    m.select(
      m.lt(0, t),
      m.mul(t, crossEntropy(m, x, t)),
      m.mul(m.mul(alpha as number, power(m, sigmoid(m, x), gamma as number)), softplus(m, x)),
    ),
  slope: {
    input: (m, { input: x, target: t }, p) => m.select(m.lt(0, t), m.mul(t, m.sub(sigmoid(m, x), t)), negativeSlope(m, x, p)),
    target: (m, { input: x, target: t }) => m.select(m.lt(0, t), m.sub(crossEntropy(m, x, t), m.mul(t, x)), 0),
  },
})

const crossEntropy = <V, B>(m: Algebra<V, B>, x: V, t: V): V => m.sub(m.mul(m.sub(1, t), x), logSigmoid(m, x))

/** BCE(x, 0) = −log(1 − σ(x)). */
const softplus = <V, B>(m: Algebra<V, B>, x: V): V => m.neg(logSigmoid(m, m.neg(x)))

/** d/dx of α·σ^γ·softplus: σ' is σ·(1 − σ), the slope of softplus is σ. */
function negativeSlope<V, B>(m: Algebra<V, B>, x: V, { alpha, gamma }: Params): V {
  const y = sigmoid(m, x)
  const byEntropy = m.mul(power(m, y, gamma as number), y)
  const byFactor = m.mul(m.mul(softplus(m, x), powerSlope(m, y, gamma as number)), m.mul(y, m.sub(1, y)))
  return m.mul(alpha as number, gamma === 0 ? byEntropy : m.add(byEntropy, byFactor))
}
