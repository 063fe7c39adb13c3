import type { Signature } from '../signature.ts'
import { chance } from './chance.ts'
import { notFinite } from './infinite.ts'
import { margins } from './margins.ts'
import { negatives } from './negative.ts'
import { overlaps } from './overlap.ts'
import { regression } from './regression.ts'
import { saturation } from './saturation.ts'
import { scales } from './scales.ts'
import { starts } from './start.ts'
import { twice } from './twice.ts'
import { zeros } from './zero.ts'

/** Every signature, by topic; the docs have a section for each, the tests produce its numbers. */
export const topics: readonly (readonly [title: string, rows: readonly Signature[]])[] = [
  ['Chance: nothing is learned yet', [...chance, ...starts]],
  ['Applied twice, bounded, smoothed: floors', twice],
  ['Overlap and divergence', overlaps],
  ['Margins and boxes', margins],
  ['Regression and images', regression],
  ['Scales: sums, means, bits, perplexity', scales],
  ['Saturation: clamps, epsilons, masks', saturation],
  ['Exactly 0', zeros],
  ['NaN and infinity', notFinite],
  ['Negative losses', negatives],
]

export const table: readonly Signature[] = topics.flatMap(([, rows]) => rows)
