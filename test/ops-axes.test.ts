import { describe, expect, test } from 'vitest'
import { argmax, crossEntropy, LossError, mul, permute, sum, tensor } from '../src/index.ts'

const x = tensor([
  [1, 5, 2],
  [7, 0, 7],
])

describe('permute', () => {
  test('puts the axes in another order, without a copy', () => {
    const y = permute(x, [1, 0])
    expect(y.toArray()).toEqual([
      [1, 7],
      [5, 0],
      [2, 7],
    ])
    expect(y.data).toBe(x.data)
    expect(permute(tensor(new Float32Array(24), { shape: [2, 3, 4] }), [0, -1, 1]).shape).toEqual([2, 4, 3])
  })

  test('is on the tape', () => {
    const leaf = tensor(x, { requiresGrad: true })
    sum(
      mul(permute(leaf, [1, 0]), [
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).backward()
    expect(leaf.grad?.toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ])
  })

  test('makes channels-last scores fit', () => {
    const last = tensor(
      Float32Array.from({ length: 2 * 4 * 5 * 3 }, (_, i) => Math.sin(i)),
      { shape: [2, 4, 5, 3] },
    )
    const target = tensor(new BigInt64Array(2 * 4 * 5), { shape: [2, 4, 5] })
    expect(crossEntropy(permute(last, [0, 3, 1, 2]), target).item()).toBeGreaterThan(0)
  })
})

test('argmax gives the first of the largest, a NaN before all others', () => {
  expect(argmax(x, 1)).toMatchObject({ dtype: 'int64', shape: [2] })
  expect(argmax(x, 1).toArray()).toEqual([1, 0])
  expect(argmax(x, 0).toArray()).toEqual([1, 0, 1])
  expect(argmax(x, -1).toArray()).toEqual([1, 0])
  expect(argmax([1, Number.NaN, 3, Number.NaN], 0).item()).toBe(1)
  expect(argmax(tensor([[0n, 1n]]), 1).toArray()).toEqual([1])
})

// torch 2.13.0's texts
test.each([
  [() => permute(x, [0]), 'input.dim() = 2 is not equal to len(dims) = 1'],
  [() => permute(x, [0, 0]), 'RuntimeError: permute(): duplicate dims are not allowed.'],
  [() => permute(x, [0, 5]), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)'],
  [() => permute(x, 3 as never), `TypeError: permute(): argument 'dims' (position 2) must be tuple of ints`],
  [() => argmax(x, 5), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)'],
  [() => argmax(tensor(new Float32Array(0), { shape: [0, 3] }), 0), 'argmax(): Expected reduction dim 0 to have non-zero size.'],
  [() => argmax(tensor([[true, false]]), 1), 'RuntimeError: argmax(): does not support bool input'],
])('%s is refused', (refused, says) => {
  try {
    refused()
  } catch (error) {
    expect(error).toBeInstanceOf(LossError)
    expect((error as LossError).pytorch).toContain(says)
    return
  }
  expect.unreachable()
})
