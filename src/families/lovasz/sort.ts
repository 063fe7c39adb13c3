/** Below this an insertion sort is faster than to clear and add up histograms. */
const few = 48
const bits = 11
const buckets = 2 ** bits

/**
 * Sorts numbers above 0, the largest first, NaN before all; equal ones stay in order. As float32 numbers, or as float64.
 *
 * The bits of such a float grow with its value, so this is a radix sort of integers, from the lowest digit to the highest: no comparisons,
 * and time in proportion to the length.
 */
export class Descending {
  private readonly digits: number
  private readonly low: Uint32Array
  private readonly high: Uint32Array
  private readonly histograms: Uint32Array
  private order: Int32Array
  private other: Int32Array

  constructor(
    capacity: number,
    private readonly single: boolean,
  ) {
    this.digits = single ? 3 : 6
    this.low = new Uint32Array(capacity)
    this.high = new Uint32Array(single ? 0 : capacity)
    this.histograms = new Uint32Array(this.digits * buckets)
    this.order = new Int32Array(capacity)
    this.other = new Int32Array(capacity)
  }

  /** Where the first `count` values lie, in order; valid until the next call. */
  sort(values: Float64Array, count: number): Int32Array {
    if (count <= few) return this.insert(values, count)
    this.keys(values, count)
    for (let i = 0; i < count; i++) this.order[i] = i
    for (let digit = 0; digit < this.digits; digit++) this.pass(digit, count)
    return this.order
  }

  private insert(values: Float64Array, count: number): Int32Array {
    const { order, single } = this
    for (let i = 0; i < count; i++) {
      const value = single ? Math.fround(values[i]) : values[i]
      let k = i
      for (; k > 0; k--) {
        const before = single ? Math.fround(values[order[k - 1]]) : values[order[k - 1]]
        if (before >= value || Number.isNaN(before)) break
        order[k] = order[k - 1]
      }
      order[k] = i
    }
    return order
  }

  /** Inverted bits, which fall with the value, and how often each digit comes. */
  private keys(values: Float64Array, count: number): void {
    const { single, low, high, histograms } = this
    const floats = single ? Float32Array.from(values.subarray(0, count)) : values
    const words = new Uint32Array(floats.buffer, floats.byteOffset, single ? count : 2 * count)
    histograms.fill(0)
    for (let i = 0; i < count; i++) {
      const first = ~words[single ? i : 2 * i] >>> 0
      low[i] = first
      for (let digit = 0; digit < 3; digit++) histograms[digit * buckets + ((first >>> (digit * bits)) & (buckets - 1))]++
      if (single) continue
      const second = ~words[2 * i + 1] >>> 0
      high[i] = second
      for (let digit = 0; digit < 3; digit++) histograms[(digit + 3) * buckets + ((second >>> (digit * bits)) & (buckets - 1))]++
    }
  }

  /** Puts the numbers in order of a digit; those of equal digits stay as they are. */
  private pass(digit: number, count: number): void {
    const { order, other, histograms } = this
    const key = digit < 3 ? this.low : this.high
    const shift = (digit % 3) * bits
    const start = digit * buckets
    let sum = 0
    for (let b = start; b < start + buckets; b++) {
      const size = histograms[b]
      if (size === count) return
      histograms[b] = sum
      sum += size
    }
    for (let i = 0; i < count; i++) {
      const at = order[i]
      other[histograms[start + ((key[at] >>> shift) & (buckets - 1))]++] = at
    }
    this.order = other
    this.other = order
  }
}
