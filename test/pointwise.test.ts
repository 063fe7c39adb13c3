import { afterEach, describe, expect, test } from 'vitest'
import { judge } from '../oracle/compare.ts'
import { drawCase } from '../oracle/generate.ts'
import { Random, seedOf } from '../oracle/random.ts'
import { runCase } from '../oracle/run-case.ts'
import { lastBackend, useBackend } from '../src/backends/choose.ts'
import { features } from '../src/backends/wasm/engine.ts'
import { gaussianNllLoss, hingeEmbeddingLoss, klDiv, log, nn, onWarning, softMarginLoss, tensor } from '../src/index.ts'
import type { LossFunction } from '../src/loss.ts'
import * as losses from '../src/losses/index.ts'
import { refused } from './support.ts'

const pointwise = (Object.values(losses) as unknown as readonly LossFunction[]).filter(({ family }) => family.family === 'pointwise')

/** Where the engine has SIMD at all: without it there is nothing to compare. The goldens are small, so that they never fill a tile of the SIMD kernels; on arrays of several the reference is the judge. */
describe.skipIf(!features().simd)('on arrays of several tiles, with a rest, SIMD gives what the reference gives', () => {
  afterEach(() => useBackend(null))
  const asked = pointwise.flatMap(({ spec }) =>
    (
      [
        ['float32', 'none'],
        ['float64', 'mean'],
      ] as const
    ).map(([dtype, reduction]) => [`${spec.name}, ${dtype}, ${reduction}`, spec, dtype, reduction] as const),
  )
  test.each(asked)('%s', (title, spec, dtype, reduction) => {
    const pins = { mood: 'plain', mistake: false, uniform: true, shape: [2990, 11], dtype, reduction } as const
    const c = drawCase(spec, new Random(seedOf(title)), title, pins)
    useBackend('reference')
    const { loss, grads, error } = runCase(c)
    expect(error).toBeUndefined()
    useBackend('wasm')
    expect(judge(c, { loss, grads }).failure).toBeNull()
    expect(lastBackend()).toBe('wasm')
  })
})

describe('gaussianNllLoss with one number for the variance', () => {
  const [input, target] = [tensor([1, 2, 3, 4], { requiresGrad: true }), [0, 2, 1, 5]]

  // torch 2.13.0: gaussian_nll_loss(input, target, 0.5, full=True), and with 0.0, which eps bounds
  test.each([
    [0.5, 2.0723648071289062, [0.5, 0, 1, -0.5]],
    [0, 749994, [250000, 0, 500000, -250000]],
  ])('%s', (variance, value, gradient) => {
    const { loss, grad } = gaussianNllLoss.valueAndGrad(input, target, variance, { full: true })
    expect(loss.item() / value).toBeCloseTo(1, 6)
    expect(grad.toArray()).toEqual(gradient)
  })

  test('which is not a tensor without axes: PyTorch refuses that beside two axes', () => {
    expect(gaussianNllLoss([[1, 2]], [[0, 2]], 0.5).shape).toEqual([])
    expect(refused(() => gaussianNllLoss([[1, 2]], [[0, 2]], tensor(0.5)))).toMatchObject({
      code: 'shape',
      argument: 'var',
      pytorch: 'ValueError: var is of incorrect size',
    })
    expect(refused(() => gaussianNllLoss(input, target, -1))).toMatchObject({
      code: 'input-range',
      received: '-1',
      pytorch: 'ValueError: var has negative entry/entries',
    })
  })
})

describe('klDiv', () => {
  const input = log([
    [0.5, 0.5],
    [0.25, 0.75],
  ])
  const target = [
    [0.25, 0.75],
    [0.5, 0.5],
  ]

  test("warns of 'mean', and of nothing else", () => {
    const said: string[] = []
    const before = onWarning((message) => said.push(message))
    klDiv(input, target, { reduction: 'batchmean' })
    klDiv(input, target, { reduction: 'sum' })
    expect(said).toEqual([])
    nn.KLDivLoss()(input, target)
    onWarning(before)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain("reduction: 'mean' divides the total loss by both the batch size and the support size.")
  })

  // torch 2.13.0: the function divides by the batch, the module forgets 'batchmean'
  test("'batchmean' beside sizeAverage: false", () => {
    const before = onWarning(() => undefined)
    expect(klDiv(input, target, { reduction: 'batchmean', sizeAverage: false }).item()).toBeCloseTo(0.13732652, 7)
    expect(nn.KLDivLoss({ reduction: 'batchmean', sizeAverage: false })(input, target).item()).toBeCloseTo(0.27465305, 7)
    onWarning(before)
  })
})

describe('labels that ask for a gradient', () => {
  const labels = tensor([1, -1], { requiresGrad: true })

  test('are ignored by hingeEmbeddingLoss, as by PyTorch, unless it is asked for them', () => {
    const input = tensor([2, 3], { requiresGrad: true })
    hingeEmbeddingLoss(input, labels).backward()
    expect([labels.grad, input.grad?.toArray()]).toEqual([null, [0.5, 0]])
    const error = refused(() => hingeEmbeddingLoss.valueAndGrad(input, labels, { wrt: 'target' }))
    expect(error).toMatchObject({ code: 'not-differentiable', argument: 'target', pytorch: null })
  })

  test('are refused by softMarginLoss, as by PyTorch', () => {
    expect(refused(() => softMarginLoss([2, 3], labels)).pytorch).toMatch(/^RuntimeError: The function 'soft_margin_loss' is not differ/)
  })
})
