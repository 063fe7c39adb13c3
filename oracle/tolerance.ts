import { readCall } from '../src/check.ts'
import type { PointwiseProblem } from '../src/families/pointwise/problem.ts'
import { checked, type Plan } from '../src/loss.ts'
import { divides } from '../src/reduce.ts'
import type { LossSpec } from '../src/spec.ts'
import { computeDType, type DType, isFloating } from '../src/tensor/dtype.ts'
import { rowMajor, type Shape, sameShape, sizeOf } from '../src/tensor/shape.ts'
import { expandView, forEachIndex } from '../src/tensor/view.ts'
import { onWarning } from '../src/warn.ts'
import { type Case, numberOf, valuesOf } from './cases.ts'
import { drawers } from './drawers.ts'
import { takesClasses } from './generate.ts'
import { formulaErrors, inRows } from './pointwise-sizes.ts'
import { argumentsOf, lossOf } from './run-case.ts'
import { hasAxes } from './shapes.ts'

/**
 * How far two right evaluations in a dtype may lie apart: |ours − PyTorch's| ≤ relative·|PyTorch's| + steps·ε·size.
 *
 * `relative` bounds the roundings of the result itself. float64: the promise of this project. float32: that of `torch.testing.assert_close`.
 * 16 bits: PyTorch rounds after each elementary operation and we once; six roundings (a difference, which a square doubles, a weight, an
 * upstream gradient, a count, and ours).
 *
 * The second term bounds cancellation: an evaluation in a dtype of precision ε rounds its terms, and what remains of terms of some size
 * after they cancel is uncertain by a few ε of that size, however small it is. `sizeOfTerms` has the sizes. It is absolute, since
 * log-sum-exp, log σ and the like add 1 to what may be much smaller; what a formula itself says of its errors counts where that is more. `tiny` is the smallest number of the dtype, for what underflows.
 */
export const tolerances: Readonly<Record<string, { relative: number; epsilon: number; steps: number; tiny: number }>> = {
  float64: { relative: 1e-12, epsilon: 2 ** -52, steps: 4, tiny: 2 ** -1074 },
  float32: { relative: 1.3e-6, epsilon: 2 ** -23, steps: 4, tiny: 2 ** -149 },
  float16: { relative: 6 * 2 ** -11, epsilon: 2 ** -10, steps: 4, tiny: 2 ** -24 },
  bfloat16: { relative: 6 * 2 ** -8, epsilon: 2 ** -7, steps: 4, tiny: 2 ** -133 },
}

const coarseness: readonly DType[] = ['float64', 'float32', 'float16', 'bfloat16']

/** The least precise dtype that a case passes through on its way to a result. */
export function coarsest(c: Case, result: DType): DType {
  const through = drawers[lossOf(c.loss).spec.name]?.through?.(c) ?? Object.values(c.tensors).map(({ dtype }) => dtype)
  const all = [result, ...through].filter(isFloating)
  return coarseness[Math.max(...all.map((dtype) => coarseness.indexOf(dtype)))]
}

/** Sizes of the terms of which the loss, and each gradient, is a sum: one for each element of the output, up to the last division. */
export type SizesOf = (output: string, shape: Shape) => Float64Array

/**
 * The sizes of a call's terms, from its data and its spec's domains alone.
 *
 * A term of a loss is a product of weights and of something that is at most about as large as the arguments, or as 1 where a logarithm,
 * exponential or sigmoid is taken (every domain but 'real'). A gradient's terms lack the operand by which it is taken. What is reduced or
 * broadcast is a sum of terms, so its size is theirs; a mean divides by its denominator, and is the less certain the more of the weights
 * in that cancel.
 */
export function sizeOfTerms(c: Case): SizesOf {
  const { spec } = lossOf(c.loss)
  const own = drawers[spec.name]
  if (own?.sizes !== undefined) return own.sizes(c)
  const plan = planOf(c)
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  const related = hasAxes(spec) || own?.draw !== undefined
  const columns = related
    ? relatedColumns(c, spec, plan.shape)
    : takesClasses(spec)
      ? rowColumns(c, spec)
      : plan.kernel.family === 'pointwise'
        ? formulaColumns(c, spec, plan as Plan<PointwiseProblem>)
        : elementColumns(c, spec, plan.shape)
  return (output, shape) => {
    const terms = columns.termsOf(output)
    const scale = factor * (output === 'loss' ? 1 : upstream)
    const dense = plan.reduction === 'none' || output !== 'loss' ? columns.at(terms, shape, output) : null
    if (dense !== null) return dense.map((term) => term * scale)
    return new Float64Array(sizeOf(shape)).fill(terms.reduce((sum, term) => sum + term, 0) * scale)
  }
}

interface Columns {
  /** The size of the terms of each element or row. */
  termsOf(output: string): Float64Array
  /** The sizes for the elements of an output, or null where each of them is a sum over all. */
  at(terms: Float64Array, shape: Shape, output: string): Float64Array | null
}

/** The plan of a case, for what it divides by and the shape of its result. */
export function planOf(c: Case): Plan {
  const loss = lossOf(c.loss)
  const { args, options } = argumentsOf(c, [])
  const before = onWarning(() => undefined)
  try {
    return checked(loss.plan, readCall(loss.spec, [...args, options]))
  } finally {
    onWarning(before)
  }
}

