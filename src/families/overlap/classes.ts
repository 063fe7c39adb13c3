import type { Numbers } from '../../tensor/dtype.ts'
import { type Block, blockSize, fillBlock, forEachBlock } from './blocks.ts'
import type { OverlapProblem } from './problem.ts'
import type { Slopes, Sums } from './reference.ts'

/** Adds up the probabilities of classes that exclude each other, and keeps them where there is room for them. */
export function classSums(problem: OverlapProblem, x: Numbers, sums: Sums, kept: Numbers | null): void {
  const { classes, pixels, target, perImage, squared, activation, crossEntropy } = problem
  const labels = 'labels' in target ? target.labels : null
  const truths = 'values' in target ? target.values : null
  const { common, predicted } = sums
  forEachBlock(problem, (block) => {
    const { first, row, size, e, scale } = block
    const unit = perImage ? block.image * classes : 0
    fillBlock(x, problem, activation, labels, block)
    for (let c = 0, at = first, from = 0; c < classes; c++, at += pixels, from += blockSize) {
      let total = 0
      for (let b = 0; b < size; b++) {
        const p = e[from + b] * scale[b]
        total += squared ? p * p : p
      }
      predicted[unit + c] += total
      if (kept !== null) for (let b = 0; b < size; b++) kept[at + b] = e[from + b] * scale[b]
      if (truths === null) continue
      let both = 0
      for (let b = 0; b < size; b++) both += e[from + b] * scale[b] * truths[at + b]
      common[unit + c] += both
    }
    if (labels !== null) {
      for (let b = 0; b < size; b++) {
        const label = labels[row + b]
        if (label >= 0) common[unit + label] += e[label * blockSize + b] * scale[b]
      }
    }
    if (crossEntropy !== null) sums.crossEntropy += crossEntropies(problem, x, block, labels, truths)
  })
}

/** Adds up the probabilities of one image, which are there already. */
export function addSums({ classes, pixels, target, perImage, squared }: OverlapProblem, image: number, p: Numbers, sums: Sums): void {
  const unit = perImage ? image * classes : 0
  const { common, predicted } = sums
  for (let c = 0, at = 0; c < classes; c++, at += pixels)
    predicted[unit + c] += squared ? sumOfProducts(p, at, p, at, pixels) : sumOf(p, at, pixels)
  if ('labels' in target) {
    const { labels } = target
    for (let i = 0, row = image * pixels; i < pixels; i++, row++)
      if (labels[row] >= 0) common[unit + labels[row]] += p[labels[row] * pixels + i]
    return
  }
  for (let c = 0, at = 0; c < classes; c++, at += pixels) {
    common[unit + c] += sumOfProducts(p, at, target.values, image * classes * pixels + at, pixels)
  }
}

/** Four at a time, whose additions do not wait for each other. */
function sumOf(p: Numbers, start: number, count: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = start
  for (const end = start + count - 3; i < end; i += 4) {
    s0 += p[i]
    s1 += p[i + 1]
    s2 += p[i + 2]
    s3 += p[i + 3]
  }
  for (; i < start + count; i++) s0 += p[i]
  return s0 + s1 + (s2 + s3)
}

function sumOfProducts(p: Numbers, start: number, q: ArrayLike<number>, from: number, count: number): number {
  let s0 = 0
  let s1 = 0
  let i = 0
  for (; i < count - 1; i += 2) {
    s0 += p[start + i] * q[from + i]
    s1 += p[start + i + 1] * q[from + i + 1]
  }
  if (i < count) s0 += p[start + i] * q[from + i]
  return s0 + s1
}

/** Σ −w·t·log p over a block, with log p = x − largest + log scale. */
function crossEntropies(
  { classes, pixels, crossEntropy }: OverlapProblem,
  x: Numbers,
  { first, row, size, scale, max }: Block,
  labels: Int32Array | null,
  truths: ArrayLike<number> | null,
): number {
  const weight = crossEntropy?.weight ?? null
  let total = 0
  for (let b = 0; b < size; b++) {
    const logScale = Math.log(scale[b])
    if (labels !== null) {
      const label = labels[row + b]
      if (label >= 0) total -= (weight === null ? 1 : weight[label]) * (logScale + (x[first + label * pixels + b] - max[b]))
    } else if (truths !== null) {
      for (let c = 0, at = first + b; c < classes; c++, at += pixels) {
        total -= (weight === null ? 1 : weight[c]) * truths[at] * (logScale + (x[at] - max[b]))
      }
    }
  }
  return total
}

/**
 * Makes the gradient of the probabilities p that were kept, in their place: with g = d loss / d p it is p·(g·Σp − Σ g·p) through a softmax,
 * and p·Σwt − wt·Σp of a cross-entropy.
 *
 * Σp is 1 but for the roundings of the p that were kept; with it the differences stay exact where p is near 1.
 */
export function classGradients(problem: OverlapProblem, slopes: Slopes, gradient: Numbers): void {
  const { classes, pixels, target, perImage, activation } = problem
  const through = activation === 'softmax'
  const column = makeColumn()
  forEachBlock(problem, ({ image, first, row, size }) => {
    const unit = perImage ? image * classes : 0
    const block = { unit, first, row, size }
    if ('values' in target) ofTruths(problem, slopes, block, column, target.values, gradient)
    else {
      if (through) throughLabels(problem, slopes, block, column, target.labels, gradient)
      else ofLabels(problem, slopes, block, target.labels, gradient)
      for (let b = 0; b < size; b++) {
        if (target.labels[row + b] < 0) for (let c = 0, at = first + b; c < classes; c++, at += pixels) gradient[at] = 0
      }
    }
  })
}

