import { float64 } from '../algebra/number.ts'
import type { Call } from '../check.ts'
import { ExactSum } from '../exact-sum.ts'
import type { PointwiseProblem } from '../families/pointwise/problem.ts'
import type { RowsProblem } from '../families/softmax-rows/problem.ts'
import type { Plan } from '../loss.ts'
import type { Numbers } from '../tensor/dtype.ts'
import { sameShape } from '../tensor/shape.ts'
import { expandView, numbersOf } from '../tensor/view.ts'
import { addTimes } from './exact.ts'
import { type Facets, targetOf } from './facets.ts'
import { GroupSums, sumOf, sumOfSquares } from './slots.ts'

/** Exact sums over the targets, from which chance level and floor follow; or why they are missing. */
export interface Levels {
  readonly sums: Readonly<Record<string, ExactSum>>
  readonly absent: Readonly<Record<string, string>>
  /** Of distributions over classes: the sum of the probabilities of each. */
  readonly masses: readonly ExactSum[] | null
}

/** So many classes have sums of their own. */
export const manyClasses = 1024

const none = (reason: string): Levels => ({ sums: {}, absent: { chance: reason, floor: reason }, masses: null })

/** What a call's targets say about a guess and a perfect answer. `counts` are the counted targets of each class. */
export function levelsOf(call: Call, plan: Plan, { rows }: Facets, counts: Float64Array | null): Levels {
  const { likelihood, least } = call.spec
  if (rows !== null) return ofRows(rows, likelihood === 'categorical', counts)
  const elements = plan as Plan<PointwiseProblem>
  if (plan.kernel.family === 'pointwise' && sameShape(elements.problem.shape, plan.shape)) {
    if (likelihood === 'bernoulli') return ofYesAndNo(call, elements)
    if (likelihood === 'normal' || likelihood === 'normal of any variance') return ofMoments(call, elements)
    if (likelihood === 'poisson') return ofCounts(call, elements)
  }
  return { ...none('no guess is natural for this loss'), absent: levelsAbsent(least !== undefined) }
}

const levelsAbsent = (bounded: boolean): Levels['absent'] => ({
  chance: 'no guess is natural for this loss: what it costs depends on the scale of the scores or on the order of the data',
  ...(bounded ? {} : { floor: 'no bound is known for this loss' }),
})

function ofRows(rows: RowsProblem, categorical: boolean, counts: Float64Array | null): Levels {
  const { params, weight, compute, classes } = rows
  const count = params.classes
  if (count === 0) return none('there are no classes')
  const w = weight === null ? null : numbersOf(weight, compute)
  if (w?.some((each) => !(each >= 0 && each < Infinity))) return none('a class weight is negative or not finite')
  if (classes === null) return count > manyClasses ? none(`there are more than ${manyClasses} classes`) : ofDistributions(rows, w)
  if (counts === null) return none('there are no classes')
  let total = w === null ? count : 0
  for (const each of w ?? []) total += each
  if (!categorical) return ofGuess(rows, w, total, counts)
  const { own, shared } = targetOf(rows)
  const floor = new ExactSum()
  if (shared !== 0) {
    let others = 0
    for (let c = 0; c < count; c++) others += logarithmic((w?.[c] ?? 1) * shared)
    eachClass(counts, w, (t, times) => {
      const weightOf = w?.[t] ?? 1
      const sum = own * weightOf + shared * total
      const inside = others - logarithmic(weightOf * shared) + logarithmic(weightOf * (own + shared))
      addTimes(floor, Math.max(logarithmic(sum) - inside, 0), times)
    })
  }
  return { sums: { floor }, absent: {}, masses: null }
}

/** What the same answer for all classes costs under a formula that is no −log p itself. */
function ofGuess({ formula, params }: RowsProblem, w: Numbers | null, total: number, counts: Float64Array): Levels {
  if (formula.slope.lse !== undefined) return none('no guess is natural for this loss: what it costs depends on the scale of the scores')
  const logp = -Math.log(params.classes)
  const uniform = new ExactSum()
  eachClass(counts, w, (t, times) => {
    const weight = w?.[t] ?? 1
    const row = { picked: weight * logp, uniform: total * logp, logp, weight, lse: -logp }
    addTimes(uniform, Number(formula.value(float64, row, params)), times)
  })
  return { sums: { uniform }, absent: { frequencies: 'the best constant answer has no closed form for this loss' }, masses: null }
}

/** Calls `visit` for each class that occurs; all at once where they have no weights. */
function eachClass(counts: Float64Array, w: Numbers | null, visit: (t: number, times: number) => void): void {
  if (w === null)
    visit(
      0,
      counts.reduce((sum, times) => sum + times, 0),
    )
  else for (let t = 0; t < counts.length; t++) if (counts[t] > 0) visit(t, counts[t])
}

