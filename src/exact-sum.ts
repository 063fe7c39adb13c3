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
  special = 0

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

  /** The limbs, with all carries passed on: Σ limb[i]·2^(32·i − 1074), where the sum is finite. The array is the sum's own. @internal */
  settled(): Float64Array {
    this.carry()
    return this.limb
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

export function exactSum(values: ArrayLike<number>): number {
  const sum = new ExactSum()
  sum.addAll(values)
  return sum.value()
}
