import { describe, expect, test } from 'vitest'
import { argmax, crossEntropy, LossError, logSoftmax, mean, mul, nn, permute, reshape, softmax, sum, tensor } from '../src/index.ts'

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

test('argmax of all elements, and with the axis that is gone', () => {
  expect(argmax(x).item()).toBe(3)
  expect(argmax(x, null, { keepdim: true })).toMatchObject({ dtype: 'int64', shape: [1, 1] })
  expect(argmax(x, 1, { keepdim: true }).toArray()).toEqual([[1], [0]])
  expect(argmax(permute(x, [1, 0])).item()).toBe(1)
  expect(argmax([[1, Number.NaN], [Number.NaN, 9]]).item()).toBe(1) // biome-ignore format: one line
  expect([argmax(5).shape, argmax(5, -1, { keepdim: true }).shape]).toEqual([[], []])
  expect(argmax(tensor(new Float32Array(0), { shape: [0, 3] }), 1)).toMatchObject({ dtype: 'int64', shape: [0] })
})

describe('sums and means along several axes', () => {
  const cube = () => tensor(Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)), { shape: [2, 3, 4], requiresGrad: true }) // biome-ignore format: one line
  const ramp = (shape: readonly number[]) => {
    const size = shape.reduce((a, b) => a * b, 1)
    return tensor(Float64Array.from({ length: size }, (_, i) => i + 1), { shape }) // biome-ignore format: one line
  }
  const places = Array.from({ length: 24 }, (_, i) => i)
  const middle = [3.416377734371639, -3.1885665151045495, 0.7519945902231743]
  const rows = [
    0.23255575131545358, 0.29466519538651464, 0.08586081773738607, -0.20188359977204717, 0.08846901606212743, 0.2954251834831402,
    0.23076879963279043, -0.04605535435510144,
  ]
  const all = [0.9798058094902636]
  // torch 2.13.0, x = arange(24.).reshape(2, 3, 4).sin(): the sums, and Σ i·∂/∂xᵢ of Σ (j + 1)·sumⱼ; a mean has both divided
  test.each<[Parameters<typeof sum>[1], boolean, number[], number[], number, number]>([
    [[0, 2], false, [3], middle, 616, 8],
    [[-1, 0], true, [1, 3, 1], middle, 616, 8],
    [[1], true, [2, 1, 4], rows, 1560, 3],
    [1, false, [2, 4], rows, 1560, 3],
    [null, true, [1, 1, 1], all, 276, 24],
    [[], false, [], all, 276, 24],
    [[0, 1, 2], false, [], all, 276, 24],
  ])('along %o, keepdim %s', (dim, keepdim, shape, sums, slope, count) => {
    for (const [reduced, divisor] of [[sum, 1] as const, [mean, count] as const]) {
      const leaf = cube()
      const y = reduced(leaf, dim, { keepdim })
      expect(y.shape).toEqual(shape)
      expect([y.toArray()].flat(4)).toEqual(sums.map((value) => expect.closeTo(value / divisor, 14)))
      sum(mul(y, ramp(shape))).backward()
      const slopes = [leaf.grad?.toArray()].flat(4) as number[]
      expect(places.reduce((total, i) => total + i * slopes[i], 0)).toBeCloseTo(slope / divisor, 11)
    }
  })

  test('of a strided view, of integers, of nothing, and of numbers whose sum is too large', () => {
    expect(sum(permute(x, [1, 0]), [1]).toArray()).toEqual([8, 5, 9])
    expect(sum(tensor([[1n, 2n], [3n, 4n]]), [0, 1])).toMatchObject({ dtype: 'int64', shape: [] }) // biome-ignore format: one line
    expect(sum(tensor([[true, true]]), 1, { keepdim: true }).toArray()).toEqual([[2]])
    const nothing = tensor(new Float32Array(0), { shape: [0, 3] })
    expect([sum(nothing, 0), mean(nothing, 0), sum(nothing, [0, 1]), mean(nothing)].map((t) => t.toArray())).toEqual([
      [0, 0, 0],
      [Number.NaN, Number.NaN, Number.NaN],
      0,
      Number.NaN,
    ])
    // torch 2.13.0: inf, though the mean would fit
    expect(mean([[3e38, 3e38]], 1).toArray()).toEqual([Infinity])
    expect([sum(5, [0]).shape, sum(5, 0, { keepdim: true }).shape]).toEqual([[], []])
  })
})

const noSuchSum = (given: string) => `TypeError: sum() received an invalid combination of arguments - got (${given}), but expected one of:
 * (Tensor input, *, torch.dtype dtype = None)
 * (Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)
`
const noSuchMean = (given: string) => `TypeError: mean() received an invalid combination of arguments - got (${given}), but expected one of:
 * (Tensor input, *, torch.dtype dtype = None, Tensor out = None)
 * (Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)
`
const wrong = (value: unknown) => value as never

