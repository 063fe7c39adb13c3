import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  binaryCrossEntropy,
  type DType,
  diceLoss,
  gaussianNllLoss,
  lovaszHingeLoss,
  mul,
  multilabelMarginLoss,
  perplexityOfLogProbabilities,
  shortest,
  ssimLoss,
  sum,
  type Tensor,
  tensor,
} from '../src/index.ts'
import { expandView } from '../src/tensor/view.ts'
import { refused } from './support.ts'

/**
 * The print-out of a tensor: the values as PyTorch prints them, then our own tail.
 *
 * The values are what torch 2.13.0 prints (`torch._tensor_str._tensor_str(t, 7)`); `shape=…, dtype=…` break lines as PyTorch's suffixes do.
 */
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

test.each<[string, Tensor, string]>([
  ['0-D', tensor(0.5), `tensor(0.5000, shape=(), dtype=float32)`],
  ['0-D, integral', tensor(3), `tensor(3., shape=(), dtype=float32)`],
  ['a vector', tensor([1.5, -2.25, 100]), `tensor([  1.5000,  -2.2500, 100.0000], shape=(3,), dtype=float32)`],
  ['integers among floats', tensor([1, -2, 30, -0]), `tensor([ 1., -2., 30., -0.], shape=(4,), dtype=float32)`],
  [
    'a matrix, aligned',
    tensor(
      [
        [1.5, -2],
        [100, 0.001],
      ],
      { dtype: 'float64' },
    ),
    `tensor([[ 1.5000e+00, -2.0000e+00],
        [ 1.0000e+02,  1.0000e-03]], shape=(2, 2), dtype=float64)`,
  ],
  [
    'blocks',
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
    `tensor([[[1., 2.],
         [3., 4.]],

        [[5., 6.],
         [7., 8.]]], shape=(2, 2, 2), dtype=float32)`,
  ],
  [
    'four axes',
    tensor([[[[1]], [[2]]]]),
    `tensor([[[[1.]],

         [[2.]]]], shape=(1, 2, 1, 1), dtype=float32)`,
  ],
  ['powers of ten', tensor([1, 1e-3, 1234.5]), `tensor([1.0000e+00, 1.0000e-03, 1.2345e+03], shape=(3,), dtype=float32)`],
  ['large and small', tensor([1e9, -2]), `tensor([ 1.0000e+09, -2.0000e+00], shape=(2,), dtype=float32)`],
  ['large ones', tensor([200000000, 100000000]), `tensor([2.0000e+08, 1.0000e+08], shape=(2,), dtype=float32)`],
  ['a small one', tensor([0.00001, 0]), `tensor([1.0000e-05, 0.0000e+00], shape=(2,), dtype=float32)`],
  [
    'three digits of exponent',
    tensor([1e-200, 1e200], { dtype: 'float64' }),
    `tensor([1.0000e-200, 1.0000e+200], shape=(2,), dtype=float64)`,
  ],
  ['halves go to even', tensor([0.03125, 0.09375, -0.03125]), `tensor([ 0.0312,  0.0938, -0.0312], shape=(3,), dtype=float32)`],
  ['nan and inf', tensor([1, NaN, Infinity, -Infinity]), `tensor([1., nan, inf, -inf], shape=(4,), dtype=float32)`],
  ['nan and inf among decimals', tensor([1.5, NaN, -Infinity]), `tensor([1.5000,    nan,   -inf], shape=(3,), dtype=float32)`],
  ['nothing finite', tensor([NaN, Infinity]), `tensor([nan, inf], shape=(2,), dtype=float32)`],
  ['zeros', tensor([[0, 0]]), `tensor([[0., 0.]], shape=(1, 2), dtype=float32)`],
  [
    'bool',
    tensor([
      [true, false],
      [false, false],
    ]),
    `tensor([[ True, False],
        [False, False]], shape=(2, 2), dtype=bool)`,
  ],
  ['int64, all digits', tensor([9007199254740993n, -1n]), `tensor([9007199254740993,               -1], shape=(2,), dtype=int64)`],
  ['uint8', tensor(Uint8Array.of(1, 20, 255)), `tensor([  1,  20, 255], shape=(3,), dtype=uint8)`],
  ['bfloat16', tensor([0.1, 3], { dtype: 'bfloat16' }), `tensor([0.1001, 3.0000], shape=(2,), dtype=bfloat16)`],
  ['empty', tensor([]), `tensor([], shape=(0,), dtype=float32)`],
  ['empty, of two axes', tensor([[], []]), `tensor([], shape=(2, 0), dtype=float32)`],
  [
    'a long vector in lines',
    tensor(numbers(25)),
    `tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24.], shape=(25,),
       dtype=float32)`,
  ],
  [
    'beyond 1000 elements',
    tensor(numbers(1001)),
    `tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.], shape=(1001,),
       dtype=float32)`,
  ],
  [
    'a large matrix',
    tensor(numbers(1200), { shape: [30, 40] }),
    `tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.7000e+01, 3.8000e+01,
         3.9000e+01],
        [4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 7.7000e+01, 7.8000e+01,
         7.9000e+01],
        [8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 1.1700e+02, 1.1800e+02,
         1.1900e+02],
        ...,
        [1.0800e+03, 1.0810e+03, 1.0820e+03,  ..., 1.1170e+03, 1.1180e+03,
         1.1190e+03],
        [1.1200e+03, 1.1210e+03, 1.1220e+03,  ..., 1.1570e+03, 1.1580e+03,
         1.1590e+03],
        [1.1600e+03, 1.1610e+03, 1.1620e+03,  ..., 1.1970e+03, 1.1980e+03,
         1.1990e+03]], shape=(30, 40), dtype=float32)`,
  ],
  [
    'large, with a short axis',
    tensor(numbers(2000), { shape: [2, 500, 2] }),
    `tensor([[[0.0000e+00, 1.0000e+00],
         [2.0000e+00, 3.0000e+00],
         [4.0000e+00, 5.0000e+00],
         ...,
         [9.9400e+02, 9.9500e+02],
         [9.9600e+02, 9.9700e+02],
         [9.9800e+02, 9.9900e+02]],

        [[1.0000e+03, 1.0010e+03],
         [1.0020e+03, 1.0030e+03],
         [1.0040e+03, 1.0050e+03],
         ...,
         [1.9940e+03, 1.9950e+03],
         [1.9960e+03, 1.9970e+03],
         [1.9980e+03, 1.9990e+03]]], shape=(2, 500, 2), dtype=float32)`,
  ],
  [
    'a transposed view',
    tensor({ data: numbers(6), shape: [3, 2], strides: [1, 3] }),
    `tensor([[0., 3.],
        [1., 4.],
        [2., 5.]], shape=(3, 2), dtype=float32)`,
  ],
])('%s', (_, t, text) => expect(String(t)).toBe(text))

