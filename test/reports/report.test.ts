import { describe, expect, test } from 'vitest'
import {
  crossEntropy,
  diceLoss,
  klDiv,
  LossError,
  l1Loss,
  mseLoss,
  multilabelSoftMarginLoss,
  nn,
  onWarning,
  report,
  softMarginLoss,
  tensor,
} from '../../src/index.ts'
import { randoms } from './scenes.ts'

test('a report says what the loss gives: reduction, dtype, shape', () => {
  const input = tensor([[1, 2, 3]], { dtype: 'float64' })
  expect(report(mseLoss, input, [[0, 0, 0]])).toMatchObject({
    value: 14 / 3,
    sum: 14,
    denominator: 3,
    counted: 3,
    ignored: 0,
    reduction: 'mean',
    dtype: 'float64',
    shape: [],
  })
  const each = report(mseLoss, input, [[0, 0, 0]], { reduction: 'none' })
  expect(each).toMatchObject({ value: 14 / 3, reduction: 'none', shape: [1, 3] })
  expect(report(crossEntropy, [[0, 0]], [1], { reduction: 'none' })).toMatchObject({ dtype: 'float32', shape: [1] })
})

test('deprecated options are reported as the reduction that they mean', () => {
  const before = onWarning(() => undefined)
  expect(report(mseLoss, [1], [0], { sizeAverage: false, reduction: 'mean' }).reduction).toBe('sum')
  expect(nn.MSELoss({ reduce: false }).report([1, 3], [0, 0])).toMatchObject({ reduction: 'none', value: 5, shape: [2] })
  onWarning(before)
})

describe('where the value comes from', () => {
  const scores = [
    [2, 1, 0.1],
    [0.5, 2.5, -1],
    [0, 0, 3],
    [1, 2, 3],
  ]
  test('class weights: the weights are divided by, and the plain mean stands beside', () => {
    const { made, denominator, averages, value } = report(crossEntropy, scores, [0, 1, 2, 0], { weight: [1, 5, 6] })
    expect(denominator).toBe(13)
    const none = crossEntropy(scores, [0, 1, 2, 0], { weight: [1, 5, 6], reduction: 'none' }).toArray() as number[]
    const sum = none.reduce((all, each) => all + each, 0)
    const text = (number: number) => String(Number(number.toPrecision(6)))
    expect(made).toBe(`${text(sum)} / 13, the sum of the weights of 4 samples; the plain mean would be ${text(sum / 4)}`)
    expect(averages.perValue).toBeCloseTo(sum / 4, 12)
    expect(value).toBe(crossEntropy(scores, [0, 1, 2, 0], { weight: [1, 5, 6] }).item())
  })

  test('ignored: what a mean over all of them would be', () => {
    const { made } = report(crossEntropy, scores, [0, 1, -100, -100])
    const none = crossEntropy(scores, [0, 1, -100, -100], { reduction: 'none' })
    const all = (none.toArray() as number[]).reduce((sum, value) => sum + value, 0) / 4
    expect(made).toMatch(/^0\.\d+ \/ 2, the number of counted samples; 2 samples ignored, with which it would be 0\.\d+$/)
    expect(Number(made.split(' ').at(-1))).toBeCloseTo(all, 6)
  })

  test('sums, batches, probabilities', () => {
    expect(report(mseLoss, [1, 2], [0, 0], { reduction: 'sum' }).made).toBe(
      'the sum 5, not divided; the mean would be 2.5 = 5 / 2, the number of elements',
    )
    expect(report(klDiv, [[-1, -2]], [[0.5, 0.5]], { reduction: 'batchmean' }).made).toMatch(
      /\/ 1, the batch size: the extent of the first axis$/,
    )
    const soft = report(crossEntropy, [[1, 2]], [[0.5, 0.5]], { weight: [1, 3] })
    expect(soft.made).toMatch(/\/ 1, the number of rows, whatever the weights; with probabilities the weights are not divided by$/)
  })

  test('one value per row of elements counts rows', () => {
    const one = report(
      multilabelSoftMarginLoss,
      [
        [1, -2, 3],
        [0, 0, 0],
      ],
      [
        [1, 0, 1],
        [0, 1, 0],
      ],
    )
    expect(one).toMatchObject({ counted: 2, unit: 'sample', made: expect.stringMatching(/ \/ 2, the number of samples$/) })
  })

  test('the same sum, divided by values, samples and calls', () => {
    const images = tensor(new Float32Array(2 * 3).fill(2), { shape: [2, 3] })
    expect(report(mseLoss, images, tensor(new Float32Array(6), { shape: [2, 3] })).averages).toEqual({
      perValue: 4,
      perSample: 12,
      perBatch: 24,
      ofSamples: 4,
    })
  })
})

