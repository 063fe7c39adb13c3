import { describe, expect, test } from 'vitest'
import * as surprisal from '../../src/index.ts'
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  mseLoss,
  nllLoss,
  perplexity,
  psnr as psnrOf,
  report,
  softmaxFocalLoss,
  tensor,
} from '../../src/index.ts'
import { randoms } from './scenes.ts'

/** Chance and floor are losses of certain answers: here these answers are given to the loss itself, in float64. */
const random = randoms(11)
const doubles = (length: number, draw: () => number = random) => Float64Array.from({ length }, draw)
const [n, classes] = [40, 5]
const labels = Array.from({ length: n }, () => Math.floor(classes * random() ** 2))
const weight = doubles(classes, () => 0.2 + random())
const scoresOf = (row: (i: number) => readonly number[]) =>
  tensor(Float64Array.from(Array.from({ length: n }, (_, i) => row(i)).flat()), { shape: [n, classes] })
const uniform = scoresOf(() => new Array<number>(classes).fill(0))

/** The scores whose softmax is the share of each mass. */
const logs = (masses: readonly number[]) => masses.map((mass) => Math.log(mass / masses.reduce((a, b) => a + b, 0)))

const cases: [string, Parameters<typeof crossEntropy>[2] & object][] = [
  ['plain', {}],
  ['smoothed', { labelSmoothing: 0.1 }],
  ['weighted', { weight }],
  ['weighted and smoothed, some ignored', { weight, labelSmoothing: 0.3, ignoreIndex: 1 }],
]

