import { readCall } from '../check.ts'
import { pointwiseOf } from '../families/pointwise/family.ts'
import { evaluate } from '../loss.ts'
import type { Numbers } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** By how much elements lie outside a range, added up. As a formula, so that SIMD reads the values: five times as fast as a loop. */
const excess = pointwiseOf<[input: TensorLike]>()({
  name: 'excess',
  pytorch: null,
  module: 'Excess',
  aliases: [],
  summary: 'By how much elements lie outside a range.',
  formula: 'max(low − x, x − high, 0)',
  inside: 'nothing',
  mean: 'elements',
  inputs: [{ name: 'input', domain: 'real', help: 'any numbers' }],
  options: {
    low: { kind: 'number', default: 0, examples: [0], help: 'The least that is inside.' },
    high: { kind: 'number', default: 1, examples: [1], help: 'The most that is inside.' },
  },
  dtype: ({ tensors: { input } }) => input.dtype,
  says: { shapes: () => null },
  value: (m, { input: x }, p) => m.max(m.max(m.sub(Number(p.low), x), m.sub(x, Number(p.high))), 0),
  slope: {},
})

/** From so many elements on the call of a kernel pays. */
const worthwhile = 16_384

/** Whether an element lies outside [low, high]; NaN does not. */
export function leaves(array: Tensor, numbers: Numbers, low: number, high: number): boolean {
  const floats = array.dtype === 'float32' || array.dtype === 'float64'
  if (floats && numbers.length >= worthwhile) {
    const { total } = evaluate(excess.plan(readCall(excess.spec, [array, { low, high }]), 'sum'), [])
    // a NaN hides the others
    if (!Number.isNaN(total)) return total > 0
  }
  for (let i = 0; i < numbers.length; i++) if (numbers[i] < low || numbers[i] > high) return true
  return false
}
