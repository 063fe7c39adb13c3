import type { Numbers } from '../../tensor/dtype.ts'
import type { Activation, Extents } from './problem.ts'

/** How many pixels are worked on at a time: their scores of a few dozen classes stay in the nearest cache. */
export const blockSize = 256

/** Some pixels of an image, with what their probabilities are made of: p = e · scale. */
export interface Block {
  image: number
  /** Where the first pixel lies in the input, in class 0, and among all pixels. */
  first: number
  row: number
  size: number
  /** e^(x − largest) of all classes, `blockSize` for each; without a softmax the input. */
  readonly e: Float64Array
  readonly scale: Float64Array
  /** The largest score of each pixel. */
  readonly max: Float64Array
}

/** Calls `visit` with one block after the other; it is the same object each time. */
export function forEachBlock({ images, classes, pixels }: Extents, visit: (block: Block) => void): void {
  const numbers = (count: number) => new Float64Array(count * blockSize)
  const block: Block = { image: 0, first: 0, row: 0, size: 0, e: numbers(classes), scale: numbers(1), max: numbers(1) }
  for (let image = 0; image < images; image++) {
    for (let start = 0; start < pixels; start += blockSize) {
      block.image = image
      block.first = image * classes * pixels + start
      block.row = image * pixels + start
      block.size = Math.min(blockSize, pixels - start)
      visit(block)
    }
  }
}

/** Fills a block with the scores of its pixels. A pixel that is not counted has no probabilities, whatever its scores are. */
export function fillBlock(x: Numbers, { classes, pixels }: Extents, activation: Activation, labels: Int32Array | null, block: Block): void {
  const { first, row, size, e, scale, max } = block
  if (activation === 'softmax') exponentials(x, pixels, classes, block)
  else {
    scale.fill(1)
    for (let c = 0, at = first, to = 0; c < classes; c++, at += pixels, to += blockSize) {
      for (let b = 0; b < size; b++) e[to + b] = x[at + b]
    }
  }
  if (labels === null) return
  for (let b = 0; b < size; b++) {
    if (labels[row + b] >= 0) continue
    for (let c = 0; c < classes; c++) e[c * blockSize + b] = 0
    scale[b] = 1
    max[b] = 0
  }
}

function exponentials(x: Numbers, pixels: number, classes: number, { first, size, e, scale, max }: Block): void {
  max.fill(-Infinity)
  scale.fill(0)
  for (let c = 0, at = first; c < classes; c++, at += pixels) {
    for (let b = 0; b < size; b++) if (!(x[at + b] <= max[b])) max[b] = x[at + b]
  }
  for (let c = 0, at = first, to = 0; c < classes; c++, at += pixels, to += blockSize) {
    for (let b = 0; b < size; b++) {
      const power = Math.exp(x[at + b] - max[b])
      e[to + b] = power
      scale[b] += power
    }
  }
  for (let b = 0; b < size; b++) scale[b] = 1 / scale[b]
}
