import type { Algebra } from '../algebra/algebra.ts'
import { type Call, wrongDType } from '../check.ts'
import { checkDifference, checkWide, combined, floats, fractional, notBroadcast } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { reducedByAdding } from '../families/pointwise/python.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import { type DType, isFloating } from '../tensor/dtype.ts'

/**
 * Negative log-likelihood of counts under Poisson distributions.
 *
 * l = exp(x) − t·x, of log-rates x; without `logInput` x − t·log(x + eps), of rates; with `full` also Stirling's approximation of log t!,
 * t·log t − t + ½·log(2πt) where t > 1
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch compares every pair, in
 * silence). dtypes: any but two of 8 or 16-bit integers, and an input of integers beside float64; the result is floating-point, of the type
 * that exp(x) and t promote to. `mean` divides by the number of elements. Gradients: input, target; with `full` that of the target is NaN
 * where t is 0 or below.
 *
 * Throws LossError for unequal shapes, for those dtypes (PyTorch takes them, and overflows), and for bool where PyTorch subtracts.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.PoissonNLLLoss.html
 *
 * @example
 * const loss = poissonNllLoss([0, 1], [2, 3], { reduction: 'none' })
 * loss.toArray() // ≈ [1, -0.281718]
 */
export const poissonNllLoss = pointwise({
  name: 'poissonNllLoss',
  pytorch: 'poisson_nll_loss',
  module: 'PoissonNLLLoss',
  aliases: ['poisson', 'poisson-nll'],
  summary: 'Negative log-likelihood of counts, for rates or their logarithms.',
  formula: 'exp(x) − t·x',
  likelihood: 'poisson',
  inside: 'exp, unless logInput is false',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'real', help: 'log-rates, or without logInput rates above 0, any shape' },
    { name: 'target', domain: 'positive', help: "counts, the input's shape" },
  ],
  options: {
    logInput: { kind: 'boolean', default: true, help: 'The input is the logarithm of the rate.' },
    full: { kind: 'boolean', default: false, help: "Adds Stirling's approximation of log t!, which does not depend on the input." },
    ...reductionOptions,
    eps: {
      kind: 'number',
      default: 1e-8,
      examples: [1e-8, 1e-3, 0.1],
      help: 'Keeps the logarithm of a rate finite, where logInput is false.',
    },
    broadcast: broadcastOption,
  },
  native: { name: 'poisson_nll_loss', order: ['input', 'target', 'logInput', 'full', 'eps'] },
  reducedInPython: reducedByAdding(' is not a valid value for reduction'),
  dtype,
  says: { shapes: (input, target) => notBroadcast(target, input) },

  value: (m, { input: x, target: t }, p) => {
    const loss = p.logInput ? m.sub(m.exp(x), m.mul(t, x)) : m.sub(x, m.mul(t, m.log(m.add(x, epsOf(p)))))
    return p.full ? m.add(loss, stirling(m, t)) : loss
  },
  slope: {
    input: (m, { input: x, target: t }, p) => (p.logInput ? m.sub(m.exp(x), t) : m.sub(1, m.div(t, m.add(x, epsOf(p))))),
    target: (m, { input: x, target: t }, p) => {
      const slope = m.neg(p.logInput ? x : m.log(m.add(x, epsOf(p))))
      return p.full ? m.add(slope, stirlingSlope(m, t)) : slope
    },
  },
})

const epsOf = ({ eps }: Params): number => eps as number

const stirling = <V, B>(m: Algebra<V, B>, t: V): V =>
  m.select(m.le(t, 1), 0, m.add(m.sub(m.mul(t, m.log(t)), t), m.mul(0.5, m.log(m.mul(2 * Math.PI, t)))))

/** Below 1 it is cut off, but PyTorch's zero meets a logarithm on its way back: NaN for 0 and below. */
const stirlingSlope = <V, B>(m: Algebra<V, B>, t: V): V =>
  m.select(m.le(t, 1), m.mul(0, m.log(t)), m.add(m.sub(m.add(m.log(t), m.div(t, t)), 1), m.div(0.5, t)))

/** The type that PyTorch's steps come to. */
function dtype(call: Call): DType {
  const { input, target } = call.tensors
  const product = combined(target, call.values.logInput ? input : fractional(input))
  const first = call.values.logInput ? fractional(input) : input
  if (call.values.logInput) checkWide(call, product, 'target')
  checkDifference(call, first, product, input.dtype === 'bool' ? 'input' : 'target')
  if (call.values.full) checkDifference(call, fractional(target), target, 'target')
  const { dtype } = combined(first, product)
  if (dtype === 'float64' && !isFloating(input.dtype)) {
    // PyTorch takes exp and log of integers in float32, and calls what comes of it float64
    throw wrongDType(call, 'input', `${floats}, beside float64`, "tensor(input, { dtype: 'float64' })", null)
  }
  return dtype
}
