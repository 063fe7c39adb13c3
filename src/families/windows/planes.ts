import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { type Compare, type Planes, type Unlikeness, type WindowsProblem, windowsAlong } from './problem.ts'

/** The kernel around a comparison of planes: one value per image, the mean over its channels. */
export function runPlanes(problem: WindowsProblem, want: Want, compare: Compare): Outcome {
  const { images, channels, height, width, compute } = problem
  const size = height * width
  const x = numbersOf(problem.input, compute)
  const y = numbersOf(problem.target, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, images) : null
  const windows = windowsAlong(height, problem) * windowsAlong(width, problem)
  const total = new ExactSum()
  const slopes = want.gradients.length > 0
  const gradient = (name: string) => (want.gradients.includes(name) ? allocateNumbers(compute, x.length) : null)
  const dInput = gradient('input')
  const dTarget = gradient('target')
  for (let image = 0; image < images; image++) {
    const factor = (want.scale * (upstream === null ? 1 : upstream[image])) / channels
    let all = 0
    for (let channel = 0; channel < channels; channel++) {
      const start = (image * channels + channel) * size
      const planes = { x: plane(x, start, size), y: plane(y, start, size), height, width }
      const first = (image * channels + channel) * windows
      const map = problem.map === undefined ? {} : { map: problem.map.subarray(first, first + windows) }
      const { sum, count, dx, dy } =
        problem.betas === null ? compare(planes, problem, { whole: true, slopes, ...map }) : scales(planes, problem, slopes, compare)
      all += sum / count
      if (dInput !== null && dx !== null) writeTimes(dInput, start, dx, factor / count)
      if (dTarget !== null && dy !== null) writeTimes(dTarget, start, dy, factor / count)
    }
    const value = all / channels
    if (values !== null) values[image] = value
    total.add(value)
  }
  const gradients: Record<string, Numbers> = {}
  if (dInput !== null) gradients.input = dInput
  if (dTarget !== null) gradients.target = dTarget
  return { values, total: total.value(), gradients }
}

const plane = (numbers: Numbers, start: number, size: number): Float64Array => {
  const own = numbers.subarray(start, start + size)
  return own instanceof Float64Array ? own : new Float64Array(own)
}

function writeTimes(to: Numbers, start: number, from: Float64Array, factor: number): void {
  for (let i = 0; i < from.length; i++) to[start + i] = factor * from[i]
}

/**
 * The product over the scales: Π (1 − dₛ)^βₛ, with dₛ the mean unlikeness at scale s, its luminance at the coarsest only. Each scale halves the
 * last one by means over 2×2 pixels; an odd row or column at the end is left out.
 *
 * A factor that is not above 0 makes the product 0, and its slopes 0.
 */
function scales(finest: Planes, { betas, ...by }: WindowsProblem, slopes: boolean, compare: Compare): Unlikeness {
  const levels: Level[] = []
  let logarithm = 0
  let planes = finest
  for (const [s, beta] of (betas ?? []).entries()) {
    if (s > 0) planes = halved(planes)
    const { sum, count, dx, dy } = compare(planes, by, { whole: s + 1 === betas?.length, slopes })
    const alike = 1 - sum / count
    levels.push({ ...planes, dx, dy, count, beta, alike })
    // the logarithm of the factor, which a difference from 1 would round
    if (beta !== 0) logarithm += beta * (alike <= 0 ? -Infinity : Math.log1p(-sum / count))
  }
  const factors = levels.map((_, s) => slopeOfProduct(levels, s))
  const both = (side: 'dx' | 'dy') => (slopes ? gather(levels, side, factors) : null)
  return { sum: -Math.expm1(logarithm), count: 1, dx: both('dx'), dy: both('dy') }
}

/** A scale: how alike the planes are there, the exponent of that, and the slopes of the sum over the windows. */
interface Level extends Planes {
  readonly alike: number
  readonly beta: number
  readonly count: number
  readonly dx: Float64Array | null
  readonly dy: Float64Array | null
}

/** What the slopes of a level's sum are multiplied by: β·alike^(β − 1) / count, times the other factors. */
function slopeOfProduct(levels: readonly Level[], s: number): number {
  const power = ({ alike, beta }: Level): number => (beta === 0 ? 1 : alike <= 0 ? 0 : alike ** beta)
  const powers = levels.map(power)
  // what is 0 itself has no slope; 0 times another's NaN is NaN
  if (powers[s] === 0 || (powers.includes(0) && !powers.some(Number.isNaN))) return 0
  const { alike, beta, count } = levels[s]
  const others = powers.reduce((product, each, t) => (t === s ? product : product * each), 1)
  return beta === 0 ? 0 : (beta * alike ** (beta - 1) * others) / count
}

/** The slopes by the finest pixels: each level's own, and a quarter of the next coarser one's. */
function gather(levels: readonly Level[], side: 'dx' | 'dy', factors: readonly number[]): Float64Array | null {
  let coarse: Float64Array | null = null
  for (let s = levels.length - 1; s >= 0; s--) {
    const { height, width, [side]: own } = levels[s]
    if (own === null) return null
    const sum: Float64Array = factors[s] === 0 ? new Float64Array(own.length) : own.map((slope) => factors[s] * slope)
    if (coarse !== null) {
      const half = width >> 1
      for (let row = 0; row < 2 * (height >> 1); row++) {
        for (let column = 0; column < 2 * half; column++) sum[row * width + column] += coarse[(row >> 1) * half + (column >> 1)] / 4
      }
    }
    coarse = sum
  }
  return coarse
}

function halved({ x, y, height, width }: Planes): Planes {
  const [rows, columns] = [height >> 1, width >> 1]
  const half = (from: Float64Array): Float64Array => {
    const to = new Float64Array(rows * columns)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = 2 * row * width + 2 * column
        to[row * columns + column] = (from[at] + from[at + 1] + (from[at + width] + from[at + width + 1])) / 4
      }
    }
    return to
  }
  return { x: half(x), y: half(y), height: rows, width: columns }
}
