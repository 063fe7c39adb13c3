import { describe, expect, test } from 'vitest'
import { LossError, type Tensor, tensor } from '../src/index.ts'
import { LinearCrossEntropyLoss } from '../src/linear-criterion.ts'
import { linearCrossEntropy } from '../src/losses/linear-cross-entropy.ts'
import type { DType } from '../src/tensor/dtype.ts'
import { sizeOf } from '../src/tensor/shape.ts'

/** Multiples of 1/64 in [−2, 2]. */
const numbers = (shape: readonly number[], seed: number, change = (value: number) => value): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, (_, i) => change((((i * 7919 + seed * 104729) % 257) - 128) / 64))

describe('what is refused', () => {
  const x = tensor(numbers([3, 4], 1), { shape: [3, 4], dtype: 'float32' })
  const w = tensor(numbers([5, 4], 2), { shape: [5, 4], dtype: 'float32' })
  const y = BigInt64Array.of(0n, 2n, 4n)
  const of = (shape: readonly number[], dtype: DType = 'float32') => tensor(numbers(shape, 3), { shape, dtype })
  const refusals: readonly [string, () => Tensor, string][] = [
    ['a 0-D input', () => linearCrossEntropy(1, w, y), 'RuntimeError: expected input with dimensionality 1 or 2, got 0'],
    ['a 3-D input', () => linearCrossEntropy(of([2, 3, 4]), w, y), 'RuntimeError: expected input with dimensionality 1 or 2, got 3'],
    ['a 1-D weight', () => linearCrossEntropy(x, of([4]), y), 'RuntimeError: expected linear_weight with dimensionality at least 2, got 1'],
    [
      'unequal features',
      () => linearCrossEntropy(x, of([5, 3]), y),
      'RuntimeError: expected equal input and linear_weight last dimensions (in_features), got 4 and 3, respectively',
    ],
    [
      'a bias of another shape',
      () => linearCrossEntropy(x, w, y, { linearBias: of([4]) }),
      'RuntimeError: expected linear_bias shape (5,), got (4,)',
    ],
    [
      'further axes without a batch',
      () => linearCrossEntropy(of([4]), of([5, 2, 4]), 1),
      'RuntimeError: K-dimensional loss defined by linear_weight shape (5, 2, 4) requires batched input, (N, 4), got unbatched input with shape (4,)',
    ],
    [
      'ignoreIndex with probabilities, even −100',
      () => linearCrossEntropy(x, w, of([3, 5]), { ignoreIndex: -100 }),
      'RuntimeError: ignore_index cannot be specified when target contains probabilities',
    ],
    [
      'mixed dtypes',
      () => linearCrossEntropy(x, of([5, 4], 'float64'), y),
      'RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double',
    ],
    [
      'a bias of another dtype',
      () => linearCrossEntropy(x, w, y, { linearBias: of([5], 'float64') }),
      'RuntimeError: self and mat2 must have the same dtype, but got Double and Float',
    ],
    [
      'a weight of another dtype',
      () => linearCrossEntropy(x, w, y, { weight: of([5], 'float64') }),
      'RuntimeError: expected scalar type Float but found Double',
    ],
    [
      'integers',
      () => linearCrossEntropy(of([3, 4], 'int64'), of([5, 4], 'int64'), y),
      `NotImplementedError: "log_softmax_lastdim_kernel_impl" not implemented for 'Long'`,
    ],
    [
      'bool',
      () => linearCrossEntropy(of([3, 4], 'bool'), of([5, 4], 'bool'), y),
      `NotImplementedError: "addmm_impl_cpu_" not implemented for 'Bool'`,
    ],
    [
      'int32 classes',
      () => linearCrossEntropy(x, w, Int32Array.of(0, 1, 2)),
      'RuntimeError: expected target dtype to be Long or Byte, but got Int',
    ],
    [
      'too few targets',
      () => linearCrossEntropy(x, w, y.slice(1)),
      'ValueError: Expected input batch_size (3) to match target batch_size (2).',
    ],
    ['a class too many', () => linearCrossEntropy(x, w, [0, 1, 7]), 'IndexError: Target 7 is out of bounds.'],
    [
      'smoothing beyond 1',
      () => linearCrossEntropy(x, w, y, { labelSmoothing: 1.5 }),
      'RuntimeError: label_smoothing must be between 0.0 and 1.0. Got: 1.5',
    ],
  ]
  test.each(refusals)('%s, in PyTorch’s words', (_, call, says) => {
    try {
      call()
    } catch (error) {
      expect(error).toBeInstanceOf(LossError)
      expect((error as LossError).pytorch).toBe(says)
      return
    }
    expect.unreachable('nothing was thrown')
  })

  test('speaks of scores where the scores are meant', () => {
    expect(() => linearCrossEntropy(x, w, y.slice(1))).toThrow('shape (2,) for the scores of shape (3, 5)')
  })

  test('ignoreIndex: null is PyTorch’s None', () => {
    expect(linearCrossEntropy(x, w, [-100, 0, 1], { ignoreIndex: null }).item()).toBe(linearCrossEntropy(x, w, [-100, 0, 1]).item())
    expect(linearCrossEntropy(x, w, of([3, 5]), { ignoreIndex: null }).shape).toEqual([])
  })
})

