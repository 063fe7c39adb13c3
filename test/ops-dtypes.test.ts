import { describe, expect, test } from 'vitest'
import {
  add,
  type DType,
  div,
  exp,
  logSigmoid,
  logSoftmax,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../src/index.ts'
import { transpose } from '../src/ops/index.ts'

/** The differentiable ops on 16-bit floats, on integers, and on nothing. */
const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])

describe('dtypes', () => {
  const h = [0.1, 1, -3, 11]
  // torch 2.13.0
  test.each<[string, (t: Tensor) => Tensor, unknown, unknown]>([
    ['exp', exp, [1.10546875, 2.71875, 0.049774169921875, 59872], [1.1015625, 2.71875, 0.0498046875, 59904]],
    ['sigmoid', sigmoid, [0.52490234375, 0.73095703125, 0.04742431640625, 1], [0.5234375, 0.73046875, 0.04736328125, 1]],
    [
      'softmax',
      (t) => softmax(t, 0),
      [1.8477439880371094e-5, 4.5418739318847656e-5, 8.344650268554688e-7, 1],
      [1.8477439880371094e-5, 4.5299530029296875e-5, 8.307397365570068e-7, 1],
    ],
    // of 11 PyTorch gives 0, for it rounds before the last subtraction
    [
      'logSoftmax',
      (t) => reshape(tensor(flat(logSoftmax(t, 0).toArray()).slice(0, 3), { dtype: t.dtype }), [3]),
      [-10.8984375, -10, -14],
      [-10.875, -10, -14],
    ],
    [
      'logSigmoid',
      logSigmoid,
      [-0.64453125, -0.313232421875, -3.048828125, -1.6689300537109375e-5],
      [-0.64453125, -0.3125, -3.046875, -1.6689300537109375e-5],
    ],
    ['sum', sum, 9.1015625, 9.125],
    ['mean', mean, 2.275390625, 2.28125],
    [
      'a scalar times',
      (t) => mul(0.1, tensor([3, 7, 0.3], { dtype: t.dtype })),
      [0.300048828125, 0.7001953125, 0.029998779296875],
      [0.30078125, 0.69921875, 0.030029296875],
    ],
    [
      // beside a 16-bit tensor PyTorch's mul takes a scalar in float32, as all ops do here; its add and sub round it first
      'minus a scalar',
      (t) => sub(tensor([3, 7], { dtype: t.dtype }), 1 / 3),
      [2.666015625, 6.66796875],
      [2.671875, 6.65625],
    ],
    ['0-D plus a scalar', (t) => add(tensor(3, { dtype: t.dtype }), 0.001), 3.001953125, 3],
  ])('%s in float16 and bfloat16 is rounded once', (_, op, half, brain) => {
    for (const [dtype, expected] of [
      ['float16', half],
      ['bfloat16', brain],
    ] as const) {
      const out = op(tensor(h, { dtype }))
      expect([out.dtype, flat(out.toArray()).map((v) => v + 0)]).toEqual([dtype, flat(expected).map((v) => v + 0)])
    }
  })

  const integers = (values: number[], dtype: DType) => tensor(values, { dtype })
  test.each<[string, () => Tensor, DType, unknown]>([
    ['int8 wraps', () => add(integers([100], 'int8'), integers([100], 'int8')), 'int8', [-56]],
    ['int8 and uint8 meet in int16', () => mul(integers([100], 'int8'), integers([200], 'uint8')), 'int16', [20000]],
    ['bool or bool', () => add([true, false], [true, false]), 'bool', [1, 0]],
    ['int64 / int64', () => div(integers([1, 2], 'int64'), integers([2, 4], 'int64')), 'float32', [0.5, 0.5]],
    ['int64 · a plain number', () => mul(integers([1, 2], 'int64'), 2), 'float32', [2, 4]],
    ['int64 · float16', () => mul(integers([1, 2], 'int64'), tensor(2, { dtype: 'float16' })), 'float16', [2, 4]],
    ['exp of int64', () => exp(integers([0, 1], 'int64')), 'float32', [1, Math.fround(Math.E)]],
    ['sigmoid of bool', () => sigmoid([false]), 'float32', [0.5]],
    ['relu of int32', () => relu(integers([-3, 3], 'int32')), 'int32', [0, 3]],
    ['sum of uint8', () => sum(integers([200, 200], 'uint8')), 'int64', 400],
    ['matmul of int64, beyond float32', () => matmul(integers([16777217, 1], 'int64'), integers([1, 2], 'int64')), 'int64', 16777219],
    ['plain numbers beside float64', () => add(tensor([1], { dtype: 'float64' }), [0.1]), 'float64', [1.1]],
  ])('%s', (_, op, dtype, values) => {
    const out = op()
    expect([out.dtype, out.toArray()]).toEqual([dtype, values])
  })

  test('empty tensors', () => {
    const empty = tensor([], { shape: [0, 3], requiresGrad: true })
    const out = [
      add(empty, [1, 2, 3]),
      exp(empty),
      softmax(empty, 0),
      logSoftmax(empty, 1),
      matmul(transpose(empty), empty),
      reshape(empty, [-1, 2]),
    ]
    expect(out.map((t) => t.shape)).toEqual([
      [0, 3],
      [0, 3],
      [0, 3],
      [0, 3],
      [3, 3],
      [0, 2],
    ])
    expect(out[4].toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ])
    sum(matmul(empty, tensor([1, 2, 3]))).backward()
    expect(empty.grad?.shape).toEqual([0, 3])
  })

  test('0-D tensors have one axis for softmax', () => {
    expect([softmax(3, 0).toArray(), softmax(3, -1).toArray(), logSoftmax(3, -1).toArray()]).toEqual([1, 1, 0])
  })
})
