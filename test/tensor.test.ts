import { describe, expect, test } from 'vitest'
import { crossEntropy, type DType, mseLoss, type TensorLike, tensor } from '../src/index.ts'
import { dtypeNames } from '../src/tensor/dtype.ts'
import { refused } from './support.ts'

/** What `tensor` takes, what it makes of it, and what it refuses. */
const wrong = (value: unknown) => value as never

describe('every form of input', () => {
  const matrix = [
    [1, 2, 3],
    [4, 5, 6],
  ]
  const flat = [1, 2, 3, 4, 5, 6]
  const forms: [string, TensorLike, DType, readonly number[]][] = [
    ['nested arrays', matrix, 'float32', [2, 3]],
    ['bigints', matrix.map((row) => row.map(BigInt)), 'int64', [2, 3]],
    ['Float64Array', Float64Array.from(flat), 'float64', [6]],
    ['Float32Array', Float32Array.from(flat), 'float32', [6]],
    ['BigInt64Array', BigInt64Array.from(flat, BigInt), 'int64', [6]],
    ['Int32Array', Int32Array.from(flat), 'int32', [6]],
    ['Int16Array', Int16Array.from(flat), 'int16', [6]],
    ['Int8Array', Int8Array.from(flat), 'int8', [6]],
    ['Uint8Array', Uint8Array.from(flat), 'uint8', [6]],
    ['Uint8ClampedArray', Uint8ClampedArray.from(flat), 'uint8', [6]],
    ['a Node Buffer', Buffer.from(flat), 'uint8', [6]],
    ['a slice at an odd byte', Buffer.from([9, ...flat]).subarray(1), 'uint8', [6]],
    ['a subclass of a typed array', new (class Mine extends Float32Array {})(flat), 'float32', [6]],
    ['an ONNX Runtime tensor', { data: Float32Array.from(flat), dims: [2, 3], type: 'float32' }, 'float32', [2, 3]],
    ['ONNX with bigint dims', wrong({ data: BigInt64Array.from(flat, BigInt), dims: [2n, 3n], type: 'int64' }), 'int64', [2, 3]],
    ['transformers.js', { data: Float32Array.from(flat), dims: [2, 3], type: 'float32', stride: () => [3, 1] }, 'float32', [2, 3]],
    ['plain data with a shape', { data: flat, shape: [2, 3] }, 'float32', [2, 3]],
    ['a typed array as the shape', wrong({ data: flat, shape: Int32Array.of(2, 3) }), 'float32', [2, 3]],
    ['scijs', { data: Float64Array.from(flat), shape: [2, 3], stride: [3, 1], offset: 0 }, 'float64', [2, 3]],
    ['scijs, transposed', { data: Float64Array.of(1, 4, 2, 5, 3, 6), shape: [2, 3], stride: [1, 2], offset: 0 }, 'float64', [2, 3]],
    ['scijs, reversed', { data: Float32Array.of(6, 5, 4, 3, 2, 1), shape: [2, 3], stride: [-3, -1], offset: 5 }, 'float32', [2, 3]],
    ['a crop at an offset', { data: Int32Array.of(0, 1, 2, 3, 0, 4, 5, 6), shape: [2, 3], strides: [4, 1], offset: 1 }, 'int32', [2, 3]],
    ['another tensor', tensor(matrix, { dtype: 'int16' }), 'int16', [2, 3]],
    // NumPy: np.float16([1, 2, 3, 4, 5, 6]).view(np.uint16)
    ['bits with a name', { data: Uint16Array.of(15360, 16384, 16896, 17408, 17664, 17920), shape: [6], dtype: 'float16' }, 'float16', [6]],
  ]
  test.each(forms)('%s', (_, form, dtype, shape) => {
    const t = tensor(form)
    expect([t.dtype, t.shape]).toEqual([dtype, shape])
    expect(t.toArray()).toEqual(shape.length === 2 ? matrix : flat)
    // and a loss takes it as it is
    if (dtype.startsWith('float')) expect(mseLoss(form, tensor(t, { dtype })).item()).toBe(0)
  })

  test('scalars are 0-D', () => {
    expect([2.5, 3n, true].map((value) => tensor(value)).map((t) => [t.dtype, t.shape, t.item()])).toEqual([
      ['float32', [], 2.5],
      ['int64', [], 3],
      ['bool', [], 1],
    ])
  })

  test('booleans, and bytes that are called so', () => {
    expect(tensor([true, false])).toMatchObject({ dtype: 'bool', data: Uint8Array.of(1, 0) })
    expect(tensor({ data: Uint8Array.of(0, 2), dims: [2], type: 'bool' })).toMatchObject({ dtype: 'bool', data: Uint8Array.of(0, 1) })
  })

  test('a Float16Array, where the engine has it; else an object of that class, made of bits', () => {
    class Float16Array extends Uint16Array {
      override get [Symbol.toStringTag](): 'Uint16Array' {
        return 'Float16Array' as 'Uint16Array'
      }
    }
    const native = (globalThis as { Float16Array?: { from(values: number[]): ArrayBufferView } }).Float16Array
    const t = tensor(native?.from([1, -2]) ?? Float16Array.of(0x3c00, 0xc000))
    expect([t.dtype, t.toArray(), t.data.constructor]).toEqual(['float16', [1, -2], Uint16Array])
  })

  test('empty arrays keep their shape', () => {
    expect([[], [[]], [[], []]].map((values) => tensor(values).shape)).toEqual([[0], [1, 0], [2, 0]])
    expect(tensor({ data: new Float32Array(0), shape: [0, 3], stride: [3, 1], offset: 0 }).toArray()).toEqual([])
  })

  test('a typed array is shared where its dtype stays, and copied where it changes', () => {
    const data = Float32Array.of(1, 2)
    expect(tensor(data).data).toBe(data)
    expect(tensor(tensor(data), { shape: [2, 1] }).data).toBe(data)
    expect(tensor(data, { dtype: 'float64' }).data).toEqual(Float64Array.of(1, 2))
  })

  test('plain integers among the data may be class indices; of a typed or named dtype they may not', () => {
    const scores = [
      [0, 0],
      [0, 0],
    ]
    expect(crossEntropy(scores, { data: [0, 1], shape: [2] }).item()).toBeCloseTo(Math.LN2, 6)
    expect(refused(() => crossEntropy(scores, { data: [0, 1], shape: [2], dtype: 'float32' })).code).toBe('dtype')
  })
})

