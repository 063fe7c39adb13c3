import { type Algebra, square } from '../algebra/algebra.ts'
import { promoted } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { realValues } from '../families/pointwise/regression.ts'
import { outside } from '../refusals.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'

/**
 * Charbonnier loss: the absolute error with its kink rounded off, the usual loss of image restoration.
 *
 * l = √((x − t)² + ε²)
 *
 * It is never below ε: what one implementation calls 1e-3 another has as ε² = 1e-6; here eps is ε, as in the paper.
 *
 * Shapes: input and target of one shape, any rank; unequal ones are an error unless `broadcast: true`. dtypes: any of which at least one is
 * floating-point; the result is of the promoted type. `mean` divides by the number of elements. Gradients: input, target. PyTorch has no such loss.
 *
 * Throws LossError for unequal shapes, where both are integers, and for an eps below 0.
 *
 * Source: W.-S. Lai et al., Deep Laplacian Pyramid Networks, https://arxiv.org/abs/1704.03915 (eq. 2; ε = 1e-3)
 *
 * @example
 * const loss = charbonnierLoss([3, 0], [0, 0], { eps: 4, reduction: 'none' })
 * loss.toArray() // => [5, 4]
 */
export const charbonnierLoss = pointwise({
  name: 'charbonnierLoss',
  pytorch: null,
  module: 'CharbonnierLoss',
  aliases: ['charbonnier'],
  summary: 'Absolute error between two arrays of real values, smooth at 0.',
  formula: '√((x − t)² + ε²)',
  least: 'eps',
  ...realValues,
  mean: 'elements',
  options: {
    eps: {
      kind: 'number',
      default: 1e-3,
      examples: [1e-3, 0.5, 1e-6, 0],
      help: 'Where the absolute value begins to be round; not squared yet.',
    },
    reduction: reductionOptions.reduction,
    broadcast: broadcastOption,
  },
  refuses: (options) => ((options.eps as number) >= 0 ? null : outside(options, 'eps', 'a number of at least 0', '1e-3')),
  dtype: promoted(() => null),
  says: { shapes: () => null },

  value: (m, { input: x, target: t }, p) => rounded(m, m.sub(x, t), p),
  slope: {
    input: (m, { input: x, target: t }, p) => m.div(m.sub(x, t), rounded(m, m.sub(x, t), p)),
    target: (m, { input: x, target: t }, p) => m.div(m.sub(t, x), rounded(m, m.sub(x, t), p)),
  },
})

const rounded = <V, B>(m: Algebra<V, B>, d: V, { eps }: Params): V => m.sqrt(m.add(square(m, d), (eps as number) ** 2))