describe('the worst', () => {
  test('have an index by axis, the class, and the answer', () => {
    const scores = tensor(new Float32Array(2 * 3 * 2 * 2), { shape: [2, 3, 2, 2] })
    scores.data[1 * 12 + 2 * 4 + 3] = 9 // image 1, class 2, the last pixel
    const target = tensor(new BigInt64Array(8), { shape: [2, 2, 2] })
    const { worst, perSample } = report(crossEntropy, scores, target, {}, { top: 2 })
    expect(worst[0]).toEqual({ value: expect.closeTo(9.00025, 4), index: { n: 1, h: 1, w: 1 }, target: 0, predicted: 2 })
    expect(worst[1]).toMatchObject({ index: { n: 0, h: 0, w: 0 }, predicted: 0 })
    expect(perSample.worst[0].index).toEqual({ n: 1 })
  })

  test('are those of all values, sorted: NaN, then the largest, the first of equal ones', () => {
    const values = Float32Array.from({ length: 300 }, (_, i) => (i * 7919) % 100)
    values[17] = Number.NaN
    const { worst } = report(l1Loss, values, new Float32Array(300), {}, { top: 7 })
    const sorted = [...values.keys()].sort((a, b) =>
      Number.isNaN(values[a]) ? -1 : Number.isNaN(values[b]) ? 1 : values[b] - values[a] || a - b,
    )
    expect(worst.map(({ index }) => index.n)).toEqual(sorted.slice(0, 7))
    expect(report(l1Loss, [1], [0], {}, { top: 0 }).worst).toEqual([])
  })

  test('axes may be named otherwise', () => {
    const one = report(
      mseLoss,
      [
        [1, 2],
        [5, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      {},
      { axes: ['h', 'w'], top: 1 },
    )
    expect(one.worst).toEqual([{ value: 25, index: { h: 1, w: 0 } }])
    expect(one.perSample.samples).toBe(1)
    expect(() => report(mseLoss, [1], [0], {}, { axes: ['h', 'w'] })).toThrow(/a name for each of the 1 axes/)
  })
})

describe('classes and accuracy', () => {
  test('per class: counts, means without the weights, shares', () => {
    const { perClass, accuracy } = report(
      crossEntropy,
      [
        [3, 0],
        [0, 1],
        [2, 0],
      ],
      [0, 0, 1],
      { weight: [1, 4] },
    )
    const none = crossEntropy(
      [
        [3, 0],
        [0, 1],
        [2, 0],
      ],
      [0, 0, 1],
      { reduction: 'none' },
    ).toArray() as number[]
    expect(perClass).toEqual([
      {
        class: 0,
        count: 2,
        sum: expect.closeTo(none[0] + none[1], 6),
        share: expect.any(Number),
        mean: expect.closeTo((none[0] + none[1]) / 2, 6),
        accuracy: 0.5,
      },
      { class: 1, count: 1, sum: expect.closeTo(4 * none[2], 6), share: expect.any(Number), mean: expect.closeTo(none[2], 6), accuracy: 0 },
    ])
    expect(accuracy).toEqual({ value: 1 / 3, right: 1, reason: null })
  })

  test('is argmax, however the scores are laid out: first of equal ones, NaN above all', () => {
    const random = randoms(5)
    const [n, c, hw] = [6, 5, 7]
    const x = Float32Array.from({ length: n * c * hw }, () => (random() < 0.02 ? Number.NaN : Math.floor(4 * random())))
    const target = BigInt64Array.from({ length: n * hw }, () => BigInt(Math.floor(c * random())))
    let right = 0
    for (let i = 0; i < n; i++) {
      for (let p = 0; p < hw; p++) {
        const row = Array.from({ length: c }, (_, k) => x[i * c * hw + k * hw + p])
        const nan = row.findIndex(Number.isNaN)
        if ((nan >= 0 ? nan : row.indexOf(Math.max(...row))) === Number(target[i * hw + p])) right++
      }
    }
    const planes = report(crossEntropy, tensor(x, { shape: [n, c, hw] }), tensor(target, { shape: [n, hw] }))
    const rows = Float32Array.from(
      { length: x.length },
      (_, i) => x[Math.floor(i / (c * hw)) * c * hw + (i % c) * hw + (Math.floor(i / c) % hw)],
    )
    expect(planes.accuracy?.right).toBe(right)
    expect(report(crossEntropy, tensor(rows, { shape: [n * hw, c] }), target).accuracy?.right).toBe(right)
  })

  test('yes and no are classes 0 and 1; labels of −1 and 1 are called so; terms by their class', () => {
    expect(nn.BCEWithLogitsLoss().report([2, -1, -3], [1, 1, 0])).toMatchObject({
      accuracy: { right: 2 },
      perClass: [
        { class: 0, count: 1 },
        { class: 1, count: 2 },
      ],
    })
    expect(report(softMarginLoss, [2, -1], [-1, -1]).perClass).toMatchObject([
      { class: -1, count: 2, accuracy: 0.5 },
      { class: 1, count: 0 },
    ])
    const dice = report(
      diceLoss,
      [
        [
          [1, 2],
          [3, 1],
          [0, 0],
        ],
      ],
      [[0, 1]],
      { classes: [2, 0] },
    )
    expect(dice.perClass?.map((one) => one.class)).toEqual([2, 0])
    expect(dice.accuracy).toBeNull()
  })

  test('so many classes have no table, but are counted', () => {
    const many = tensor(new Float32Array(2 * 3000), { shape: [2, 3000] })
    const one = report(crossEntropy, many, [7, 2999])
    expect(one.perClass).toBeNull()
    expect(one.accuracy).toMatchObject({ right: 0 })
    expect(one.chance.uniform).toBeCloseTo(Math.log(3000), 12)
    expect(one.chance.frequencies).toBeCloseTo(Math.LN2, 12)
    expect(JSON.stringify(one).length).toBeLessThan(4000)
  })
})

test('options of the report are read: unknown ones and impossible values are refused', () => {
  const call = (how: object) => () => report(mseLoss, [1], [0], {}, how as never)
  expect(call({ tops: 3 })).toThrow(/report: tops/)
  expect(call({ top: -1 })).toThrow(/an integer from 0 to 1000/)
  expect(call({ first: 0.5 })).toThrow(/an index from 0/)
  expect(call({ dataRange: 0 })).toThrow(/a number above 0/)
  expect(() => (report as (...args: unknown[]) => unknown)(mseLoss, [1], [0], {}, {}, 3)).toThrow(LossError)
  expect(() => (nn.MSELoss().report as (...args: unknown[]) => unknown)([1], [0], {}, {})).toThrow(LossError)
})
