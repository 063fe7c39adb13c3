import { afterEach, describe, expect, test } from 'vitest'
import { Random } from '../oracle/random.ts'
import { lastBackend, useBackend } from '../src/backends/choose.ts'
import { edgeLoss, msSsimLoss, nn, ssimLoss, type Tensor, tensor, totalVariationLoss } from '../src/index.ts'
import { refused } from './support.ts'

afterEach(() => useBackend(null))

const random = new Random(11)
const noise = (length: number, from = 0, to = 1) => Float64Array.from({ length }, () => from + (to - from) * random.uniform())
const image = (height: number, width: number, pixel: (row: number, column: number) => number) =>
  tensor(
    Float64Array.from({ length: height * width }, (_, i) => pixel(Math.floor(i / width), i % width)),
    { shape: [height, width] },
  )
const numbers = (t: Tensor) => [...(t.data as Float64Array)]
const wrt = ['input', 'target'] as const

describe('ssimLoss', () => {
  test('of equal images is exactly 0, and so is its gradient', () => {
    const x = tensor(noise(3 * 40 * 33), { shape: [3, 40, 33] })
    for (const backend of ['wasm', 'reference'] as const) {
      useBackend(backend)
      const { loss, grad } = ssimLoss.valueAndGrad(x, x, { wrt })
      expect(loss.item()).toBe(0)
      expect([...numbers(grad.input), ...numbers(grad.target)].every((slope) => Math.abs(slope) === 0)).toBe(true)
    }
  })

  test('of images that are nearly alike keeps its digits: it grows with the square of their distance', () => {
    const x = noise(32 * 32, 0.2, 0.8)
    const step = noise(32 * 32, -1, 1)
    const away = (by: number) =>
      ssimLoss(
        tensor(
          x.map((value, i) => value + by * step[i]),
          { shape: [32, 32] },
        ),
        tensor(x, { shape: [32, 32] }),
      ).item()
    // 1 − SSIM as a difference from 1 has no digit left here
    expect(away(1e-9)).toBeGreaterThan(0)
    expect(away(2e-8) / away(1e-8)).toBeCloseTo(4, 5)
  })

  test('of flat images is what brightness alone says', () => {
    const [a, b] = [0.25, 0.75]
    const flat = (value: number) => image(12, 15, () => value)
    const expected = 1 - (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    expect(ssimLoss(flat(a), flat(b)).item()).toBeCloseTo(expected, 14)
    expect(ssimLoss(flat(a), flat(b), { border: 'reflect', window: 'uniform', windowSize: 5 }).item()).toBeCloseTo(expected, 14)
  })

  test.each([
    ['float64', 'valid', 11],
    ['float64', 'reflect', 11],
    ['float32', 'valid', 3],
    ['float32', 'reflect', 7],
    ['float32', 'valid', 35],
  ] as const)('in SIMD is the reference: %s, %s, window %i', (dtype, border, windowSize) => {
    const [height, width] = [71, 130]
    const options = { border, windowSize, sigma: windowSize / 6, wrt, reduction: 'sum' } as const
    const pair = [0, 1].map(() => tensor(tensor(noise(2 * height * width), { shape: [2, 1, height, width] }), { dtype }))
    useBackend('wasm')
    const fast = ssimLoss.valueAndGrad(pair[0], pair[1], options)
    // a window of more than 33 pixels is left to the reference
    expect(lastBackend()).toBe(windowSize > 33 ? 'reference' : 'wasm')
    const alone = ssimLoss(pair[0], pair[1], { border, windowSize, sigma: windowSize / 6, reduction: 'sum' })
    expect(alone.item()).toBe(fast.loss.item())
    useBackend('reference')
    const slow = ssimLoss.valueAndGrad(pair[0], pair[1], options)
    const digits = dtype === 'float64' ? 1e-12 : 1.3e-6
    expect(Math.abs(fast.loss.item() / slow.loss.item() - 1)).toBeLessThan(digits)
    for (const name of wrt) {
      const [a, b] = [numbers(fast.grad[name]), numbers(slow.grad[name])]
      const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)).toBeLessThan(digits * largest)
    }
  })

  test('gives one value per image, or one for an image alone', () => {
    const x = tensor(noise(2 * 3 * 12 * 12), { shape: [2, 3, 12, 12] })
    const y = tensor(noise(2 * 3 * 12 * 12), { shape: [2, 3, 12, 12] })
    const values = ssimLoss(x, y, { reduction: 'none' })
    expect(values.shape).toEqual([2])
    expect(nn.SSIMLoss()(x, y).item()).toBeCloseTo((numbers(values)[0] + numbers(values)[1]) / 2, 15)
    const second = (t: Tensor, rank: number) =>
      tensor((t.data as Float64Array).slice(3 * 144, rank === 2 ? 4 * 144 : 6 * 144), { shape: rank === 2 ? [12, 12] : [3, 12, 12] })
    expect(ssimLoss(second(x, 3), second(y, 3), { reduction: 'none' }).shape).toEqual([])
    expect(ssimLoss(second(x, 3), second(y, 3)).item()).toBe(numbers(values)[1])
    expect(ssimLoss(second(x, 2), second(y, 2)).shape).toEqual([])
  })

  test('refuses a target of another scale, but not a noisy one', () => {
    const bytes = image(12, 12, (row, column) => (row * 21 + column) % 256)
    const error = refused(() => ssimLoss(bytes, bytes))
    expect(error).toMatchObject({ code: 'target-range', argument: 'target', pytorch: null })
    expect(error.repair).toContain('dataRange: 255')
    expect(ssimLoss(bytes, bytes, { dataRange: 255 }).item()).toBe(0)
    expect(
      ssimLoss(
        image(12, 12, () => 0),
        image(12, 12, (row) => (row % 2 === 0 ? -1.5 : 2.5)),
      ).item(),
    ).toBeGreaterThan(0)
  })

  test.each([
    [{ windowSize: 10 }, 'windowSize'],
    [{ windowSize: 0 }, 'windowSize'],
    [{ sigma: 0 }, 'sigma'],
    [{ sigma: Number.NaN }, 'sigma'],
    [{ dataRange: 0 }, 'dataRange'],
    [{ dataRange: Infinity }, 'dataRange'],
    [{ k1: -0.01 }, 'k1'],
    [{ k2: Number.NaN }, 'k2'],
    [{ windowSize: 1, sampleCovariance: true }, 'sampleCovariance'],
  ])('refuses %o', (options, argument) => {
    const x = image(12, 12, () => 0)
    expect(refused(() => ssimLoss(x, x, options))).toMatchObject({ code: 'option-range', argument, pytorch: null })
  })

  test('refuses what are no two images', () => {
    const x = image(12, 12, () => 0)
    expect(
      refused(() =>
        ssimLoss(
          x,
          image(12, 13, () => 0),
        ),
      ),
    ).toMatchObject({ code: 'shape', argument: 'target' })
    expect(refused(() => ssimLoss([1, 2], [1, 2]))).toMatchObject({ code: 'shape', argument: 'input' })
    expect(refused(() => ssimLoss(new Uint8Array(4), new Uint8Array(4)))).toMatchObject({ code: 'shape' })
    const bytes = tensor(new Uint8Array(144), { shape: [12, 12] })
    expect(refused(() => ssimLoss(bytes, bytes))).toMatchObject({ code: 'dtype', argument: 'input' })
    expect(ssimLoss(x, bytes).dtype).toBe('float64')
  })
})

