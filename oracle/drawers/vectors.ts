import type { CosineProblem, TripletProblem } from '../../src/families/vectors/problem.ts'
import type { Plan } from '../../src/loss.ts'
import { norm, normSlopes } from '../../src/ops/norms.ts'
import { divides } from '../../src/reduce.ts'
import { type DType, isFloating } from '../../src/tensor/dtype.ts'
import { sizeOf } from '../../src/tensor/shape.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expandView, numbersOf, type View } from '../../src/tensor/view.ts'
import { type Case, numberOf } from '../cases.ts'
import { argumentsOf } from '../run-case.ts'
import { finite, meanFactor, planOf, type SizesOf } from '../tolerance.ts'

/**
 * The sizes of the terms of a loss of distances: margin and distances, and their slopes, as they are in float64.
 *
 * A p-norm raises to the power of p, of 1/p and of p − 1, which makes as much of what is uncertain.
 */
export function distanceSizes(c: Case): SizesOf {
  const plan = planOf(c)
  return sizesOfMargins(c, plan, plan.problem as TripletProblem)
}

/** A distance of two vectors of integers is a float32, whatever the third one is. */
export function distanceDTypes({ tensors }: Case): readonly DType[] {
  const all = Object.values(tensors).map(({ dtype }) => dtype)
  return all.filter((dtype) => !isFloating(dtype)).length > 1 ? [...all, 'float32'] : all
}

/** The norm of a named distance; null for the cosine. */
const norms: Readonly<Record<string, number | null>> = { euclidean: 2, manhattan: 1, chebyshev: Infinity, cosine: null }

/** The same where a function gives the distances; a cosine is at most 1, and its gradient a difference of two vectors of 1 over a length. */
export function composedSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const { near, margin } = plan.problem as { near: Tensor; margin: number }
  const { anchor, positive, negative } = argumentsOf(c, []).tensors
  const p = norms[String(c.options.distanceFunction ?? 'euclidean')] ?? null
  const shape = plan.shape
  const views = { anchor, positive, negative, shape, margin }
  if (p !== null) return sizesOfMargins(c, plan, { ...views, p, eps: 1e-6 })
  const rows = sizeOf(shape)
  const shortest = Math.min(...[anchor, positive, negative].map(shortestOf))
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  const loss = (finite(margin) + 2) * (near.size === 0 ? 0 : plan.reduction === 'none' ? 1 : rows)
  return (output, wanted) =>
    new Float64Array(sizeOf(wanted)).fill(factor * (output === 'loss' ? loss : (upstream * 8 * Math.max(rows, 1)) / shortest))
}

/** The length of the shortest vector, or 1e6. */
function shortestOf(view: View): number {
  const width = view.shape[view.shape.length - 1] ?? 1
  const x = numbersOf(view, 'float64')
  const lengths = Array.from({ length: x.length / Math.max(width, 1) }, (_, row) =>
    Math.sqrt(Array.from(x.subarray(row * width, (row + 1) * width)).reduce((sum, value) => sum + finite(value) ** 2, 1e-12)),
  )
  return Math.min(1e6, ...lengths)
}

type Triple = Pick<TripletProblem, 'anchor' | 'positive' | 'negative' | 'shape' | 'margin' | 'p' | 'eps'>

function sizesOfMargins(c: Case, plan: Plan, { anchor, positive, negative, shape, margin, p, eps }: Triple): SizesOf {
  const power = Math.abs(p)
  const unsure = power > 0 && power < Infinity ? 1 + power + 1 / power : 1
  const columns = Math.max(...[anchor, positive, negative].map((view) => view.shape[view.shape.length - 1] ?? 1))
  const [a, b, d] = [anchor, positive, negative].map((view) =>
    numbersOf(expandView(view.shape.length === 0 ? { ...view, shape: [1], strides: [1] } : view, [...shape, columns]), 'float64'),
  )
  let longest = 0
  let steepest = 0
  const difference = new Float64Array(columns)
  const slopes = new Float64Array(columns)
  for (const [x, y] of [
    [a, b],
    [a, d],
    [b, d],
  ]) {
    for (let at = 0; at < x.length; at += columns) {
      for (let j = 0; j < columns; j++) difference[j] = x[at + j] - y[at + j] + eps
      const distance = norm(difference, columns, p, (value) => value)
      normSlopes(difference, columns, p, distance, 1, (value) => value, slopes)
      longest = Math.max(longest, finite(distance))
      for (const slope of slopes) steepest = Math.max(steepest, finite(slope))
    }
  }
  const rows = sizeOf(shape)
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  return (output, wanted) => {
    const terms =
      output === 'loss' ? (plan.reduction === 'none' ? 1 : rows) : upstream * (sizeOf(wanted) < rows * columns ? rows * columns : 1)
    return new Float64Array(sizeOf(wanted)).fill(unsure * factor * terms * (output === 'loss' ? finite(margin) + longest : 2 * steepest))
  }
}

/**
 * The sizes of the terms of a loss of a cosine: the cosine is at most 1; its gradient by a vector is a difference of two vectors of 1 over that
 * one's length, which cancel where the two point the same way.
 */
export function cosineSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const { input1, input2, shape, margin } = plan.problem as CosineProblem
  const rows = sizeOf(shape)
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  const terms: Readonly<Record<string, number>> = {
    loss: (1 + finite(margin)) * (plan.reduction === 'none' ? 1 : rows),
    input1: (upstream * 4 * rows) / shortestOf(input1),
    input2: (upstream * 4 * rows) / shortestOf(input2),
  }
  return (output, wanted) => new Float64Array(sizeOf(wanted)).fill(factor * terms[output])
}