describe('the tail', () => {
  const x = tensor([1, 2], { requiresGrad: true })

  test('says what takes a gradient, and what made it', () => {
    expect(String(x)).toBe('tensor([1., 2.], shape=(2,), dtype=float32, requiresGrad=true)')
    expect(String(mul(x, 2))).toBe('tensor([2., 4.], shape=(2,), dtype=float32, grad=mul)')
    expect(String(sum(x).detach())).toBe('tensor(3., shape=(), dtype=float32)')
  })

  test('goes to a line of its own beyond 80 columns', () => {
    const long = tensor(numbers(16), { dtype: 'float64', requiresGrad: true })
    expect(String(long)).toBe(
      'tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,\n        14., 15.], shape=(16,), dtype=float64, requiresGrad=true)',
    )
    expect(String(tensor(numbers(11).map((i) => i / 8)))).toBe(
      'tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500, 0.8750, 1.0000,\n        1.1250, 1.2500], shape=(11,), dtype=float32)',
    )
  })
})

test('a view that repeats elements is cut as any other', () => {
  const row = tensor({ ...expandView(tensor([1, 2, 3, 4, 5, 6, 7]), [200, 7]), dtype: 'float32' })
  const line = '[1., 2., 3.,  ..., 5., 6., 7.]'
  expect(String(row)).toBe(`tensor([${[line, line, line, '...', line, line, line].join(',\n        ')}], shape=(200, 7), dtype=float32)`)
})

test('console.log shows it, alone and within other things', () => {
  const loss = tensor(0.25)
  expect(inspect(loss)).toBe('tensor(0.2500, shape=(), dtype=float32)')
  expect(inspect({ step: 1, loss })).toBe('{ step: 1, loss: tensor(0.2500, shape=(), dtype=float32) }')
  expect(inspect([[[[loss]]]])).toContain('[Array]')
  expect(inspect(tensor([[1, 2]]), { depth: 0, colors: true })).toBe('tensor([[1., 2.]], shape=(1, 2), dtype=float32)')
})

describe('a number of its dtype in the fewest digits', () => {
  test.each<[DType, number]>([
    ['float64', 0.1],
    ['float32', 0.1],
    ['float16', 0.1],
    ['bfloat16', 0.1],
    ['float32', 16777216],
    ['float32', 1e-45],
    ['float32', -3.4028235e38],
    ['uint8', 255],
    ['int32', -120],
    ['float16', Number.NaN],
    ['float64', -Infinity],
  ])('%s %s', (dtype, written) => {
    expect(shortest(tensor(written, { dtype }).item(), dtype)).toBe(String(written))
  })

  test('every number reads back as itself', () => {
    for (let i = 1; i < 2000; i++) {
      const value = Math.fround(Math.sin(i) * 10 ** ((i % 60) - 30))
      const text = shortest(value, 'float32')
      expect(Math.fround(Number(text))).toBe(value)
      expect(text.length).toBeLessThanOrEqual(String(value).length)
    }
  })

  // received of float32 0.1 was 0.10000000149011612
  test.each<[string, () => unknown, string]>([
    ['a probability', () => binaryCrossEntropy([0.5, 1.1], [0, 0]), '1.1 at (1,)'],
    ['a bfloat16 one', () => binaryCrossEntropy(tensor([1.1], { dtype: 'bfloat16' }), tensor([0], { dtype: 'bfloat16' })), '1.1 at (0,)'],
    ['a variance', () => gaussianNllLoss([1], [2], [-0.1]), '-0.1 at (0,)'],
    ['a variance for all', () => gaussianNllLoss([1], [2], -0.1), '-0.1'],
    ['a label', () => multilabelMarginLoss([[1, 2]], tensor([[5.1, -1]])), '5.1 at (0, 0)'],
    ['a mask', () => lovaszHingeLoss([1, 2], [0, 0.3]), '0.3 at (1,)'],
    ['a probability of a mask', () => diceLoss([1.1, 0], [1, 0], { mode: 'binary', fromLogits: false }), '1.1 at (0,)'],
    ['a range', () => ssimLoss([[0, 0]], [[0.1, 9.7]], { windowSize: 1 }), 'values from 0.1 to 9.7'],
    ['a log-probability', () => perplexityOfLogProbabilities([-1, 0.7]), '0.7 at (1,)'],
  ])('%s in an error', (_, call, received) => {
    expect(refused(call).received).toBe(received)
  })
})
