import { describe, expect, test } from 'vitest'
import { cosineEmbeddingLoss, nn, type Tensor, tensor, tripletMarginLoss } from '../src/index.ts'
import { norm, normSlopes } from '../src/ops/norms.ts'
import { refused } from './support.ts'

const float64 = (values: readonly number[], shape: readonly number[]): Tensor => tensor(Float64Array.from(values), { shape })
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6))

describe('unequal shapes', () => {
  const [rows, row] = [float64([1, 2, 2, -2, 0, 1], [2, 3]), float64([2, 1, 2], [1, 3])]

  test('are refused, though PyTorch broadcasts them in silence', () => {
    const calls = [
      () => cosineEmbeddingLoss(rows, row, [1, -1]),
      () => cosineEmbeddingLoss(rows, rows, [1]),
      () => tripletMarginLoss(rows, row, rows),
      () => nn.TripletMarginLoss()(rows, rows, float64([1, 2], [2, 1])),
    ]
    expect(calls.map((call) => refused(call)).map(({ code, argument, pytorch }) => [code, argument, pytorch])).toEqual([
      ['shape-broadcast', 'input2', null],
      ['shape-broadcast', 'target', null],
      ['shape-broadcast', 'positive', null],
      ['shape-broadcast', 'negative', null],
    ])
  })

  // torch 2.13.0: F.cosine_embedding_loss(rows, row, [1, -1]), and rows against a single column, whose length counts it once
  test('are compared where that is asked for, as in PyTorch', () => {
    const loss = cosineEmbeddingLoss.valueAndGrad(rows, row, [1, -1], { broadcast: true, reduction: 'sum', wrt: ['input1', 'input2'] })
    expect(loss.loss.item()).toBeCloseTo(1 - 8 / 9, 12)
    expect(loss.grad.input2.shape).toEqual([1, 3])
    const column = cosineEmbeddingLoss(rows, float64([2, 1], [2, 1]), [1, 1], { broadcast: true, reduction: 'none' })
    expect(column.toArray()).toEqual(near([1 - 5 / 3, 1 + 1 / Math.sqrt(5)]))
  })
})

describe('integers', () => {
  test('whose products or differences their dtype cannot hold are refused', () => {
    const bytes = (values: number[]) => tensor(Uint8Array.from(values), { shape: [1, values.length] })
    const product = refused(() => cosineEmbeddingLoss(bytes([16, 1]), bytes([1, 1]), [1]))
    expect([product.code, product.argument, product.pytorch]).toEqual(['value-unsafe', 'input1', null])
    expect(refused(() => tripletMarginLoss(bytes([1, 2]), bytes([2, 2]), bytes([0, 0]))).received).toBe('a difference of -1 in uint8')
    expect(tripletMarginLoss(bytes([2, 2]), bytes([1, 2]), bytes([0, 2])).dtype).toBe('float32')
  })
})

describe('the norm of a difference', () => {
  const round = (value: number) => value
  const x = Float64Array.of(3, -4, 0)

  test.each([
    [2, 5],
    [1, 7],
    [0, 2],
    [Infinity, 4],
    [-Infinity, 0],
    [3, 91 ** (1 / 3)],
    [0.5, (Math.sqrt(3) + 2) ** 2],
  ])('p = %d', (p, wanted) => {
    expect(norm(x, 3, p, round)).toBeCloseTo(wanted, 12)
  })

  test.each([2, 1, 3, 1.5, 0.5, -1, -2.5, Infinity])('has the slopes of its differences, p = %d', (p) => {
    const at = Float64Array.of(0.7, -1.9, 1.1)
    const slopes = new Float64Array(3)
    normSlopes(at, 3, p, norm(at, 3, p, round), 2, round, slopes)
    const h = 1e-6
    slopes.forEach((slope, i) => {
      const moved = (by: number) => norm(at.with(i, at[i] + by), 3, p, round)
      // a central difference is wrong by about h²
      expect(slope).toBeCloseTo((2 * (moved(h) - moved(-h))) / (2 * h), 7)
    })
  })

  test('is 0 of equal vectors without an ε, with a gradient of 0; a swap splits a tie', () => {
    const zero = float64([0, 0], [1, 2])
    const wrt = ['anchor', 'positive', 'negative'] as const
    const tie = tripletMarginLoss.valueAndGrad(zero, zero, zero, { eps: 0, wrt })
    expect([tie.loss.item(), ...wrt.map((name) => tie.grad[name].toArray())]).toEqual([
      1,
      ...wrt.map(() => [[expect.closeTo(0), expect.closeTo(0)]]),
    ])
    const swapped = tripletMarginLoss.valueAndGrad(zero, zero, zero, { swap: true, wrt })
    const r = Math.SQRT1_2
    // torch 2.13.0
    expect(wrt.map((name) => (swapped.grad[name].toArray() as number[][])[0])).toEqual([
      near([r / 2, r / 2]),
      near([-1.5 * r, -1.5 * r]),
      near([r, r]),
    ])
  })
})
