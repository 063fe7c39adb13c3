import { outputTooSmall, wrongDType } from '../check.ts'
import { checkSigned, floats, negationOfBool, notBroadcast, notCastable } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import { isFloating, resultType } from '../tensor/dtype.ts'
import { broadcastShapes, sameShape } from '../tensor/shape.ts'

/**
 * Logistic loss of a score and a label of −1 or 1.
 *
 * l = log(1 + exp(−t·x)). It is `binaryCrossEntropyWithLogits` with labels 0 and 1, but overflows: to infinity, with a gradient of NaN,
 * where t·x is below about −88 (float32) or −709 (float64).
 *
 * Shapes: input and target of one shape, any rank. Unequal shapes are an error unless `broadcast: true` and the target broadcasts into the
 * input's (PyTorch does that in silence). dtypes: a floating-point input; the result has its type, and so have all steps on the way. Targets
 * of bool and uint8 are refused: they cannot hold −1 (PyTorch takes them, and fails or overflows in the gradient). `mean` divides by the
 * number of elements. Gradients: input.
 *
 * Throws LossError for unequal shapes, for integer inputs, and for targets of bool and uint8.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.SoftMarginLoss.html
 *
 * @example
 * const loss = softMarginLoss([0, 2], [1, -1], { reduction: 'none' })
 * loss.toArray() // ≈ [0.693147, 2.126928]
 */
export const softMarginLoss = pointwise({
  name: 'softMarginLoss',
  pytorch: 'soft_margin_loss',
  module: 'SoftMarginLoss',
  aliases: ['soft-margin'],
  summary: 'Logistic loss of scores and labels of −1 and 1.',
  formula: 'log(1 + exp(−t·x))',
  least: 0,
  inside: 'the logistic function',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores, any shape' },
    { name: 'target', domain: 'signs', gradient: false, help: "labels −1 and 1, the input's shape" },
  ],
  options: { ...reductionOptions, broadcast: broadcastOption },
  native: { name: 'soft_margin_loss', order: ['input', 'target'] },
  inPlace: true,
  first: (call) => {
    if (call.tensors.input.dtype === 'bool') throw wrongDType(call, 'input', floats, 'Float32Array.from(input)', negationOfBool)
  },
  dtype: (call) => {
    const { input, target } = call.tensors
    if (!isFloating(input.dtype)) {
      const common = resultType([input, target])
      const says = notCastable(isFloating(common) ? common : 'float32', input.dtype)
      throw wrongDType(call, 'input', floats, 'Float32Array.from(input), or input as plain numbers', says)
    }
    checkSigned(call, 'target')
    return input.dtype
  },
  says: {
    shapes: (input, target) => {
      const fit = broadcastShapes(input, target)
      return 'shape' in fit && !sameShape(fit.shape, input) ? outputTooSmall(input, fit.shape) : notBroadcast(input, target)
    },
  },

  value: (m, { input: x, target: t }) => m.log1p(m.exp(m.mul(m.neg(x), t))),
  slope: {
    input: (m, { input: x, target: t }) => {
      const z = m.exp(m.mul(m.neg(x), t))
      return m.div(m.neg(m.mul(t, z)), m.add(z, 1))
    },
  },
})
