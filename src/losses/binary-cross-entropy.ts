import { outputTooSmall } from '../check.ts'
import { same } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { reductionOptions } from '../spec.ts'
import { listOf, type Shape, torchSize } from '../tensor/shape.ts'

/** PyTorch's constant, float32(1e-12), also in float64. */
const eps = Math.fround(1e-12)

/**
 * Binary cross-entropy of probabilities: for a network that ends with a sigmoid. Where it ends with scores, take
 * `binaryCrossEntropyWithLogits`, which is exact where a sigmoid has saturated.
 *
 * l = −w·(t·log x + (1 − t)·log(1 − x)), each logarithm clamped at −100
 *
 * Shapes: input and target of one shape, any rank; `weight` broadcasts into it. dtypes: input and target of one floating-point type, which
 * is the result's. `mean` divides by the number of elements, whatever the weights. Gradients: input, target. The gradient ignores the clamp
 * and divides by max(x·(1 − x), 1e-12).
 *
 * Throws LossError for values outside [0, 1] in input or target, unequal shapes and unequal dtypes.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.BCELoss.html
 *
 * @example
 * const loss = binaryCrossEntropy([0.5, 0.5], [0, 1])
 * loss.item() // ≈ 0.693147
 */
export const binaryCrossEntropy = pointwise({
  name: 'binaryCrossEntropy',
  pytorch: 'binary_cross_entropy',
  module: 'BCELoss',
  aliases: ['bce'],
  summary: 'Binary cross-entropy between probabilities and targets in [0, 1].',
  formula: '−w·(t·log x + (1 − t)·log(1 − x))',
  likelihood: 'bernoulli',
  inside: 'nothing: put a sigmoid before it',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'probabilities', enforced: true, help: 'probabilities in [0, 1], any shape' },
    { name: 'target', domain: 'probabilities', enforced: true, help: "0, 1 or between, the input's shape" },
  ],
  options: {
    ...reductionOptions,
    weight: { kind: 'tensor', domain: 'weights', shape: 'broadcast', help: 'A factor per element; broadcasts into the input.' },
  },
  native: { name: 'binary_cross_entropy', order: ['input', 'target', 'weight'], sized: ['input', 'target', 'weight'] },
  dtype: same('binary_cross_entropy'),
  says: {
    shapes: (input, target) =>
      `ValueError: Using a target size (${torchSize(target)}) that is different to the input size (${torchSize(input)}) is deprecated. Please ensure they have the same size.`,
    operands: {
      weight: (shape, weight, at) =>
        'a' in at
          ? `RuntimeError: Attempting to broadcast a dimension of length ${at.b} at ${at.axis - Math.max(shape.length, weight.length)}! Mismatching argument at index 1 had ${torchSize(weight)}; but expected shape should be broadcastable to ${listOf(partly(shape, weight, at.axis))}`
          : outputTooSmall(shape, at),
    },
  },

  value: (m, { input: x, target: t }) => m.sub(m.mul(m.sub(t, 1), m.max(m.log1p(m.neg(x)), -100)), m.mul(t, m.max(m.log(x), -100))),
  slope: {
    input: (m, { input: x, target: t }) => m.div(m.sub(x, t), m.max(m.mul(m.sub(1, x), x), eps)),
    target: (m, { input: x }) => m.sub(m.log1p(m.neg(x)), m.log(x)),
  },
})

/** The shape that PyTorch has broadcast so far, from the right, when it comes to an axis that does not fit. */
function partly(shape: Shape, weight: Shape, axis: number): Shape {
  const rank = Math.max(shape.length, weight.length)
  const [a, b] = [shape, weight].map((own) => [...new Array<number>(rank - own.length).fill(1), ...own])
  return a.map((extent, i) => (i > axis && extent === 1 ? b[i] : extent))
}
