import type { Algebra } from '../algebra/algebra.ts'
import { wrongDType } from '../check.ts'
import {
  checkDifference,
  checkSigned,
  checkWide,
  combined,
  floats,
  fractional,
  negationOfBool,
  notBroadcast,
} from '../families/pointwise/check.ts'
import { pointwiseOf } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import type { TensorLike } from '../tensor/from.ts'
import { broadcastShapes, torchSize } from '../tensor/shape.ts'

/**
 * Ranking loss: of two scores the first (t = 1) or the second (t = −1) is to be the larger by a margin.
 *
 * l = max(0, −t·(x₁ − x₂) + margin)
 *
 * Shapes: input1, input2 and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` and the ranks are equal
 * (PyTorch compares every pair then, in silence). dtypes: any but bool and integers of 8 or 16 bits; the result is floating-point, of the
 * promoted type. `mean` divides by the number of elements. Gradients: input1, input2, target; at the kink that of the side with the loss.
 *
 * Throws LossError for unequal shapes, for bool, and for integers of 8 or 16 bits.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MarginRankingLoss.html
 *
 * @example
 * const loss = marginRankingLoss([2, 1], [1, 3], [1, 1], { reduction: 'none' })
 * loss.toArray() // => [0, 2]
 */
export const marginRankingLoss = pointwiseOf<[input1: TensorLike, input2: TensorLike, target: TensorLike]>()({
  name: 'marginRankingLoss',
  pytorch: 'margin_ranking_loss',
  module: 'MarginRankingLoss',
  aliases: ['margin-ranking'],
  summary: 'Orders pairs of scores: which of the two is to be larger, by a margin.',
  formula: 'max(0, −t·(x₁ − x₂) + margin)',
  least: 0,
  inside: 'nothing',
  mean: 'elements',
  inputs: [
    { name: 'input1', domain: 'real', help: 'the first score of each pair, any shape' },
    { name: 'input2', domain: 'real', help: "the second score, input1's shape" },
    { name: 'target', domain: 'signs', help: "1 where input1 is to be larger, −1 where input2 is, input1's shape" },
  ],
  options: {
    ...reductionOptions,
    margin: { kind: 'number', default: 0, examples: [0, 0.5, 1], help: 'By how much the one score is to be larger.' },
    broadcast: broadcastOption,
  },
  native: {
    name: 'margin_ranking_loss',
    order: ['input1', 'input2', 'target', 'margin'],
    asked: { input1: 'dim', input2: 'dim', target: 'dim' },
  },
  dtype: (call) => {
    const { input1, input2, target } = call.tensors
    checkDifference(call, input1, input2, input1.dtype === 'bool' ? 'input1' : 'input2')
    if (target.dtype === 'bool') throw wrongDType(call, 'target', floats, "tensor(target, { dtype: 'float32' })", negationOfBool)
    checkSigned(call, 'target')
    const difference = combined(input1, input2)
    checkWide(call, difference, 'input1')
    return fractional(combined(target, difference)).dtype
  },
  says: {
    shapes: (a, b, target) => {
      if (a.length !== b.length || a.length !== target.length) {
        return `RuntimeError: margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${torchSize(a)}, input2: ${torchSize(b)}, target: ${torchSize(target)} `
      }
      const fit = broadcastShapes(a, b)
      return 'axis' in fit ? notBroadcast(a, b) : notBroadcast(target, fit.shape)
    },
  },

  value: (m, at, p) => m.max(distance(m, at, p), 0),
  slope: {
    input1: (m, at, p) => m.mul(active(m, at, p), m.neg(at.target)),
    input2: (m, at, p) => m.mul(active(m, at, p), at.target),
    target: (m, at, p) => m.mul(active(m, at, p), m.sub(at.input2, at.input1)),
  },
})

const distance = <V, B>(m: Algebra<V, B>, at: Readonly<Record<string, V>>, { margin }: Params): V =>
  m.add(m.mul(m.neg(at.target), m.sub(at.input1, at.input2)), margin as number)

const active = <V, B>(m: Algebra<V, B>, at: Readonly<Record<string, V>>, p: Params): V => m.select(m.le(0, distance(m, at, p)), 1, 0)