describe('images that are too small for the window', () => {
  test.each([
    [5, 9, 'valid', 1],
    [10, 40, 'valid', 1],
    [3, 3, 'reflect', 1],
    [5, 9, 'reflect', 1],
    [100, 90, 'valid', 5],
    [60, 50, 'reflect', 5],
  ] as const)('%i×%i, %s, %i scales: the repair is the largest window that fits', (height, width, border, scales) => {
    const x = image(height, width, () => 0)
    const betas = new Array<number>(scales).fill(1 / scales)
    const call = (options: object) =>
      scales === 1 ? ssimLoss(x, x, { border, ...options }) : msSsimLoss(x, x, { border, betas, ...options })
    const { code, repair } = refused(() => call({}))
    expect(code).toBe('shape')
    const windowSize = Number(/windowSize: (\d+)/.exec(repair)?.[1])
    expect(call({ windowSize }).item()).toBe(0)
    expect(refused(() => call({ windowSize: windowSize + 2 })).code).toBe('shape')
    if (scales === 1) return
    const fewer = Number(/(\d) of the betas/.exec(repair)?.[1])
    expect(call({ betas: new Array<number>(fewer).fill(1 / fewer) }).item()).toBe(0)
    expect(refused(() => call({ betas: new Array<number>(fewer + 1).fill(1) })).code).toBe('shape')
  })

  test('and for any: there is no repair but a larger image', () => {
    expect(refused(() => ssimLoss([[0, 0]], [[0, 0]])).repair).toBe('larger images')
  })
})

