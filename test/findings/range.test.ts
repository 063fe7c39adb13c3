import { expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { leaves } from '../../src/findings/range.ts'
import { tensor } from '../../src/index.ts'
import { numbersOf } from '../../src/tensor/view.ts'

const size = 100_003

test.each(['float32', 'float64', 'float16'] as const)('%s: one element of many outside [0, 1] is found, wherever it is', (dtype) => {
  const random = new Random(3)
  const inside = Float64Array.from({ length: size }, (_, i) => (i % 7 === 0 ? 1 : i % 5 === 0 ? 0 : random.uniform()))
  const verdict = (values: Float64Array) => {
    const array = tensor(values, { dtype })
    return leaves(array, numbersOf(array), 0, 1)
  }
  expect(verdict(inside)).toBe(false)
  for (const odd of [255, -1, 1.002, -6e-8, Infinity, -Infinity]) {
    for (const at of [0, 1, 4095, 65_535, size - 1]) {
      const values = inside.slice()
      values[at] = odd
      expect([odd, at, verdict(values)]).toEqual([odd, at, true])
      // beside a NaN, which is neither inside nor outside
      values[17] = NaN
      expect([odd, at, verdict(values)]).toEqual([odd, at, true])
    }
  }
  const unknown = inside.slice()
  unknown[17] = NaN
  expect(verdict(unknown)).toBe(false)
})

test('views are read as they are', () => {
  const data = new Float32Array(2 * size).fill(2)
  for (let i = 0; i < size; i++) data[2 * i] = 0.5
  const halves = tensor({ data, shape: [size], strides: [2] })
  expect(leaves(halves, numbersOf(halves), 0, 1)).toBe(false)
})
