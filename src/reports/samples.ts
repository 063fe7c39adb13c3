import { ExactSum } from '../exact-sum.ts'
import type { Numbers } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type { Facets } from './facets.ts'
import { type Identity, type Kept, type Run, spell } from './totals.ts'
import type { ReportOptions } from './types.ts'
import { Largest, topOf } from './worst.ts'

/** What is known of samples, each by the plain mean of its counted values. */
export interface Samples {
  readonly count: number
  readonly empty: number
  readonly sums: Readonly<Record<string, ExactSum>>
  readonly range: readonly [min: number, max: number] | null
  readonly worst: readonly Kept[]
  readonly runs: readonly Run[] | null
}

/** Goes through the samples of a result; without an axis `n` in front there is one. */
export function keepSamples(values: Numbers, { groups }: Facets, of: Identity, shape: Shape, given: ReportOptions): Samples {
  const batched = of.axes[0] === 'n'
  const count = batched ? shape[0] : 1
  const length = count === 0 ? 0 : values.length / count
  const { first = 0, source, dataRange } = given
  const sums: Record<string, ExactSum> = { samples: new ExactSum() }
  if (isSequences(of)) sums.perplexities = new ExactSum()
  if (isPsnr(of)) sums.decibels = new ExactSum()
  const largest = new Largest(topOf(given))
  const means = given.perSample === true ? new Float64Array(count) : null
  let [empty, min, max] = [0, Infinity, -Infinity]
  for (let n = 0, i = 0; n < count; n++) {
    let [sum, counted] = [0, 0]
    for (let end = i + length; i < end; i++) {
      if (groups !== null && groups[i] < 0) continue
      sum += values[i]
      counted++
    }
    const mean = sum / counted
    if (means !== null) means[n] = mean
    if (counted === 0) {
      empty++
      continue
    }
    sums.samples.add(mean)
    sums.perplexities?.add(Math.exp(mean))
    if (dataRange !== undefined) sums.decibels?.add(decibels(mean, dataRange))
    min = Math.min(min, mean)
    max = Math.max(max, mean)
    if (!(mean <= largest.bar) || n < topOf(given)) largest.offer(mean, n)
  }
  const named = source === undefined ? {} : { source }
  return {
    count,
    empty,
    sums,
    range: empty === count ? null : [min, max],
    worst: largest.read().map(([value, n]) => ({ value: spell(value), index: batched ? [n + first] : [], ...named })),
    runs: means === null ? null : [{ source: source ?? null, first, values: [...means].map(spell) }],
  }
}

/** Peak signal-to-noise ratio of a mean squared error. */
export const decibels = (mse: number, range: number): number => 10 * Math.log10((range * range) / mse)

export const isPsnr = ({ likelihood, mean, weighted, dataRange }: Identity): boolean =>
  likelihood === 'normal' && mean === 'weights' && !weighted && dataRange !== null

/** Whether the values are −log p of the tokens of sequences (N, L). */
export const isSequences = (of: Identity): boolean => isPlain(of) && of.likelihood === 'categorical' && of.axes.length === 2

/** Whether the values are −log p, with neither weights nor smoothing nor soft targets. */
export const isPlain = ({ likelihood, weighted, mean, target }: Identity): boolean =>
  (likelihood === 'categorical' && mean !== 'rows' && target?.own === 1 && target.shared === 0 && !weighted) ||
  (likelihood === 'bernoulli' && !weighted)
