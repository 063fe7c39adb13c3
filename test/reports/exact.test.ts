import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExactSum } from '../../src/exact-sum.ts'
import { addCounts, readCounts, spellCounts } from '../../src/reports/counts.ts'
import { addTimes, readExact, spellExact, unitsOf } from '../../src/reports/exact.ts'
import { ratio } from '../../src/reports/ratio.ts'
import { GroupSums, sumOf, sumOfSquares } from '../../src/reports/slots.ts'

const any32 = fc.float({ noNaN: true, noDefaultInfinity: true })
const any64 = fc.double({ noNaN: true, noDefaultInfinity: true })

function slow(values: Iterable<number>): ExactSum {
  const sum = new ExactSum()
  for (const value of values) sum.add(value)
  return sum
}

describe('an exact sum as text', () => {
  test('is read back whole', () => {
    fc.assert(
      fc.property(fc.array(any64, { maxLength: 40 }), (values) => {
        const sum = slow(values)
        const read = readExact(spellExact(sum)) ?? new ExactSum()
        expect(spellExact(read)).toBe(spellExact(sum))
        expect(read.value()).toBe(sum.value() + 0)
      }),
    )
    for (const special of [Number.NaN, Infinity, -Infinity]) expect(readExact(spellExact(slow([1, special])))?.value()).toBe(special)
  })

  test('is one text for one sum, however it came about', () => {
    expect(spellExact(slow([0.5, 0.25]))).toBe(spellExact(slow([1, -0.25])))
    expect([slow([]), slow([1, -1])].map(spellExact)).toEqual(['0p0', '0p0'])
  })

  test('anything else is refused', () => {
    for (const text of ['', '1', 'x', '1p', '1p9999', '-p3', '1p-1075', `${'f'.repeat(600)}p0`, 'nan']) expect(readExact(text)).toBeNull()
  })

  test('times a count', () => {
    fc.assert(
      fc.property(any64, fc.integer({ min: 0, max: 50 }), (value, count) => {
        const sum = new ExactSum()
        addTimes(sum, value, count)
        expect(spellExact(sum)).toBe(spellExact(slow(new Array<number>(count).fill(value))))
      }),
    )
  })
})

describe('slots', () => {
  test('add float32 numbers as an exact sum does', () => {
    fc.assert(
      fc.property(fc.array(any32, { maxLength: 200 }), (values) => {
        expect(spellExact(sumOf(Float32Array.from(values)))).toBe(spellExact(slow(Float32Array.from(values))))
      }),
    )
  })

  test('keep groups apart, and leave out what is in none', () => {
    const values = fc.array(fc.tuple(any32, fc.integer({ min: -1, max: 3 })), { maxLength: 200 })
    fc.assert(
      fc.property(values, (pairs) => {
        const sums = new GroupSums(4)
        sums.add(
          Float32Array.from(pairs, ([value]) => value),
          pairs.map(([, group]) => group),
          0,
          pairs.length,
        )
        const wanted = [0, 1, 2, 3].map((group) => slow(pairs.filter((pair) => pair[1] === group).map(([value]) => Math.fround(value))))
        expect(sums.read().map(spellExact)).toEqual(wanted.map(spellExact))
      }),
    )
  })

  test('planes go to their groups', () => {
    const sums = new GroupSums(2)
    sums.addPlanes(Float32Array.of(1, 2, 10, 20, 3, 4, 30, 40), 2, 2)
    expect(sums.read().map((sum) => sum.value())).toEqual([10, 100])
  })

  test('squares are whole: of float32 numbers of all sizes, and of float64', () => {
    const square = (value: number) => {
      const sum = new ExactSum()
      sum.add(value)
      return (unitsOf(sum) ?? 0n) ** 2n
    }
    fc.assert(
      fc.property(fc.array(fc.float({ min: Math.fround(1e-20), max: Math.fround(1e19), noNaN: true }), { maxLength: 30 }), (values) => {
        const wanted = values.reduce((sum, value) => sum + square(value), 0n)
        expect((unitsOf(sumOfSquares(Float32Array.from(values))) ?? 0n) << 1074n).toBe(wanted)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-100, max: 1e140, noNaN: true }), { maxLength: 30 }), (values) => {
        const wanted = values.reduce((sum, value) => sum + square(value), 0n)
        expect((unitsOf(sumOfSquares(Float64Array.from(values))) ?? 0n) << 1074n).toBe(wanted)
      }),
    )
  })
})

test('counts are text that stays short', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 40 })), { maxLength: 60 }), (counts) => {
      expect([...readCounts(spellCounts(counts))]).toEqual(counts)
      expect([...readCounts(addCounts(spellCounts(counts), spellCounts(counts)))]).toEqual(counts.map((count) => 2 * count))
    }),
  )
  expect(spellCounts([0, 0, 35, 0, 1296])).toBe('-2 z -1 100')
  expect(spellCounts(new Float64Array(128000))).toBe('-128000')
})

test('a quotient of whole numbers is the nearest double', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1 }), (a, b) => {
      expect(ratio(BigInt(a), BigInt(b))).toBe(a / b)
      expect(ratio(BigInt(a) << 3000n, BigInt(b) << 3000n)).toBe(a / b)
    }),
  )
  // 1 + 2^−53 + a little is nearer to the next double than to 1
  expect(ratio(2n ** 200n + 2n ** 147n + 1n, 2n ** 200n)).toBe(1 + 2 ** -52)
  expect(ratio(2n ** 200n + 2n ** 147n, 2n ** 200n)).toBe(1)
})
