import { expect, test } from 'vitest'
import {
  add,
  type DType,
  exp,
  LossError,
  logSigmoid,
  logSoftmax,
  matmul,
  mean,
  mul,
  nn,
  relu,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../src/index.ts'

/** What the ops and `nn.Linear` refuse, with the text of torch 2.13.0 for the same call. */
const ones = (shape: number[], dtype: DType = 'float32'): Tensor =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), { dtype, shape })
const wrong = (value: unknown) => value as never
const linear = nn.Linear(3, 2)
const size = "TypeError: empty(): argument 'size'"

test.each<[string, () => unknown, string | null]>([
  [
    'shapes',
    () => add(ones([2, 3]), ones([4])),
    'RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1',
  ],
  [
    'rows',
    () => mul(ones([2, 3]), ones([3, 3])),
    'RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0',
  ],
  ['null', () => exp(wrong(null)), `TypeError: exp(): argument 'input' (position 1) must be Tensor, not NoneType`],
  [
    'null, the second',
    () => sub(ones([1]), wrong(undefined)),
    `TypeError: sub(): argument 'other' (position 2) must be Tensor, not NoneType`,
  ],
  ['a string', () => logSigmoid(wrong('a')), `TypeError: log_sigmoid(): argument 'input' (position 1) must be Tensor, not str`],
  [
    'bool − bool',
    () => sub([true], [true]),
    'RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
  ],
  [
    'float − bool',
    () => sub(ones([1]), [true]),
    'RuntimeError: Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  ],
  ['logSigmoid of int64', () => logSigmoid([1n]), `NotImplementedError: "log_sigmoid_cpu" not implemented for 'Long'`],
  ['relu of bool', () => relu([true]), 'RuntimeError: Boolean inputs not supported for relu'],
  ['softmax of int64', () => softmax([1n], 0), `NotImplementedError: "softmax_lastdim_kernel_impl" not implemented for 'Long'`],
  [
    'logSoftmax of int32',
    () => logSoftmax(ones([2, 3], 'int32'), 0),
    `NotImplementedError: "log_softmax_kernel_impl" not implemented for 'Int'`,
  ],
  [
    'mean of bool',
    () => mean([true]),
    'RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Bool',
  ],
  ['no such axis', () => softmax(ones([2, 3]), 2), 'IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)'],
  ['no such axis of 0-D', () => logSoftmax(1, 1), 'IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)'],
  ['no axis', () => softmax(ones([2]), wrong(undefined)), null],
  ['reshape to 4', () => reshape(ones([2, 3]), [4]), `RuntimeError: shape '[4]' is invalid for input of size 6`],
  ['reshape to -1, 4', () => reshape(ones([2, 3]), [-1, 4]), `RuntimeError: shape '[-1, 4]' is invalid for input of size 6`],
  ['reshape to -1, 0', () => reshape(ones([2, 3]), [-1, 0]), `RuntimeError: shape '[-1, 0]' is invalid for input of size 6`],
  ['reshape to -1, -1', () => reshape(ones([1]), [-1, -1]), 'RuntimeError: only one dimension can be inferred'],
  ['reshape to -2, -3', () => reshape(ones([2, 3]), [-2, -3]), 'RuntimeError: invalid shape dimension -2 at index 0 of shape [-2, -3]'],
  [
    'reshape of none',
    () => reshape(ones([0]), [-1, 0]),
    'RuntimeError: cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can be any value and is ambiguous',
  ],
  [
    'reshape to a number',
    () => reshape(ones([2]), wrong(2)),
    `TypeError: reshape(): argument 'shape' (position 2) must be tuple of ints, not int`,
  ],
  ['2×3 · 4×3', () => matmul(ones([2, 3]), ones([4, 3])), 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x3)'],
  ['2×3 · 4', () => matmul(ones([2, 3]), ones([4])), 'RuntimeError: size mismatch, got input (2), mat (2x3), vec (4)'],
  ['4 · 2×3', () => matmul(ones([4]), ones([2, 3])), 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x4 and 2x3)'],
  [
    '3 · 4',
    () => matmul(ones([3]), ones([4])),
    'RuntimeError: inconsistent tensor size, expected tensor [3] and src [4] to have the same number of elements, but got 3 and 4 elements respectively',
  ],
  ['a scalar', () => matmul(1, ones([2, 3])), 'RuntimeError: both arguments to matmul need to be at least 1D, but they are 0D and 2D'],
  ['batches, which PyTorch multiplies', () => matmul(ones([2, 3, 4]), ones([4, 3])), null],
  [
    'float · double',
    () => matmul(ones([2, 2]), ones([2, 2], 'float64')),
    'RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double',
  ],
  [
    'half · float',
    () => matmul(ones([2], 'float16'), ones([2, 2])),
    'RuntimeError: expected m1 and m2 to have the same dtype, but got: c10::Half != float',
  ],
  [
    'int64 matrix · float vector',
    () => matmul(ones([2, 2], 'int64'), ones([2])),
    'RuntimeError: addmv input tensors must have the same dtype, but got Float, Long, and Float',
  ],
  [
    'float vector · double vector',
    () => matmul(ones([2]), ones([2], 'float64')),
    'RuntimeError: dot : expected both vectors to have same dtype, but found Float and Double',
  ],
  ['bool · bool', () => matmul([[true]], [[true]]), `NotImplementedError: "addmm_impl_cpu_" not implemented for 'Bool'`],
  ['int64 beyond 2^53, which PyTorch wraps', () => add([2n ** 53n], [1n]), null],
  ['a product beyond 2^53', () => mul([2n ** 40n], [2n ** 40n]), null],
  ['a sum beyond 2^53', () => sum([2n ** 52n, 2n ** 52n]), null],
  [
    'nn.Linear, half a feature',
    () => nn.Linear(2.5, 3),
    `${size} failed to unpack the object at pos 2 with error "type must be tuple of ints,but got float"`,
  ],
  [
    'nn.Linear, text',
    () => nn.Linear(wrong('2'), 3),
    `${size} failed to unpack the object at pos 2 with error "type must be tuple of ints,but got str"`,
  ],
  [
    'nn.Linear, half a score',
    () => nn.Linear(-1, 3.5),
    `${size} (position 1) must be tuple of ints, but found element of type float at pos 0`,
  ],
  ['nn.Linear, fewer than none', () => nn.Linear(-1, 3), 'RuntimeError: Trying to create tensor with negative dimension -1: [3, -1]'],
  [
    'nn.Linear, one number',
    () => nn.Linear(2, wrong(undefined)),
    "TypeError: Linear.__init__() missing 1 required positional argument: 'out_features'",
  ],
  ['nn.Linear, features', () => linear(ones([5, 4])), 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (5x4 and 3x2)'],
  ['nn.Linear, a vector', () => linear(ones([4])), 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x4 and 3x2)'],
  ['nn.Linear, three axes', () => linear(ones([6, 5, 4])), 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (30x4 and 3x2)'],
  ['nn.Linear, a scalar', () => linear(1), 'RuntimeError: both arguments to linear need to be at least 1D, but they are 0D and 2D'],
  [
    'nn.Linear, float64',
    () => linear(ones([5, 3], 'float64')),
    'RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float',
  ],
  ['nn.Linear, int64', () => linear(ones([3], 'int64')), 'RuntimeError: mat1 and mat2 must have the same dtype, but got Long and Float'],
  ['nn.Linear, nothing', () => linear(wrong(null)), `TypeError: linear(): argument 'input' (position 1) must be Tensor, not NoneType`],
  ['nn.Linear(-1, 2)', () => nn.Linear(-1, 2), 'RuntimeError: Trying to create tensor with negative dimension -1: [2, -1]'],
  ['nn.Sigmoid(x)', () => nn.Sigmoid(wrong(ones([2]))), 'TypeError: Sigmoid.__init__() takes 1 positional argument but 2 were given'],
  [
    'nn.LogSigmoid(x)',
    () => nn.LogSigmoid(wrong(ones([2]))),
    'TypeError: LogSigmoid.__init__() takes 1 positional argument but 2 were given',
  ],
  ['nn.Softmax()', () => nn.Softmax(wrong(undefined)), null],
  ['nn.LogSoftmax(1)', () => nn.LogSoftmax(wrong(1)), null],
])('%s', (_, call, pytorch) => {
  let caught: unknown
  try {
    call()
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(LossError)
  expect(caught).toMatchObject({ pytorch })
})
