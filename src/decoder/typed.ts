import type { Checked } from './facts.ts'
import { refusal } from './facts.ts'

/** A number as somebody typed it: what was meant lies within `half` of `value`. */
export interface Typed {
  readonly text: string
  readonly value: number
  /** Half a unit of the last digit, or what the arithmetic of the loss leaves open, if that is more. */
  readonly half: number
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** Digits behind the point that a number is taken to have where it may have been typed without its zeros: as `{:.4f}` prints it. */
const USUAL_DECIMALS = 4

/**
 * Reads a loss: a number, or text such as '0.7437', 'nan', '-inf', 'tensor(0.7437, device="cuda:0")'.
 *
 * The digits say how exactly it is known: 0.7437 is ±0.00005, the text '0.70' is ±0.005. A number has lost its zeros, and a whole one is
 * seldom rounded: 1 and 0.5 are ±0.00005.
 */
export function readTyped(given: number | string, { dtype = 'float32' }: Checked): Typed {
  const text = typeof given === 'string' ? plain(given) : String(given)
  if (/^[+-]?nan$/i.test(text)) return { text: 'NaN', value: Number.NaN, half: 0 }
  if (/^[+-]?inf(inity)?$/i.test(text)) {
    const value = text.startsWith('-') ? -Infinity : Infinity
    return { text: String(value), value, half: 0 }
  }
  if (!DECIMAL.test(text)) {
    const received = typeof given === 'string' ? JSON.stringify(given) : String(given)
    throw refusal('value', 'argument-type', received, "a number, or 'nan', 'inf', '-inf'", "why('0.7437')")
  }
  const value = Number(text)
  return { text, value, half: Math.max(halfUnit(text, typeof given === 'number'), noise[dtype] * Math.abs(value)) }
}

/** What a computed mean is off by, relative to itself: a few roundings of the type; a 16-bit loss is rounded after each of its steps. */
const noise = { float64: 2 ** -50, float32: 2 ** -22, float16: 2 ** -10, bfloat16: 2 ** -7 } as const

const plain = (text: string): string =>
  text
    .trim()
    .replace(/^tensor\(\s*([^\s,)]+).*\)$/s, '$1')
    .replace('−', '-')

function halfUnit(text: string, lostZeros: boolean): number {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e')
  const decimals = mantissa.split('.')[1]?.length ?? 0
  const whole = decimals === 0
  const taken = whole || (lostZeros && decimals < USUAL_DECIMALS) ? USUAL_DECIMALS : decimals
  // 1e9 is whole too; 1e-7 has lost its digits
  return 0.5 * 10 ** (Number(exponent) - (exponent === '0' || (whole && Number(exponent) > 0) ? taken : decimals))
}
