import { record } from '../tensor/autograd.ts'
import { allocateNumbers, type DType, type Numbers } from '../tensor/dtype.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { result } from './shared.ts'

/** Some rows of a matrix of floating-point numbers. */
export function takeRows(x: Tensor, rows: ArrayLike<number>): Tensor {
  const width = x.shape[1]
  const picked = pick(numbersOf(x), rows, width, x.dtype)
  const node = record('takeRows', [x], (g) => {
    const flowing = numbersOf(g, x.dtype)
    const gradient = allocateNumbers(x.dtype, x.size)
    for (let i = 0; i < rows.length; i++) for (let j = 0; j < width; j++) gradient[rows[i] * width + j] += flowing[i * width + j]
    return [result(gradient, x.dtype, x.shape, null)]
  })
  return result(picked, x.dtype, [rows.length, width], node)
}

function pick(values: Numbers, rows: ArrayLike<number>, width: number, dtype: DType): Numbers {
  const picked = allocateNumbers(dtype, rows.length * width)
  for (let i = 0; i < rows.length; i++) picked.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  return picked
}

/** A vector of `count` zeros, with the elements of `x` put where `rows` says, each at a place of its own. */
export function placeRows(x: Tensor, rows: ArrayLike<number>, count: number): Tensor {
  const values = numbersOf(x)
  const placed = allocateNumbers(x.dtype, count)
  for (let i = 0; i < rows.length; i++) placed[rows[i]] = values[i]
  const node = record('placeRows', [x], (g) => [result(pick(numbersOf(g, x.dtype), rows, 1, x.dtype), x.dtype, x.shape, null)])
  return result(placed, x.dtype, [count], node)
}

/**
 * Log-probabilities of all classes (N, C), from those of the head (N, S + K), whose first S columns are classes and whose last K are clusters, and
 * those of each of the K clusters' classes within it.
 */
export function spreadClusters(head: Tensor, clusters: readonly Tensor[]): Tensor {
  const [rows, width] = head.shape
  const widths = clusters.map(({ shape }) => shape[1])
  const short = width - clusters.length
  const classes = widths.reduce((sum, own) => sum + own, short)
  const { dtype } = head
  const [of, within] = [numbersOf(head), clusters.map((cluster) => numbersOf(cluster))]
  const out = allocateNumbers(dtype, rows * classes)
  for (let row = 0; row < rows; row++) {
    let at = row * classes
    for (let c = 0; c < short; c++) out[at++] = of[row * width + c]
    for (const [k, own] of widths.entries())
      for (let c = 0; c < own; c++) out[at++] = within[k][row * own + c] + of[row * width + short + k]
  }
  const node = record('spreadClusters', [head, ...clusters], (g) => {
    const flowing = numbersOf(g, dtype)
    const byHead = allocateNumbers(dtype, head.size)
    const byClusters = clusters.map(({ size }) => allocateNumbers(dtype, size))
    for (let row = 0; row < rows; row++) {
      let at = row * classes
      for (let c = 0; c < short; c++) byHead[row * width + c] = flowing[at++]
      for (const [k, own] of widths.entries()) {
        let sum = 0
        for (let c = 0; c < own; c++, at++) {
          sum += flowing[at]
          byClusters[k][row * own + c] = flowing[at]
        }
        byHead[row * width + short + k] = sum
      }
    }
    return [result(byHead, dtype, head.shape, null), ...byClusters.map((gradient, k) => result(gradient, dtype, clusters[k].shape, null))]
  })
  return result(out, dtype, [rows, classes], node)
}