/** What a mean multiplies the uncertainty of a term by. */
export function meanFactor(c: Case, { denominator, counted }: Plan): number {
  const d = Math.abs(denominator)
  if (!(d > 0) || !Number.isFinite(d)) return 1
  return Math.max(1, (counted * (c.tensors.weight === undefined ? 1 : largest(valuesOf(c.tensors.weight)))) / d) / d
}

export const finite = (value: number): number => (Number.isFinite(value) ? Math.abs(value) : 0)
export const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((max, value) => Math.max(max, finite(value)), 0)

function elementColumns(c: Case, spec: LossSpec, shape: Shape): Columns {
  const floor = spec.inputs.every(({ domain }) => domain === 'real') ? 0 : 1
  const spread = new Map<string, Float64Array>()
  for (const [name, t] of Object.entries(c.tensors)) {
    const dense = { data: valuesOf(t), dtype: 'float64' as const, shape: t.shape, strides: rowMajor(t.shape), offset: 0 }
    const values = new Float64Array(sizeOf(shape))
    forEachIndex(expandView(dense, shape), (index, position) => {
      values[position] = finite(dense.data[index])
    })
    spread.set(name, values)
  }
  const isInput = (name: string) => spec.inputs.some((input) => input.name === name)
  return {
    termsOf(output) {
      const terms = new Float64Array(sizeOf(shape))
      for (let i = 0; i < terms.length; i++) {
        let value = floor
        let weights = 1
        for (const [name, values] of spread) {
          if (name === output) continue
          if (isInput(name)) value = Math.max(value, values[i])
          else weights *= Math.max(1, values[i])
        }
        // by a weight the gradient is the value itself, which may be a square
        terms[i] = weights * (isInput(output) || output === 'loss' ? value : Math.max(value, value * value))
      }
      return terms
    },
    at: (terms, wanted) => (sameShape(wanted, shape) ? terms : null),
  }
}

/** As `elementColumns`, or what the formula itself says, where that is more. */
function formulaColumns(c: Case, spec: LossSpec, { problem, shape, dtype }: Plan<PointwiseProblem>): Columns {
  const elements = elementColumns(c, spec, problem.shape)
  const coarse = coarsest(c, dtype)
  const { epsilon, steps } = tolerances[coarse]
  const errors = formulaErrors(problem, coarse, epsilon, steps)
  const rows = !sameShape(shape, problem.shape)
  const termsOf = (output: string) => {
    const formula = errors(output)
    return elements.termsOf(output).map((term, i) => Math.max(term, formula[i]))
  }
  return {
    termsOf: (output) => (rows && output === 'loss' ? inRows(termsOf(output), problem.shape) : termsOf(output)),
    at: (terms, wanted) => (sizeOf(wanted) === terms.length ? terms : null),
  }
}

/** Where the shapes say nothing of which elements meet: the largest argument, or 1, times the weights, everywhere. */
function relatedColumns(c: Case, spec: LossSpec, shape: Shape): Columns {
  const size = (name: string) => Math.max(1, largest(valuesOf(c.tensors[name])))
  const names = Object.keys(c.tensors)
  const weights = names.filter((name) => name in spec.options).reduce((product, name) => product * size(name), 1)
  const inputs = names.filter((name) => !(name in spec.options) && isFloating(c.tensors[name].dtype))
  const term = weights * Math.max(1, ...inputs.map(size))
  return {
    termsOf: () => new Float64Array(sizeOf(shape)).fill(term),
    at: (terms, wanted) => (sameShape(wanted, shape) ? terms : new Float64Array(sizeOf(wanted)).fill(terms[0] ?? term)),
  }
}

function rowColumns(c: Case, spec: LossSpec): Columns {
  const { input, target } = c.tensors
  const axis = input.shape.length === 1 ? 0 : 1
  const classes = input.shape[axis]
  const inner = sizeOf(input.shape.slice(axis + 1))
  const rowOf = (i: number) => Math.floor(i / inner / classes) * inner + (i % inner)
  const x = valuesOf(input)
  const rows = new Float64Array(classes === 0 ? 0 : x.length / classes)
  const distribution = isFloating(target.dtype) && sameShape(target.shape, input.shape)
  const q = distribution ? valuesOf(target) : null
  const weight = Object.keys(c.tensors).reduce(
    (product, name) => (name in spec.options ? product * Math.max(1, largest(valuesOf(c.tensors[name]))) : product),
    1,
  )
  return {
    termsOf(output) {
      const terms = new Float64Array(rows.length).fill(1)
      const shares = new Float64Array(rows.length).fill(1)
      for (let i = 0; i < x.length; i++) {
        const row = rowOf(i)
        if (output !== 'input') terms[row] = Math.max(terms[row], finite(x[i]))
        if (q !== null && output !== 'target') shares[row] += finite(q[i])
      }
      return terms.map((term, row) => term * shares[row] * weight)
    },
    at(terms, shape) {
      if (sameShape(shape, input.shape)) return Float64Array.from({ length: x.length }, (_, i) => terms[rowOf(i)])
      return sizeOf(shape) === terms.length && shape.length === input.shape.length - 1 ? terms : null
    },
  }
}

/** Whether a case is computed in 16 bits by PyTorch. */
export const isHalf = (dtype: DType): boolean => isFloating(dtype) && computeDType(dtype) !== dtype
