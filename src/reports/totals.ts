import { LossError } from '../errors.ts'
import type { ExactSum } from '../exact-sum.ts'
import type { Denominator, Likelihood, Reduction } from '../spec.ts'
import type { DType } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import { addCounts } from './counts.ts'
import { type Exact, readExact, spellExact } from './exact.ts'
import type { Unit } from './types.ts'

/** The version of what `Totals` hold; it grows when they change. */
export const schema = 1

/** A number whose NaN and infinities survive JSON. */
export type Spelled = number | 'NaN' | 'Infinity' | '-Infinity'

/** What is the same in reports that belong together. */
export interface Identity {
  readonly loss: string
  /** Numbers as they are, arrays by their size and a digest. */
  readonly options: Readonly<Record<string, unknown>>
  readonly reduction: Reduction
  readonly dtype: DType
  readonly mean: Denominator | 'batch' | 'rows'
  /** What is divided by where the denominator is 0: that 0, 1, or nothing that makes a number. */
  readonly zero: 'zero' | 'one' | 'nan'
  readonly weighted: boolean
  readonly unit: Unit
  readonly axes: readonly string[]
  readonly classes: number | null
  /** What the classes are called, where that is not 0, 1, 2 and so on. */
  readonly labels: readonly number[] | null
  readonly likelihood: Likelihood | null
  /** A row's target is own·one-hot + shared, times the class weights. */
  readonly target: { readonly own: number; readonly shared: number; readonly weights: readonly Spelled[] | null } | null
  readonly least: number | null
  readonly dataRange: number | null
  /** Why the whole is not the sum of its parts; null where it is. */
  readonly apart: string | null
}

/** One of the worst, or a run of samples' means. */
export interface Kept {
  readonly value: Spelled
  readonly index: readonly number[]
  readonly target?: number
  readonly predicted?: number
  readonly source?: string
}

export interface Run {
  readonly source: string | null
  readonly first: number
  readonly values: readonly Spelled[]
}

/** All that a report is computed from. Two of them added are those of the whole, in any order, to the last bit. */
export interface Totals {
  readonly schema: typeof schema
  readonly of: Identity
  readonly numbers: Readonly<Record<CountName, number>>
  /** Exact sums by name; what is not in both is not in the whole. */
  readonly sums: Readonly<Record<string, Exact>>
  /** Why a sum is missing. */
  readonly absent: Readonly<Record<string, string>>
  /** By class: how many targets (see counts.ts), how many of them right, and their sums. */
  readonly counts: string | null
  readonly right: string | null
  readonly classSums: readonly Exact[] | null
  readonly masses: readonly Exact[] | null
  readonly range: readonly [min: Spelled, max: Spelled] | null
  readonly top: number
  readonly worst: readonly Kept[]
  readonly worstSamples: readonly Kept[]
  readonly runs: readonly Run[] | null
  readonly shape: Shape | null
}

export type CountName = 'parts' | 'counted' | 'ignored' | 'values' | 'samples' | 'empty'

export const spell = (value: number): Spelled => (Number.isFinite(value) ? value + 0 : (String(value) as Spelled))

/** The totals of the whole. Throws LossError for parts of different losses, options, dtypes or axes. */
export function addTotals(a: Totals, b: Totals, fn: Merging = 'mergeReports'): Totals {
  refuseStrangers(a, b, fn)
  const top = Math.min(a.top, b.top)
  const names = Object.keys(a.sums).filter((name) => b.sums[name] !== undefined)
  const [own, other] = [a.range, b.range]
  return {
    schema,
    of: a.of,
    numbers: Object.fromEntries(
      Object.entries(a.numbers).map(([name, count]) => [name, count + b.numbers[name as CountName]]),
    ) as Totals['numbers'],
    sums: Object.fromEntries(names.sort().map((name) => [name, added(a.sums[name], b.sums[name])])),
    absent: firstReasons(a.absent, b.absent),
    counts: a.counts === null || b.counts === null ? null : addCounts(a.counts, b.counts),
    right: a.right === null || b.right === null ? null : addCounts(a.right, b.right),
    classSums: eachAdded(a.classSums, b.classSums),
    masses: eachAdded(a.masses, b.masses),
    range:
      own === null || other === null
        ? (own ?? other)
        : [spell(Math.min(Number(own[0]), Number(other[0]))), spell(Math.max(Number(own[1]), Number(other[1])))],
    top,
    worst: worstOf([...a.worst, ...b.worst], top),
    worstSamples: worstOf([...a.worstSamples, ...b.worstSamples], top),
    runs: a.runs === null || b.runs === null ? null : joined([...a.runs, ...b.runs]),
    shape: a.of.reduction === 'none' ? stacked(a.shape, b.shape) : [],
  }
}

