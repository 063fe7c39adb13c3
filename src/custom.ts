import { LossError } from './errors.ts'
import { promoted } from './families/pointwise/check.ts'
import { pointwise as family } from './families/pointwise/family.ts'
import type { PointwiseFormula } from './families/pointwise/problem.ts'
import type { LossFunction } from './loss.ts'
import { type OptionTable, reductionOptions } from './spec.ts'
import { refuseUnknown } from './strict.ts'
import type { TensorLike } from './tensor/from.ts'

/** A loss of one value per element that you write yourself. */
export interface CustomLoss<T extends OptionTable> extends PointwiseFormula {
  readonly name: string
  readonly summary?: string
  readonly formula?: string
  /** Further options: numbers and booleans come to the formula as `p.name`, tensors as operands that broadcast into the input. */
  readonly options?: T
}

/**
 * Makes a loss of your own formula, with everything that the built-in ones have: reductions, gradients, the tape, checks, and SIMD kernels.
 *
 * `value` is the loss of one element and `slope` its derivatives, by operand, both written in the words of the algebra `m`
 * (add, sub, mul, div, neg, abs, sqrt, min, max, exp, log, log1p, lt, le, eq, select), where a number may stand for a value.
 * An option named `weight` is taken: it multiplies the value.
 *
 * @example
 * const logCosh = pointwise({
 *   name: 'logCosh',
 *   value: (m, { input: x, target: t }) => m.log(m.mul(0.5, m.add(m.exp(m.sub(x, t)), m.exp(m.sub(t, x))))),
 *   slope: { input: (m, { input: x, target: t }) => m.div(m.sub(m.exp(m.sub(x, t)), m.exp(m.sub(t, x))), m.add(m.exp(m.sub(x, t)), m.exp(m.sub(t, x)))) },
 * })
 * logCosh([1], [0]).item() // ≈ 0.433781
 */
export function pointwise<const T extends OptionTable = Record<never, never>>(
  custom: CustomLoss<T>,
): LossFunction<[input: TensorLike, target: TensorLike], typeof reductionOptions & T> {
  refuseUnknown('pointwise', custom, ['name', 'summary', 'formula', 'options', 'value', 'slope'])
  if (typeof custom.name !== 'string' || typeof custom.value !== 'function' || typeof custom.slope !== 'object') throw incomplete()
  const { name, summary = `${name}.`, formula = name, options, value, slope } = custom
  const table = { ...reductionOptions, ...options } as typeof reductionOptions & T
  return family({
    name,
    pytorch: null,
    module: name,
    aliases: [],
    summary,
    formula,
    inside: 'nothing',
    mean: 'elements',
    inputs: [
      { name: 'input', domain: 'real', help: 'the prediction, any shape' },
      { name: 'target', domain: 'real', help: "the truth, the input's shape" },
    ],
    options: table,
    dtype: promoted(() => null),
    says: { shapes: () => null },
    value,
    slope,
  })
}

const incomplete = (): LossError =>
  new LossError({
    code: 'argument-type',
    fn: 'pointwise',
    argument: 'definition',
    received: 'one without a name, a value or slopes',
    expected: 'name, a function value(m, operands, options), and slope: an object of such functions by operand',
    repair: "pointwise({ name: 'mine', value: (m, { input, target }) => m.abs(m.sub(input, target)), slope: {} })",
    pytorch: null,
  })