describe('msSsimLoss', () => {
  test('of one scale is ssimLoss, but for images that are less alike than none', () => {
    const x = tensor(noise(20 * 20), { shape: [20, 20] })
    const y = tensor(noise(20 * 20, 0.4, 0.6), { shape: [20, 20] })
    expect(msSsimLoss(x, y, { betas: [1] }).item()).toBeCloseTo(Math.min(ssimLoss(x, y).item(), 1), 14)
  })

  test('of an image and its negative is 1, with a gradient of 0', () => {
    const x = image(24, 24, (row, column) => ((row + column) % 2 === 0 ? 0.2 : 0.8))
    const y = image(24, 24, (row, column) => ((row + column) % 2 === 0 ? 0.8 : 0.2))
    const { loss, grad } = msSsimLoss.valueAndGrad(x, y, { betas: [0.5, 0.5], wrt })
    expect(loss.item()).toBe(1)
    expect(numbers(grad.input).every((slope) => slope === 0)).toBe(true)
    expect(ssimLoss(x, y).item()).toBeGreaterThan(1)
  })

  test('leaves out an odd row and column at each halving', () => {
    const x = noise(23 * 21)
    const y = x.map((value) => value / 2)
    const at = (data: Float64Array) => image(23, 21, (row, column) => data[row * 21 + column])
    const { grad } = msSsimLoss.valueAndGrad(at(x), at(y), { betas: [0, 1], windowSize: 3 })
    const last = numbers(grad).filter((_, i) => i % 21 === 20 || i >= 22 * 21)
    expect(last.every((slope) => slope === 0)).toBe(true)
    expect(numbers(grad)[0]).not.toBe(0)
  })

  test.each([[[]], [[-0.1, 1.1]], [[Number.NaN]]])('refuses betas %o', (betas) => {
    const x = image(12, 12, () => 0)
    expect(refused(() => msSsimLoss(x, x, { betas }))).toMatchObject({ code: 'option-range', argument: 'betas' })
  })
})

describe('totalVariationLoss', () => {
  test('counts each neighbour once, and nothing beyond the edges', () => {
    const stripes = image(4, 5, (_, column) => column % 2)
    expect(totalVariationLoss(stripes).item()).toBe(4 * 4)
    expect(totalVariationLoss(stripes, { isotropic: true }).item()).toBe(4 * 4)
    const step = image(3, 3, (row, column) => (row === 0 && column === 0 ? 1 : 0))
    expect(totalVariationLoss(step, { isotropic: true }).item()).toBeCloseTo(Math.SQRT2, 15)
    expect(totalVariationLoss([[Infinity]]).item()).toBe(0)
  })

  test('has the gradient 0 where an image is flat', () => {
    for (const isotropic of [true, false]) {
      const { grad } = totalVariationLoss.valueAndGrad(
        image(3, 4, () => 0.5),
        { isotropic },
      )
      expect(numbers(grad).every((slope) => slope === 0)).toBe(true)
    }
  })

  test('is a sum over an image, and a mean over images', () => {
    const two = tensor([0, 1, 0, 3], { shape: [2, 1, 1, 2] })
    expect(totalVariationLoss(two, { reduction: 'none' }).toArray()).toEqual([1, 3])
    expect(totalVariationLoss(two).item()).toBe(2)
    expect(totalVariationLoss(tensor(new Float32Array(0), { shape: [0, 1, 2, 2] })).item()).toBeNaN()
  })
})

describe('edgeLoss', () => {
  const impulse = image(9, 9, (row, column) => (row === 4 && column === 4 ? 1 : 0))
  const dark = image(9, 9, () => 0)

  /** The sum of the sizes of an operator's weights, averaged over pixels and responses. */
  test.each([
    ['laplacian', 8, 1],
    ['sobel', 2, 2],
    ['difference', 4, 2],
  ] as const)('with %s finds a bright pixel', (operator, weights, responses) => {
    expect(edgeLoss(impulse, dark, { operator, distance: 'l1' }).item()).toBeCloseTo(weights / (81 * responses), 15)
    expect(edgeLoss(dark, impulse, { operator, distance: 'l1' }).item()).toBeCloseTo(weights / (81 * responses), 15)
  })

  test('with the pyramid finds what a step of it loses: nothing of a flat image away from the edges', () => {
    const { grad } = edgeLoss.valueAndGrad(
      image(17, 17, () => 0.5),
      image(17, 17, () => 0),
      { distance: 'l2' },
    )
    expect(Math.abs(numbers(grad)[8 * 17 + 8])).toBeLessThan(1e-17)
    expect(edgeLoss(impulse, dark, { distance: 'l1' }).item()).toBeGreaterThan(0.5 / 81)
  })

  test.each(['pyramid', 'laplacian', 'sobel', 'difference'] as const)('with %s of equal images is eps, or 0', (operator) => {
    expect(edgeLoss(impulse, impulse, { operator }).item()).toBeCloseTo(1e-3, 15)
    expect(edgeLoss(impulse, impulse, { operator, eps: 0 }).item()).toBe(0)
    const { grad } = edgeLoss.valueAndGrad(impulse, impulse, { operator, eps: 0 })
    expect(numbers(grad).every((slope) => Math.abs(slope) === 0)).toBe(true)
  })

  test('refuses what is no eps', () => {
    expect(refused(() => edgeLoss(dark, dark, { eps: -1 }))).toMatchObject({ code: 'option-range', argument: 'eps' })
    expect(refused(() => edgeLoss(dark, dark, { operator: 'canny' as 'sobel' })).code).toMatch(/^option/)
  })
})
