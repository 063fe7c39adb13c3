import type { Domain } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import type { Random } from './random.ts'

/** How tame the values of a case are. */
export type Mood = 'plain' | 'ties' | 'special'

/**
 * Values for a tensor of a domain, in rows of `length`. Most are short in binary: exact in every dtype, and small in a compressed file.
 */
export function drawValues(random: Random, domain: Domain, count: number, dtype: DType, mood: Mood, classes: number, length = 1): number[] {
  if (domain === 'labels') return drawRows(count, length, () => drawLabels(random, length, classes))
  if (domain === 'boxes') return drawRows(count, 4, () => drawBox(random, mood))
  const full = random.chance(0.2)
  const odd = mood === 'special' ? random.pick([0.1, 0.3, 0.8]) : 0
  return Array.from({ length: count }, () => {
    if (random.chance(odd) && isFloating(dtype)) return random.pick(specialOf(domain))
    const value = drawOne(random, domain, mood, classes)
    return full && isFloating(dtype) ? clampTo(domain, value + (random.uniform() - 0.5) / 64) : value
  })
}

const drawRows = (count: number, length: number, row: () => number[]): number[] =>
  Array.from({ length: Math.ceil(count / Math.max(length, 1)) }, row)
    .flat()
    .slice(0, count)

/** Some classes, then −1, then whatever, which does not count. */
function drawLabels(random: Random, length: number, classes: number): number[] {
  const labels = random.integer(length + 1)
  return Array.from({ length }, (_, i) => (i === labels ? -1 : random.integer(Math.max(classes, 1))))
}

/** Corners on a coarse grid, so that boxes overlap, touch and lie within each other; rarely one without an area. */
function drawBox(random: Random, mood: Mood): number[] {
  const grid = mood === 'ties' ? 4 : 64
  const [x, y] = [random.integer(grid), random.integer(grid)]
  const side = () => (random.chance(0.04) ? 0 : 1 + random.integer(grid))
  return [x, y, x + side(), y + side()].map((corner) => corner / 8)
}

function drawOne(random: Random, domain: Domain, mood: Mood, classes: number): number {
  const ties = mood === 'ties'
  switch (domain) {
    case 'probabilities':
    case 'pixels':
      return ties ? random.integer(3) / 2 : random.integer(65) / 64
    case 'weights':
      return ties ? random.integer(3) : (1 + random.integer(64)) / 16
    case 'log-probabilities':
      return -Math.abs(ties ? random.integer(3) : Math.round(random.normal() * 128) / 64)
    case 'positive':
      return ties ? 1 + random.integer(3) : (1 + random.integer(96)) / 16
    case 'signs':
      return random.chance(0.5) ? 1 : -1
    case 'binary':
      return random.integer(2)
    case 'lengths':
      return random.integer(5)
    case 'classes':
      return random.integer(Math.max(classes, 1))
    case 'classes or probabilities':
      return random.integer(33) / 32
    default:
      return ties ? random.integer(5) - 2 : Math.round(random.normal() * 160) / 64
  }
}

const clampTo = (domain: Domain, value: number): number =>
  domain === 'signs' || domain === 'binary'
    ? Math.round(value)
    : domain === 'positive'
      ? Math.max(value, 1 / 64)
      : domain === 'probabilities' || domain === 'classes or probabilities'
        ? Math.min(Math.max(value, 0), 1)
        : domain === 'log-probabilities'
          ? Math.min(value, 0)
          : value

function specialOf(domain: Domain): readonly number[] {
  switch (domain) {
    case 'probabilities':
      return [0, 1, -0, 1e-8, 1e-30, 1e-40, 1 - 2 ** -24, 1 - 2 ** -53, 0.5]
    case 'classes or probabilities':
      return [0, 1, -0, 1e-8, 1e-40, 1.5, -0.5, Infinity, Number.NaN]
    case 'weights':
      return [0, -0, -1, 1e-8, 1e4, Infinity, Number.NaN, 1]
    case 'positive':
      return [0, 1e-30, 1e-8, 1e-6, 1, 1e4, 1e30, Infinity]
    case 'signs':
      return [1, -1, 0, 2, -0.5, Number.NaN]
    case 'binary':
      return [0, 1, -0, 0.5, 2, -1]
    case 'log-probabilities':
      return [-Infinity, 0, -0, -100, -1e30, 1, Number.NaN, Infinity]
    default:
      return [
        Infinity,
        -Infinity,
        Number.NaN,
        0,
        -0,
        1,
        -1,
        1e30,
        -1e30,
        1e-30,
        1e-40,
        1e-8,
        17.5,
        -17.5,
        88.7,
        -89,
        100,
        -104,
        800,
        1e4,
        65504,
        3.4e38,
        1.8e19,
      ]
  }
}
