import { type Algebra, logSigmoid, power, powerSlope, sigmoid, sign } from '../algebra/algebra.ts'
import { promoted } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { reductionOptions } from '../spec.ts'

/**
 * Quality focal loss: binary cross-entropy with a soft label, the quality of a box, that counts by how far the score is from it.
 *
 * l = |t − σ(x)|^β·BCE(x, t), where BCE(x, t) = −t·log σ(x) − (1 − t)·log(1 − σ(x))
 *
 * Shapes: input and target of one shape, any rank. dtypes: any of which at least one is floating-point; the result is of the promoted type.
 * `mean` divides by the number of elements: detectors often want the sum, divided by the number of positives. Gradients: input, target.
 * PyTorch has no such loss.
 *
 * Throws LossError for unequal shapes, and where both are integers.
 *
 * Source: X. Li et al., Generalized Focal Loss, https://arxiv.org/abs/2006.04388 (eq. 3; β = 2)
 *
 * @example
 * const loss = qualityFocalLoss([0, 2], [1, 0.5], { reduction: 'none' })
 * loss.toArray() // ≈ [0.173287, 0.163412]
 */
export const qualityFocalLoss = pointwise({
  name: 'qualityFocalLoss',
  pytorch: null,
  module: 'QualityFocalLoss',
  aliases: ['quality-focal', 'qfl'],
  summary: 'Binary cross-entropy of raw scores and soft labels, weighted by how far they are apart.',
  formula: '|t − σ(x)|^β·BCE(x, t)',
  least: 0,
  inside: 'sigmoid',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no sigmoid before), any shape' },
    { name: 'target', domain: 'probabilities', help: "the quality, such as the IoU of the box, 0 for background; the input's shape" },
  ],
  options: {
    beta: { kind: 'number', default: 2, examples: [2, 1, 0, 1.5, 3], help: 'How little counts what is near its label; 0 for not less.' },
    reduction: reductionOptions.reduction,
  },
  dtype: promoted(() => null),
  says: { shapes: () => null },

  value: (m, at, p) => m.mul(crossEntropy(m, at), power(m, m.abs(distance(m, at)), betaOf(p))),
  slope: {
    input: (m, at, p) => {
      const y = sigmoid(m, at.input)
      const d = distance(m, at)
      const byEntropy = m.mul(d, power(m, m.abs(d), betaOf(p)))
      return betaOf(p) === 0 ? byEntropy : m.add(byEntropy, m.mul(byDistance(m, at, p), m.mul(y, m.sub(1, y))))
    },
    target: (m, at, p) => {
      const byEntropy = m.neg(m.mul(at.input, power(m, m.abs(distance(m, at)), betaOf(p))))
      return betaOf(p) === 0 ? byEntropy : m.sub(byEntropy, byDistance(m, at, p))
    },
  },
})

type At<V> = Readonly<Record<string, V>>

const betaOf = ({ beta }: Params): number => beta as number

const distance = <V, B>(m: Algebra<V, B>, { input: x, target: t }: At<V>): V => m.sub(sigmoid(m, x), t)

const crossEntropy = <V, B>(m: Algebra<V, B>, { input: x, target: t }: At<V>): V => m.sub(m.mul(m.sub(1, t), x), logSigmoid(m, x))

/** The slope by the distance, of its power alone. */
function byDistance<V, B>(m: Algebra<V, B>, at: At<V>, p: Params): V {
  const d = distance(m, at)
  return m.mul(m.mul(crossEntropy(m, at), powerSlope(m, m.abs(d), betaOf(p))), sign(m, d))
}