describe('cross-entropy of classes', () => {
  test.each(cases)('%s', (_, options) => {
    const { chance, floor, gap, mean } = report(crossEntropy, uniform, labels, options)
    expect(chance.uniform).toBeCloseTo(crossEntropy(uniform, labels, options).item(), 12)
    const smoothing = options.labelSmoothing ?? 0
    const ws = options.weight === undefined ? new Float64Array(classes).fill(1) : weight
    const counted = labels.filter((label) => label !== (options.ignoreIndex ?? -100))
    // the mass of a class: its own targets', and its share of the smoothing of all
    const mass = (own: readonly number[]) =>
      Array.from(ws, (w, c) => w * own.reduce((sum, t) => sum + (t === c ? 1 - smoothing : 0) + smoothing / classes, 0))
    const prior = logs(mass(counted))
    expect(chance.frequencies).toBeCloseTo(
      crossEntropy(
        scoresOf(() => prior.map((log) => Math.max(log, -700))),
        labels,
        options,
      ).item(),
      12,
    )
    const best = scoresOf((i) => logs(mass([labels[i]])).map((log) => Math.max(log, -700)))
    expect(floor.value).toBeCloseTo(crossEntropy(best, labels, options).item(), 12)
    expect(gap.value).toBeCloseTo(mean - Number(floor.value), 12)
    // a step away from it in any direction costs
    for (let c = 0; c < classes; c++) {
      for (const step of [-0.01, 0.01]) {
        const moved = tensor(
          Float64Array.from(best.data as Float64Array, (x, i) => x + (i % classes === c ? step : 0)),
          { shape: [n, classes] },
        )
        expect(crossEntropy(moved, labels, options).item()).toBeGreaterThanOrEqual(Number(floor.value) - 1e-12)
      }
    }
  })

  test('the known numbers: ln 10, and the floor of smoothing by 0.1', () => {
    const ten = report(crossEntropy, [new Array<number>(10).fill(0)], [3], { labelSmoothing: 0.1 })
    expect(ten.chance.uniform).toBeCloseTo(Math.log(10), 7)
    expect(ten.floor.value).toBeCloseTo(0.5003, 4)
  })

  test('soft targets have the entropy of each row below them, of which weights are a part', () => {
    const q = doubles(n * classes)
    for (let i = 0; i < n; i++) {
      const sum = q.slice(i * classes, (i + 1) * classes).reduce((a, b) => a + b, 0)
      for (let c = 0; c < classes; c++) q[i * classes + c] /= sum
    }
    const target = tensor(q, { shape: [n, classes] })
    for (const options of [{}, { weight, labelSmoothing: 0.2 }]) {
      const { chance, floor } = report(crossEntropy, uniform, target, options)
      expect(chance.uniform).toBeCloseTo(crossEntropy(uniform, target, options).item(), 12)
      const smooth = (p: number) => ('labelSmoothing' in options ? 0.8 * p + 0.2 / classes : p)
      const w = (c: number) => ('weight' in options ? weight[c] : 1)
      const best = scoresOf((i) => logs(Array.from({ length: classes }, (_, c) => w(c) * smooth(q[i * classes + c]))))
      expect(floor.value).toBeCloseTo(crossEntropy(best, target, options).item(), 12)
      const masses = Array.from({ length: classes }, (_, c) => labels.reduce((sum, __, i) => sum + w(c) * smooth(q[i * classes + c]), 0))
      expect(chance.frequencies).toBeCloseTo(
        crossEntropy(
          scoresOf(() => logs(masses)),
          target,
          options,
        ).item(),
        12,
      )
    }
    expect(report(crossEntropy, [[0, 0]], [[1.5, -0.5]]).floor).toEqual({ value: null, reason: 'a target is negative or NaN' })
  })

  test('nllLoss, and other formulas of a row', () => {
    const even = scoresOf(() => new Array<number>(classes).fill(-Math.log(classes)))
    expect(report(nllLoss, even, labels, { weight }).chance.uniform).toBeCloseTo(nllLoss(even, labels, { weight }).item(), 12)
    const focal = report(softmaxFocalLoss, uniform, labels, { weight })
    expect(focal.chance.uniform).toBeCloseTo(softmaxFocalLoss(uniform, labels, { weight }).item(), 12)
    expect(focal.chance).toMatchObject({ frequencies: null, reason: 'the best constant answer has no closed form for this loss' })
    expect(report(surprisal.zLoss, uniform, { target: labels }).chance.uniform).toBeNull()
    const smoothed = report(surprisal.labelSmoothedNllLoss, even, labels, { epsilon: 0.2 })
    expect(smoothed.chance.uniform).toBeCloseTo(surprisal.labelSmoothedNllLoss(even, labels, { epsilon: 0.2 }).item(), 12)
    const best = scoresOf((i) => logs(Array.from({ length: classes }, (_, c) => (c === labels[i] ? 0.8 : 0.2 / (classes - 1)))))
    expect(smoothed.floor.value).toBeCloseTo(surprisal.labelSmoothedNllLoss(best, labels, { epsilon: 0.2 }).item(), 12)
  })

  test('weights that make no sense are said to', () => {
    expect(report(crossEntropy, [[1, 2]], [0], { weight: [-1, 1] }).floor.reason).toBe('a class weight is negative or not finite')
    expect(report(crossEntropy, [[1, 2]], [-100]).chance.reason).toBe('nothing is counted')
  })
})

