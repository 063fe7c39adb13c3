import { afterEach, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { useBackend } from '../../src/backends/choose.ts'
import { countAmong, rangeOf } from '../../src/backends/scan.ts'
import { useThreads } from '../../src/backends/wasm/threads.ts'
import { Arena, type DType, tensor } from '../../src/index.ts'

afterEach(() => {
  useThreads(1)
  useBackend(null)
})

/** A tile, and what neither vectors nor groups of them divide. */
const tile = 32_768
const size = 3 * tile + 7

/** Each lane of a vector, each vector of a group, the last and first elements of tiles, and those that are left over at the end. */
const places = [
  ...Array.from({ length: 17 }, (_, i) => i),
  tile - 1,
  tile,
  tile + 1,
  2 * tile - 1,
  ...Array.from({ length: 12 }, (_, i) => size - 1 - i),
]

const arena = new Arena()
const random = new Random(3)
const inside = Float64Array.from({ length: size }, (_, i) => (i % 7 === 0 ? 1 : i % 5 === 0 ? 0 : random.uniform()))
const ways = {
  'in scratch memory': (values: Float64Array, dtype: DType) => tensor(values, { dtype }),
  'in an arena': (values: Float64Array, dtype: DType) => arena.tensor(values, { dtype }),
  'on two threads': (values: Float64Array, dtype: DType) => {
    useThreads(2)
    return arena.tensor(values, { dtype })
  },
  'by the reference': (values: Float64Array, dtype: DType) => {
    useBackend('reference')
    return tensor(values, { dtype })
  },
}

for (const [way, make] of Object.entries(ways)) {
  test.each(['float32', 'float64', 'float16'] as const)(`%s, ${way}: one element of many is found, wherever it is`, (dtype) => {
    const array = make(inside, dtype)
    const write = (at: number, value: number) => {
      const { data } = tensor([value], { dtype })
      array.data[at] = data[0]
    }
    expect(rangeOf(array)).toEqual({ min: 0, max: 1, nan: false })
    for (const at of dtype === 'float32' ? places : [0, 5, tile, size - 1]) {
      const before = array.data[at]
      for (const odd of [255, -1, 1.0078125, -6e-8, Infinity, -Infinity]) {
        write(at, odd)
        const { min, max, nan } = rangeOf(array)
        expect([odd, at, min < 0, max > 1, nan]).toEqual([odd, at, odd < 0, odd > 1, false])
      }
      write(at, NaN)
      expect([at, rangeOf(array)]).toEqual([at, { min: 0, max: 1, nan: true }])
      array.data[at] = before
    }
  })

  test(`how many elements are one of two numbers, ${way}`, () => {
    for (const dtype of ['float32', 'float64', 'int64'] as const) {
      const array = make(
        inside.map((x) => (x < 0.5 ? -1 : 1)),
        dtype,
      )
      expect(countAmong(array, -1, 1)).toBe(inside.filter((x) => x >= 0.5).length)
      expect(countAmong(array, 1, -1)).toBe(inside.filter((x) => x < 0.5).length)
      expect(countAmong(array, 0, 1)).toBe(null)
      if (dtype === 'int64') continue
      for (const at of dtype === 'float32' ? places : [0, 5, tile, size - 1]) {
        const before = array.data[at]
        for (const odd of [0, 1 + 2 ** -23, 1 - 2 ** -24, 1e-30, NaN, Infinity]) {
          array.data[at] = odd
          expect([odd, at, countAmong(array, -1, 1)]).toEqual([odd, at, null])
        }
        array.data[at] = before
      }
    }
  })
}

test('arrays of every length up to some vectors, and of every number of elements beyond whole ones', () => {
  for (const start of [1, 1024, tile]) {
    for (let length = start; length < start + 40; length++) {
      const values = Float32Array.from({ length }, (_, i) => length - 1 - i)
      expect([length, rangeOf(tensor(values))]).toEqual([length, { min: 0, max: length - 1, nan: false }])
      expect(countAmong(tensor(values), 0, 1)).toBe(length < 3 ? length - 1 : null)
      const ones = values.map((x) => x % 2)
      expect([length, countAmong(tensor(ones), 0, 1)]).toEqual([length, Math.floor(length / 2)])
    }
  }
  const none = { min: Infinity, max: -Infinity }
  expect(rangeOf(tensor([]))).toEqual({ ...none, nan: false })
  expect(rangeOf(tensor(new Float32Array(2000).fill(NaN)))).toEqual({ ...none, nan: true })
  expect(countAmong(tensor([]), 0, 1)).toBe(0)
})

test('views are read as they are', () => {
  const data = new Float32Array(2 * size).fill(2)
  for (let i = 0; i < size; i++) data[2 * i] = 0.5
  expect(rangeOf(tensor({ data, shape: [size], strides: [2] }))).toEqual({ min: 0.5, max: 0.5, nan: false })
  expect(rangeOf(tensor({ data, shape: [size], strides: [2], offset: 1 }))).toEqual({ min: 2, max: 2, nan: false })
  expect(countAmong(tensor({ data, shape: [size, 3], strides: [2, 0] }), 0, 0.5)).toBe(3 * size)
})
