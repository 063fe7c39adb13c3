import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'

/** The least length that is divided by, as in `torch.nn.functional.normalize`. */
const least = 1e-12

/** How many vectors are worked on at a time: their sums do not wait for each other. */
export const together = 4

/** The vectors of all operands one after the other, in float64 and of the length 1 if asked for, with their gradients. */
export class Pool {
  readonly count: number
  readonly units: Float64Array
  private readonly slopes: Float64Array
  private readonly lengths: Float64Array | null
  private readonly starts: Readonly<Record<string, number>>

  constructor(
    operands: Readonly<Record<string, View>>,
    private readonly width: number,
    normalize: boolean,
    wanted: boolean,
  ) {
    const starts: Record<string, number> = {}
    let size = 0
    this.count = 0
    for (const [name, { shape }] of Object.entries(operands)) {
      starts[name] = size
      size += sizeOf(shape)
      this.count += sizeOf(shape.slice(0, -1))
    }
    this.starts = starts
    this.units = new Float64Array(size)
    for (const [name, view] of Object.entries(operands)) this.units.set(numbersOf(view), starts[name])
    this.slopes = new Float64Array(wanted ? size : 0)
    this.lengths = normalize ? this.normalized() : null
  }

  private normalized(): Float64Array {
    const { units, width } = this
    const lengths = new Float64Array(this.count)
    for (let i = 0; i < lengths.length; i++) {
      let squares = 0
      for (let d = i * width; d < (i + 1) * width; d++) squares += units[d] * units[d]
      lengths[i] = Math.sqrt(squares)
      const divisor = lengths[i] < least ? least : lengths[i]
      for (let d = i * width; d < (i + 1) * width; d++) units[d] /= divisor
    }
    return lengths
  }

  /** The product of two vectors. */
  product(a: number, b: number): number {
    const { units, width } = this
    let sum = 0
    for (let d = 0, i = a * width, j = b * width; d < width; d++, i++, j++) sum += units[i] * units[j]
    return sum
  }

  /** The products of `together` vectors, from `a` on, with one. */
  products(a: number, b: number, into: Float64Array): void {
    const { units, width } = this
    const first = a * width
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (let i = first, end = first + width, j = b * width; i < end; i++, j++) {
      const y = units[j]
      s0 += units[i] * y
      s1 += units[i + width] * y
      s2 += units[i + 2 * width] * y
      s3 += units[i + 3 * width] * y
    }
    into[0] = s0
    into[1] = s1
    into[2] = s2
    into[3] = s3
  }

  /** Adds slope times the product's gradient by both vectors. */
  pull(a: number, b: number, slope: number): void {
    const { units, slopes, width } = this
    for (let d = 0, i = a * width, j = b * width; d < width; d++, i++, j++) {
      slopes[i] += slope * units[j]
      slopes[j] += slope * units[i]
    }
  }

  /** The same for `together` vectors, from `a` on, and one. */
  pullTogether(a: number, b: number, by: Float64Array): void {
    const { units, slopes, width } = this
    const first = a * width
    // one by one: an iterator costs as much as the loop
    const g0 = by[0]
    const g1 = by[1]
    const g2 = by[2]
    const g3 = by[3]
    for (let i = first, end = first + width, j = b * width; i < end; i++, j++) {
      const y = units[j]
      slopes[j] += g0 * units[i] + g1 * units[i + width] + g2 * units[i + 2 * width] + g3 * units[i + 3 * width]
      slopes[i] += g0 * y
      slopes[i + width] += g1 * y
      slopes[i + 2 * width] += g2 * y
      slopes[i + 3 * width] += g3 * y
    }
  }

  /** Adds a factor times gradients by vectors, from the number `at` of the first one on. */
  add(at: number, gradients: Numbers, factor: number): void {
    const { slopes } = this
    for (let i = 0; i < gradients.length; i++) slopes[at + i] += factor * gradients[i]
  }

  /** The gradient by an operand: through the division by the length, which counts as a constant where it is the least one. */
  gradient(name: string, { dtype, shape }: View): Numbers {
    const { units, slopes, lengths, width } = this
    const start = this.starts[name]
    const gradient = allocateNumbers(dtype, sizeOf(shape))
    if (lengths === null) {
      gradient.set(slopes.subarray(start, start + gradient.length))
      return gradient
    }
    for (let at = 0; at < gradient.length; at += width) {
      const length = lengths[(start + at) / width]
      let along = 0
      if (length >= least) for (let d = at; d < at + width; d++) along += slopes[start + d] * units[start + d]
      const divisor = length < least ? least : length
      for (let d = at; d < at + width; d++) gradient[d] = (slopes[start + d] - along * units[start + d]) / divisor
    }
    return gradient
  }
}
