import { countAmong } from '../backends/scan.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { type Lines, linesOf, sampledRows } from './rows.ts'

/** Whether a number is one that a probability can be; NaN is none. */
export const isUnit = (x: number): boolean => x >= 0 && x <= 1

/** How often each value occurs; null where there are more than `most` different ones. */
export function tallyOf(values: ArrayLike<number>, most = 4096): ReadonlyMap<number, number> | null {
  const tally = new Map<number, number>()
  for (let i = 0; i < values.length; ) {
    const value = values[i]
    const from = i
    // neighbours are often equal: a run costs one look-up
    while (i < values.length && values[i] === value) i++
    tally.set(value, (tally.get(value) ?? 0) + Math.max(i - from, 1))
    if (i === from) i++ // a NaN, which does not equal itself
    if (tally.size > most) return null
  }
  return tally
}

/** The values of a tally in their order, each with its count: "0 ×12, 1 ×3", and what is left out. */
export function histogram(tally: ReadonlyMap<number, number>, most = 8): string {
  const sorted = [...tally].sort(([a], [b]) => a - b)
  const shown = sorted.slice(0, most).map(([value, count]) => `${value} ×${count}`)
  return sorted.length > most ? `${shown.join(', ')} and ${sorted.length - most} more` : shown.join(', ')
}

/** Whether every value is k/255 for some integer k in [0, 255], and one is no integer: what ToTensor makes of bytes. */
export function isByteFractions(values: ArrayLike<number>): boolean {
  let fractions = false
  for (let i = 0; i < values.length; i++) {
    const scaled = values[i] * 255
    // float16 keeps 11 bits of a value up to 1
    if (!(scaled >= 0 && scaled <= 255 && Math.abs(scaled - Math.round(scaled)) < 0.07)) return false
    fractions ||= !Number.isInteger(values[i])
  }
  return fractions
}

/**
 * Whether every line of an axis has exactly one 1, and zeros otherwise: as many ones as there are lines, and one in each that is looked at.
 * Leaves early where the first line has not.
 */
export function isOneHot(x: Tensor, axis: number): boolean {
  const lines = linesOf(x.shape, axis)
  const number = lines.outer * lines.inner
  const values = numbersOf(x)
  if (number === 0 || onesAt(values, lines, 0) !== 1 || countAmong(x, 0, 1) !== number) return false
  return sampledRows(lines).every((line) => onesAt(values, lines, line) === 1)
}

/**
 * How many lines of an axis have several ones, of values that are all 0 or 1, and the most that one has; null where others occur, or no line
 * has. Where there are as many ones as lines, lines with several are made up for by lines with none: then those of a sample tell.
 */
export function severalOnes(x: Tensor, axis: number): { readonly lines: number; readonly most: number } | null {
  const lines = linesOf(x.shape, axis)
  const number = lines.outer * lines.inner
  const values = numbersOf(x)
  if (number === 0 || onesAt(values, lines, 0) < 0) return null
  const ones = countAmong(x, 0, 1)
  if (ones === null) return null
  if (ones === number && sampledRows(lines).every((line) => onesAt(values, lines, line) < 2)) return null
  let [several, most] = [0, 0]
  for (let line = 0; line < number; line++) {
    const ones = onesAt(values, lines, line)
    if (ones > 1) several++
    most = Math.max(most, ones)
  }
  return most > 1 ? { lines: several, most } : null
}

/** How many ones a line has; −1 where it has other numbers than 0 and 1. */
function onesAt(values: ArrayLike<number>, { count, inner }: Lines, line: number): number {
  let ones = 0
  for (let c = 0, at = Math.floor(line / inner) * count * inner + (line % inner); c < count; c++, at += inner) {
    const value = values[at]
    if (value === 1) ones++
    else if (value !== 0) return -1
  }
  return ones
}
