import type { Typed } from './typed.ts'

/**
 * How a candidate is scored: in bits, by what it saves.
 *
 * A number can be written down digit by digit, which costs −log₂ P₀ bits, P₀ being the probability of these digits for a loss that means
 * nothing; or by naming a signature, its parameters, and what is left of a difference: −log₂ (π · P(parameters) · P(digits | signature)).
 * The score is the first minus the second, log₂ of a Bayes factor times a prior. More digits raise it, a parameter that had to be searched
 * for (which C?) lowers it by as many bits as it takes to name that parameter; and a fact that is known costs nothing.
 *
 * All π · P(parameters) add up to at most 1, so by Markov's inequality a number drawn from P₀ scores b bits or more with a probability of
 * at most 2⁻ᵇ, over all signatures together: a strong match, of 4 bits, comes to at most 6 % of meaningless numbers (docs/why.md has what
 * was measured, which is far less).
 */
export interface Match {
  readonly bits: number
  readonly how: How
}

/** How a prediction agrees: in all digits; if the number was cut off, not rounded; or nearly, as a loss that is still moving. */
export type How = 'digits' | 'cut' | 'near'

/**
 * How a loss comes to a value: 'exact' is arithmetic and hits it or not; 'level' has it up to noise, on both sides; 'floor' comes down to it and
 * stays above, 'ceiling' below.
 */
export type Approach = 'exact' | 'level' | 'floor' | 'ceiling'

export type Strength = 'strong' | 'likely' | 'weak'

export const thresholds = { strong: 4, likely: 1.5 } as const

export const strengthOf = (bits: number): Strength => (bits >= thresholds.strong ? 'strong' : bits >= thresholds.likely ? 'likely' : 'weak')

/** The value of a candidate: a number, or any number below 0. */
export type Prediction = number | 'negative'

/** The bits that a candidate of a prior (in bits) saves, or null where it does not match. */
export function score(typed: Typed, prediction: Prediction, approach: Approach, priorBits: number): Match | null {
  const found = agreement(typed, prediction, approach)
  return found === null ? null : { bits: Math.log2(found.probability) - background(typed) - priorBits, how: found.how }
}

/** How seldom a loss that means nothing is no ordinary positive number, as log₂ of the probability. */
const odd = { negative: -7, zero: -10, notFinite: -12 } as const

/** log₂ of the probability of the digits for a loss that means nothing: half of all losses lie within a factor of 20 of 1. */
export function background({ value, half }: Typed): number {
  if (!Number.isFinite(value)) return odd.notFinite
  if (value === 0) return odd.zero
  const size = Math.abs(value)
  const below = (x: number) => Math.atan2(Math.log(x), Math.log(20)) / Math.PI
  // a wide interval may reach below 0, of which the logarithm takes no notice
  const share = below(size + half) - below(Math.max(size - half, size / 1000))
  return Math.log2(Math.max(share, Number.MIN_VALUE)) + (value < 0 ? odd.negative : 0)
}

/** The share of losses that show the value itself, and not a value nearby. */
const SPIKE = 0.5
/** How far off the others are on average, relative to the value: noise of batches, and a network that is not quite at the floor. */
const spread = { level: 0.01, floor: 0.03, ceiling: 0.03 } as const

function agreement(typed: Typed, prediction: Prediction, approach: Approach): { probability: number; how: How } | null {
  const { value, half } = typed
  if (prediction === 'negative') {
    // the sign is explained, the size is not
    return value < 0 && Number.isFinite(value) ? { probability: 2 ** (background(typed) - odd.negative), how: 'near' } : null
  }
  if (!Number.isFinite(prediction) || prediction === 0 || value === 0 || !Number.isFinite(value)) {
    const same = Object.is(prediction, value) || prediction === value || (value === 0 && Math.abs(prediction) <= half)
    return same ? { probability: 1, how: 'digits' } : null
  }
  const difference = value - prediction
  const rest = approach === 'exact' ? 0 : 1 - SPIKE
  const slab = approach === 'exact' ? 0 : rest * near(difference, half, Math.abs(prediction) * spread[approach], approach)
  if (Math.abs(difference) <= half * (1 + 1e-9)) return { probability: (1 - rest) * (7 / 8) + slab, how: 'digits' }
  const cut = Math.abs(prediction) > Math.abs(value) && Math.abs(difference) <= 2 * half
  if (cut) return { probability: ((1 - rest) * 1) / 8 + slab, how: 'cut' }
  return slab < 1e-12 ? null : { probability: slab, how: 'near' }
}

/** The probability of the interval under an exponential law of the difference, one-sided for a floor or a ceiling. */
function near(difference: number, half: number, scale: number, approach: Approach): number {
  const side = approach === 'floor' ? difference : approach === 'ceiling' ? -difference : Math.abs(difference)
  if (approach !== 'level' && side < -half) return 0
  const density = Math.exp(-Math.max(side, 0) / scale) / scale
  return Math.min(2 * half * density * (approach === 'level' ? 0.5 : 1), 1)
}
