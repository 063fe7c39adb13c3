import { describe, expect, test } from 'vitest'
import { crossEntropy, infoNceLoss, matmul, nn, ntXentLoss, onWarning, report, type Tensor, tensor } from '../src/index.ts'
import { transpose } from '../src/ops/matrices.ts'
import { refused } from './support.ts'

const wave = (rows: number, width: number, seed: number, requiresGrad = false): Tensor =>
  tensor(
    Float64Array.from({ length: rows * width }, (_, i) => Math.sin(i * 1.7 + seed) + Math.cos(i * seed * 0.3)),
    { shape: [rows, width], requiresGrad },
  )
const numbers = (t: Tensor | null | undefined) => Array.from(t?.data as Float64Array)
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12))
const indices = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('a contrastive loss is a cross-entropy of similarities', () => {
  test('infoNceLoss: of the queries and all keys, whose diagonal is right', () => {
    const [q, k] = [wave(5, 3, 1, true), wave(5, 3, 2, true)]
    const [a, b] = [wave(5, 3, 1, true), wave(5, 3, 2, true)]
    const loss = infoNceLoss(q, k, { normalize: false, temperature: 1 })
    const same = crossEntropy(matmul(a, transpose(b)), indices(5))
    loss.backward()
    same.backward()
    expect(loss.item()).toBeCloseTo(same.item(), 12)
    expect([numbers(q.grad), numbers(k.grad)]).toEqual([near(numbers(a.grad)), near(numbers(b.grad))])
  })

  test('negatives of each query are the same as negatives for all, where these are repeated', () => {
    const [q, k, n] = [wave(3, 4, 1), wave(3, 4, 2), wave(2, 4, 3)]
    const repeated = tensor(
      Float64Array.from({ length: 24 }, (_, i) => (n.data as Float64Array)[i % 8]),
      { shape: [3, 2, 4] },
    )
    const wrt = ['query', 'positiveKey', 'negativeKeys'] as const
    const all = infoNceLoss.valueAndGrad(q, k, { negativeKeys: n, wrt })
    const each = infoNceLoss.valueAndGrad(q, k, { negativeKeys: repeated, wrt })
    expect(each.loss.item()).toBe(all.loss.item())
    expect(each.grad.query.data).toEqual(all.grad.query.data)
    const [summed, parts] = [numbers(all.grad.negativeKeys), numbers(each.grad.negativeKeys)]
    expect(near(summed.map((_, i) => parts[i] + parts[i + 8] + parts[i + 16]))).toEqual(summed)
  })

  test('ntXentLoss: both directions of a pair, without the view itself', () => {
    const [a, b] = [wave(1, 3, 1), wave(1, 3, 2)]
    expect(ntXentLoss(a, b, { reduction: 'none' }).toArray()).toEqual([0, 0])
    const [x, y] = [wave(4, 3, 1), wave(4, 3, 2)]
    const values = ntXentLoss(x, y, { reduction: 'none' })
    expect(values.shape).toEqual([8])
    const swapped = ntXentLoss(y, x, { reduction: 'none' })
    expect(numbers(values)).toEqual(near([...numbers(swapped).slice(4), ...numbers(swapped).slice(0, 4)]))
  })

  test('lengths do not matter, but for normalize: false', () => {
    const [x, y] = [wave(4, 3, 1), wave(4, 3, 2)]
    const long = tensor(
      (y.data as Float64Array).map((value) => 8 * value),
      { shape: [4, 3] },
    )
    expect(ntXentLoss(x, long).item()).toBeCloseTo(ntXentLoss(x, y).item(), 12)
    expect(ntXentLoss(x, long, { normalize: false }).item()).toBeGreaterThan(2 * ntXentLoss(x, y, { normalize: false }).item())
  })

  test('is finite where its exponentials are not', () => {
    const apart = [[1, 0], [-1, 0]] // biome-ignore format: one line
    const other = [[-1, 0], [1, 0]] // biome-ignore format: one line
    expect(infoNceLoss(apart, apart, { temperature: 1e-4 }).item()).toBe(0)
    expect(infoNceLoss(apart, other, { temperature: 1e-4 }).item()).toBe(20000)
  })
})

test('criteria and reports', () => {
  const [x, y] = [wave(4, 3, 1), wave(4, 3, 2)]
  expect(nn.NTXentLoss({ temperature: 0.1 })(x, y).item()).toBe(ntXentLoss(x, y, { temperature: 0.1 }).item())
  expect(
    nn
      .InfoNCELoss({ negativeKeys: wave(2, 3, 3) })(x, y)
      .item(),
  ).toBe(infoNceLoss(x, y, { negativeKeys: wave(2, 3, 3) }).item())
  expect(report(ntXentLoss, x, y)).toMatchObject({ denominator: 8, counted: 8 })
})

describe('refuses, and has no words of PyTorch for it', () => {
  const [x, y] = [wave(4, 3, 1), wave(4, 3, 2)]
  test.each<[string, () => unknown, string, string]>([
    ['a vector', () => infoNceLoss([1, 2], [1, 2]), 'shape', 'query'],
    ['keys of other queries', () => infoNceLoss(x, wave(3, 3, 2)), 'shape', 'positiveKey'],
    ['views of other widths', () => ntXentLoss(x, wave(4, 2, 2)), 'shape', 'view2'],
    ['negatives of another width', () => infoNceLoss(x, y, { negativeKeys: wave(5, 2, 1) }), 'shape', 'negativeKeys'],
    [
      'negatives of fewer queries',
      () => infoNceLoss(x, y, { negativeKeys: tensor(new Float64Array(18), { shape: [3, 2, 3] }) }),
      'shape',
      'negativeKeys',
    ],
    ['one negative alone', () => infoNceLoss(x, y, { negativeKeys: [1, 2, 3] }), 'shape', 'negativeKeys'],
    ['integers', () => ntXentLoss([[1n, 2n]], [[1n, 2n]]), 'dtype', 'view1'],
    ['a temperature of 0', () => ntXentLoss(x, y, { temperature: 0 }), 'option-range', 'temperature'],
    ['a temperature that is none', () => infoNceLoss(x, y, { temperature: Number.NaN }), 'option-range', 'temperature'],
  ])('%s', (_, call, code, argument) => {
    const before = onWarning(() => undefined)
    expect(refused(call)).toMatchObject({ code, argument, pytorch: null })
    onWarning(before)
  })
})
