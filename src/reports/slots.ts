import { ExactSum } from '../exact-sum.ts'
import type { Numbers } from '../tensor/dtype.ts'

/** float32 numbers have so many exponents; a float64 slot holds any sum of 2^29 of one exponent without rounding. */
const exponents = 256
const room = 2 ** 28

/**
 * An exact sum for each of a few groups, fast: a float32 goes into its group's slot for numbers of its exponent, where adding does not round.
 *
 * The slots are added up at the end. float64 numbers go into an `ExactSum` of their group.
 */
export class GroupSums {
  private slots = new Float64Array(0)
  private readonly sums: ExactSum[]
  private pending = 0

  constructor(groups: number) {
    this.sums = Array.from({ length: groups }, () => new ExactSum())
  }

  /** Adds `values[start … end)`, each to its group; a group below 0 takes nothing. Without groups all go to the first. */
  add(values: Numbers, groups: ArrayLike<number> | null, start: number, end: number): void {
    for (let from = start; from < end; from += room) this.addSome(values, groups, from, Math.min(end, from + room))
  }

  private addSome(values: Numbers, groups: ArrayLike<number> | null, start: number, end: number): void {
    // few numbers are not worth the slots of many groups
    if (values instanceof Float64Array || end - start < 32 * this.sums.length) {
      for (let i = start; i < end; i++) {
        const group = groups === null ? 0 : groups[i]
        if (group >= 0) this.sums[group].add(values[i])
      }
      return
    }
    this.pending += end - start
    if (this.pending > room) this.settle()
    if (this.slots.length === 0) this.slots = new Float64Array(this.sums.length * exponents)
    const { slots } = this
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
    if (groups === null) {
      for (let i = start; i < end; i++) slots[(bits[i] >>> 23) & 255] += values[i]
      return
    }
    for (let i = start; i < end; i++) {
      const group = groups[i]
      if (group >= 0) slots[(group << 8) | ((bits[i] >>> 23) & 255)] += values[i]
    }
  }

  /** Adds all of `values`, laid out as (…, groups, inner): to each group what lies in it. */
  addPlanes(values: Numbers, groups: number, inner: number): void {
    const plane = new Int32Array(groups * inner)
    for (let i = 0; i < plane.length; i++) plane[i] = Math.floor(i / inner)
    for (let start = 0; start < values.length; start += plane.length) {
      this.add(values.subarray(start, start + plane.length), plane, 0, plane.length)
    }
  }

  /** The sums, group by group. */
  read(): readonly ExactSum[] {
    this.settle()
    return this.sums
  }

  private settle(): void {
    const { slots, sums } = this
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === 0) continue
      sums[i >>> 8].add(slots[i])
      slots[i] = 0
    }
    this.pending = 0
  }
}

/** The exact sum of all numbers. */
export function sumOf(values: Numbers): ExactSum {
  const sums = new GroupSums(1)
  sums.add(values, null, 0, values.length)
  return sums.read()[0]
}

/** A square of a float32 of this size or larger is exactly the sum of two float32 numbers; below, the second one may be too small. */
const [small, large] = [2 ** -51, 2 ** 63]
const chunk = 4096

/** The exact sum of the squares: each is taken apart into two float32 numbers, which have slots. */
export function sumOfSquares(values: Numbers): ExactSum {
  const rest = new ExactSum()
  if (values instanceof Float64Array) {
    for (let i = 0; i < values.length; i++) {
      const square = values[i] * values[i]
      rest.add(square)
      rest.add(lostInSquare(values[i], square))
    }
    return rest
  }
  const sums = new GroupSums(1)
  const [high, low] = [new Float32Array(chunk), new Float32Array(chunk)]
  for (let start = 0; start < values.length; start += chunk) {
    const size = Math.min(chunk, values.length - start)
    for (let i = 0; i < size; i++) {
      const value = values[start + i]
      const square = value * value
      const fits = Math.abs(value) >= small && Math.abs(value) < large
      high[i] = fits ? square : 0
      low[i] = fits ? square - high[i] : 0
      if (!fits && square !== 0) rest.add(square)
    }
    sums.add(high, null, 0, size)
    sums.add(low, null, 0, size)
  }
  rest.merge(sums.read()[0])
  return rest
}

/** What the rounding of a float64's square lost (T. Dekker, "A Floating-Point Technique for Extending the Available Precision", 1971). */
function lostInSquare(value: number, square: number): number {
  // outside, the halves' products are no normal numbers
  if (!(Math.abs(value) > 2 ** -480 && Math.abs(value) < 2 ** 480)) return 0
  const wide = value * 134217729
  const high = wide - (wide - value)
  const low = value - high
  return high * high - square + 2 * high * low + low * low
}
