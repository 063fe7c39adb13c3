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

describe('products in float32', () => {
  const random = (rows: number, width: number, seed: number): Float32Array => {
    let state = seed
    return Float32Array.from({ length: rows * width }, () => {
      state = (state * 1103515245 + 12345) % 2147483648
      return state / 2147483648 - 0.5
    })
  }
  const both = (shape: readonly number[], data: Float32Array) => [
    tensor(data, { shape }),
    tensor(Float64Array.from(data), { shape, dtype: 'float64' }),
  ]
  /** Each output in float32 beside float64, and the largest of the latter. */
  const compare = (loss: (t: readonly Tensor[]) => readonly Tensor[], operands: readonly (readonly Tensor[])[]) => {
    const [single, double] = [0, 1].map((i) => loss(operands.map((pair) => pair[i])).map((t) => [t.toArray()].flat(3) as number[]))
    for (const [k, exact] of double.entries()) {
      const most = Math.max(...exact.map(Math.abs))
      // of products of up to 130 numbers in float32, ε·√130 of the largest; scores over a temperature of 0.1 are ten times as uncertain
      const close = (i: number) => Math.abs(single[k][i] - exact[i]) <= 2e-5 * most + 1e-12
      expect(exact.findIndex((_, i) => !close(i))).toBe(-1)
      expect(most).toBeGreaterThan(0)
    }
  }

  // one chunk and several, features in whole groups and not, fewer candidates than a tile has rows
  test.each([
    [2, 8, true],
    [3, 1, false],
    [5, 33, true],
    [150, 7, true],
    [400, 16, true],
    [420, 130, false],
  ])('%i rows of %i, normalize %s', (rows, width, normalize) => {
    // biome-ignore format: one line
    const operands = [1, 2].map((seed) => both([rows, width], random(rows, width, seed)))
    const options = { normalize, temperature: 0.1 }
    compare(([query, key]) => {
      const { loss, grad } = infoNceLoss.valueAndGrad(query, key, { ...options, wrt: ['query', 'positiveKey'] })
      return [loss, grad.query, grad.positiveKey, infoNceLoss(query, key, { ...options, reduction: 'none' })]
    }, operands)
    compare(([a, b]) => {
      const { loss, grad } = ntXentLoss.valueAndGrad(a, b, { normalize, temperature: 0.1, wrt: ['view1', 'view2'] })
      return [loss, grad.view1, grad.view2]
    }, operands)
  })

  test.each([
    [1, 1],
    [4, 9],
    [300, 700],
  ])('%i queries, %i negatives for all', (rows, count) => {
    // biome-ignore format: one line
    const operands = [...[1, 2].map((seed) => both([rows, 12], random(rows, 12, seed))), both([count, 12], random(count, 12, 3))]
    compare(([query, key, negativeKeys]) => {
      const wrt = ['query', 'positiveKey', 'negativeKeys'] as const
      const { loss, grad } = infoNceLoss.valueAndGrad(query, key, { negativeKeys, wrt })
      return [loss, grad.query, grad.positiveKey, grad.negativeKeys]
    }, operands)
  })

  test('a gradient that flows in', () => {
    const [[q, q64], [k, k64]] = [1, 2].map((seed) => both([30, 5], random(30, 5, seed)))
    const gradient = (query: Tensor, key: Tensor) => {
      const leaf = tensor(query, { requiresGrad: true })
      infoNceLoss(leaf, key, { reduction: 'none' }).backward(tensor(random(30, 1, 7), { dtype: query.dtype }))
      return [tensor(leaf.grad ?? [])]
    }
    compare(([query, key]) => gradient(query, key), [[q, q64], [k, k64]]) // biome-ignore format: one line
  })

  test.each([Number.NaN, Infinity, 3e38, 1e-30, 0])('a vector of %d', (odd) => {
    const [[x, x64], [y, y64]] = [1, 2].map((seed) => {
      const data = random(8, 4, seed)
      if (seed === 1) data.fill(odd, 4, 8)
      return both([8, 4], data)
    })
    for (const normalize of [true, false]) {
      const [single, double] = [
        [x, y],
        [x64, y64],
      ].map(([a, b]) => {
        const { loss, grad } = infoNceLoss.valueAndGrad(a, b, { normalize, reduction: 'none' })
        return [loss, grad].flatMap((t) => [t.toArray()].flat(3) as number[])
      })
      expect(single.map((value) => (Number.isFinite(value) ? 0 : value))).toEqual(
        double.map((value) => (Math.abs(value) < 3.4e38 ? 0 : Number.isNaN(value) ? value : Math.sign(value) * Infinity)),
      )
    }
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
