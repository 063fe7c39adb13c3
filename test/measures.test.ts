import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { useBackend } from '../src/backends/choose.ts'
import { crossEntropy, logSoftmax, perplexity, perplexityOfLogProbabilities, psnr, ssim, ssimLoss, tensor } from '../src/index.ts'
import { sizeOf } from '../src/tensor/shape.ts'
import { refused } from './support.ts'

interface Golden {
  readonly measure: 'psnr' | 'ssim' | 'perplexity'
  readonly shape: readonly number[]
  readonly range: number
  readonly noise: number
  readonly window: 'gaussian' | 'uniform'
  readonly windowSize: number
  readonly border: 'valid' | 'reflect'
  readonly sampleCovariance: boolean
  readonly n: number
  readonly classes: number
  readonly length: number
  readonly padding: number
  readonly answer: Readonly<Record<string, number | readonly number[]>>
}
const { provenance, cases }: { provenance: Record<string, unknown>; cases: Golden[] } = JSON.parse(
  readFileSync(new URL('../oracle/measures.json', import.meta.url), 'utf8'),
)
const of = (measure: Golden['measure']) => cases.filter((each) => each.measure === measure)

/** As `numbers` in oracle/measures.py. */
const numbers = (size: number, seed: number, range: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => Math.floor((((i * 7919 + seed * 104729) % 257) / 257) * 256 * range) / 256)

function pair({ shape, range, noise }: Golden) {
  const y = numbers(sizeOf(shape), 1, range)
  const other = numbers(sizeOf(shape), 2, range)
  const x = y.map((value, i) => Math.floor((value + (other[i] - range / 2) * noise) * 256) / 256)
  return [tensor(x, { shape }), tensor(y, { shape })] as const
}

