/**
 * A sum of float64 numbers without any rounding until it is read.
 *
 * Every finite double is an integer times 2^−1074, so a fixed-point number of some 2,100 bits holds any sum of them exactly. It is kept in
 * limbs of 32 bits, each a float64 with room for 2^20 additions before carries must be passed on. So the result does not depend on the
 * order of the additions, nor on how the numbers were cut into tiles or batches, and it is the correctly rounded sum.
 *
 * Source: R. Neal, "Fast exact summation using small and large superaccumulators", https://arxiv.org/abs/1505.05571
 */
const limbs = 70 // (1074 + 1024 + 64 bits of head-room) / 32, rounded up
const base = 2 ** 32
const room = 2 ** 20

const double = new Float64Array(1)
const bits = new Uint32Array(double.buffer)

export class ExactSum {
  private readonly limb = new Float64Array(limbs)
  private pending = 0
  /** The sum of what is not finite: 0, ±Infinity or NaN. */
  private special = 0

  add(value: number): void {
    double[0] = value
    const high = bits[1]
    const exponent = (high >>> 20) & 2047
    if (exponent === 2047) {
      this.special += value
      return
    }
    const place = exponent === 0 ? 0 : exponent - 1
    const head = (high & 0xfffff) | (exponent === 0 ? 0 : 0x100000)
    const low = bits[0]
    const shift = place & 31
    const at = place >>> 5
    const { limb } = this
    const first = (low << shift) >>> 0
    const second = ((head << shift) >>> 0) + (shift === 0 ? 0 : low >>> (32 - shift))
    const third = shift === 0 ? 0 : head >>> (32 - shift)
    if (high >>> 31 === 0) {
      limb[at] += first
      limb[at + 1] += second
      limb[at + 2] += third
    } else {
      limb[at] -= first
      limb[at + 1] -= second
      limb[at + 2] -= third
    }
    if (++this.pending === room) this.carry()
  }

  addAll(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.add(values[i])
  }

  /** Adds what another sum holds, exactly. */
  merge(other: ExactSum): void {
    this.carry()
    other.carry()
    for (let i = 0; i < limbs; i++) this.limb[i] += other.limb[i]
    this.special += other.special
    this.carry()
  }

  /** The sum, rounded once to float64 (nearest, ties to even). 0 for no addends. */
  value(): number {
    if (this.special !== 0) return this.special
    this.carry()
    let top = limbs - 1
    while (top >= 0 && this.limb[top] === 0) top--
    if (top < 0) return 0
    // after carry() all limbs below the top one are in [0, 2^32), and the top one holds the sign
    const negative = this.limb[top] < 0
    if (negative) this.negate()
    while (top > 0 && this.limb[top] === 0) top--
    let head = 0n
    const lowest = Math.max(top - 3, 0)
    for (let i = top; i >= lowest; i--) head = (head << 32n) | BigInt(this.limb[i])
    for (let i = lowest - 1; i >= 0; i--) {
      if (this.limb[i] !== 0) {
        head |= 1n // what lies below decides ties only
        break
      }
    }
    if (negative) this.negate()
    // Number(head) rounds correctly, and the product is exact: below 2^−1021 head is short, since lowest is 0
    const size = Number(head) * 2 ** (32 * lowest - 1074)
    return negative ? -size : size
  }

  /** Adds value·count exactly, for a count in [0, 2^53]. */
  addTimes(value: number, count: number): void {
    if (count === 0) return
    if (!Number.isFinite(value)) {
      this.special += value
      return
    }
    this.merge(ExactSum.of(unitsOf(value) * BigInt(count)))
  }

  /** The sum as a whole number of 2^−1074; null where it is not finite. */
  units(): bigint | null {
    if (this.special !== 0) return null
    this.carry()
    let top = limbs - 1
    while (top > 0 && this.limb[top] === 0) top--
    const negative = this.limb[top] < 0
    if (negative) this.negate()
    let [units, low] = [0n, 0]
    while (low < top && this.limb[low] === 0) low++
    for (let i = limbs - 1; i >= low; i--) units = (units << 32n) | BigInt(this.limb[i])
    if (negative) this.negate()
    return (negative ? -units : units) << BigInt(32 * low)
  }

  /** A sum of so many times 2^−1074. */
  static of(units: bigint): ExactSum {
    const sum = new ExactSum()
    const negative = units < 0n
    let rest = negative ? -units : units
    for (let i = 0; rest > 0n; i++) {
      if (i === limbs) throw new RangeError('no sum of doubles is so large')
      sum.limb[i] = Number(rest & 0xffffffffn)
      rest >>= 32n
    }
    if (negative) sum.negate()
    return sum
  }

  /** The sum without any rounding: a hexadecimal integer times a power of two, `-1f3p-24`; or `NaN`, `Infinity`, `-Infinity`. */
  toString(): string {
    const units = this.units()
    if (units === null) return String(this.special)
    if (units === 0n) return '0p0'
    const digits = (units < 0n ? -units : units).toString(16)
    const kept = digits.replace(/0+$/, '')
    return `${units < 0n ? '-' : ''}${kept}p${4 * (digits.length - kept.length) - 1074}`
  }

  /** Reads what `toString` writes; null for anything else. */
  static parse(text: string): ExactSum | null {
    if (/^(NaN|-?Infinity)$/.test(text)) {
      const sum = new ExactSum()
      sum.special = Number(text)
      return sum
    }
    const [, sign, digits, power] = /^(-?)([0-9a-f]{1,560})p(-?\d{1,4})$/.exec(text) ?? []
    if (digits === undefined) return null
    const shift = digits === '0' ? 0 : Number(power) + 1074
    const size = BigInt(`0x${digits}`)
    if (shift < 0 || shift + 4 * digits.length > 32 * (limbs - 1)) return null
    return ExactSum.of((sign === '-' ? -size : size) << BigInt(shift))
  }

  private carry(): void {
    const { limb } = this
    let carry = 0
    for (let i = 0; i < limbs - 1; i++) {
      const sum = limb[i] + carry
      carry = Math.floor(sum / base)
      limb[i] = sum - carry * base
    }
    limb[limbs - 1] += carry
    this.pending = 0
    // a negative total shows as −1 in the last limb: bring the sign down next to the digits
    for (let i = limbs - 1; i > 0 && limb[i] === -1; i--) {
      limb[i] = 0
      limb[i - 1] -= base
    }
  }

  private negate(): void {
    for (let i = 0; i < limbs; i++) this.limb[i] = -this.limb[i]
    this.carry()
  }
}

function unitsOf(value: number): bigint {
  const sum = new ExactSum()
  sum.add(value)
  return sum.units() ?? 0n
}

export function exactSum(values: ArrayLike<number>): number {
  const sum = new ExactSum()
  sum.addAll(values)
  return sum.value()
}
