import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExactSum, exactSum } from '../src/exact-sum.ts'

/** The exact sum against a sum of big integers: every finite double is an integer times 2^−1074. */
const double = new DataView(new ArrayBuffer(8))

function unitsOf(value: number): bigint {
  double.setFloat64(0, value)
  const bits = double.getBigUint64(0)
  const exponent = (bits >> 52n) & 2047n
  const fraction = bits & ((1n << 52n) - 1n)
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return bits >> 63n === 1n ? -size : size
}

/** Units of 2^−1074 as the nearest double, ties to even: by long division, without floating point. */
function nearest(units: bigint): number {
  const size = units < 0n ? -units : units
  const spare = Math.max(size.toString(2).length - 53, 0)
  const unit = 1n << BigInt(spare)
  const [kept, rest] = [size / unit, size % unit]
  const up = 2n * rest > unit || (2n * rest === unit && kept % 2n === 1n)
  let value = Number(up ? kept + 1n : kept)
  // in steps that are exact: as an integer first, then down to 2^−1074
  for (let shift = spare - 1074; shift !== 0; ) {
    const step = Math.max(-500, Math.min(500, shift))
    value *= 2 ** step
    shift -= step
  }
  return units < 0n ? -value : value
}

const oracle = (values: readonly number[]) => nearest(values.reduce((sum, value) => sum + unitsOf(value), 0n))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
/** Doubles of all magnitudes alike: uniform in their bits. */
const anyBits = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((bits) => {
  double.setBigUint64(0, bits)
  return Number.isFinite(double.getFloat64(0)) ? double.getFloat64(0) : 1
})
const same = (a: number, b: number) => a === b || (Number.isNaN(a) && Number.isNaN(b)) // 0 and −0 are one sum
const holds = (property: fc.IProperty<[number[]]>) => fc.assert(property, { numRuns: 400 })

describe('is the nearest double to the true sum', () => {
  test('of magnitudes from 2^-1074 to 2^1023', () => {
    holds(fc.property(fc.array(anyBits, { maxLength: 50 }), (values) => same(exactSum(values), oracle(values))))
    holds(fc.property(fc.array(finite, { maxLength: 50 }), (values) => same(exactSum(values), oracle(values))))
  })

  test('of what cancels, up to a rest', () => {
    const cancelling = fc
      .tuple(fc.array(anyBits, { maxLength: 20 }), fc.array(anyBits, { maxLength: 3 }))
      .map(([values, rest]) => [...values, ...rest, ...values.map((value) => -value)])
    holds(fc.property(cancelling, (values) => same(exactSum(values), oracle(values))))
  })

  test('of subnormals', () => {
    const subnormal = fc.integer({ min: -(2 ** 31), max: 2 ** 31 }).map((units) => units * 2 ** -1074)
    holds(fc.property(fc.array(subnormal, { maxLength: 30 }), (values) => same(exactSum(values), oracle(values))))
  })

  test('of ties: to even, unless anything far below breaks them', () => {
    const half = 2 ** -53
    expect([exactSum([1, half]), exactSum([1, half, Number.MIN_VALUE]), exactSum([1, half, -Number.MIN_VALUE])]).toEqual([
      1,
      1 + 2 ** -52,
      1,
    ])
    expect([exactSum([-1, -half]), exactSum([-1, -half, -1e-300]), exactSum([1 + 2 ** -52, half])]).toEqual([
      -1,
      -1 - 2 ** -52,
      1 + 2 ** -51,
    ])
  })

  test('of 0.1, ten times; of none; of zeros', () => {
    expect([exactSum(new Array<number>(10).fill(0.1)), exactSum([]), exactSum([0, -0]) + 0]).toEqual([1, 0, 0])
  })

  test('past the point where carries are passed on', () => {
    const count = 2 ** 20 + 3
    const sum = new ExactSum()
    for (let i = 0; i < count; i++) sum.add(i % 2 === 0 ? 2 ** 52 + 1 : -0.5)
    const [evens, odds] = [BigInt(Math.ceil(count / 2)), BigInt(Math.floor(count / 2))]
    expect(sum.value()).toBe(Number(2n * evens * (2n ** 52n + 1n) - odds) / 2)
    // without the carries a limb would outgrow 2^53 here
    const large = new ExactSum()
    for (let i = 0; i < 4 * count; i++) large.add(-Number.MAX_VALUE)
    for (let i = 0; i < 4 * count; i++) large.add(Number.MAX_VALUE / 2)
    for (let i = 0; i < 4 * count; i++) large.add(Number.MAX_VALUE / 2)
    large.add(-Number.MIN_VALUE)
    expect(large.value()).toBe(-Number.MIN_VALUE)
  })
})

describe('beyond the finite', () => {
  const { MAX_VALUE: max } = Number
  test('a sum that has no double is infinite, but may still come back', () => {
    expect([exactSum([max, max]), exactSum([-max, -max]), exactSum([max, max, -max])]).toEqual([Infinity, -Infinity, max])
    // half an ulp above the largest double is the first to be infinite
    expect([exactSum([max, 2 ** 969]), exactSum([max, 2 ** 970]), exactSum([max, 2 ** 970, -Number.MIN_VALUE])]).toEqual([
      max,
      Infinity,
      max,
    ])
  })

  test('infinities and NaN', () => {
    expect(
      [
        [Infinity, 1],
        [-Infinity, max, max],
        [Infinity, -Infinity],
        [NaN, 1],
        [1, NaN, Infinity],
      ].map(exactSum),
    ).toEqual([Infinity, -Infinity, NaN, NaN, NaN])
  })
})

describe('order and batches do not matter', () => {
  test('any order', () => {
    const shuffled = fc
      .array(anyBits, { maxLength: 40 })
      .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })))
    fc.assert(fc.property(shuffled, ([values, others]) => same(exactSum(values), exactSum(others))))
  })

  test('any cut, merged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(anyBits, fc.constantFrom(Infinity, NaN, -Infinity)), { maxLength: 10 }), { maxLength: 8 }),
        (batches) => {
          const total = new ExactSum()
          for (const batch of batches) {
            const part = new ExactSum()
            part.addAll(batch)
            total.merge(part)
            expect(same(part.value(), exactSum(batch))).toBe(true) // what was merged is unchanged
          }
          return same(total.value(), exactSum(batches.flat()))
        },
      ),
    )
  })

  test('reading the value changes nothing, and merging a sum with itself doubles it', () => {
    const sum = new ExactSum()
    for (const value of [-1e300, 3, -1e-300]) {
      sum.add(value)
      expect(sum.value()).toBe(sum.value())
    }
    sum.add(1e300)
    expect(sum.value()).toBe(exactSum([3, -1e-300]))
    sum.merge(sum)
    expect(sum.value()).toBe(exactSum([6, -2e-300]))
  })
})
