/**
 * Rows of numbers ≥ 0 with a range far beyond that of a float64: a number counts 2^64 to the power of its exponent.
 *
 * A plain row has one exponent for all; a mixed one has an exponent for each number. The numbers themselves stay between 2^−450 and 2^450, so
 * that a product of two neither overflows nor underflows.
 */
export class Lattice {
  readonly numbers: Float64Array
  /** Of mixed rows. */
  readonly exponents: Int32Array
  /** The exponents of plain rows. */
  readonly row: Int32Array
  readonly mixed: Uint8Array
  private readonly width: number

  /** Each row has `columns` numbers, two before them that are 0, and two after them. */
  constructor(rows: number, columns: number) {
    this.width = columns + 4
    this.numbers = new Float64Array(rows * this.width)
    this.exponents = new Int32Array(rows * this.width)
    this.row = new Int32Array(rows)
    this.mixed = new Uint8Array(rows)
  }

  /** Where the numbers of a row begin. */
  at(row: number): number {
    return row * this.width + 2
  }

  /** Makes a row mixed and all of it 0. */
  clear(row: number): void {
    this.numbers.fill(0, row * this.width, (row + 1) * this.width)
    this.exponents.fill(none, row * this.width, (row + 1) * this.width)
    this.mixed[row] = 1
  }

  /** Writes a number of a mixed row. */
  put(row: number, column: number, number: number, exponent: number): void {
    const at = row * this.width + 2 + column
    this.numbers[at] = number
    this.exponents[at] = number === 0 ? none : exponent
  }

  /** Makes a row mixed, if it is not. */
  spread(row: number): void {
    if (this.mixed[row] === 1) return
    const from = row * this.width
    for (let at = from; at < from + this.width; at++) this.exponents[at] = this.numbers[at] === 0 ? none : this.row[row]
  }

  /** Makes a mixed row plain, if all of its numbers have the same exponent. */
  unite(row: number): void {
    const from = row * this.width
    let common = none
    for (let at = from; at < from + this.width; at++) {
      const e = this.exponents[at]
      if (e === none || e === common) continue
      if (common !== none) return
      common = e
    }
    this.row[row] = common
    this.mixed[row] = 0
  }

  /** Ends a plain row: brings its numbers, which lie from `start` to `end`, into their range. False where they span more than it. */
  settle(row: number, exponent: number, inRange: boolean, start: number, end: number): boolean {
    const { numbers } = this
    this.mixed[row] = 0
    this.row[row] = exponent
    if (inRange) return true
    let max = 0
    let min = Infinity
    for (let at = start; at < end; at++) {
      if (numbers[at] > max) max = numbers[at]
      if (numbers[at] < min && numbers[at] > 0) min = numbers[at]
    }
    if (max === 0 || (max <= high && min >= low)) return true
    const units = Math.round((Math.log2(max) - 300) / 64)
    const factor = 2 ** (-64 * units)
    if (min * factor < low) return false
    for (let at = start; at < end; at++) numbers[at] *= factor
    this.row[row] = exponent + units
    return true
  }
}

/** The unit of the exponents, as a logarithm. */
export const unit = 64 * Math.LN2
/** The exponent of 0: below all others. */
export const none = -(2 ** 28)
/** What the numbers stay between. */
export const low = 2 ** -450
export const high = 2 ** 450

const powers = Float64Array.from({ length: 32 }, (_, i) => 2 ** (64 * (i - 16)))

/** number·2^(64·units), for units ≤ 15; 0 below −16, where it leaves nothing of it beside a number in range. */
export const shifted = (number: number, units: number): number => (units < -16 ? 0 : number * powers[units + 16])

/** By how many units a number of a mixed row that has left the range is shifted, and the factors. */
export const step = 8
export const up = 2 ** (64 * step)
export const down = 2 ** (-64 * step)