/** Largest first, NaN before all; where values are equal by where they stand. */
export function worstOf(all: readonly Kept[], top: number): Kept[] {
  const order = (a: Kept, b: Kept): number =>
    rank(b.value) - rank(a.value) || compareText(a.source, b.source) || compareIndex(a.index, b.index) || compareText(whole(a), whole(b))
  return [...all].sort(order).slice(0, top)
}

/** A total order of numbers in which NaN is the largest. */
function rank(value: Spelled): number {
  if (value === 'NaN') return Number.MAX_VALUE
  if (value === 'Infinity') return Number.MAX_VALUE / 2
  return value === '-Infinity' ? -Number.MAX_VALUE : Math.min(value as number, Number.MAX_VALUE / 4)
}

const whole = (kept: Kept): string => JSON.stringify(kept)
const compareText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)

export function compareIndex(a: readonly number[], b: readonly number[]): number {
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return a[axis] - b[axis]
  return 0
}

export function parsed(text: Exact): ExactSum {
  const sum = readExact(text)
  if (sum === null) throw noReport(`the sum ${JSON.stringify(text)}`)
  return sum
}

function added(a: Exact, b: Exact): Exact {
  const sum = parsed(a)
  sum.merge(parsed(b))
  return spellExact(sum)
}

const eachAdded = (a: readonly Exact[] | null, b: readonly Exact[] | null): Exact[] | null =>
  a === null || b === null ? null : a.map((text, i) => added(text, b[i]))

/** Of two reasons for one gap the first by the alphabet, so that the order of merging does not show. */
function firstReasons(a: Totals['absent'], b: Totals['absent']): Totals['absent'] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return Object.fromEntries(names.map((name) => [name, [a[name], b[name]].filter((text) => text !== undefined).sort()[0]]))
}

/** Runs in order of source and place; where one goes on where another ends, they are one. */
function joined(runs: readonly Run[]): Run[] {
  const sorted = [...runs].sort(
    (a, b) =>
      compareText(a.source ?? '', b.source ?? '') || a.first - b.first || compareText(JSON.stringify(a.values), JSON.stringify(b.values)),
  )
  const all: Run[] = []
  for (const run of sorted) {
    const last = all.at(-1)
    if (last !== undefined && last.source === run.source && last.first + last.values.length === run.first) {
      all[all.length - 1] = { ...last, values: [...last.values, ...run.values] }
    } else all.push(run)
  }
  return all
}

/** The shape of two results, one after the other along the first axis. */
function stacked(a: Shape | null, b: Shape | null): Shape | null {
  if (a === null || b === null || a.length === 0 || a.length !== b.length) return null
  return a.every((extent, axis) => axis === 0 || extent === b[axis]) ? [a[0] + b[0], ...a.slice(1)] : null
}

/** Which function of the user's puts reports together, for errors. */
export type Merging = 'mergeReports' | 'Meter.add' | 'Meter.update'

function refuseStrangers(a: Totals, b: Totals, fn: Merging): void {
  const argument = fn === 'Meter.add' ? 'loss' : 'reports'
  const apart = a.of.apart ?? b.of.apart
  if (apart !== null) {
    throw new LossError({
      code: 'report',
      fn,
      argument,
      received: `two of ${a.of.loss}`,
      expected: `reports of a loss whose whole is the sum of its parts; ${apart}`,
      repair:
        'perImage' in a.of.options ? `report(${a.of.loss}, input, target, { perImage: true }) for each` : 'one report of all of the data',
      pytorch: null,
    })
  }
  const of = (totals: Totals): Record<string, unknown> => {
    const { loss, options, ...rest } = totals.of
    return { loss, ...Object.fromEntries(Object.entries(options).map(([name, value]) => [`option ${name}`, value])), ...rest }
  }
  const [own, other] = [of(a), of(b)]
  for (const name of new Set([...Object.keys(own), ...Object.keys(other)])) {
    const [first, second] = [JSON.stringify(own[name]) ?? 'none', JSON.stringify(other[name]) ?? 'none']
    if (first === second) continue
    throw new LossError({
      code: 'report',
      fn,
      argument,
      received: `the ${name} ${second}`,
      expected: `the same ${name} in all of them: ${first}, the first ${fn === 'Meter.add' ? "batch's" : "report's"}`,
      repair:
        fn === 'Meter.add'
          ? 'a Meter for each loss, and for other options, dtypes, reductions, and numbers of classes'
          : 'merge only reports of one loss with the same options, dtype, reduction, and number of classes',
      pytorch: null,
    })
  }
}

export const noReport = (received: string, fn: Merging = 'mergeReports'): LossError =>
  new LossError({
    code: 'report',
    fn,
    argument: 'reports',
    received,
    expected: 'reports of this version, as report() and JSON.parse give them, with their totals',
    repair: fn === 'mergeReports' ? 'mergeReports(report(crossEntropy, input, target), …)' : 'meter.add(crossEntropy, input, target)',
    pytorch: null,
  })
