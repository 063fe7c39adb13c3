import { float64 as numbers } from '../algebra/number.ts'
import type { Call } from '../check.ts'
import type { LinearRowsProblem } from '../families/linear-rows/problem.ts'
import type { MarginRowsProblem } from '../families/margin-rows/problem.ts'
import type { OverlapProblem } from '../families/overlap/problem.ts'
import type { PointwiseProblem } from '../families/pointwise/problem.ts'
import type { RowsProblem } from '../families/softmax-rows/problem.ts'
import type { Plan } from '../loss.ts'
import type { Numbers } from '../tensor/dtype.ts'
import { sameShape } from '../tensor/shape.ts'
import { expandView, numbersOf } from '../tensor/view.ts'
import { bestClass, likeliestClasses, type Scores, whichAreRight } from './scores.ts'

/** What is known of each value of a result: its class, and whether the answer is right. */
export interface Facets {
  /** The class of each value, −1 where it is not counted; null where there are none, and all count. */
  readonly groups: ArrayLike<number> | null
  /** How many classes there are; null where there are none. */
  readonly classes: number | null
  readonly labels: readonly number[] | null
  /** 1 where the answer is right; null where that cannot be known. */
  readonly right: Uint8Array | null
  /** The class with the largest score, of one value. */
  readonly predicted: ((at: number) => number) | null
  /** The problem of a softmax over rows, which knows what a guess costs. */
  readonly rows: RowsProblem | null
}

const nothing: Facets = { groups: null, classes: null, labels: null, right: null, predicted: null, rows: null }

/** What the family of a call's loss knows of its values. */
export function facetsOf(call: Call, plan: Plan, values: Numbers): Facets {
  if (call.spec.mean === 'parts') return nothing
  switch (plan.kernel.family) {
    case 'softmax-rows':
      return ofRows(plan.problem as RowsProblem, true, values)
    case 'linear-rows':
      return ofRows((plan.problem as LinearRowsProblem).rows, false, values)
    case 'margin-rows':
      return ofMargins(plan.problem as MarginRowsProblem, values)
    case 'overlap':
      return ofTerms(plan.problem as OverlapProblem, call.values.absent === 'skip', values)
    case 'pointwise':
      return ofElements(call, plan as Plan<PointwiseProblem>)
  }
  return nothing
}

/** `scored`: whether the scores are there to be looked at. */
function ofRows(rows: RowsProblem, scored: boolean, values: Numbers): Facets {
  const { params, outer, inner, compute } = rows
  const count = params.classes
  const groups = rows.classes ?? likeliestClasses({ x: numbersOf(rows.target, compute), count, outer, inner })
  if (!scored || count === 0) return { ...nothing, groups, classes: count, rows }
  const scores: Scores = { x: numbersOf(rows.input, compute), count, outer, inner }
  // −log p below log 2 is a p above a half, the largest of all
  const { own, shared } = targetOf(rows)
  const plain = !rows.normalised && rows.weight === null && rows.classes !== null && own === 1 && shared === 0
  const isLogP = plain && rows.formula.slope.lse === undefined && isLinear(rows)
  const right = whichAreRight(scores, groups, isLogP ? values : null)
  return { groups, classes: count, labels: null, right, predicted: (at) => bestClass(scores, at), rows }
}

/** A row's target is own·one-hot + shared, by the slopes of the formula; meant for losses that are linear in log p. */
export function targetOf({ formula, params, classes }: RowsProblem): { own: number; shared: number } {
  if (classes === null) {
    const { scale, shift } = formula.blend(params)
    return { own: scale, shared: shift }
  }
  const row = { picked: -1, uniform: -1, logp: -1, weight: 1, lse: 1 }
  return { own: 0 - Number(formula.slope.picked(numbers, row, params)), shared: 0 - (formula.slope.uniform(params) ?? 0) }
}

/** Whether the value of a row is −log p itself: it is twice as much at twice the log p. */
function isLinear({ formula, params }: RowsProblem): boolean {
  const at = (logp: number) => Number(formula.value(numbers, { picked: logp, uniform: logp, logp, weight: 1, lse: 1 }, params))
  return at(-1) === 1 && at(-2) === 2
}

function ofMargins({ input, labels, width, rows, classes, compute }: MarginRowsProblem, values: Numbers): Facets {
  if (width !== 1 || values.length !== rows || classes === 0) return nothing
  const scores: Scores = { x: numbersOf(input, compute), count: classes, outer: rows, inner: 1 }
  return {
    ...nothing,
    groups: labels,
    classes,
    right: whichAreRight(scores, labels, null),
    predicted: (at) => bestClass(scores, at),
  }
}

/** One value per class, or per image and class; skipped ones are in no mean. */
function ofTerms({ chosen, counts }: OverlapProblem, skips: boolean, values: Numbers): Facets {
  if (values.length !== counts.length || chosen.length === 0) return nothing
  const groups = Int32Array.from(counts, (count, i) => (skips && count === 0 ? -1 : i % chosen.length))
  return { ...nothing, groups, classes: chosen.length, labels: chosen }
}

/** Yes or no: the score and the target lie on the same side, or not. */
function ofElements({ spec }: Call, { problem, shape }: Plan<PointwiseProblem>): Facets {
  const [input, target] = spec.inputs
  if (spec.inputs.length !== 2 || !sameShape(problem.shape, shape)) return nothing
  const t = () => numbersOf(expandView(problem.operands[target.name], shape))
  const x = () => numbersOf(expandView(problem.operands[input.name], shape))
  const scored = input.domain === 'logits' || input.domain === 'probabilities'
  if (target.domain === 'signs') return ofSides(scored ? x() : null, 0, t(), 0, [-1, 1])
  const half = input.domain === 'logits' ? 0 : 0.5
  return scored && (target.domain === 'probabilities' || target.domain === 'binary') ? ofSides(x(), half, t(), 0.5, [0, 1]) : nothing
}

function ofSides(x: Numbers | null, middle: number, t: Numbers, between: number, labels: readonly number[]): Facets {
  const groups = new Uint8Array(t.length)
  // + of a comparison is no branch, which random data would mislead
  for (let i = 0; i < t.length; i++) groups[i] = +(t[i] > between)
  const right = x === null ? null : new Uint8Array(t.length)
  if (x !== null && right !== null) for (let i = 0; i < t.length; i++) right[i] = 1 ^ groups[i] ^ +(x[i] > middle)
  return { ...nothing, groups, classes: 2, labels, right, predicted: x === null ? null : (at) => labels[x[at] > middle ? 1 : 0] }
}
