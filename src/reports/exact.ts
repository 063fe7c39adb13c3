import { ExactSum } from '../exact-sum.ts'

/** An exact sum as text: a hexadecimal integer times a power of two, `-1f3p-24`, or `NaN`, `Infinity`, `-Infinity`. */
export type Exact = string

/** The sum as a whole number of 2^−1074; null where it is not finite. */
export function unitsOf(sum: ExactSum): bigint | null {
  if (sum.special !== 0) return null
  const limb = sum.settled()
  let [low, top] = [0, limb.length - 1]
  while (top > 0 && limb[top] === 0) top--
  while (low < top && limb[low] === 0) low++
  // the top limb has the sign
  let units = BigInt(limb[top])
  for (let i = top - 1; i >= low; i--) units = (units << 32n) + BigInt(limb[i])
  return units << BigInt(32 * low)
}

/** A sum of so many times 2^−1074; null where no sum of doubles is so large. */
function sumOfUnits(units: bigint): ExactSum | null {
  const sum = new ExactSum()
  const limb = sum.settled()
  const sign = units < 0n ? -1 : 1
  let rest = units < 0n ? -units : units
  for (let i = 0; rest > 0n; i++) {
    if (i === limb.length - 1) return null
    limb[i] = sign * Number(rest & 0xffffffffn)
    rest >>= 32n
  }
  return sum
}

export function spellExact(sum: ExactSum): Exact {
  const units = unitsOf(sum)
  if (units === null) return String(sum.special)
  if (units === 0n) return '0p0'
  const digits = (units < 0n ? -units : units).toString(16)
  const kept = digits.replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${kept}p${4 * (digits.length - kept.length) - 1074}`
}

/** Reads what `spellExact` writes; null for anything else. */
export function readExact(text: unknown): ExactSum | null {
  if (typeof text !== 'string') return null
  if (/^(NaN|-?Infinity)$/.test(text)) {
    const sum = new ExactSum()
    sum.add(Number(text))
    return sum
  }
  const [, sign, digits, power] = /^(-?)([0-9a-f]{1,560})p(-?\d{1,4})$/.exec(text) ?? []
  if (digits === undefined) return null
  const shift = digits === '0' ? 0 : Number(power) + 1074
  if (shift < 0) return null
  const size = BigInt(`0x${digits}`) << BigInt(shift)
  return sumOfUnits(sign === '-' ? -size : size)
}

/** Adds value·count exactly, for a count in [0, 2^53]. */
export function addTimes(sum: ExactSum, value: number, count: number): void {
  if (count === 0) return
  const one = exactly(value)
  const units = unitsOf(one)
  const product = units === null ? one : sumOfUnits(units * BigInt(count))
  if (product !== null) sum.merge(product)
}

/** A sum of one number. */
export function exactly(value: number): ExactSum {
  const sum = new ExactSum()
  sum.add(value)
  return sum
}
