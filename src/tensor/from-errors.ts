import { LossError } from '../errors.ts'
import { pythonType } from '../names.ts'
import { type DType, dtypeNames } from './dtype.ts'
import { listOf, type Shape, sizeOf, tupleOf } from './shape.ts'
import { Tensor } from './tensor.ts'

/** The argument that is being read. `says` is PyTorch's text for a Python type that is no tensor. */
export interface Where {
  readonly fn: string
  readonly argument: string
  readonly says?: (type: string) => string | null
}

export const tooDeep = ({ fn, argument }: Where): LossError =>
  new LossError({
    code: 'array-ragged',
    fn,
    argument,
    received: 'arrays nested more than 64 deep, or in a circle',
    expected: 'at most 64 dimensions',
    repair: 'give flat data with a shape',
    pytorch: 'ValueError: too many dimensions',
  })

export const ragged = (got: number | undefined, wanted: number | undefined, axis: number, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'array-ragged',
    received: got === undefined ? `a number at axis ${axis}` : `${got} entries at axis ${axis}`,
    expected: wanted === undefined ? 'a number there, as in the first row' : `${wanted} entries there, as in the first row`,
    repair: 'give every row the same number of entries (pad, and mask with ignoreIndex or weight)',
    pytorch:
      got === undefined
        ? 'TypeError: not a sequence'
        : wanted === undefined
          ? 'TypeError: must be real number, not list'
          : `ValueError: expected sequence of length ${wanted} at dim ${axis} (got ${got})`,
  })

export const mixed = (kinds: string[], where: Where): LossError =>
  new LossError({
    ...where,
    code: 'argument-type',
    received: `a mixture of ${kinds.join(' and ')}`,
    expected: 'elements of one kind',
    repair: 'make them all numbers, all bigints or all booleans',
    pytorch: null,
  })

export const wrongSize = (length: number, shape: Shape, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'array-size',
    received: `${length} elements for shape ${tupleOf(shape)}`,
    expected: `${sizeOf(shape)} elements`,
    repair: 'give the shape of these data, or all of its data',
    pytorch: `RuntimeError: shape '[${shape.join(', ')}]' is invalid for input of size ${length}`,
  })

const repairs: Readonly<Record<string, string>> = {
  Uint16Array: `say what the bits mean: { data, shape, dtype: 'float16' } or 'bfloat16'; for numbers, Int32Array.from(values)`,
  Uint32Array: 'Int32Array.from(values), or BigInt64Array.from(values, BigInt) for class indices',
  BigUint64Array: 'BigInt64Array.from(values)',
}

export const noDType = (kind: string, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'dtype-unsupported',
    received: `a ${kind}`,
    expected: `one of the dtypes ${dtypeNames.join(', ')}`,
    repair: repairs[kind] ?? 'Float32Array.from(values)',
    pytorch: null,
  })

export const notATensor = (value: unknown, where: Where): LossError => {
  const { fn, argument, says } = where
  const nested = ArrayBuffer.isView(value) || value instanceof Tensor
  const shaped = typeof value === 'object' && value !== null && 'shape' in value && 'dataSync' in value
  return new LossError({
    fn,
    argument,
    code: 'argument-type',
    received: describe(value),
    expected: 'a tensor, a number, nested arrays, a typed array, or an object with data and shape (or dims)',
    repair:
      typeof value === 'function'
        ? 'pass what it returns: nn.Sigmoid()(input), for instance'
        : nested
          ? 'pass plain rows (Array.from, or toArray()), or flat data with a shape'
          : shaped
            ? 'pass { data: t.dataSync(), shape: t.shape }'
            : 'pass the values as one of these',
    pytorch:
      says === undefined ? `TypeError: ${fn}(): argument '${argument}' must be Tensor, not ${pythonType(value)}` : says(pythonType(value)),
  })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`
  if (typeof value !== 'object') return `a ${typeof value}`
  if (ArrayBuffer.isView(value) || value instanceof Tensor) return `a ${value.constructor.name} among the elements`
  return `an object with ${Object.keys(value).slice(0, 6).join(', ') || 'no fields'}`
}

export const badShape = (shape: unknown, where: Where): LossError => {
  const list = Array.isArray(shape) ? shape : []
  const negative = list.find((extent) => extent < 0)
  return new LossError({
    ...where,
    code: 'array-size',
    received: `the shape ${Array.isArray(shape) ? tupleOf(shape) : String(shape)}`,
    expected: 'a shape: an array of integers from 0 on',
    repair: 'shape: [2, 3], for instance',
    pytorch: negative === undefined ? null : `RuntimeError: Trying to create tensor with negative dimension ${negative}: ${listOf(list)}`,
  })
}

export const badStrides = (
  length: number,
  { shape, strides, offset, first, last }: { shape: Shape; strides: readonly number[]; offset: number; first: number; last: number },
  where: Where,
): LossError =>
  new LossError({
    ...where,
    code: 'array-strides',
    received: `${length} elements, of which shape ${tupleOf(shape)}, strides ${tupleOf(strides)} and offset ${offset} reach ${first} to ${last}`,
    expected: 'an integer stride per axis, and data that hold every element of the shape',
    repair: 'give the shape, strides and offset (in elements) of these data',
    pytorch: strides.length === shape.length ? null : 'RuntimeError: mismatch in length of strides and shape',
  })

export const outOfRange = (value: number | bigint, dtype: DType, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'value-unsafe',
    received: String(value),
    expected: `values that ${dtype} can hold`,
    repair: 'a larger dtype, or values within its range',
    pytorch:
      dtype === 'int64' && typeof value === 'bigint'
        ? 'ValueError: Overflow when unpacking long long'
        : `RuntimeError: value cannot be converted to type ${dtype} without overflow`,
  })

export const badOption = (name: string, value: unknown): LossError =>
  new LossError({
    code: ['dtype', 'requiresGrad'].includes(name) ? 'option-type' : 'option-unknown',
    fn: 'tensor',
    argument: name,
    received: String(value),
    expected: { dtype: `one of ${dtypeNames.join(', ')}`, requiresGrad: 'true or false' }[name] ?? 'no option of that name',
    repair: `tensor(values, { dtype: 'float32', shape: [2, 3], requiresGrad: true }), or some of these`,
    pytorch:
      name === 'dtype'
        ? `TypeError: tensor(): argument 'dtype' must be torch.dtype, not ${pythonType(value)}`
        : `TypeError: tensor() got an unexpected keyword argument '${name}'`,
  })
