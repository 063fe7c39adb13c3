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
 * stays above, 'ceiling' below; 'start' begins well above it.
 */
export type Approach = 'exact' | 'level' | 'floor' | 'ceiling' | 'start'

export type Strength = 'strong' | 'likely' | 'weak'

export const thresholds = { strong: 4, likely: 1.5 } as const

export const strengthOf = (bits: number): Strength => (bits >= thresholds.strong ? 'strong' : bits >= thresholds.likely ? 'likely' : 'weak')

/** The value of a candidate: a number, or any number between two, which explains that it lies there and not where. */
export type Prediction = number | Region

export interface Region {
  readonly from: number
  readonly to: number
}

/** What a loss that is known cannot be: below 0, or above a limit. A number that it cannot be wants an explanation. */
export interface Bounds {
  readonly least: number
  readonly most: number
}

const unbounded: Bounds = { least: -Infinity, most: Infinity }

/** The bits that a candidate of a prior (in bits) saves, or null where it does not match. */
export function score(typed: Typed, prediction: Prediction, approach: Approach, priorBits: number, bounds = unbounded): Match | null {
  const found = agreement(typed, prediction, approach, bounds)
  return found === null ? null : { bits: Math.log2(found.probability) - background(typed, bounds) - priorBits, how: found.how }
}

/** How seldom a loss that means nothing is no ordinary positive number, as log₂ of the probability; and how seldom it is what it cannot be. */
const odd = { negative: -7, zero: -10, notFinite: -12, outOfBounds: -12 } as const

/** The share of losses of a size that lie below one: half of all lie within a factor of 20 of 1. */
const shareBelow = (size: number): number => 0.5 + Math.atan2(Math.log(size), Math.log(20)) / Math.PI

/** log₂ of the probability of the digits for a loss that means nothing. */
export function background({ value, half }: Typed, bounds = unbounded): number {
  if (!Number.isFinite(value)) return odd.notFinite
  if (value === 0) return odd.zero
  const size = Math.abs(value)
  // a wide interval may reach below 0, of which the logarithm takes no notice
  const share = shareBelow(size + half) - shareBelow(Math.max(size - half, size / 1000))
  return Math.log2(Math.max(share, Number.MIN_VALUE)) + bitsOfSide(value, bounds)
}

/** What a number's side costs: its sign, or the limit that it is beyond. */
function bitsOfSide(value: number, { least, most }: Bounds): number {
  if (value < 0) return least >= 0 ? odd.outOfBounds : odd.negative
  return value > most ? odd.outOfBounds - Math.log2(1 - shareBelow(most)) : 0
}

/** log₂ of the probability that a loss that means nothing lies in a region. */
function backgroundOf({ from, to }: Region, bounds: Bounds): number {
  const [near, far] = from < 0 ? [-to, -from] : [from, to]
  const below = (size: number) => (size === Infinity ? 1 : size <= 0 ? 0 : shareBelow(size))
  return Math.log2(below(far) - below(near)) + bitsOfSide(from < 0 ? Math.max(from, -1) : Math.min(to, 2 * from), bounds)
}

/** The share of losses that show the value itself, and not a value nearby; of a start none does. */
const SPIKE = 0.5
/**
 * How far off the others are on average, relative to the value. Judgements: a batch of 64 to 1024 samples near chance has its mean off by about
 * 0.1 to 0.02 standard deviations of a sample's loss (0.1 of ln C or so), a network at its floor is a few per cent above it for as long as it is
 * watched, and scores of standard deviation σ begin σ²/2 above ln C: 0.18 for σ = 0.6, which is 8 % of ln 10.
 */
const spread = { level: 0.01, floor: 0.03, ceiling: 0.03, start: 0.08 } as const

function agreement(typed: Typed, prediction: Prediction, approach: Approach, bounds: Bounds): { probability: number; how: How } | null {
  const { value, half } = typed
  if (typeof prediction === 'object') {
    const inside = prediction.from < value && value < prediction.to
    return inside ? { probability: 2 ** (background(typed, bounds) - backgroundOf(prediction, bounds)), how: 'near' } : null
  }
  if (!Number.isFinite(prediction) || prediction === 0 || value === 0 || !Number.isFinite(value)) {
    const same = Object.is(prediction, value) || prediction === value || (value === 0 && Math.abs(prediction) <= half)
    return same ? { probability: 1, how: 'digits' } : null
  }
  const difference = value - prediction
  const rest = approach === 'exact' ? 0 : approach === 'start' ? 1 : 1 - SPIKE
  const slab = approach === 'exact' ? 0 : rest * near(difference, half, Math.abs(prediction) * spread[approach], approach)
  if (Math.abs(difference) <= half * (1 + 1e-9)) return { probability: (1 - rest) * (7 / 8) + slab, how: 'digits' }
  const cut = Math.abs(prediction) > Math.abs(value) && Math.abs(difference) <= 2 * half
  if (cut) return { probability: ((1 - rest) * 1) / 8 + slab, how: 'cut' }
  return slab < 1e-12 ? null : { probability: slab, how: 'near' }
}

/** The probability of the interval under an exponential law of the difference, one-sided but for a level. */
function near(difference: number, half: number, scale: number, approach: Approach): number {
  const side = approach === 'floor' || approach === 'start' ? difference : approach === 'ceiling' ? -difference : Math.abs(difference)
  if (approach !== 'level' && side < -half) return 0
  const density = Math.exp(-Math.max(side, 0) / scale) / scale
  return Math.min(2 * half * density * (approach === 'level' ? 0.5 : 1), 1)
}