describe('what is refused, and how it is repaired', () => {
  test.each<[string, () => unknown, string, string]>([
    ['ragged', () => tensor([[1, 2], [3]]), 'array-ragged', 'ValueError: expected sequence of length 2 at dim 1 (got 1)'],
    ['a number among rows', () => tensor([[1, 2], 3]), 'array-ragged', 'TypeError: not a sequence'],
    ['a row among numbers', () => tensor([1.5, [2]]), 'array-ragged', 'TypeError: must be real number, not list'],
    ['too few', () => tensor(new Float32Array(5), { shape: [2, 3] }), 'array-size', `shape '[2, 3]' is invalid for input of size 5`],
    ['negative extents', () => tensor([1, 2], { shape: [-1, -2] }), 'array-size', 'negative dimension -1: [-1, -2]'],
    ['extents of a symbol', () => tensor(wrong({ data: [1, 2], dims: ['batch', 2] })), 'array-size', 'null'],
    ['a number for the shape', () => tensor([1, 2], { shape: wrong(2) }), 'array-size', 'null'],
    ['strides too far', () => tensor({ data: new Float32Array(4), shape: [2, 3], strides: [3, 1] }), 'array-strides', 'null'],
    [
      'strides too few',
      () => tensor({ data: [1, 2, 3, 4], shape: [2, 2], strides: [2] }),
      'array-strides',
      'mismatch in length of strides',
    ],
    ['before the start', () => tensor({ data: [1, 2], shape: [2], strides: [-1] }), 'array-strides', 'null'],
    ['an offset of NaN', () => tensor({ data: [1, 2], shape: [2], offset: NaN }), 'array-strides', 'null'],
    ['Uint16Array', () => tensor(new Uint16Array(2)), 'dtype-unsupported', 'null'],
    ['Uint32Array', () => tensor(new Uint32Array(2)), 'dtype-unsupported', 'null'],
    ['BigUint64Array', () => tensor(new BigUint64Array(2)), 'dtype-unsupported', 'null'],
    ['an unknown dtype', () => tensor([1], { dtype: wrong('float') }), 'option-type', `argument 'dtype' must be torch.dtype, not str`],
    [
      'a misspelt option',
      () => tensor([1], wrong({ requires_grad: true })),
      'option-unknown',
      `unexpected keyword argument 'requires_grad'`,
    ],
    ['null', () => tensor(wrong(null)), 'argument-type', 'RuntimeError: Could not infer dtype of NoneType'],
    ['undefined in a row', () => tensor(wrong([1, undefined])), 'argument-type', 'RuntimeError: Could not infer dtype of NoneType'],
    ['a string', () => tensor(wrong('1')), 'argument-type', `TypeError: new(): invalid data type 'str'`],
    ['typed rows', () => tensor(wrong([Float32Array.of(1), Float32Array.of(2)])), 'argument-type', 'Could not infer dtype of Float32Array'],
    ['numbers and bigints', () => tensor([1, 2n]), 'argument-type', 'null'],
    ['300 as uint8', () => tensor([300], { dtype: 'uint8' }), 'value-unsafe', 'value cannot be converted to type uint8 without overflow'],
    ['-0.5 as uint8', () => tensor([-0.5], { dtype: 'uint8' }), 'value-unsafe', 'cannot be converted to type uint8'],
    ['127.5 as int8', () => tensor([127.5], { dtype: 'int8' }), 'value-unsafe', 'cannot be converted to type int8'],
    ['NaN as int64', () => tensor(Float32Array.of(NaN), { dtype: 'int64' }), 'value-unsafe', 'cannot be converted to type int64'],
    ['2^63', () => tensor(2n ** 63n), 'value-unsafe', 'ValueError: Overflow when unpacking long long'],
    ['a gradient of integers', () => tensor([1n], { requiresGrad: true }), 'not-differentiable', 'Only Tensors of floating point'],
  ])('%s', (_, call, code, pytorch) => {
    const error = refused(call)
    expect(error.code).toBe(code)
    expect(String(error.pytorch)).toContain(pytorch)
  })

  test('a tfjs tensor is shown the way', () => {
    const tfjs = { shape: [2], dtype: 'float32', dataSync: () => Float32Array.of(1, 2), data: async () => Float32Array.of(1, 2) }
    expect(refused(() => tensor(wrong(tfjs))).repair).toBe('pass { data: t.dataSync(), shape: t.shape }')
  })
})

