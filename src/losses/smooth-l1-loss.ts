import { type Algebra, sign } from '../algebra/algebra.ts'
import type { Call } from '../check.ts'
import { promoted, wrongOption } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { absoluteError, realValues } from '../families/pointwise/regression.ts'
import type { Reduction } from '../reduce.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import type { DType } from '../tensor/dtype.ts'

/**
 * Smooth L1: squared for small differences, absolute for large ones, with the slopes of ±1 of the absolute error. Of box regression.
 *
 * l = |d| < β ? d² / (2β) : |d| − β/2, d = x − t. It is `huberLoss` divided by its delta; with β = 0 it is `l1Loss`.
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch warns, and compares every pair).
 * dtypes: any of which at least one is floating-point; the result is of the promoted type. `mean` divides by the number of elements.
 * Gradients: input, target.
 *
 * Throws LossError for unequal shapes, where both are integers, and for a beta below 0.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.SmoothL1Loss.html
 *
 * @example
 * const loss = smoothL1Loss([0.5, 3], [0, 1], { reduction: 'none' })
 * loss.toArray() // => [0.125, 1.5]
 */
export const smoothL1Loss = pointwise({
  name: 'smoothL1Loss',
  pytorch: 'smooth_l1_loss',
  module: 'SmoothL1Loss',
  aliases: ['smooth-l1'],
  summary: 'Squared error for small differences, absolute error for large ones; slopes within ±1.',
  formula: '|d| < β ? d²/(2β) : |d| − β/2, d = x − t',
  least: 0,
  ...realValues,
  mean: 'elements',
  options: {
    ...reductionOptions,
    beta: {
      kind: 'number',
      default: 1,
      examples: [1, 0.5, 0, 0.1, 2],
      help: 'Where the square ends and the absolute value begins; 0 makes it the L1 loss.',
    },
    broadcast: broadcastOption,
  },
  native: { name: 'smooth_l1_loss', order: ['input', 'target', 'reduction', 'beta'], sized: ['input', 'target'] },
  dtype,

  value: (m, { input: x, target: t }, p) => {
    const d = m.sub(x, t)
    const z = m.abs(d)
    const beta = betaOf(p)
    // d / β is the slope's too
    return m.select(m.lt(z, beta), m.mul(m.mul(0.5, d), m.div(d, beta)), m.sub(z, 0.5 * beta))
  },
  slope: {
    input: (m, { input: x, target: t }, p) => slope(m, m.sub(x, t), betaOf(p)),
    target: (m, { input: x, target: t }, p) => slope(m, m.sub(t, x), betaOf(p)),
  },
})

const betaOf = ({ beta }: Params): number => beta as number

/** d / β between −1 and 1. */
function slope<V, B>(m: Algebra<V, B>, d: V, beta: number): V {
  if (beta === 0) return sign(m, d)
  const inside = m.max(m.min(m.div(d, beta), 1), -1)
  // an infinite difference is not below an infinite β, so that PyTorch takes its sign
  return beta === Infinity ? m.select(m.eq(m.abs(d), beta), sign(m, d), inside) : inside
}

/** PyTorch calls its L1 kernel for a β of 0. */
function dtype(call: Call, reduction: Reduction): DType {
  const beta = betaOf(call.values)
  if (!(beta >= 0)) {
    throw wrongOption(
      call,
      'beta',
      'a number of at least 0',
      '1',
      'RuntimeError: smooth_l1_loss does not support negative values for beta.',
    )
  }
  return beta === 0 ? absoluteError(call, reduction) : squaredError(call, reduction)
}

const squaredError = promoted((dtype) => `NotImplementedError: "smooth_l1_cpu" not implemented for '${dtype}'`)
