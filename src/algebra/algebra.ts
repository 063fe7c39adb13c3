/**
 * The words that a loss's formula may use.
 *
 * A formula is a function of an algebra: `m.mul(m.sub(x, t), …)`. Spelled with numbers it is the reference; spelled with SIMD
 * instructions or with shader text it is a kernel. Keep the list short: every word has to be spelled by every backend.
 *
 * `V` is a value, `B` a truth value. A constant may stand wherever a value may.
 */
export interface Algebra<V = unknown, B = unknown> {
  add(a: V | number, b: V | number): V
  sub(a: V | number, b: V | number): V
  mul(a: V | number, b: V | number): V
  div(a: V | number, b: V | number): V
  neg(a: V | number): V
  abs(a: V | number): V
  sqrt(a: V | number): V
  /** b < a ? b : a, so that a NaN in `a` stays and a NaN in `b` is dropped. */
  min(a: V | number, b: V | number): V
  /** a < b ? b : a, so that a NaN in `a` stays and a NaN in `b` is dropped. */
  max(a: V | number, b: V | number): V
  exp(a: V | number): V
  log(a: V | number): V
  /** log(1 + a), accurate near 0. */
  log1p(a: V | number): V
  lt(a: V | number, b: V | number): B
  le(a: V | number, b: V | number): B
  eq(a: V | number, b: V | number): B
  /** `yes` where the condition holds, else `no`; both are computed. */
  select(condition: B, yes: V | number, no: V | number): V
}

/** x², as one product. */
export const square = <V, B>(m: Algebra<V, B>, x: V): V => m.mul(x, x)

/** −1, 0 or 1; 0 for a NaN, as PyTorch's `sgn`. */
export const sign = <V, B>(m: Algebra<V, B>, x: V): V => m.select(m.lt(0, x), 1, m.select(m.lt(x, 0), -1, 0))

/** 1 / (1 + e⁻ˣ) without overflow: the exponential is taken of −|x|. */
export function sigmoid<V, B>(m: Algebra<V, B>, x: V): V {
  const e = m.exp(m.neg(m.abs(x)))
  const r = m.div(1, m.add(1, e))
  return m.select(m.lt(x, 0), m.mul(e, r), r)
}

/** log(sigmoid(x)) = min(x, 0) − log(1 + e^−|x|). */
export const logSigmoid = <V, B>(m: Algebra<V, B>, x: V): V => m.sub(m.min(x, 0), m.log1p(m.exp(m.neg(m.abs(x)))))

/** bᵖ, as PyTorch's pow: a whole p by products, any other by exp and log, which is NaN below 0. */
export function power<V, B>(m: Algebra<V, B>, b: V, p: number): V | number {
  if (p === 0) return 1
  if (Number.isInteger(p)) return p < 0 ? m.div(1, wholePower(m, b, -p)) : wholePower(m, b, p)
  const raised = m.exp(m.mul(p, m.log(b)))
  // log 1 is 0, and 0·∞ and 0·NaN are NaN, but 1 to any power is 1
  return Number.isFinite(p) ? raised : m.select(m.eq(b, 1), 1, raised)
}

/** The slope of `power` by b: p·bᵖ⁻¹. */
export const powerSlope = <V, B>(m: Algebra<V, B>, b: V, p: number): V | number => (p === 0 ? 0 : m.mul(p, power(m, b, p - 1)))

/** By squares: b⁵ = b·(b²)². */
function wholePower<V, B>(m: Algebra<V, B>, b: V, p: number): V {
  if (p === 1) return b
  const half = wholePower(m, m.mul(b, b), Math.floor(p / 2))
  return p % 2 === 1 ? m.mul(b, half) : half
}