/** Relative, or of a number near 0 absolute: two roundings of float64 after sums of some hundred terms. */
const near = (actual: number, expected: number, tolerance = 1e-11) =>
  expect(Math.abs(actual - expected), `${actual}, expected ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)))

afterEach(() => useBackend(null))

test('the goldens are whole, and say where they are from', () => {
  expect(cases.length).toBe(provenance.cases)
  expect(provenance['scikit-image']).toMatch(/^0\.2/)
  expect(provenance.torchmetrics).toMatch(/^1\./)
  for (const measure of ['psnr', 'ssim'] as const) expect(of(measure).length).toBeGreaterThanOrEqual(48)
  expect(of('perplexity').length).toBeGreaterThanOrEqual(48)
  expect(of('ssim').filter(({ border }) => border === 'reflect').length).toBeGreaterThanOrEqual(16)
})

describe('psnr', () => {
  test('equals scikit-image, of each image and of all pixels', () => {
    for (const golden of of('psnr')) {
      const found = psnr(...pair(golden), { dataRange: golden.range })
      near(found.meanOfImages, golden.answer.meanOfImages as number)
      near(found.ofMeanError, golden.answer.ofMeanError as number)
      found.images.forEach((value, i) => {
        near(value, (golden.answer.images as number[])[i])
      })
    }
  })

  test('has two averages, and one perfect image makes the first infinite', () => {
    const images = (...values: number[]) => tensor(Float64Array.from(values), { shape: [values.length, 1, 1, 1] })
    const found = psnr(images(0.5, 0.9), images(0.5, 0.8), { dataRange: 1 })
    expect(found.meanOfImages).toBe(Infinity)
    expect(found.ofMeanError).toBeCloseTo(10 * Math.log10(2 / 0.01), 12)
    expect(psnr(images(0.5), images(0.5), { dataRange: 1 })).toEqual({
      meanOfImages: Infinity,
      ofMeanError: Infinity,
      images: [Infinity],
      mse: 0,
    })
  })

  test('twice the range is 20·log10(2) more', () => {
    const [x, y] = pair(of('psnr')[0])
    near(psnr(x, y, { dataRange: 2 }).ofMeanError - psnr(x, y, { dataRange: 1 }).ofMeanError, 20 * Math.log10(2))
  })

  test('of bytes does not wrap around', () => {
    const bytes = (...values: number[]) => tensor(Uint8Array.from(values), { shape: [1, values.length] })
    expect(psnr(bytes(0, 255), bytes(255, 0), { dataRange: 255 })).toMatchObject({ mse: 255 ** 2, ofMeanError: 0 })
  })

  test('what is not a number stays none', () => {
    expect(psnr([[Number.NaN, 1]], [[0, 1]], { dataRange: 1 }).ofMeanError).toBeNaN()
    expect(psnr([[Infinity, 1]], [[0, 1]], { dataRange: 1 }).ofMeanError).toBe(-Infinity)
  })

  test('refuses images of another scale than dataRange, and none', () => {
    const [unit, bytes] = [[[0, 1]], [[0, 255]]]
    expect(refused(() => psnr(bytes, bytes, { dataRange: 1 }))).toMatchObject({ code: 'target-range', argument: 'target' })
    for (const dataRange of [0, -1, Number.NaN, Infinity])
      expect(refused(() => psnr(unit, unit, { dataRange }))).toMatchObject({ code: 'option-range', argument: 'dataRange', fn: 'psnr' })
    expect(refused(() => psnr(unit, unit, {} as never))).toMatchObject({ code: 'option-range', received: 'none' })
    expect(refused(() => (psnr as (...args: unknown[]) => unknown)(unit, unit))).toMatchObject({ code: 'option-range', received: 'none' })
    expect(refused(() => psnr(unit, [[0, 1, 2]], { dataRange: 1 })).code).toBe('shape')
    expect(refused(() => psnr([1], [1], { dataRange: 1 })).code).toBe('shape')
    expect(refused(() => psnr(unit, unit, { datarange: 2 } as never)).repair).toContain('dataRange')
  })
})

describe('ssim', () => {
  test.each(['wasm', 'reference'] as const)('equals scikit-image and torchmetrics, its map too: %s', (backend) => {
    useBackend(backend)
    for (const golden of of('ssim')) {
      const { range: dataRange, window, windowSize, border, sampleCovariance, answer } = golden
      const how = { dataRange, window, windowSize, border, sampleCovariance }
      const found = ssim(...pair(golden), { ...how, map: true })
      const expected = answer.images as number[]
      found.images.forEach((value, i) => {
        near(value, expected[i])
      })
      near(found.mean, expected.reduce((sum, value) => sum + value, 0) / expected.length)
      const values = found.map?.data as Float64Array
      near(values[0], answer.first as number)
      near(values[values.length - 1], answer.last as number)
      expect(ssim(...pair(golden), how)).toEqual({ ...found, map: null })
    }
  })

  test('is 1 less the loss, and its map has the shape of the windows', () => {
    const [x, y] = pair({ ...of('ssim')[0], shape: [2, 3, 14, 16] })
    expect(ssim(x, y).mean).toBeCloseTo(1 - ssimLoss(x, y).item(), 14)
    const { map, images } = ssim(x, y, { map: true })
    expect(map?.shape).toEqual([2, 3, 4, 6])
    const values = map?.data as Float64Array
    near(values.subarray(72).reduce((sum, value) => sum + value, 0) / 72, images[1])
    expect(ssim(x, y, { map: true, border: 'reflect' }).map?.shape).toEqual([2, 3, 14, 16])
    const bytes = tensor(new Uint8Array(144).fill(7), { shape: [12, 12] })
    expect(ssim(bytes, bytes, { dataRange: 255 }).mean).toBe(1)
  })

  test('refuses what the loss refuses, by its own name', () => {
    const small = tensor(new Float64Array(100), { shape: [10, 10] })
    expect(refused(() => ssim(small, small))).toMatchObject({ fn: 'ssim', code: 'shape', repair: 'windowSize: 9' })
    expect(refused(() => ssim(small, small, { windowSize: 4 }))).toMatchObject({ fn: 'ssim', argument: 'windowSize' })
    expect(refused(() => ssim(small, small, { reduction: 'sum' } as never)).code).toBe('option-unknown')
  })
})

describe('perplexity', () => {
  const scoresOf = ({ n, classes, length }: Golden) => tensor(numbers(n * classes * length, 3, 8), { shape: [n, classes, length] })
  const targetOf = ({ n, classes, length, padding }: Golden) =>
    Array.from({ length: n }, (_, row) =>
      Array.from({ length }, (_, i) => (i >= length - row * padding ? -100 : ((row * length + i) * 31 + 7) % classes)),
    )
  /** The log-probability of each target token; something absurd where there is none, which must not matter. */
  const logsOf = (golden: Golden) => {
    const all = logSoftmax(scoresOf(golden), 1).toArray() as number[][][]
    return tensor({
      data: Float64Array.from(targetOf(golden).flatMap((row, n) => row.map((token, i) => (token === -100 ? 1e9 : all[n][token][i])))),
      shape: [golden.n, golden.length],
    })
  }

  test('equals torchmetrics, of all tokens and of each sequence', () => {
    for (const golden of of('perplexity')) {
      const target = targetOf(golden)
      for (const found of [perplexity(scoresOf(golden), target), perplexityOfLogProbabilities(logsOf(golden), { target })]) {
        near(found.ofTokens, golden.answer.ofTokens as number)
        near(found.meanOfSequences, golden.answer.meanOfSequences as number)
        found.sequences.forEach((value, i) => {
          near(value, (golden.answer.sequences as number[])[i])
        })
      }
    }
  })

  test('is e to the cross-entropy, and of an even guess the number of classes', () => {
    const golden = of('perplexity')[40]
    const found = perplexity(scoresOf(golden), targetOf(golden))
    near(found.nats, crossEntropy(scoresOf(golden), targetOf(golden)).item())
    near(2 ** found.bits, found.ofTokens)
    expect(found.counted + found.ignored).toBe(golden.n * golden.length)
    const even = perplexity([[0, 0, 0, 0]], [2])
    expect(even.ofTokens).toBeCloseTo(4, 5)
    expect(even.meanOfSequences).toBe(even.ofTokens)
  })

  test('log-probabilities of all classes may stand for the scores', () => {
    const golden = of('perplexity')[20]
    const found = perplexity(logSoftmax(scoresOf(golden), 1), targetOf(golden))
    near(found.ofTokens, golden.answer.ofTokens as number)
  })

  test('16-bit scores are rounded as they come, and not again at the end', () => {
    const scores = [
      [0.5, -1, 2],
      [1, 0, -0.25],
    ]
    const half = perplexity(tensor(scores, { dtype: 'float16' }), [2, 1])
    expect(half.ofTokens).toBe(perplexity(tensor(scores, { dtype: 'float32' }), [2, 1]).ofTokens)
  })

  test('leaves out sequences without a token', () => {
    const found = perplexity(tensor(new Float64Array(12), { shape: [2, 3, 2] }), [
      [-100, -100],
      [1, -100],
    ])
    expect(found).toMatchObject({ counted: 1, ignored: 3 })
    expect(found.sequences[0]).toBeNaN()
    near(found.meanOfSequences, 3)
    expect(perplexity([[0, 0]], [-100]).ofTokens).toBeNaN()
    expect(perplexity([[0, 0]], [1], { ignoreIndex: 1 })).toMatchObject({ counted: 0, ignored: 1 })
  })

  test('a token that was thought impossible makes it infinite', () => {
    expect(perplexityOfLogProbabilities([-Infinity, 0]).ofTokens).toBe(Infinity)
    expect(perplexity([[0, -Infinity]], [1]).ofTokens).toBe(Infinity)
  })

  test('refuses what the cross-entropy refuses', () => {
    expect(refused(() => perplexity([[0, 0]], [2]))).toMatchObject({ code: 'target-range', fn: 'perplexity' })
    expect(refused(() => perplexity([[0, 0]], [0], { weight: [1, 2] } as never)).code).toBe('option-unknown')
    expect(refused(() => perplexity([[0, 0]], [[0.5, 0.5]]))).toMatchObject({ code: 'shape', argument: 'target' })
    const last = refused(() =>
      perplexity(tensor(new Float32Array(30), { shape: [2, 3, 5] }), [
        [0, 1, 2],
        [0, 1, 2],
      ]),
    )
    expect(last.repair).toContain('permute it to (N, C, …), here to (2, 5, 3)')
  })

  test('refuses what no log-probability is, where it counts', () => {
    expect(refused(() => perplexityOfLogProbabilities([-0.5, 0.5]))).toMatchObject({ code: 'input-range', received: '0.5 at (1,)' })
    expect(perplexityOfLogProbabilities([-0.5, 0.5], { target: [3, -100] }).counted).toBe(1)
    expect(perplexityOfLogProbabilities([1e-3]).ofTokens).toBeCloseTo(0.999, 3)
    expect(refused(() => perplexityOfLogProbabilities([-1, -2], { target: [1] }))).toMatchObject({ code: 'shape', argument: 'target' })
  })
})
