import type { Domain } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import type { Random } from './random.ts'

/** How tame the values of a case are. */
export type Mood = 'plain' | 'ties' | 'special'

/** Values for a tensor of a domain. Most are short in binary: exact in every dtype, and small in a compressed file. */
export function drawValues(random: Random, domain: Domain, count: number, dtype: DType, mood: Mood, classes: number): number[] {
  const full = random.chance(0.2)
  const odd = mood === 'special' ? random.pick([0.1, 0.3, 0.8]) : 0
  return Array.from({ length: count }, () => {
    if (random.chance(odd) && isFloating(dtype)) return random.pick(specialOf(domain))
    const value = drawOne(random, domain, mood, classes)
    return full && isFloating(dtype) ? clampTo(domain, value + (random.uniform() - 0.5) / 64) : value
  })
}

function drawOne(random: Random, domain: Domain, mood: Mood, classes: number): number {
  const ties = mood === 'ties'
  switch (domain) {
    case 'probabilities':
      return ties ? random.integer(3) / 2 : random.integer(65) / 64
    case 'weights':
      return ties ? random.integer(3) : (1 + random.integer(64)) / 16
    case 'log-probabilities':
      return -Math.abs(ties ? random.integer(3) : Math.round(random.normal() * 128) / 64)
    case 'classes':
      return random.integer(Math.max(classes, 1))
    case 'classes or probabilities':
      return random.integer(33) / 32
    default:
      return ties ? random.integer(5) - 2 : Math.round(random.normal() * 160) / 64
  }
}

const clampTo = (domain: Domain, value: number): number =>
  domain === 'probabilities' || domain === 'classes or probabilities'
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
