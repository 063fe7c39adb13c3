import { lastBackend, run } from '../backends/choose.ts'
import type { Call } from '../check.ts'
import { ExactSum } from '../exact-sum.ts'
import type { OverlapProblem } from '../families/overlap/problem.ts'
import { checked, type LossFunction, type Plan } from '../loss.ts'
import type { Numbers } from '../tensor/dtype.ts'
import { numbersOf } from '../tensor/view.ts'
import { spellCounts } from './counts.ts'
import { addTimes, type Exact, exactly, spellExact } from './exact.ts'
import { type Facets, facetsOf } from './facets.ts'
import { identityOf } from './identity.ts'
import { levelsOf, manyClasses } from './levels.ts'
import { keepSamples } from './samples.ts'
import { GroupSums, sumOf } from './slots.ts'
import { schema, spell, type Totals } from './totals.ts'
import type { ReportOptions } from './types.ts'
import { keepWorst, topOf } from './worst.ts'

/** Runs a call once, for its values, and sums up all that a report tells of them. */
export function measure(loss: LossFunction, call: Call, given: ReportOptions): Totals {
  const asked = checked(loss.plan, call)
  const none = asked.reduction === 'none'
  const plan = none ? loss.plan(call, 'mean') : asked
  const values = valuesOf(call, plan)
  const facets = facetsOf(call, plan, values)
  const of = identityOf(call, plan, facets, asked.reduction, given)
  const classes = classesOf(values, facets)
  const levels = levelsOf(call, plan, facets, classes?.counts ?? null)
  const samples = keepSamples(values, facets, of, plan.shape, given)
  const whole = classes?.sums === undefined ? totalOf(values, facets) : mergedOf(classes.sums)
  const sums: Record<string, ExactSum> = {
    ...levels.sums,
    ...samples.sums,
    sum: whole,
    denominator: denominatorOf(call, plan, of.mean, classes),
  }
  if (given.bytes !== undefined) sums.bytes = exactly(given.bytes)
  const absent = { ...levels.absent, ...(of.apart === null ? {} : { samples: of.apart }) }
  return {
    schema,
    of,
    numbers: {
      parts: 1,
      counted: plan.counted,
      ignored: plan.ignored,
      values: countOf(values, facets),
      samples: samples.count,
      empty: samples.empty,
    },
    sums: spelled(sums),
    absent,
    counts: classes === null ? null : spellCounts(classes.counts),
    right: classes === null || classes.right === null ? null : spellCounts(classes.right),
    classSums: classes?.sums?.map(spellExact) ?? null,
    masses: levels.masses?.map(spellExact) ?? null,
    range: samples.range === null ? null : [spell(samples.range[0]), spell(samples.range[1])],
    top: topOf(given),
    worst: keepWorst(values, facets, of, plan.shape, given),
    worstSamples: samples.worst,
    runs: samples.runs,
    shape: asked.reduction === 'none' ? plan.shape : [],
  }
}

/** The values as reduction 'none' gives them; of a loss that is one number made of parts, that number. */
function valuesOf({ spec }: Call, { kernel, problem }: Plan): Numbers {
  const whole = spec.mean === 'parts'
  const want = { values: !whole, total: whole, gradients: [], scale: 1, upstream: null, into: {} }
  const { values, total } = run(kernel, problem, want)
  if (values === null) return Float64Array.of(total)
  if (lastBackend() !== 'wasm' || kernel.wasm === undefined || values.every(Number.isFinite)) return values
  // where one value is not finite all of them come from the reference, whose last digits differ: these must not tell who is in the same batch
  const fast = kernel.wasm(problem, want).values
  return fast === null ? values : values.map((value, i) => (Number.isFinite(fast[i]) ? fast[i] : value))
}

const spelled = (sums: Readonly<Record<string, ExactSum>>): Record<string, Exact> =>
  Object.fromEntries(
    Object.keys(sums)
      .sort()
      .map((name) => [name, spellExact(sums[name])]),
  )

interface Classes {
  /** Of each class: how many values, how many of them right, and their sums, unless there are too many. */
  readonly counts: Float64Array
  readonly right: Float64Array | null
  readonly sums: readonly ExactSum[] | undefined
}

function classesOf(values: Numbers, { groups, classes, right }: Facets): Classes | null {
  if (groups === null || classes === null) return null
  const counts = new Float64Array(classes)
  const hits = right === null ? null : new Float64Array(classes)
  for (let i = 0; i < values.length; i++) {
    const group = groups[i]
    if (group < 0) continue
    counts[group]++
    if (hits !== null && right !== null) hits[group] += right[i]
  }
  if (classes > manyClasses || classes === 0) return { counts, right: hits, sums: undefined }
  const sums = new GroupSums(classes)
  sums.add(values, groups, 0, values.length)
  return { counts, right: hits, sums: sums.read() }
}

/** The sum of what counts, where classes have no sums of their own. */
function totalOf(values: Numbers, { groups }: Facets): ExactSum {
  if (groups === null) return sumOf(values)
  const sums = new GroupSums(1)
  sums.add(
    values,
    Int32Array.from(groups, (group) => Math.min(group, 0)),
    0,
    values.length,
  )
  return sums.read()[0]
}

function mergedOf(sums: readonly ExactSum[]): ExactSum {
  const all = new ExactSum()
  for (const sum of sums) all.merge(sum)
  return all
}

function countOf(values: Numbers, { groups }: Facets): number {
  if (groups === null) return values.length
  let counted = 0
  for (let i = 0; i < values.length; i++) if (groups[i] >= 0) counted++
  return counted
}

/** What the mean divides by, without rounding. */
function denominatorOf({ tensors: { weight }, values }: Call, plan: Plan, mean: string, classes: Classes | null): ExactSum {
  if (mean === 'weights' && weight !== undefined) return sumOf(numbersOf(weight))
  if (mean === 'target weights' && weight !== undefined && classes !== null) {
    const w = numbersOf(weight)
    const sum = new ExactSum()
    for (let t = 0; t < classes.counts.length; t++) addTimes(sum, w[t], classes.counts[t])
    return sum
  }
  if (mean === 'terms' && values.absent === 'skip')
    return exactly((plan.problem as OverlapProblem).counts.reduce((sum: number, count) => sum + count, 0))
  // the mean of no boxes divides by 1, which is not theirs
  return exactly(plan.counted === 0 && mean === 'positions' ? 0 : plan.denominator)
}
