import type { Finding } from '../findings/finding.ts'
import { divides, reduceTotal } from '../reduce.ts'
import { readCounts } from './counts.ts'
import { chanceOf, floorOf, informationOf, psnrOf, type Summed } from './known.ts'
import { type Identity, type Kept, parsed, type Spelled, type Totals } from './totals.ts'
import type { ClassReport, Report, SampleReport, Worst } from './types.ts'
import { madeOf } from './words.ts'

/** The report that totals make: the same numbers from the same totals, whether they were measured, merged, or read from a file. */
export function readTotals(totals: Totals, findings: readonly Finding[]): Report {
  const { of, numbers } = totals
  const sums = Object.fromEntries(Object.entries(totals.sums).map(([name, text]) => [name, parsed(text)]))
  const sum = sums.sum.value()
  const denominator = divisor(sums.denominator.value(), of.zero)
  const all: Summed = {
    totals,
    sum: (name) => sums[name]?.value() ?? Number.NaN,
    has: (name) => sums[name] !== undefined,
    exact: (name) => sums[name],
    denominator,
  }
  const reduction = of.reduction === 'none' ? 'mean' : of.reduction
  const mean = sum / denominator
  const floor = floorOf(all)
  const counted = numbers.samples - numbers.empty
  return {
    loss: of.loss,
    value: reduceTotal(sum, denominator, reduction, of.dtype),
    sum,
    denominator,
    mean,
    made: madeOf(totals, sum, denominator, divides(reduction)),
    counted: numbers.counted,
    ignored: numbers.ignored,
    unit: of.unit,
    reduction: of.reduction,
    dtype: of.dtype,
    shape: totals.shape,
    parts: numbers.parts,
    averages: {
      perValue: sum / numbers.values,
      perSample: sum / numbers.samples,
      perBatch: sum / numbers.parts,
      ofSamples: all.sum('samples') / counted,
    },
    chance: chanceOf(all),
    floor,
    gap: floor.value === null ? floor : { value: mean - floor.value, reason: null },
    accuracy: accuracyOf(totals),
    perClass: classesOf(totals, sum),
    perSample: samplesOf(totals, all.sum('samples') / counted),
    worst: totals.worst.map((kept) => worst(kept, of)),
    information: informationOf(all),
    psnr: psnrOf(all),
    findings,
    totals,
  }
}

const divisor = (exact: number, zero: Totals['of']['zero']): number =>
  exact !== 0 || zero === 'zero' ? exact : zero === 'one' ? 1 : Number.NaN

function accuracyOf({ counts, right, of }: Totals): Report['accuracy'] {
  if (counts === null || of.classes === null || of.mean === 'terms') return null
  if (right === null) return { value: null, right: null, reason: 'the scores of the classes are not there to be compared' }
  const total = (text: string) => readCounts(text).reduce((sum, count) => sum + count, 0)
  const [all, hits] = [total(counts), total(right)]
  return all === 0 ? { value: null, right: 0, reason: 'nothing is counted' } : { value: hits / all, right: hits, reason: null }
}

function classesOf({ of, counts, right, classSums }: Totals, whole: number): ClassReport[] | null {
  if (counts === null || classSums === null) return null
  const all = readCounts(counts)
  const hits = right === null ? null : readCounts(right)
  const weights = of.mean === 'target weights' ? (of.target?.weights ?? null) : null
  return classSums.map((text, c) => {
    const sum = parsed(text).value()
    return {
      class: of.labels?.[c] ?? c,
      count: all[c],
      sum,
      share: sum / whole,
      mean: sum / (all[c] * Number(weights?.[c] ?? 1)),
      accuracy: hits === null || all[c] === 0 ? null : hits[c] / all[c],
    }
  })
}

function samplesOf({ numbers, range, worstSamples, runs, of }: Totals, mean: number): SampleReport {
  return {
    samples: numbers.samples,
    empty: numbers.empty,
    mean,
    min: range === null ? Number.NaN : numberOf(range[0]),
    max: range === null ? Number.NaN : numberOf(range[1]),
    worst: worstSamples.map((kept) => worst(kept, of)),
    values: runs?.flatMap(({ values }) => values.map(numberOf)) ?? null,
  }
}

const numberOf = (value: Spelled): number => Number(value)

/** By names of axes; classes of terms by their labels. */
function worst({ value, index, ...rest }: Kept, { axes, mean, labels }: Identity): Worst {
  const called = (at: number, axis: number) => (mean === 'terms' && axes[axis] === 'c' ? (labels?.[at] ?? at) : at)
  return { value: numberOf(value), index: Object.fromEntries(index.map((at, axis) => [axes[axis], called(at, axis)])), ...rest }
}
