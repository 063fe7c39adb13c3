import { type Algebra, square } from '../algebra/algebra.ts'
import { type Call, wrongDType } from '../check.ts'
import { LossError } from '../errors.ts'
import {
  checkDifference,
  checkWide,
  combined,
  elementText,
  floats,
  fractional,
  notBroadcast,
  resultShape,
} from '../families/pointwise/check.ts'
import { pointwiseOf } from '../families/pointwise/family.ts'
import type { Params } from '../families/pointwise/problem.ts'
import { reducedByAdding } from '../families/pointwise/python.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import { type DType, isFloating, roundToDType } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { broadcastShapes, type Shape, sameShape, tupleOf } from '../tensor/shape.ts'
import { numbersOf, type View } from '../tensor/view.ts'

/**
 * Negative log-likelihood of a normal distribution whose mean and variance a network predicts.
 *
 * l = ½·(log v + (x − t)²/v), v = max(var, eps); with `full` also ½·log 2π
 *
 * Shapes: input and target of one shape, any rank (else `broadcast: true`; PyTorch compares every pair, in silence); `var` of that shape, or
 * with a last axis of 1, or without the last axis: for input (2, 2) a `var` of (2) is one variance per row. `var` may be one number, too.
 * dtypes: a floating-point `var`; the result is of the promoted type. `mean` divides by the number of elements. Gradients: input, target, var;
 * that of `var` goes through the bound eps as if it were not there.
 *
 * Throws LossError for unequal shapes, for a `var` of another shape, below 0 or of integers, and for bool.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.GaussianNLLLoss.html
 *
 * @example
 * const loss = gaussianNllLoss([1, 2], [0, 2], [1, 4], { reduction: 'none' })
 * loss.toArray() // ≈ [0.5, 0.693147]
 */
export const gaussianNllLoss = pointwiseOf<[input: TensorLike, target: TensorLike, variance: TensorLike]>()({
  name: 'gaussianNllLoss',
  pytorch: 'gaussian_nll_loss',
  module: 'GaussianNLLLoss',
  aliases: ['gaussian', 'gaussian-nll'],
  summary: 'Negative log-likelihood of a normal distribution with predicted mean and variance.',
  formula: '½·(log v + (x − t)²/v), v = max(var, ε)',
  likelihood: 'normal of any variance',
  inside: 'nothing: the variance is not its logarithm',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'real', help: 'the predicted mean, any shape' },
    { name: 'target', domain: 'real', help: "the truth, the input's shape" },
    {
      name: 'var',
      domain: 'positive',
      plain: 'number',
      help: "the predicted variance: the input's shape, or one value per row, or a number",
    },
  ],
  options: {
    full: { kind: 'boolean', default: false, help: 'Adds ½·log 2π, which depends on nothing.' },
    eps: { kind: 'number', default: 1e-6, examples: [1e-6, 1e-3, 0.5], help: 'The least variance.' },
    reduction: reductionOptions.reduction,
    broadcast: broadcastOption,
  },
  native: {
    name: 'gaussian_nll_loss',
    order: ['input', 'target', 'var'],
    types: {
      input: (came) => `AttributeError: '${came}' object has no attribute 'size'`,
      target: (came) => `TypeError: unsupported operand type(s) for -: 'Tensor' and '${came}'`,
      var: (came) => `TypeError: '<' not supported between instances of '${came}' and 'int'`,
      eps: (came) =>
        came === 'NoneType'
          ? "RuntimeError: clamp: At least one of 'min' or 'max' must not be None"
          : `TypeError: clamp_() received an invalid combination of arguments - got (min=${came}, ), but expected one of:`,
    },
  },
  reducedInPython: reducedByAdding(' is not valid'),
  first: checkVariance,
  views: ({ tensors: { input, var: variance } }) => ({
    var: isPerRow(input.shape, variance.shape) ? withLastAxis(variance) : variance,
  }),
  shape,
  // the clamped variance is stored in its own type: in float16, 1e-6 is 1.013e-6 and 1e-8 is 0
  params: ({ tensors, values }) => ({ ...values, eps: roundToDType(values.eps as number, tensors.var.dtype) }),
  dtype,
  says: { shapes: notBroadcast },

  value: (m, { input: x, target: t, var: variance }, p) => {
    const v = bounded(m, variance, p)
    const loss = m.mul(0.5, m.add(m.log(v), m.div(square(m, m.sub(x, t)), v)))
    return p.full ? m.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss
  },
  slope: {
    input: (m, { input: x, target: t, var: variance }, p) => m.mul(m.div(1, bounded(m, variance, p)), m.sub(x, t)),
    target: (m, { input: x, target: t, var: variance }, p) => m.mul(m.div(1, bounded(m, variance, p)), m.sub(t, x)),
    var: (m, { input: x, target: t, var: variance }, p) => {
      const v = bounded(m, variance, p)
      return m.mul(0.5, m.sub(m.div(1, v), m.div(m.div(square(m, m.sub(x, t)), v), v)))
    },
  },
})

