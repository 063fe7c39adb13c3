import type { Algebra } from '../algebra/algebra.ts'
import { type Call, sizesDiffer, wrongDType } from '../check.ts'
import { LossError } from '../errors.ts'
import { checkDifference, elementText, floats, notBroadcast, notImplemented } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { reducedByAdding } from '../families/pointwise/python.ts'
import { reductionOptions } from '../spec.ts'
import { isFloating, resultType } from '../tensor/dtype.ts'
import { numbersOf } from '../tensor/view.ts'

/**
 * Multi-label loss: for each class by itself, whether it is there; the mean over the classes is the value of a sample.
 *
 * l = −1/C · Σ w·(t·log σ(x) + (1 − t)·log σ(−x)), over the last axis. It is `binaryCrossEntropyWithLogits`, averaged per sample.
 *
 * Shapes: input and target of one shape, (C), (N, C), (N, d1, …, C): the classes are the last axis, which 'none' leaves out of the result;
 * `weight` broadcasts into it, (C) for one weight per class. dtypes: a floating-point input, any target but bool; the result is of the
 * promoted type. `mean` divides by the number of samples (and each sample by C), whatever the weights. Gradients: input, target, weight.
 *
 * Throws LossError for unequal shapes, an input without axes, integer inputs, a target of bool, and one of uint8 with values above 1.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MultiLabelSoftMarginLoss.html
 *
 * @example
 * const loss = multilabelSoftMarginLoss([[0, 2]], [[1, 0]], { reduction: 'none' })
 * loss.toArray() // ≈ [1.410038]
 */
export const multilabelSoftMarginLoss = pointwise({
  name: 'multilabelSoftMarginLoss',
  pytorch: 'multilabel_soft_margin_loss',
  module: 'MultiLabelSoftMarginLoss',
  aliases: ['multilabel-soft-margin'],
  summary: 'Binary cross-entropy of scores, averaged over the classes of each sample.',
  formula: '−1/C · Σ w·(t·log σ(x) + (1 − t)·log σ(−x))',
  inside: 'sigmoid',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (no sigmoid before): (C), (N, C) or (N, d1, …, C)' },
    { name: 'target', domain: 'probabilities', help: "0, 1 or between, the input's shape" },
  ],
  options: {
    weight: {
      kind: 'tensor',
      domain: 'weights',
      shape: 'broadcast',
      gradient: true,
      help: 'A factor per class, shape (C), or whatever broadcasts into the input.',
    },
    ...reductionOptions,
  },
  differentiable: ['weight'],
  native: {
    name: 'log_sigmoid',
    order: ['input', 'target'],
    types: {
      target: () => 'TypeError: only integer tensors of a single element can be converted to an index',
      weight: () => 'TypeError: only integer tensors of a single element can be converted to an index',
    },
  },
  reducedInPython: reducedByAdding(' is not valid'),
  first: (call) => {
    const { input } = call.tensors
    if (!isFloating(input.dtype)) {
      throw wrongDType(call, 'input', floats, 'Float32Array.from(input)', notImplemented('log_sigmoid_cpu', input.dtype))
    }
  },
  dtype: (call) => {
    const { input, target, weight } = call.tensors
    if (target.dtype === 'bool') checkDifference(call, input, target, 'target')
    if (target.dtype === 'uint8') checkBytes(call)
    if (input.shape.length === 0) {
      throw new LossError({
        code: 'shape',
        fn: call.spec.name,
        argument: 'input',
        received: 'shape ()',
        expected: 'shape (C,), (N, C) or (N, d1, …, C): one score per class',
        repair: 'reshape(input, [1])',
        pytorch: 'IndexError: Dimension specified as -1 but tensor has no dimensions',
      })
    }
    return resultType(weight === undefined ? [input, target] : [input, target, weight])
  },
  says: {
    shapes: (input, target) => notBroadcast(target, input),
    operands: { weight: (_, __, at) => ('a' in at ? sizesDiffer(at.a, at.b, at.axis) : null) },
  },
  grouping: (_, shape) => ({ rows: true, divisor: shape[shape.length - 1] }),

  value: (m, { input: x, target: t }) => {
    const tail = m.log1p(m.exp(m.neg(m.abs(x))))
    const [yes, no] = [m.sub(m.min(x, 0), tail), m.sub(m.min(m.neg(x), 0), tail)]
    return m.neg(m.add(m.mul(t, yes), m.mul(m.sub(1, t), no)))
  },
  slope: {
    input: (m, { input: x, target: t }) => {
      const [yes, no] = both(m, x)
      return m.sub(m.mul(m.sub(1, t), yes), m.mul(t, no))
    },
    target: (m, { input: x }) => {
      const tail = m.log1p(m.exp(m.neg(m.abs(x))))
      return m.sub(m.sub(m.min(m.neg(x), 0), tail), m.sub(m.min(x, 0), tail))
    },
  },
})

/** σ(x) and σ(−x), of one exponential. */
function both<V, B>(m: Algebra<V, B>, x: V): [yes: V, no: V] {
  const e = m.exp(m.neg(m.abs(x)))
  const large = m.div(1, m.add(1, e))
  const small = m.mul(e, large)
  const negative = m.lt(x, 0)
  return [m.select(negative, small, large), m.select(negative, large, small)]
}

/** Refuses what PyTorch subtracts from 1 in uint8: 1 − 255 is 2 there. */
function checkBytes(call: Call): void {
  const { target } = call.tensors
  const values = numbersOf(target)
  const at = values.findIndex((value) => value > 1)
  if (at < 0) return
  throw new LossError({
    code: 'target-range',
    fn: call.spec.name,
    argument: 'target',
    received: elementText(target, values[at], at),
    expected: '0 or 1 in a target of uint8',
    repair: `a mask of 0 and ${values[at]}? divide it by ${values[at]}`,
    pytorch: null,
  })
}
