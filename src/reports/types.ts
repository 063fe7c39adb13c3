import type { Finding } from '../findings/finding.ts'
import type { Reduction } from '../spec.ts'
import type { DType } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type { Totals } from './totals.ts'

/**
 * What a loss is made of. Plain data: it survives `JSON.stringify`, `structuredClone` and `postMessage`.
 *
 * Every number here is computed from `totals`, which are exact. JSON has no NaN and no infinities and makes null of them; `totals` spell them,
 * so `mergeReports(JSON.parse(text))` has every number back.
 */
export interface Report {
  /** The loss's name. */
  readonly loss: string
  /** The loss under the options' reduction, in its dtype; for 'none' the mean. */
  readonly value: number
  /** The sum of the values, each as reduction 'none' gives it: exact up to one rounding to float64. */
  readonly sum: number
  /** What the mean divides by: exact up to one rounding. */
  readonly denominator: number
  /** sum / denominator in float64, whatever the reduction: what chance, floor and gap are to be compared with. */
  readonly mean: number
  /** Where the value comes from, in one sentence with the numbers. */
  readonly made: string
  /** How many elements, samples or pixels enter the sum, and how many `ignoreIndex` took out. */
  readonly counted: number
  readonly ignored: number
  /** What is counted. */
  readonly unit: Unit
  /** The reduction that the options ask for; with PyTorch's old options the one that they mean. */
  readonly reduction: Reduction
  readonly dtype: DType
  /** Of the loss as the loss itself gives it: [] unless the reduction is 'none'; null for merged values that make no array. */
  readonly shape: Shape | null
  /** How many calls this is a report of: 1, or as many as were merged. */
  readonly parts: number
  /** The same sum divided by other numbers, since papers and frameworks differ in that. */
  readonly averages: Averages
  /** What the mean would be for an answer that does not look at the input. */
  readonly chance: Chance
  /** No prediction can bring the mean below it: the entropy of smoothed or soft targets, 0 where there is none. */
  readonly floor: Known
  /** mean − floor: what is left to gain. */
  readonly gap: Known
  /** How many of the counted are right: the largest score is the target's, or the score is on the target's side. */
  readonly accuracy: (Known & { readonly right: number | null }) | null
  /** By class of the target; null where the loss has no classes, or more than 1024. */
  readonly perClass: readonly ClassReport[] | null
  /** Of samples: what lies along the first axis. */
  readonly perSample: SampleReport
  /** The largest values, each with its index by axis; NaN comes first. */
  readonly worst: readonly Worst[]
  /** nats, bits and perplexity of a likelihood; null for other losses. */
  readonly information: Information | null
  /** Of a mean squared error; null for other losses. */
  readonly psnr: PsnrReport | null
  /** What is wrong with the data; see `check`. */
  readonly findings: readonly Finding[]
  /** What all of this is computed from, and merged by: exact, compact, and not for reading. */
  readonly totals: Totals
}

export type Unit = 'element' | 'sample' | 'position' | 'pixel' | 'pair' | 'sequence' | 'image'

/** A number, or null with the reason why there is none. */
export interface Known {
  readonly value: number | null
  readonly reason: string | null
}

export interface Averages {
  /** The sum divided by the number of values that entered it: the plain mean, without weights in the denominator. */
  readonly perValue: number
  /** The sum divided by the number of samples (images, sequences): what a sum per image, averaged over images, gives. */
  readonly perSample: number
  /** The sum divided by the number of calls: what the average of `reduction: 'sum'` over batches gives. */
  readonly perBatch: number
  /** The mean of the samples' own plain means: each image counts alike, however many of its pixels are counted. */
  readonly ofSamples: number
}

export interface Chance {
  /** For an answer that treats all classes alike: ln C, ln 2. */
  readonly uniform: number | null
  /** For the answer that knows how often each class occurs, or the mean of the targets, and nothing else. */
  readonly frequencies: number | null
  /** Why one of them is missing. */
  readonly reason: string | null
}

export interface ClassReport {
  readonly class: number
  /** How many targets are of the class. */
  readonly count: number
  /** Their sum, and its share of the whole sum. */
  readonly sum: number
  readonly share: number
  /** Their sum divided by what they are of the denominator: with class weights the mean without them. NaN for none. */
  readonly mean: number
  /** How many of them are right, as a share; null where that is not known. */
  readonly accuracy: number | null
}

export interface SampleReport {
  readonly samples: number
  /** Samples of which nothing is counted; they are in none of the numbers below. */
  readonly empty: number
  /** Of the samples' plain means. */
  readonly mean: number
  readonly min: number
  readonly max: number
  /** The samples with the largest plain means. */
  readonly worst: readonly Worst[]
  /** Every sample's plain mean in order, NaN for an empty one; null unless `perSample: true` asks for them. */
  readonly values: readonly number[] | null
}

export interface Worst {
  readonly value: number
  /** By axis: n, c, h, w. `n` counts from `first`. */
  readonly index: Readonly<Record<string, number>>
  /** The class of the target, and the one with the largest score, where there are such. */
  readonly target?: number
  readonly predicted?: number
  /** The `source` of the report that it comes from. */
  readonly source?: string
}

export interface Information {
  /** −log p of the targets per counted target, without weights and smoothing; null where the loss has them. */
  readonly nats: number | null
  readonly bits: number | null
  /** bits of all targets divided by `bytes`, the number of bytes that they stand for. */
  readonly bitsPerByte: number | null
  /** Of one class among several: `ofTokens` is exp(nats); `meanOfSequences` is the mean over sequences of exp(mean nats of the sequence). */
  readonly perplexity: { readonly ofTokens: number; readonly meanOfSequences: number | null } | null
  readonly reason: string | null
}

export interface PsnrReport {
  readonly dataRange: number | null
  /** In dB: 10·log(range²/MSE) of the MSE of everything. */
  readonly ofMeanError: number | null
  /** The mean over images of each one's PSNR, the other convention; a perfect image makes it infinite. */
  readonly meanOfImages: number | null
  readonly reason: string | null
}

/** What a report is to have, beside the options of the loss. */
export interface ReportOptions {
  /** How many of the worst are kept; 5 if left out, 1000 at most. */
  readonly top?: number
  /** Keeps every sample's mean, in `perSample.values`. */
  readonly perSample?: boolean
  /** The index of the first sample in the whole of which this is a part, so that the worst have their place in the whole. */
  readonly first?: number
  /** What the worst are to say they come from, such as a file. */
  readonly source?: string
  /** The names of the axes of the unreduced result, instead of n, c, h, w and the like; samples lie along `n`. */
  readonly axes?: readonly string[]
  /** The distance from black to white, for PSNR. */
  readonly dataRange?: number
  /** How many bytes the tokens stand for, for bits per byte. */
  readonly bytes?: number
  /** Leaves `check` out, and `findings` empty. */
  readonly check?: boolean
}
