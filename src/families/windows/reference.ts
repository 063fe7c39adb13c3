import { float64 } from '../../algebra/number.ts'
import type { Compare, Comparison, Planes } from './problem.ts'
import { windowsAlong } from './problem.ts'
import { slopesOf, unlikeness } from './unlikeness.ts'

/** Compares two planes in plain numbers, each step over the whole plane. */
export const compareReference: Compare = (planes, by, { whole, slopes, map }) => {
  const { height, width } = planes
  const rows = windowsAlong(height, by)
  const columns = windowsAlong(width, by)
  const count = rows * columns
  const size = height * width
  const u = new Float64Array(size)
  const v = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    u[i] = planes.x[i] + planes.y[i]
    v[i] = planes.x[i] - planes.y[i]
  }
  const filtered = (signal: Float64Array) => filter(signal, planes, by)
  const means = { u: filtered(u), v: filtered(v), uu: filtered(u.map(square)), vv: filtered(v.map(square)) }
  const constants = { ...by, whole }
  let sum = 0
  for (let i = 0; i < count; i++) {
    const at = { u: means.u[i], v: means.v[i], uu: means.uu[i], vv: means.vv[i] }
    const parts = unlikeness(float64, at, constants)
    sum += parts.value
    if (map !== undefined) map[i] = parts.value
    if (!slopes) continue
    const slope = slopesOf(float64, at, parts, constants)
    means.u[i] = slope.u
    means.v[i] = slope.v
    means.uu[i] = slope.uu
    means.vv[i] = slope.vv
  }
  if (!slopes) return { sum, count, dx: null, dy: null }
  const spread = (signal: Float64Array) => spreadBack(signal, planes, by)
  const [du, dv, duu, dvv] = [spread(means.u), spread(means.v), spread(means.uu), spread(means.vv)]
  const dx = new Float64Array(size)
  const dy = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const a = du[i] + 2 * u[i] * duu[i]
    const b = dv[i] + 2 * v[i] * dvv[i]
    dx[i] = a + b
    dy[i] = a - b
  }
  return { sum, count, dx, dy }
}

const square = (value: number): number => value * value

/** The weighted mean of each window, along rows and then columns. */
function filter(signal: Float64Array, { height, width }: Planes, by: Comparison): Float64Array {
  const { weights } = by
  const columns = windowsAlong(width, by)
  const rows = windowsAlong(height, by)
  const [across, down] = [pixelsOf(width, by), pixelsOf(height, by)]
  const half = new Float64Array(height * columns)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let t = 0; t < weights.length; t++) sum += weights[t] * signal[row * width + across[column + t]]
      half[row * columns + column] = sum
    }
  }
  const result = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let t = 0; t < weights.length; t++) sum += weights[t] * half[down[row + t] * columns + column]
      result[row * columns + column] = sum
    }
  }
  return result
}

/** The adjoint of `filter`: what each window says goes to its pixels, by their weights. */
function spreadBack(signal: Float64Array, { height, width }: Planes, by: Comparison): Float64Array {
  const { weights } = by
  const columns = windowsAlong(width, by)
  const rows = windowsAlong(height, by)
  const [across, down] = [pixelsOf(width, by), pixelsOf(height, by)]
  const half = new Float64Array(height * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = signal[row * columns + column]
      for (let t = 0; t < weights.length; t++) half[down[row + t] * columns + column] += weights[t] * value
    }
  }
  const result = new Float64Array(height * width)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < columns; column++) {
      const value = half[row * columns + column]
      for (let t = 0; t < weights.length; t++) result[row * width + across[column + t]] += weights[t] * value
    }
  }
  return result
}

/** The pixel at each position of an axis, from the first of the first window to the last of the last: mirrored beyond the edges. */
export function pixelsOf(extent: number, { weights, border }: Comparison): Int32Array {
  const radius = border === 'reflect' ? (weights.length - 1) / 2 : 0
  return Int32Array.from({ length: extent + 2 * radius }, (_, i) => {
    const at = Math.abs(i - radius)
    return at < extent ? at : 2 * (extent - 1) - at
  })
}