const logarithmic = (y: number): number => (y === 0 ? 0 : y * Math.log(y))

function ofDistributions(rows: RowsProblem, w: Numbers | null): Levels {
  const { params, outer, inner, target, compute } = rows
  const count = params.classes
  const q = numbersOf(target, compute)
  const { own, shared } = targetOf(rows)
  const masses = new GroupSums(count)
  masses.addPlanes(q, count, inner)
  const floor = new ExactSum()
  for (let n = 0; n < outer; n++) {
    for (let i = 0; i < inner; i++) {
      let [sum, inside] = [0, 0]
      for (let c = 0, at = n * count * inner + i; c < count; c++, at += inner) {
        const y = (w === null ? 1 : w[c]) * (own * q[at] + shared)
        if (y === 0) continue
        sum += y
        inside += y * Math.log(y)
      }
      floor.add(logarithmic(sum) - inside)
    }
  }
  const negative = Number.isNaN(floor.value())
  return {
    sums: negative ? {} : { floor },
    absent: negative ? { chance: 'a target is negative or NaN', floor: 'a target is negative or NaN' } : {},
    masses: masses.read(),
  }
}

/** Binary cross-entropy: how much weight lies on yes and on no, and the entropy of what lies between. */
function ofYesAndNo({ spec }: Call, { problem, shape }: Plan<PointwiseProblem>): Levels {
  const operand = (name: string) => (problem.operands[name] === undefined ? null : numbersOf(expandView(problem.operands[name], shape)))
  const [t, w, factor] = [operand(spec.inputs[1].name) ?? new Float64Array(0), operand('weight'), operand('posWeight')]
  const [yes, no, floor] = [new ExactSum(), new ExactSum(), new ExactSum()]
  let [ones, zeros, odd] = [0, 0, false]
  for (let i = 0; i < t.length; i++) {
    if (w === null && factor === null && t[i] === 1) ones++
    else if (w === null && t[i] === 0) zeros++
    else {
      const a = (w === null ? 1 : w[i]) * (factor === null ? 1 : factor[i]) * t[i]
      const b = (w === null ? 1 : w[i]) * (1 - t[i])
      if (!(a >= 0 && b >= 0)) odd = true
      yes.add(a)
      no.add(b)
      if (a !== 0 && b !== 0) floor.add(logarithmic(a + b) - logarithmic(a) - logarithmic(b))
    }
  }
  if (odd) return none('a target is outside [0, 1], or a weight is negative')
  addTimes(yes, 1, ones)
  addTimes(no, 1, zeros)
  return { sums: { yes, no, floor }, absent: {}, masses: null }
}

/** Squared error: the moments of the targets, from which their variance follows exactly. */
function ofMoments({ spec }: Call, { problem, shape }: Plan<PointwiseProblem>): Levels {
  const y = numbersOf(expandView(problem.operands[spec.inputs[1].name], shape))
  const { weight } = problem.operands
  if (weight === undefined) {
    return { sums: { moment1: sumOf(y), moment2: sumOfSquares(y) }, absent: {}, masses: null }
  }
  const w = numbersOf(expandView(weight, shape))
  if (w.some((each) => !(each >= 0))) return none('a weight is negative')
  const [moment1, moment2] = [new ExactSum(), new ExactSum()]
  for (let i = 0; i < y.length; i++) {
    moment1.add(w[i] * y[i])
    moment2.add(w[i] * y[i] * y[i])
  }
  return { sums: { moment1, moment2 }, absent: {}, masses: null }
}

/** Poisson: the sum of the counts, what `full` adds whatever the answer, and the loss of the answer that is right. */
function ofCounts({ spec, values }: Call, { problem, shape }: Plan<PointwiseProblem>): Levels {
  const y = numbersOf(expandView(problem.operands[spec.inputs[1].name], shape))
  if (y.some((each) => !(each >= 0))) return none('a count is negative')
  const eps = values.logInput === true ? 0 : Number(values.eps)
  const [floor, constant] = [new ExactSum(), new ExactSum()]
  for (let i = 0; i < y.length; i++) {
    const t = y[i]
    const rate = Math.max(t - eps, 0)
    const stirling = values.full === true && t > 1 ? t * Math.log(t) - t + 0.5 * Math.log(2 * Math.PI * t) : 0
    floor.add(rate - (t === 0 ? 0 : t * Math.log(rate + eps)) + stirling)
    if (stirling !== 0) constant.add(stirling)
  }
  return { sums: { moment1: sumOf(y), floor, constant }, absent: {}, masses: null }
}