describe('nn.LinearCrossEntropyLoss', () => {
  test('holds a linear layer, whose parameters get gradients', () => {
    const criterion = LinearCrossEntropyLoss(4, 6, { outFeatures: [2], bias: true, labelSmoothing: 0.1 })
    expect(criterion.linear.weight.shape).toEqual([12, 4])
    expect(criterion.linear.bias?.shape).toEqual([12])
    const input = numbers([3, 4], 1)
    const target = BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n)
    const loss = criterion(tensor(input, { shape: [3, 4], dtype: 'float32' }), tensor(target, { shape: [3, 2] }))
    const weight = tensor(criterion.linear.weight.detach(), { shape: [6, 2, 4] })
    const linearBias = tensor(criterion.linear.bias?.detach() ?? 0, { shape: [6, 2] })
    const options = { linearBias, labelSmoothing: 0.1 }
    const alone = linearCrossEntropy(tensor(input, { shape: [3, 4], dtype: 'float32' }), weight, tensor(target, { shape: [3, 2] }), options)
    expect(loss.item()).toBe(alone.item())
    loss.backward()
    expect(criterion.linear.weight.grad?.shape).toEqual([12, 4])
    expect(criterion.linear.bias?.grad?.shape).toEqual([12])
    expect(LinearCrossEntropyLoss(4, 6).linear.bias).toBeNull()
    expect(criterion.report(tensor(input, { shape: [3, 4], dtype: 'float32' }), tensor(target, { shape: [3, 2] })).counted).toBe(6)
  })

  test('the examples of the documents', () => {
    expect(
      linearCrossEntropy(
        [
          [1, 0],
          [0, 2],
        ],
        [
          [2, 0],
          [0, 1],
          [1, 1],
        ],
        [0, 1],
      ).item(),
    ).toBeCloseTo(0.583115, 6)
    expect(LinearCrossEntropyLoss(2, 3, { random: () => 0.5 })([[1, 2]], [0]).item()).toBeCloseTo(Math.log(3), 6)
  })

  test('refuses what PyTorch’s constructor refuses', () => {
    expect(() => LinearCrossEntropyLoss(4, 5, { weight: [1, 1, 1] })).toThrow('RuntimeError: expected weight shape to be (5,), got (3,)')
    const range = 'RuntimeError: expected label_smoothing to be in range [0, 1], got 2'
    expect(() => LinearCrossEntropyLoss(4, 5, { labelSmoothing: 2 })).toThrow(range)
  })
})
