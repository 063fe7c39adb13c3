/** The nearest double to a quotient of whole numbers; the divisor is above 0. */
export function ratio(numerator: bigint, denominator: bigint): number {
  const size = numerator < 0n ? -numerator : numerator
  if (size === 0n) return 0
  // so many more bits than a double has that what is cut off only decides ties
  const shift = Math.max(0, 66 - (bitsOf(size) - bitsOf(denominator)))
  const scaled = size << BigInt(shift)
  const quotient = scaled / denominator
  const value = Number(scaled % denominator === 0n ? quotient : quotient | 1n)
  // in two steps, since 2^−shift alone may be below the smallest double
  const half = Math.floor(shift / 2)
  const result = value * 2 ** -half * 2 ** -(shift - half)
  return numerator < 0n ? -result : result
}

const bitsOf = (value: bigint): number => 4 * value.toString(16).length
