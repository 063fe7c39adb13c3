import type { Algebra } from '../../algebra/algebra.ts'

/** Weighted means over a window, of u = x + y, v = x − y, and their squares. */
export interface WindowMeans<V> {
  readonly u: V
  readonly v: V
  readonly uu: V
  readonly vv: V
}

/** What keeps the quotients from 0/0; a factor of the variances; and whether the luminance counts. */
export interface Constants {
  readonly c1: number
  readonly c2: number
  /** 1, or n/(n − 1) for variances of samples of n pixels. */
  readonly spread: number
  readonly whole: boolean
}

/** What a window's value is made of, which its slopes are made of too. */
interface Parts<V> {
  readonly value: V
  /** The luminance's part, null where it does not count; and what it was divided by. */
  readonly l: V | null
  readonly b1: V
  /** The part of contrast and structure, and what it was divided by. */
  readonly c: V
  readonly b2: V
}

/**
 * 1 − SSIM of one window.
 *
 * With means μ and variances σ² of u and v: SSIM = (1 − l)·(1 − c), l = μv² / (½(μu² + μv²) + c1), c = σv² / (½(σu² + σv²) + c2).
 * This is the paper's quotient, (2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2)), written so that images that are nearly
 * alike lose no digits. Without the luminance, l = 0.
 */
export function unlikeness<V, B>(m: Algebra<V, B>, { u, v, uu, vv }: WindowMeans<V>, { c1, c2, spread, whole }: Constants): Parts<V> {
  const squareV = m.mul(v, v)
  const squareU = m.mul(u, u)
  const varianceV = m.mul(spread, m.sub(vv, squareV))
  const b2 = m.add(m.mul(0.5, m.add(m.mul(spread, m.sub(uu, squareU)), varianceV)), c2)
  const c = m.div(varianceV, b2)
  const b1 = m.add(m.mul(0.5, m.add(squareU, squareV)), c1)
  const l = whole ? m.div(squareV, b1) : null
  return { value: l === null ? c : m.sub(m.add(l, c), m.mul(l, c)), l, b1, c, b2 }
}

/** The slopes of the value by the four means. */
export function slopesOf<V, B>(
  m: Algebra<V, B>,
  { u, v }: WindowMeans<V>,
  { l, b1, c, b2 }: Parts<V>,
  { spread }: Constants,
): WindowMeans<V> {
  const byVariance = l === null ? m.div(0.5 * spread, b2) : m.div(m.mul(0.5 * spread, m.sub(1, l)), b2)
  const uu = m.neg(m.mul(byVariance, c))
  const vv = m.mul(byVariance, m.sub(2, c))
  if (l === null) return { u: m.mul(u, m.mul(-2, uu)), v: m.mul(v, m.mul(-2, vv)), uu, vv }
  const byMean = m.div(m.sub(1, c), b1)
  return {
    u: m.neg(m.mul(u, m.add(m.mul(2, uu), m.mul(byMean, l)))),
    v: m.mul(v, m.sub(m.mul(byMean, m.sub(2, l)), m.mul(2, vv))),
    uu,
    vv,
  }
}