// torch 2.13.0's texts
test.each([
  [
    () => permute(x, [0]),
    'RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 2 is not equal to len(dims) = 1',
  ],
  [() => permute(x, [0, 0]), 'RuntimeError: permute(): duplicate dims are not allowed.'],
  [() => permute(x, [0, 5]), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)'],
  [() => permute(x, wrong(3)), `TypeError: permute(): argument 'dims' (position 2) must be tuple of ints, not int`],
  [
    () => permute(x, [0.5, 1]),
    `TypeError: permute(): argument 'dims' (position 2) must be tuple of ints, but found element of type float at pos 0`,
  ],
  [
    () => permute(x, wrong([0, 'a'])),
    `TypeError: permute(): argument 'dims' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got str"`,
  ],
  [() => reshape(x, wrong(null)), `TypeError: reshape(): argument 'shape' (position 2) must be tuple of ints, not NoneType`],
  [
    () => reshape(x, [3, 2.5]),
    `TypeError: reshape(): argument 'shape' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got float"`,
  ],
  [() => argmax(x, 5), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)'],
  [
    () => argmax(tensor(new Float32Array(0), { shape: [0, 3] }), 0),
    'IndexError: argmax(): Expected reduction dim 0 to have non-zero size.',
  ],
  [() => argmax(tensor([[true, false]]), 1), 'RuntimeError: argmax(): does not support bool input'],
  [() => argmax(tensor([true, false]), 7), 'RuntimeError: argmax(): does not support bool input'],
  [
    () => argmax(tensor(new Float32Array(0), { shape: [0, 3] })),
    'IndexError: argmax(): Expected reduction dim to be specified for input.numel() == 0.',
  ],
  [() => argmax(x, 0.5), "TypeError: argmax(): argument 'dim' (position 2) must be int, not float"],
  [() => argmax(x, wrong([0])), "TypeError: argmax(): argument 'dim' (position 2) must be int, not list"],
  [() => argmax(x, wrong('1')), "TypeError: argmax(): argument 'dim' (position 2) must be int, not str"],
  [() => argmax(x, 1, { keepdim: wrong('a') }), "TypeError: argmax(): argument 'keepdim' must be bool, not str"],
  [() => argmax(x, 1, wrong({ q: 2 })), "TypeError: argmax() got an unexpected keyword argument 'q'"],
  [() => sum(x, 1.5), noSuchSum('Tensor, float')],
  [() => sum(x, wrong('a')), noSuchSum('Tensor, str')],
  [() => sum(x, wrong(true)), noSuchSum('Tensor, bool')],
  [() => sum(x, [1.5]), noSuchSum('Tensor, list')],
  [() => sum(x, 1.5, { keepdim: true }), "TypeError: sum(): argument 'dim' (position 2) must be tuple of ints, not float"],
  [
    () => sum(x, [1.5], { keepdim: true }),
    "TypeError: sum(): argument 'dim' (position 2) must be tuple of ints, but found element of type float at pos 0",
  ],
  [
    () => sum(x, wrong([0, 'a'])),
    `TypeError: sum(): argument 'dim' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got str"`,
  ],
  [() => sum(x, [0, 0]), 'RuntimeError: dim 0 appears multiple times in the list of dims'],
  [() => mean(x, [0, -2]), 'RuntimeError: dim 0 appears multiple times in the list of dims'],
  [() => sum(x, [0, 2]), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)'],
  [() => sum(5, [0, -1]), 'RuntimeError: dim 0 appears multiple times in the list of dims'],
  [() => sum(x, 1, { keepdim: wrong(1) }), "TypeError: sum(): argument 'keepdim' must be bool, not int"],
  [() => sum(x, 1, wrong({ q: 1 })), "TypeError: sum() got an unexpected keyword argument 'q'"],
  [() => mean(x, 1.5), noSuchMean('Tensor, float')],
  [() => mean(x, [1.5], { keepdim: true }), noSuchMean('Tensor, list, keepdim=bool')],
  [() => mean(x, 1, { keepdim: wrong('a') }), noSuchMean('Tensor, int, keepdim=str')],
  [() => mean(x, null, wrong({ q: 1 })), noSuchMean('Tensor, NoneType, q=int')],
  [() => softmax(x, 1.5), "TypeError: softmax(): argument 'dim' (position 2) must be int, not float"],
  [() => logSoftmax(x, wrong([0])), "TypeError: log_softmax(): argument 'dim' (position 2) must be int, not list"],
  [() => nn.LogSoftmax({ dim: wrong('a') }), "TypeError: log_softmax(): argument 'dim' (position 1) must be int, not str"],
  [() => nn.Softmax(wrong({ axis: 1 })), "TypeError: Softmax.__init__() got an unexpected keyword argument 'axis'"],
  [() => nn.Linear(2, 3, wrong({ device: 'cpu' })), "TypeError: Linear.__init__() got an unexpected keyword argument 'device'"],
])('%s is refused', (refused, says) => {
  try {
    refused()
  } catch (error) {
    expect(error).toBeInstanceOf(LossError)
    expect((error as LossError).pytorch).toBe(says)
    return
  }
  expect.unreachable()
})
