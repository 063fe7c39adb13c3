import type { ExactSum } from '../exact-sum.ts'
import { readCounts } from './counts.ts'
import { unitsOf } from './exact.ts'
import { ratio } from './ratio.ts'
import { decibels, isPlain, isPsnr, isSequences } from './samples.ts'
import { parsed, type Totals } from './totals.ts'
import type { Chance, Information, Known, PsnrReport } from './types.ts'

const known = (value: number): Known => ({ value, reason: null })
const unknown = (reason: string): Known => ({ value: null, reason })

/** Totals with their sums as numbers: NaN for one that is missing. */
export interface Summed {
  readonly totals: Totals
  readonly sum: (name: string) => number
  readonly has: (name: string) => boolean
  readonly exact: (name: string) => ExactSum
  /** What the mean divides by. */
  readonly denominator: number
}

/** What the mean would be for an answer that does not look at the input. */
export function chanceOf(all: Summed): Chance {
  const { totals, sum, has, denominator } = all
  const { likelihood, mean } = totals.of
  const reason = totals.absent.chance ?? (totals.numbers.counted === 0 ? 'nothing is counted' : null)
  const missing: Chance = { uniform: null, frequencies: null, reason }
  if (reason !== null) return missing
  if (likelihood === 'categorical') return ofClasses(all)
  if (has('uniform')) return { uniform: sum('uniform') / denominator, frequencies: null, reason: totals.absent.frequencies ?? null }
  if (likelihood === 'bernoulli') {
    const [yes, no] = [sum('yes'), sum('no')]
    return { uniform: ((yes + no) * Math.LN2) / denominator, frequencies: entropy([yes, no]) / denominator, reason: null }
  }
  const guess = { ...missing, reason: 'there is no uniform answer among real numbers' }
  if (!has('moment1')) return missing
  if (likelihood === 'poisson') {
    const rate = sum('moment1') / denominator
    return { ...guess, frequencies: rate - (rate === 0 ? 0 : rate * Math.log(rate)) + sum('constant') / denominator }
  }
  const variance = mean === 'weights' || mean === 'elements' ? varianceOf(all) : Number.NaN
  if (likelihood === 'normal') return { ...guess, frequencies: variance }
  const { eps, full } = totals.of.options
  const least = Math.max(variance, Number(eps))
  return { ...guess, frequencies: 0.5 * (Math.log(least) + variance / least + (full === true ? Math.log(2 * Math.PI) : 0)) }
}

/** The mass of each class under the (smoothed, weighted) targets; the best constant answer is their share. */
function ofClasses({ totals, denominator }: Summed): Chance {
  const { of, counts, masses, numbers } = totals
  if (of.target === null || (counts === null && masses === null))
    return { uniform: null, frequencies: null, reason: 'there are no classes' }
  const { own, shared, weights } = of.target
  const times = of.mean === 'rows' ? (masses ?? []).map((mass) => parsed(mass).value()) : readCounts(counts ?? '')
  const mass = Array.from(times, (count, c) => Number(weights?.[c] ?? 1) * (own * count + shared * numbers.counted))
  const whole = mass.reduce((sum, each) => sum + each, 0)
  return { uniform: (whole * Math.log(mass.length)) / denominator, frequencies: entropy(mass) / denominator, reason: null }
}

/** Σ m·ln(M/m), M = Σ m. */
function entropy(masses: readonly number[]): number {
  const whole = masses.reduce((sum, mass) => sum + mass, 0)
  return masses.reduce((sum, mass) => (mass === 0 ? sum : sum + mass * Math.log(whole / mass)), 0)
}

/** Σw·Σwy² − (Σwy)², divided by (Σw)²: in whole numbers, since the difference may be a tiny part of both. */
function varianceOf({ exact }: Summed): number {
  const [w, first, second] = ['denominator', 'moment1', 'moment2'].map((name) => unitsOf(exact(name)))
  if (w === null || first === null || second === null || w <= 0n) return Number.NaN
  return ratio(w * second - first * first, w * w)
}

/** What no prediction can bring the mean below. */
export function floorOf({ totals, sum, has, denominator }: Summed): Known {
  const { of, absent, numbers } = totals
  if (absent.floor !== undefined) return unknown(absent.floor)
  if (numbers.counted === 0) return unknown('nothing is counted')
  if (has('floor')) return known(sum('floor') / denominator)
  if (of.least !== null) return known(of.least)
  if (of.likelihood === 'normal') return known(0)
  if (of.likelihood === 'normal of any variance') {
    return known(0.5 * (Math.log(Number(of.options.eps)) + (of.options.full === true ? Math.log(2 * Math.PI) : 0)))
  }
  return unknown('no bound is known for this loss')
}

export function informationOf({ totals, sum, has }: Summed): Information | null {
  const { of, numbers } = totals
  if (of.likelihood !== 'categorical' && of.likelihood !== 'bernoulli') return null
  const none = { nats: null, bits: null, bitsPerByte: null, perplexity: null }
  if (!isPlain(of)) return { ...none, reason: 'with weights, smoothing or soft targets the loss is no −log p of the targets' }
  if (numbers.counted === 0) return { ...none, reason: 'nothing is counted' }
  const nats = sum('sum') / numbers.counted
  const bits = nats / Math.LN2
  const bitsPerByte = has('bytes') ? sum('sum') / Math.LN2 / sum('bytes') : null
  if (of.likelihood === 'bernoulli') return { ...none, nats, bits, bitsPerByte, reason: 'a perplexity is of one class among several' }
  const sequences = isSequences(of) && has('perplexities')
  return {
    nats,
    bits,
    bitsPerByte,
    perplexity: {
      ofTokens: Math.exp(nats),
      meanOfSequences: sequences ? sum('perplexities') / (numbers.samples - numbers.empty) : null,
    },
    reason: sequences ? null : 'only targets of shape (N, L) say which tokens make a sequence',
  }
}

export function psnrOf({ totals, sum, has, denominator }: Summed): PsnrReport | null {
  const { of, numbers } = totals
  if (of.likelihood !== 'normal') return null
  const none = { dataRange: of.dataRange, ofMeanError: null, meanOfImages: null }
  if (of.dataRange === null) return { ...none, reason: 'give the report { dataRange }: 1 for images in [0, 1], 255 for bytes' }
  if (!isPsnr(of)) return { ...none, reason: 'with weights the loss is no mean squared error' }
  return {
    dataRange: of.dataRange,
    ofMeanError: decibels(sum('sum') / denominator, of.dataRange),
    meanOfImages: has('decibels') ? sum('decibels') / (numbers.samples - numbers.empty) : null,
    reason: null,
  }
}