/** The variance, at least eps; an eps of NaN leaves nothing else. */
function bounded<V, B>(m: Algebra<V, B>, variance: V, { eps }: Params): V {
  return Number.isNaN(eps) ? m.add(variance, eps as number) : m.max(variance, eps as number)
}

const isPerRow = (input: Shape, variance: Shape): boolean =>
  !sameShape(input, variance) && input.length > 0 && sameShape(input.slice(0, -1), variance)

const withLastAxis = ({ data, dtype, shape, strides, offset }: View): View => ({
  data,
  dtype,
  shape: [...shape, 1],
  strides: [...strides, 0],
  offset,
})

/** PyTorch's checks of the variance, which come first. */
function checkVariance(call: Call): void {
  const { input, var: variance } = call.tensors
  const negative = numbersOf(variance).findIndex((v) => v < 0)
  if (negative >= 0) {
    throw refused(call, 'input-range', {
      received: elementText(variance, numbersOf(variance)[negative], negative),
      expected: 'no element below 0',
      repair: 'exp(var), if it is the logarithm of a variance',
      pytorch: 'ValueError: var has negative entry/entries',
    })
  }
  if (call.scalars.includes('var') || sameShape(input.shape, variance.shape) || isPerRow(input.shape, variance.shape)) return
  const extents = variance.shape.filter((extent, axis) => extent !== input.shape[axis])
  if (variance.shape.length === input.shape.length && extents.reduce((sum, extent) => sum + extent, 0) === 1) return
  throw refused(call, 'shape', {
    received: `shape ${tupleOf(variance.shape)}`,
    expected: `the input's shape ${tupleOf(input.shape)}, or that with one axis of 1, or without the last axis, or one number`,
    repair: `give var the shape ${tupleOf(input.shape)}`,
    pytorch: 'ValueError: var is of incorrect size',
  })
}

const refused = (
  call: Call,
  code: 'shape' | 'input-range',
  fields: { received: string; expected: string; repair: string; pytorch: string | null },
): LossError => new LossError({ code, fn: call.spec.name, argument: 'var', ...fields })

/** Of input and target, to which the variance broadcasts. */
function shape(call: Call, views: Readonly<Record<string, View>>): Shape {
  const compared = resultShape(call, views, notBroadcast, ['input', 'target'])
  const fit = broadcastShapes(compared, views.var.shape)
  if ('shape' in fit) return fit.shape
  throw refused(call, 'shape', {
    received: `shape ${tupleOf(call.tensors.var.shape)}`,
    expected: `a shape that broadcasts to ${tupleOf(compared)}`,
    repair: `give var the shape ${tupleOf(compared)}`,
    pytorch: notBroadcast(compared, views.var.shape),
  })
}

/** The names that C++ itself has for the types of integers. */
const cNames: Readonly<Record<string, string>> = {
  int64: 'long int',
  int32: 'int',
  int16: 'short int',
  int8: 'signed char',
  uint8: 'unsigned char',
  bool: 'bool',
}

/** The type that PyTorch's steps come to. */
function dtype(call: Call): DType {
  const { input, target, var: variance } = call.tensors
  if (!isFloating(variance.dtype)) {
    // Python's 2 is no float: integers of a variance are clamped to it, and go on
    const says = Number.isInteger(call.values.eps)
      ? null
      : `RuntimeError: result type Float can't be cast to the desired output type ${cNames[variance.dtype]}`
    throw wrongDType(call, 'var', floats, 'Float32Array.from(var), or var as plain numbers', says)
  }
  checkDifference(call, input, target, input.dtype === 'bool' ? 'input' : 'target')
  const difference = combined(input, target)
  checkWide(call, difference, 'input')
  const given = isPerRow(input.shape, variance.shape) ? withLastAxis(variance) : variance
  // a number is multiplied with ones of the input's type
  const own = call.scalars.includes('var') ? fractional(input) : given
  return combined(own, combined(difference, own)).dtype
}
