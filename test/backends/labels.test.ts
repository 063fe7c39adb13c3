import { afterEach, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { useBackend } from '../../src/backends/choose.ts'
import { readLabels } from '../../src/backends/labels.ts'
import { useThreads } from '../../src/backends/wasm/threads.ts'
import { Arena, crossEntropy, tensor } from '../../src/index.ts'

afterEach(() => {
  useThreads(1)
  useBackend(null)
})

/** More than one tile, and what vectors do not divide. */
const tile = 65_536
const size = 2 * tile + 7
const count = 19
const places = [0, 1, 2, 3, 4, 5, 511, tile - 1, tile, size - 4, size - 3, size - 2, size - 1]

const random = new Random(11)
const arena = new Arena()
const honest = BigInt64Array.from({ length: size }, () => BigInt(random.integer(count)))
const ways = {
  'in scratch memory': (labels: BigInt64Array) => tensor(labels),
  'in an arena': (labels: BigInt64Array) => arena.tensor(labels),
  'on two threads': (labels: BigInt64Array) => {
    useThreads(2)
    return tensor(labels)
  },
  'by the reference': (labels: BigInt64Array) => {
    useBackend('reference')
    return tensor(labels)
  },
}

/** Each half alone says another number. */
const ignored = [-100, 0, 5, 255, -1, 2 ** 31, 2 ** 32 + 3, -(2 ** 40) + 2, Number.MAX_SAFE_INTEGER]

for (const [way, make] of Object.entries(ways)) {
  test(`${way}: classes are read, and those left out that are ignored`, () => {
    for (const ignoreIndex of ignored) {
      const labels = honest.slice()
      for (const place of places) labels[place] = BigInt(ignoreIndex)
      const view = make(labels)
      const classes = new Int32Array(size)
      const counted = readLabels({ view, count, ignoreIndex, classes })
      const expected = Int32Array.from(labels, (label) => (label === BigInt(ignoreIndex) ? -1 : Number(label)))
      expect(classes.findIndex((each, row) => each !== expected[row])).toBe(-1)
      expect(counted).toBe(expected.filter((each) => each >= 0).length)
    }
  })

  test(`${way}: one that is no class is seen wherever it is`, () => {
    const view = make(honest.slice())
    // the cast is sound: int64 lie in a BigInt64Array
    const data = view.data as BigInt64Array
    for (const odd of [-1n, BigInt(count), 2n ** 32n + 3n, -(2n ** 32n) + 3n, 2n ** 63n - 1n, -100n]) {
      for (const place of places) {
        data[place] = odd
        for (const ignoreIndex of [Number.NaN, 3])
          expect(readLabels({ view, count, ignoreIndex, classes: new Int32Array(size) }), `${odd} at ${place}`).toBeNull()
        data[place] = honest[place]
      }
    }
  })
}

test('a part of an array is read from where it starts', () => {
  for (const source of [tensor(honest), arena.tensor(honest)]) {
    const data = source.data as BigInt64Array
    const part = tensor(data.subarray(3, 3 + 1000))
    const classes = new Int32Array(1000)
    expect(readLabels({ view: part, count, ignoreIndex: -100, classes })).toBe(1000)
    expect([...classes]).toEqual([...honest.subarray(3, 1003)].map(Number))
  }
})

test('the loss names the first of many that is no class', () => {
  const labels = honest.slice(0, 2000)
  labels[1234] = 2n ** 40n + 1n
  labels[1500] = 99n
  const scores = tensor(new Float32Array(2000 * count), { shape: [2000, count] })
  expect(() => crossEntropy(scores, tensor(labels))).toThrow(/1099511627777/)
})

test('the mean by weights divides by their sum, however rows are counted', () => {
  const weights = Float32Array.from({ length: count }, () => random.uniform())
  const rows = 5000
  const scores = tensor(
    Float32Array.from({ length: rows * count }, () => random.normal()),
    { shape: [rows, count] },
  )
  const target = tensor(honest.slice(0, rows))
  const sum = [...honest.subarray(0, rows)].reduce((total, label) => total + weights[Number(label)], 0)
  const options = { weight: tensor(weights) }
  const mean = crossEntropy(scores, target, options).item()
  expect(mean).toBeCloseTo(crossEntropy(scores, target, { ...options, reduction: 'sum' }).item() / sum, 5)
})