describe('binary cross-entropy', () => {
  const soft = doubles(n)
  const logit = (p: number) => Math.log(p / (1 - p))
  test.each([
    ['plain', {}],
    ['weight and posWeight', { weight: doubles(n), posWeight: Float64Array.of(3) }],
  ])('%s', (_, options) => {
    const loss = (x: number | ((i: number) => number)) =>
      binaryCrossEntropyWithLogits(
        Float64Array.from({ length: n }, (_value, i) => (typeof x === 'number' ? x : x(i))),
        soft,
        options,
      ).item()
    const { chance, floor } = report(binaryCrossEntropyWithLogits, new Float64Array(n), soft, options)
    expect(chance.uniform).toBeCloseTo(loss(0), 12)
    const factor = 'posWeight' in options ? 3 : 1
    const w = (i: number) => ('weight' in options ? options.weight[i] : 1)
    const yes = soft.reduce((sum, t, i) => sum + w(i) * factor * t, 0)
    const no = soft.reduce((sum, t, i) => sum + w(i) * (1 - t), 0)
    expect(chance.frequencies).toBeCloseTo(loss(logit(yes / (yes + no))), 12)
    expect(floor.value).toBeCloseTo(
      loss((i) => logit((factor * soft[i]) / (factor * soft[i] + 1 - soft[i]))),
      12,
    )
  })

  test('of yes and no alone the floor is 0, and a target of 255 has none', () => {
    expect(report(binaryCrossEntropyWithLogits, [0, 0], [0, 1])).toMatchObject({
      floor: { value: 0 },
      chance: { uniform: Math.LN2, frequencies: Math.LN2 },
    })
    expect(report(binaryCrossEntropyWithLogits, [0], [255]).floor.reason).toMatch(/outside \[0, 1\]/)
  })
})

describe('real numbers', () => {
  test('squared error: the variance of the targets, exact where it is a tiny part of their squares', () => {
    expect(report(mseLoss, [0, 0, 0, 0], [1, 2, 3, 4]).chance).toEqual({ uniform: null, frequencies: 1.25, reason: expect.any(String) })
    const far = Float64Array.of(1e8 + 1, 1e8 + 2, 1e8 + 3)
    expect(report(mseLoss, far, far).chance.frequencies).toBe(2 / 3)
    const weights = Float64Array.of(1, 1, 2)
    const guess = (1 + 2 + 2 * 4) / 4
    const weighted = report(mseLoss, Float64Array.of(0, 0, 0), Float64Array.of(1, 2, 4), { weight: weights })
    expect(weighted.chance.frequencies).toBeCloseTo(
      mseLoss(new Float64Array(3).fill(guess), Float64Array.of(1, 2, 4), { weight: weights }).item(),
      12,
    )
    expect(weighted.floor.value).toBe(0)
  })

  test('tiny and huge targets keep their variance', () => {
    for (const scale of [2 ** -60, 2 ** -10, 1, 2 ** 50, 2 ** 62]) {
      const y = Float32Array.of(1, 2, 4).map((each) => each * scale)
      // in units of the scale, since its square may be no float32
      expect(Number(report(mseLoss, y, y).chance.frequencies) / scale ** 2).toBeCloseTo(14 / 9, 12)
    }
  })

  test('Poisson and Gaussian: the answer with the mean of the targets', () => {
    const y = Float64Array.of(0, 1, 3, 4)
    for (const options of [{}, { full: true }, { logInput: false, eps: 1e-12 }]) {
      const answer = (rate: number) => ('logInput' in options ? rate : Math.log(rate))
      const one = report(surprisal.poissonNllLoss, new Float64Array(4).fill(1), y, options)
      expect(one.chance.frequencies).toBeCloseTo(surprisal.poissonNllLoss(new Float64Array(4).fill(answer(2)), y, options).item(), 9)
      const right = Float64Array.from(y, (t) => Math.max(answer(t), -700))
      expect(one.floor.value).toBeCloseTo(surprisal.poissonNllLoss(right, y, options).item(), 9)
    }
    const gaussian = (x: number, v: number, full: boolean) =>
      surprisal.gaussianNllLoss(new Float64Array(4).fill(x), y, new Float64Array(4).fill(v), { full })
    for (const full of [false, true]) {
      const one = report(surprisal.gaussianNllLoss, new Float64Array(4), y, new Float64Array(4).fill(1), { full })
      expect(one.chance.frequencies).toBeCloseTo(gaussian(2, 2.5, full).item(), 12)
      expect(one.floor.value).toBeCloseTo(surprisal.gaussianNllLoss(y, y, new Float64Array(4), { full }).item(), 12)
    }
  })
})

