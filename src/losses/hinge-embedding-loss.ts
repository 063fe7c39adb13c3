import { type Call, wrongDType } from '../check.ts'
import { checkSigned, floats, noMean, notBroadcast, subtractionOfBool, wrongOption } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import { type DType, holds, isFloating, roundToDType, torchName } from '../tensor/dtype.ts'

/**
 * Hinge loss of distances: similar pairs (1) are to be near, dissimilar ones (−1) at least a margin apart.
 *
 * l = x where t = 1, max(0, margin − x) where t = −1, and their sum for any other t
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` (PyTorch compares every pair, in
 * silence). dtypes: a floating-point input, a target that can hold −1; the result has the input's type. `mean` divides by the number of
 * elements. Gradients: input; −1 where margin and x are equal. That the target asks for a gradient PyTorch ignores.
 *
 * Throws LossError for unequal shapes, for integer inputs, and for targets of bool and uint8 (PyTorch takes them, and −1 is 255 in uint8).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.HingeEmbeddingLoss.html
 *
 * @example
 * const loss = hingeEmbeddingLoss([0.25, 0.25], [1, -1], { reduction: 'none' })
 * loss.toArray() // => [0.25, 0.75]
 */
export const hingeEmbeddingLoss = pointwise({
  name: 'hingeEmbeddingLoss',
  pytorch: 'hinge_embedding_loss',
  module: 'HingeEmbeddingLoss',
  aliases: ['hinge-embedding'],
  summary: 'Keeps distances of similar pairs small and those of dissimilar pairs above a margin.',
  formula: 't = 1: x; t = −1: max(0, margin − x)',
  inside: 'nothing: the input is a distance',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'real', help: 'distances, any shape' },
    { name: 'target', domain: 'signs', gradient: 'ignored', help: "1 for a similar pair, −1 for a dissimilar one, the input's shape" },
  ],
  options: {
    ...reductionOptions,
    margin: { kind: 'number', default: 1, examples: [1, 0.5, 0, 2], help: 'How far apart dissimilar pairs are to be.' },
    broadcast: broadcastOption,
  },
  native: { name: 'hinge_embedding_loss', order: ['input', 'target', 'margin'] },
  // the margin is stored in the input's type first
  params: ({ tensors, values }) => ({ ...values, margin: roundToDType(values.margin as number, tensors.input.dtype) }),
  dtype: (call, reduction) => {
    const { dtype } = call.tensors.input
    const says = overflowOf(call) ?? (reduction === 'mean' ? noMean(torchName(dtype)) : null)
    if (!isFloating(dtype)) throw wrongDType(call, 'input', floats, 'Float32Array.from(input), or input as plain numbers', says)
    if (overflowOf(call) !== null) throw wrongOption(call, 'margin', `a number that ${dtype} can hold`, '1', overflowOf(call))
    checkSigned(call, 'target')
    return dtype
  },
  says: { shapes: (input, target) => notBroadcast(target, input) },

  value: (m, { input: x, target: t }, p) => m.add(m.select(m.eq(t, 1), 0, m.max(m.sub(marginOf(p), x), 0)), m.select(m.eq(t, -1), 0, x)),
  slope: {
    input: (m, { input: x, target: t }, p) =>
      m.sub(m.select(m.eq(t, -1), 0, 1), m.select(m.eq(t, 1), 0, m.select(m.le(0, m.sub(marginOf(p), x)), 1, 0))),
  },
})

const marginOf = ({ margin }: Params): number => margin as number

/** The names that PyTorch's conversion of numbers has for the types. */
const cNames: Readonly<Partial<Record<DType, string>>> = {
  float32: 'float',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  int64: 'int64_t',
  int32: 'int',
  int16: 'int16_t',
  int8: 'int8_t',
  uint8: 'uint8_t',
}

/** PyTorch's text where the input's type cannot hold the margin; bool cannot even be subtracted from. */
function overflowOf({ tensors, values }: Call): string | null {
  const { dtype } = tensors.input
  const margin = marginOf(values)
  if (dtype === 'bool') return subtractionOfBool(2)
  const fits = isFloating(dtype)
    ? !Number.isFinite(margin) || Math.abs(margin) <= largest(dtype)
    : Number.isFinite(margin) && holds(dtype, margin)
  return fits ? null : `RuntimeError: value cannot be converted to type ${cNames[dtype]} without overflow`
}

const largest = (dtype: DType): number =>
  ({ float32: (2 - 2 ** -23) * 2 ** 127, float16: 65504, bfloat16: (2 - 2 ** -7) * 2 ** 127 })[dtype as string] ?? Number.MAX_VALUE
