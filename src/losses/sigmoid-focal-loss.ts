import { type Algebra, logSigmoid, power, powerSlope, sigmoid } from '../algebra/algebra.ts'
import { pointwiseOf } from '../families/pointwise/family.ts'
import { sizesOfLogits, targetDType } from '../families/pointwise/logits.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { outside } from '../refusals.ts'
import { type Refusal, reductionOptions } from '../spec.ts'
import { resultType } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'

/**
 * Focal loss of binary labels: binary cross-entropy in which what is classified well already counts for little. Of dense detectors.
 *
 * l = α_t·(1 − p_t)^γ·BCE(x, t), where p = σ(x), p_t = p·t + (1 − p)·(1 − t), and α_t = α·t + (1 − α)·(1 − t), or 1 for an alpha of −1
 *
 * Shapes: inputs and targets of one shape, any rank. dtypes: floating-point; the result is of the promoted type. Reduction is 'none' if left
 * out, as in torchvision; `mean` divides by the number of elements, not of positives. Gradients: inputs, targets; where gamma is below 1
 * and p_t is 1, NaN.
 *
 * Throws LossError for unequal shapes, integers, and an alpha outside [0, 1] that is not −1.
 *
 * Source: https://docs.pytorch.org/vision/0.28/generated/torchvision.ops.sigmoid_focal_loss.html, https://arxiv.org/abs/1708.02002
 *
 * @example
 * const loss = sigmoidFocalLoss([0, 2], [1, 0])
 * loss.toArray() // ≈ [0.043322, 1.237559]
 */
export const sigmoidFocalLoss = pointwiseOf<[inputs: TensorLike, targets: TensorLike]>()({
  name: 'sigmoidFocalLoss',
  pytorch: 'sigmoid_focal_loss',
  library: 'torchvision.ops',
  module: 'SigmoidFocalLoss',
  aliases: ['focal', 'sigmoid-focal'],
  summary: 'Binary cross-entropy of raw scores that all but ignores what is classified well.',
  formula: 'α_t·(1 − p_t)^γ·BCE(x, t)',
  least: 0,
  inside: 'sigmoid',
  mean: 'elements',
  inputs: [
    { name: 'inputs', domain: 'logits', help: 'raw scores (no sigmoid before), any shape' },
    { name: 'targets', domain: 'probabilities', help: "0, 1 or between, the inputs' shape" },
  ],
  options: {
    alpha: {
      kind: 'number',
      default: 0.25,
      examples: [0.25, 0.5, -1, 1],
      help: 'The weight of positives, in [0, 1], negatives get the rest; −1 for no weights.',
    },
    gamma: { kind: 'number', default: 2, examples: [2, 0, 1, 1.5, 5], help: 'How little counts what is classified well; 0 for not less.' },
    reduction: { ...reductionOptions.reduction, default: 'none' },
  },
  native: {
    name: 'sigmoid',
    order: ['inputs', 'targets'],
    sized: ['targets'],
    types: {
      alpha: (came) => `TypeError: '<=' not supported between instances of 'int' and '${came}'`,
      gamma: (came) => `TypeError: unsupported operand type(s) for ** or pow(): 'Tensor' and '${came}'`,
    },
  },
  reducedInPython: () => (given) =>
    `ValueError: Invalid Value for arg 'reduction': '${given ?? 'None'} \n Supported reduction modes: 'none', 'mean', 'sum'`,
  refuses: refusesAlpha,
  dtype: (call) => {
    targetDType(call)
    return resultType([call.tensors.inputs, call.tensors.targets])
  },
  says: { shapes: sizesOfLogits },

  value: (m, at, p) => m.mul(alphaOf(m, at.targets, p), m.mul(crossEntropy(m, at), power(m, missing(m, at), gammaOf(p)))),
  slope: {
    inputs: (m, at, p) => {
      const y = sigmoid(m, at.inputs)
      const byEntropy = m.mul(m.sub(y, at.targets), power(m, missing(m, at), gammaOf(p)))
      const byFactor = m.mul(opposed(m, byMissing(m, at, p), at.targets), m.mul(m.sub(1, y), y))
      return m.mul(alphaOf(m, at.targets, p), gammaOf(p) === 0 ? byEntropy : m.add(byEntropy, byFactor))
    },
    targets: (m, at, p) => {
      const factor = power(m, missing(m, at), gammaOf(p))
      const byEntropy = m.neg(m.mul(at.inputs, factor))
      const byFactor = opposed(m, byMissing(m, at, p), sigmoid(m, at.inputs))
      const slope = m.mul(alphaOf(m, at.targets, p), gammaOf(p) === 0 ? byEntropy : m.add(byEntropy, byFactor))
      const alpha = p.alpha as number
      return alpha < 0 ? slope : m.sub(slope, opposed(m, m.mul(crossEntropy(m, at), factor), alpha))
    },
  },
})

type At<V> = Readonly<Record<string, V>>

const gammaOf = ({ gamma }: Params): number => gamma as number

const alphaOf = <V, B>(m: Algebra<V, B>, t: V, { alpha }: Params): V | number =>
  (alpha as number) < 0 ? 1 : m.add(m.mul(alpha as number, t), m.mul(1 - (alpha as number), m.sub(1, t)))

const crossEntropy = <V, B>(m: Algebra<V, B>, { inputs: x, targets: t }: At<V>): V => m.sub(m.mul(m.sub(1, t), x), logSigmoid(m, x))

/** 1 − p_t, with the roundings of torchvision's steps: it is 0 where p is 1. */
function missing<V, B>(m: Algebra<V, B>, { inputs: x, targets: t }: At<V>): V {
  const p = sigmoid(m, x)
  return m.sub(1, m.add(m.mul(p, t), m.mul(m.sub(1, p), m.sub(1, t))))
}

/** (1 − 2·y)·x, in the two steps in which it is NaN for an infinite x, as torchvision's gradient is. */
const opposed = <V, B>(m: Algebra<V, B>, x: V, y: V | number): V => m.sub(m.mul(x, m.sub(1, y)), m.mul(x, y))

/** What comes back to 1 − p_t: for a gamma of 0 nothing, not even of an infinite cross-entropy. */
const byMissing = <V, B>(m: Algebra<V, B>, at: At<V>, p: Params): V => m.mul(crossEntropy(m, at), powerSlope(m, missing(m, at), gammaOf(p)))

function refusesAlpha(options: Readonly<Record<string, unknown>>): Refusal | null {
  const alpha = options.alpha as number
  if ((alpha >= 0 && alpha <= 1) || alpha === -1) return null
  const said = Number.isFinite(alpha) ? alpha : String(alpha).replace('Infinity', 'inf').replace('NaN', 'nan')
  const says = `ValueError: Invalid alpha value: ${said}. alpha must be in the range [0,1] or -1 for ignore.`
  return outside(options, 'alpha', 'a number in [0, 1], or −1 for no weights', '0.25', says)
}
