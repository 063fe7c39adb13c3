import { type Algebra, logSigmoid, sigmoid } from '../algebra/algebra.ts'
import { outputTooSmall, sizesDiffer } from '../check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { sizesOfLogits, targetDType } from '../families/pointwise/logits.ts'
import { reductionOptions } from '../spec.ts'

/**
 * Binary cross-entropy of logits: sigmoid and binary cross-entropy in one, exact where a sigmoid would saturate.
 *
 * l = w·((1 − t)·x − (1 + (P − 1)·t)·log σ(x)), P = posWeight or 1
 *
 * Shapes: input and target of one shape, any rank; `weight` and `posWeight` broadcast into it, aligned at the right: for (N, C, H, W) one
 * value per class has the shape (C, 1, 1). dtypes: floating-point; the result has the target's type. `mean` divides by the number of
 * elements, whatever the weights. Targets outside [0, 1] are not refused (PyTorch does not), and give losses below 0. Gradients: input,
 * target.
 *
 * Throws LossError for unequal shapes and integer dtypes.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.BCEWithLogitsLoss.html
 *
 * @example
 * const loss = binaryCrossEntropyWithLogits([0, 20], [1, 0], { reduction: 'none' })
 * loss.toArray() // ≈ [0.693147, 20]
 */
export const binaryCrossEntropyWithLogits = pointwise({
  name: 'binaryCrossEntropyWithLogits',
  pytorch: 'binary_cross_entropy_with_logits',
  module: 'BCEWithLogitsLoss',
  aliases: ['bce-with-logits'],
  summary: 'Binary cross-entropy of raw scores: the sigmoid is inside.',
  formula: 'w·((1 − t)·x − (1 + (P − 1)·t)·log σ(x))',
  likelihood: 'bernoulli',
  inside: 'sigmoid',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no sigmoid before), any shape' },
    { name: 'target', domain: 'probabilities', help: "0, 1 or between, the input's shape" },
  ],
  options: {
    ...reductionOptions,
    weight: { kind: 'tensor', domain: 'weights', shape: 'broadcast', help: 'A factor per element; broadcasts into the input.' },
    posWeight: {
      kind: 'tensor',
      domain: 'weights',
      shape: 'broadcast',
      help: 'A factor of the positive term, usually negatives / positives per class; broadcasts into the input.',
    },
  },
  native: { name: 'binary_cross_entropy_with_logits', order: ['input', 'target', 'weight', 'posWeight'], sized: ['input', 'target'] },
  dtype: targetDType,
  says: {
    shapes: sizesOfLogits,
    operands: {
      weight: (shape, _, at) => ('a' in at ? sizesDiffer(at.a, at.b, at.axis) : outputTooSmall(shape, at)),
      posWeight: (shape, _, at) => ('a' in at ? sizesDiffer(at.b, at.a, at.axis) : outputTooSmall(shape, at)),
    },
  },

  value: (m, { input: x, target: t, posWeight }) => m.sub(m.mul(m.sub(1, t), x), m.mul(positiveFactor(m, t, posWeight), logSigmoid(m, x))),
  slope: {
    input: (m, { input: x, target: t, posWeight }) =>
      posWeight === undefined
        ? m.sub(sigmoid(m, x), t)
        : m.sub(m.mul(m.sub(m.add(m.mul(posWeight, t), 1), t), sigmoid(m, x)), m.mul(posWeight, t)),
    target: (m, { input: x, posWeight }) =>
      posWeight === undefined ? m.neg(x) : m.sub(logSigmoid(m, m.neg(x)), m.mul(posWeight, logSigmoid(m, x))),
  },
})

/** 1 + (P − 1)·t. */
const positiveFactor = <V, B>(m: Algebra<V, B>, t: V, posWeight: V | undefined): V | number =>
  posWeight === undefined ? 1 : m.add(1, m.mul(m.sub(posWeight, 1), t))