describe('conversion', () => {
  test('the integral part in an integer dtype, any number but 0 in bool', () => {
    expect(tensor([1.9, -1.9, -0], { dtype: 'int32' }).data).toEqual(Int32Array.of(1, -1, 0))
    expect(tensor([0, -0, 0.1, NaN], { dtype: 'bool' }).toArray()).toEqual([0, 0, 1, 1])
  })

  test('int64 beyond 2^53: exact in storage, rounded as floating point, refused as a number', () => {
    const large = tensor([2n ** 53n + 1n])
    expect(large.data).toEqual(BigInt64Array.of(9007199254740993n))
    expect(tensor(large, { dtype: 'float64' }).item()).toBe(2 ** 53)
    expect([refused(() => large.item()).code, refused(() => large.toArray()).code]).toEqual(['value-unsafe', 'value-unsafe'])
  })

  test('a view is read through its strides, and reshaped in its own order', () => {
    const view = { data: [1, 2, 3, 4, 5, 6], shape: [3, 2], strides: [1, 3] }
    expect(tensor(view, { dtype: 'int8' }).toArray()).toEqual(tensor(view).toArray())
    expect(tensor(view, { shape: [2, 3] }).toArray()).toEqual([
      [1, 4, 2],
      [5, 3, 6],
    ])
  })

  test('a view of three axes in another order, each beside the other', () => {
    const data = Array.from({ length: 24 }, (_, i) => i)
    const permuted = tensor({ data, shape: [4, 2, 3], strides: [1, 12, 4] }) // (2, 3, 4) with its last axis first
    const expected = data.slice(0, 4).map((k) => [0, 1].map((i) => [0, 1, 2].map((j) => 12 * i + 4 * j + k)))
    expect(permuted.toArray()).toEqual(expected)
    expect(tensor(permuted, { dtype: 'int16' }).data).toEqual(Int16Array.from(expected.flat(2)))
  })

  test('is on the tape, as t.to(dtype) is; requiresGrad makes a leaf', () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true })
    const y = tensor(x, { dtype: 'float64', shape: [2, 2] })
    mseLoss(y, tensor(new Float64Array(4), { shape: [2, 2] }), { reduction: 'sum' }).backward()
    expect([x.grad?.dtype, x.grad?.toArray()]).toEqual(['float32', [2, 4, 6, 8]])
    expect([tensor(x, { dtype: 'int32' }).requiresGrad, tensor(x, { requiresGrad: false }).requiresGrad]).toEqual([false, false])
    expect(tensor(y, { requiresGrad: true }).node).toBeNull()
  })

  test('item and toArray of every dtype', () => {
    for (const dtype of dtypeNames) {
      const t = tensor([[1], [0]], { dtype })
      expect([t.toArray(), tensor(1, { dtype }).item()], dtype).toEqual([[[1], [0]], 1])
    }
    const error = refused(() => tensor([1, 2]).item())
    expect([error.code, error.pytorch]).toEqual(['not-scalar', 'RuntimeError: a Tensor with 2 elements cannot be converted to Scalar'])
  })
})