/** Sums over the classes of each pixel of a block: of p, of g·p, of w·t; and p of the true class. */
interface Column {
  readonly p: Float64Array
  readonly gp: Float64Array
  readonly wt: Float64Array
  readonly own: Float64Array
}

const makeColumn = (): Column => {
  const numbers = () => new Float64Array(blockSize)
  return { p: numbers(), gp: numbers(), wt: numbers(), own: numbers() }
}

interface Place {
  readonly unit: number
  readonly first: number
  readonly row: number
  readonly size: number
}

/** First as if no class were true; then for the true one of each pixel. */
function throughLabels(
  { classes, pixels, squared, crossEntropy }: OverlapProblem,
  slopes: Slopes,
  { unit, first, row, size }: Place,
  column: Column,
  labels: Int32Array,
  gradient: Numbers,
): void {
  const { common, predicted } = slopes
  const { p: sum, gp, wt, own } = column
  const weight = crossEntropy?.weight ?? null
  sum.fill(0)
  gp.fill(0)
  wt.fill(0)
  for (let c = 0, at = first; c < classes; c++, at += pixels) {
    if (squared) addSquares(gradient, at, size, 2 * predicted[unit + c], column)
    else addProducts(gradient, at, size, predicted[unit + c], column)
  }
  for (let b = 0; b < size; b++) {
    const label = labels[row + b]
    if (label < 0) continue
    const p = gradient[first + label * pixels + b]
    own[b] = p
    gp[b] += common[unit + label] * p
    if (crossEntropy !== null) wt[b] = slopes.crossEntropy * (weight === null ? 1 : weight[label])
  }
  for (let c = 0, at = first; c < classes; c++, at += pixels) {
    if (squared) throughSquares(gradient, at, size, 2 * predicted[unit + c], column)
    else throughProducts(gradient, at, size, predicted[unit + c], column)
  }
  for (let b = 0; b < size; b++) {
    const label = labels[row + b]
    if (label < 0) continue
    const p = own[b]
    const byPredicted = squared ? 2 * predicted[unit + label] * p : predicted[unit + label]
    const byOverlap = p * ((common[unit + label] + byPredicted) * sum[b] - gp[b])
    gradient[first + label * pixels + b] = byOverlap - wt[b] * (sum[b] - p)
  }
}

// loops over the pixels of a class, each alone in a function: engines keep what does not change in registers then

/** Σp and Σg·p, where g is a constant of the class. */
function addProducts(gradient: Numbers, at: number, size: number, g: number, { p: sum, gp }: Column): void {
  for (let b = 0; b < size; b++) {
    const p = gradient[at + b]
    sum[b] += p
    gp[b] += g * p
  }
}

/** The same, where g is a constant of the class times p. */
function addSquares(gradient: Numbers, at: number, size: number, g: number, { p: sum, gp }: Column): void {
  for (let b = 0; b < size; b++) {
    const p = gradient[at + b]
    sum[b] += p
    gp[b] += g * p * p
  }
}

function throughProducts(gradient: Numbers, at: number, size: number, g: number, { p: sum, gp, wt }: Column): void {
  for (let b = 0; b < size; b++) gradient[at + b] *= g * sum[b] - gp[b] + wt[b]
}

function throughSquares(gradient: Numbers, at: number, size: number, g: number, { p: sum, gp, wt }: Column): void {
  for (let b = 0; b < size; b++) {
    const p = gradient[at + b]
    gradient[at + b] = p * (g * p * sum[b] - gp[b] + wt[b])
  }
}

/** Without a softmax: g itself. */
function ofLabels(
  { classes, pixels, squared }: OverlapProblem,
  { common, predicted }: Slopes,
  { unit, first, row, size }: Place,
  labels: Int32Array,
  gradient: Numbers,
): void {
  for (let c = 0, at = first; c < classes; c++, at += pixels) {
    for (let b = 0; b < size; b++) {
      const byPredicted = squared ? 2 * predicted[unit + c] * gradient[at + b] : predicted[unit + c]
      gradient[at + b] = byPredicted + (labels[row + b] === c ? common[unit + c] : 0)
    }
  }
}

/** Through a softmax, where any class may be true to some degree. */
function ofTruths(
  { classes, pixels, squared, crossEntropy }: OverlapProblem,
  slopes: Slopes,
  { unit, first, size }: Place,
  column: Column,
  truths: ArrayLike<number>,
  gradient: Numbers,
): void {
  const { common, predicted } = slopes
  const weight = crossEntropy?.weight ?? null
  column.p.fill(0)
  column.gp.fill(0)
  column.wt.fill(0)
  for (let pass = 0; pass < 2; pass++) {
    for (let c = 0, at = first; c < classes; c++, at += pixels) {
      const byPredicted = predicted[unit + c]
      const byCommon = common[unit + c]
      const w = crossEntropy === null ? 0 : slopes.crossEntropy * (weight === null ? 1 : weight[c])
      for (let b = 0; b < size; b++) {
        const p = gradient[at + b]
        const t = truths[at + b]
        const g = byCommon * t + (squared ? 2 * byPredicted * p : byPredicted)
        if (pass === 0) {
          column.p[b] += p
          column.gp[b] += p * g
          column.wt[b] += w * t
        } else gradient[at + b] = p * (g * column.p[b] - column.gp[b] + column.wt[b]) - w * t * column.p[b]
      }
    }
  }
}
