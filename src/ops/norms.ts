/** Rounds to the precision of the arithmetic. */
export type Round = (value: number) => number

/**
 * The p-norm of a row of `count` numbers: (Σ |x|^p)^(1/p); for p = 0 how many are not 0, for ±∞ the largest and the smallest size.
 *
 * NaN where one is NaN, but for p = 0. The norm of no numbers is 0, and that of a single one its size, whatever p.
 */
export function norm(x: Float64Array, count: number, p: number, round: Round): number {
  let sum = 0
  if (count === 0) return 0
  // without the roundings of a power, and whatever p
  if (count === 1 && p !== 0) return Math.abs(x[0])
  if (p === 2) {
    for (let i = 0; i < count; i++) sum += round(x[i] * x[i])
    return round(Math.sqrt(round(sum)))
  }
  if (p === 0) {
    for (let i = 0; i < count; i++) if (x[i] !== 0) sum++
    return sum
  }
  if (Math.abs(p) === Infinity) {
    const extreme = p > 0 ? Math.max : Math.min
    let found = Math.abs(x[0])
    for (let i = 1; i < count; i++) found = extreme(found, Math.abs(x[i]))
    return found
  }
  for (let i = 0; i < count; i++) sum += p === 1 ? Math.abs(x[i]) : round(Math.abs(x[i]) ** p)
  return p === 1 ? round(sum) : round(round(sum) ** (1 / p))
}

/**
 * The gradient of a row's norm times `g`, into `out`, with the steps and the conventions of PyTorch: 0 where the norm is 0 (for p ≥ 1), in
 * equal parts to all that are the largest or the smallest, and 0 throughout for p = 0.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.linalg.vector_norm.html
 */
export function normSlopes(x: Float64Array, count: number, p: number, norm: number, g: number, round: Round, out: Float64Array): void {
  if (p === 0) {
    out.fill(0, 0, count)
  } else if (p === 1) {
    for (let i = 0; i < count; i++) out[i] = sign(x[i]) * g
  } else if (p === 2) {
    for (let i = 0; i < count; i++) out[i] = g * (norm === 0 ? 0 : round(x[i] / norm))
  } else if (Math.abs(p) === Infinity) {
    let many = 0
    for (let i = 0; i < count; i++) many += isExtreme(x[i], norm)
    const part = round(g / many)
    for (let i = 0; i < count; i++) out[i] = sign(x[i]) * (part * isExtreme(x[i], norm))
  } else if (p < 1) {
    const factor = round(norm ** (1 - p))
    for (let i = 0; i < count; i++)
      out[i] = x[i] === 0 ? 0 * g * factor : round(round(sign(x[i]) * round(Math.abs(x[i]) ** (p - 1))) * g) * factor
  } else {
    const scale = norm === 0 ? 0 : round(g / round(norm ** (p - 1)))
    // x·|x|^(p − 2), which for p < 2 is infinite where its factors are 0 and infinite
    for (let i = 0; i < count; i++) {
      const size = Math.abs(x[i])
      out[i] = round(p < 2 ? sign(x[i]) * round(size ** (p - 1)) : x[i] * round(size ** (p - 2))) * scale
    }
  }
}

/** What PyTorch says of the norm of no numbers, where that is none: the smallest or largest of nothing. */
export const emptyNorm = (p: number, axis: number): string | null =>
  p < 0 || p === Infinity
    ? `RuntimeError: linalg.vector_norm cannot compute the ${cppNumber(p)} norm on the dimension ${axis}because this dimension is empty and the operation does not have an identity`
    : null

/** A double as C++ prints it. */
const cppNumber = (value: number): string =>
  Math.abs(value) === Infinity ? (value < 0 ? '-inf' : 'inf') : String(Number(value.toPrecision(6)))

/** −1, 0 or 1; 0 for NaN. */
const sign = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : 0)

const isExtreme = (x: number, norm: number): number => (Math.abs(x) === norm || Number.isNaN(x) ? 1 : 0)