test('where no level is natural the reason is said; a bound is the option that makes it', () => {
  expect(report(surprisal.l1Loss, [1], [0])).toMatchObject({
    chance: { uniform: null, frequencies: null, reason: expect.stringMatching(/no guess/) },
    floor: { value: 0 },
  })
  expect(report(surprisal.charbonnierLoss, [1], [1], { eps: 0.25 })).toMatchObject({
    value: 0.25,
    floor: { value: 0.25 },
    gap: { value: 0 },
  })
  expect(report(surprisal.hingeEmbeddingLoss, [1], [1]).floor).toEqual({ value: null, reason: 'no bound is known for this loss' })
})

describe('bits, perplexity and PSNR', () => {
  const tokens = tensor(doubles(3 * 4 * 5), { shape: [3, 4, 5] })
  const target = [
    [0, 1, 2, 3, 3],
    [0, 0, -100, -100, -100],
    [1, 2, -100, -100, -100],
  ]
  test('token-level, and the mean over sequences, which is another number', () => {
    const { information, perSample } = report(crossEntropy, tokens, target, {}, { bytes: 20, perSample: true })
    const none = (crossEntropy(tokens, target, { reduction: 'none' }).toArray() as number[][]).map((row, i) => row.slice(0, [5, 2, 2][i]))
    const means = none.map((row) => row.reduce((a, b) => a + b, 0) / row.length)
    const nats = none.flat().reduce((a, b) => a + b, 0) / 9
    expect(perSample.values).toEqual(means)
    expect(information).toEqual({
      nats: expect.closeTo(nats, 12),
      bits: expect.closeTo(nats / Math.LN2, 12),
      bitsPerByte: expect.closeTo((9 * nats) / Math.LN2 / 20, 12),
      perplexity: {
        ofTokens: expect.closeTo(Math.exp(nats), 12),
        meanOfSequences: expect.closeTo(means.reduce((sum, mean) => sum + Math.exp(mean), 0) / 3, 12),
      },
      reason: null,
    })
    expect(information?.perplexity?.ofTokens).not.toBeCloseTo(Number(information?.perplexity?.meanOfSequences), 3)
    const named = perplexity(tokens, target)
    expect(information?.perplexity).toEqual({
      ofTokens: expect.closeTo(named.ofTokens, 12),
      meanOfSequences: expect.closeTo(named.meanOfSequences, 12),
    })
  })

  test('none of them where the loss is no −log p', () => {
    expect(report(crossEntropy, tokens, target, { labelSmoothing: 0.1 }).information).toMatchObject({ bits: null, perplexity: null })
    expect(report(mseLoss, [1], [0]).information).toBeNull()
    expect(report(binaryCrossEntropyWithLogits, [0], [1]).information).toMatchObject({ bits: expect.closeTo(1, 7), perplexity: null })
  })

  test('PSNR of the mean error, and the mean of the PSNRs', () => {
    const [a, b] = [
      [
        [0.5, 0.5],
        [0, 0.1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]
    const { psnr } = report(mseLoss, a, b, {}, { dataRange: 1 })
    expect(psnr?.ofMeanError).toBeCloseTo(10 * Math.log10(4 / 0.51), 6)
    expect(psnr?.meanOfImages).toBeCloseTo((10 * Math.log10(4) + 10 * Math.log10(200)) / 2, 6)
    const named = psnrOf(tensor(a, { shape: [2, 1, 1, 2] }), tensor(b, { shape: [2, 1, 1, 2] }), { dataRange: 1 })
    expect(psnr).toMatchObject({ ofMeanError: expect.closeTo(named.ofMeanError, 6), meanOfImages: expect.closeTo(named.meanOfImages, 6) })
    expect(report(mseLoss, a, b).psnr).toMatchObject({ ofMeanError: null, reason: expect.stringMatching(/dataRange/) })
    expect(report(mseLoss, a, a, {}, { dataRange: 255 }).psnr).toMatchObject({ ofMeanError: Infinity, meanOfImages: Infinity })
  })
})
