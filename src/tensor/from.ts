import { LossError } from '../errors.ts'
import { type DType, dtypeNames, dtypes, isDType, type Storage, writeElement } from './dtype.ts'
import { rowMajor, type Shape, sizeOf, tupleOf } from './shape.ts'
import { Tensor } from './tensor.ts'

export type NestedInput = number | bigint | boolean | readonly NestedInput[]

/** An array of another library: flat data with a shape, and strides (in elements) where it is not row-major. */
export interface ArrayLike {
  readonly data: ArrayLike1D
  readonly shape?: readonly number[]
  readonly dims?: readonly number[]
  readonly strides?: unknown
  readonly stride?: unknown
  readonly offset?: number
  readonly dtype?: unknown
  readonly type?: unknown
}

/** A typed array (`Float16Array` too, where the engine has it) or a flat array of numbers. */
export type ArrayLike1D = ArrayBufferView | readonly number[] | readonly bigint[] | readonly boolean[]

/** Whatever a loss takes as a tensor. */
export type TensorLike = Tensor | NestedInput | ArrayBufferView | ArrayLike

export interface TensorOptions {
  /** Found from the values where it is left out: typed arrays keep theirs, plain numbers are float32, bigints int64, booleans bool. */
  readonly dtype?: DType
  /** The shape of flat data; nested arrays have theirs. */
  readonly shape?: Shape
  /** Whether `backward` fills `grad`. Floating-point dtypes only. */
  readonly requiresGrad?: boolean
}

/**
 * Makes a tensor of numbers, nested arrays, a typed array, or another library's array.
 *
 * A typed array is not copied where its dtype stays. Throws LossError for ragged arrays, for data that do not fill the shape,
 * and for dtypes that PyTorch's losses do not have.
 *
 * @example
 * const t = tensor([[1, 2], [3, 4]])
 * t.shape // => [2, 2]
 * t.dtype // => 'float32'
 */
export function tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
  return tensorFrom(values, options, 'tensor', 'values', 'float32')
}

/** As `tensor`, for the argument `argument` of `fn`; plain numbers take `plainDType`. `says` is PyTorch's text for a Python type that is no tensor. */
export function tensorFrom(
  values: unknown,
  options: TensorOptions,
  fn: string,
  argument: string,
  plainDType: DType,
  says?: (type: string) => string,
): Tensor {
  const where = { fn, argument, says }
  if (values instanceof Tensor) return fromTensor(values, options)
  if (ArrayBuffer.isView(values)) return fromFlat(values, options.shape, options, where, plainDType)
  if (isArrayLike(values)) return fromArrayLike(values, options, where, plainDType)
  if (Array.isArray(values) || isScalar(values)) return fromNested(values as NestedInput, options, where, plainDType)
  throw notATensor(values, where)
}

/** Whether `value` is something that `tensor` takes, or nearly: an object with data or a shape. */
export const isTensorLike = (value: unknown): boolean =>
  value instanceof Tensor || ArrayBuffer.isView(value) || Array.isArray(value) || isArrayLike(value)

interface Where {
  readonly fn: string
  readonly argument: string
  readonly says?: (type: string) => string
}

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'

const isArrayLike = (value: unknown): value is ArrayLike => {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false
  return (ArrayBuffer.isView(value.data) || Array.isArray(value.data)) && ('shape' in value || 'dims' in value)
}

function fromTensor(values: Tensor, { dtype = values.dtype, requiresGrad, shape = values.shape }: TensorOptions): Tensor {
  if (dtype === values.dtype && requiresGrad === undefined && shape === values.shape) return values
  const { data, strides, offset } = values
  if (dtype === values.dtype && shape === values.shape) return new Tensor({ data, dtype, shape, strides, offset, requiresGrad })
  return fromNested(values.toArray() as NestedInput, { dtype, requiresGrad, shape }, { fn: 'tensor', argument: 'values' }, dtype)
}

function fromArrayLike(values: ArrayLike, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  const shape = options.shape ?? values.shape ?? values.dims ?? []
  const given = values.dtype ?? values.type
  const dtype = options.dtype ?? (isDType(given) ? given : undefined)
  const strides = [values.strides, values.stride].find((s): s is number[] => Array.isArray(s) && s.length === shape.length)
  const offset = values.offset ?? 0
  const flat = fromFlat(values.data, undefined, { ...options, dtype, shape: undefined }, where, plainDType)
  const steps = strides ?? rowMajor(shape)
  const reach = shape.map((extent, axis) => (extent - 1) * steps[axis])
  const first = offset + reach.reduce((sum, step) => sum + Math.min(step, 0), 0)
  const last = offset + reach.reduce((sum, step) => sum + Math.max(step, 0), 0)
  if (sizeOf(shape) > 0 && (first < 0 || last >= flat.data.length)) {
    throw new LossError({
      ...where,
      code: 'array-strides',
      received: `${flat.data.length} elements, of which shape ${tupleOf(shape)}, strides ${tupleOf(steps)} and offset ${offset} reach ${first} to ${last}`,
      expected: 'data that hold every element of the shape',
      repair: 'give the shape, strides and offset (in elements) of these data',
      pytorch: null,
    })
  }
  if (strides === undefined && offset === 0 && sizeOf(shape) !== flat.data.length) throw wrongSize(flat.data.length, shape, where)
  return new Tensor({ data: flat.data, dtype: flat.dtype, shape: [...shape], strides: steps, offset, requiresGrad: options.requiresGrad })
}

function fromFlat(flat: ArrayLike1D, shape: Shape | undefined, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  if (!ArrayBuffer.isView(flat)) return reshaped(fromNested(flat as NestedInput, options, where, plainDType), shape, where)
  const { storage, dtype } = storageOf(flat, options.dtype, where)
  const extent = [storage.length]
  return reshaped(new Tensor({ data: storage, dtype, shape: extent, requiresGrad: options.requiresGrad }), shape, where)
}

function reshaped(flat: Tensor, shape: Shape | undefined, where: Where): Tensor {
  if (shape === undefined) return flat
  if (sizeOf(shape) !== flat.size) throw wrongSize(flat.size, shape, where)
  return new Tensor({ data: flat.data, dtype: flat.dtype, shape: [...shape], requiresGrad: flat.requiresGrad, plain: flat.plain })
}

/** A typed array as a tensor's storage, converted where another dtype is asked for. */
function storageOf(view: ArrayBufferView, wanted: DType | undefined, where: Where): { storage: Storage; dtype: DType } {
  const kind = view.constructor.name
  if (kind === 'Uint16Array' && (wanted === 'float16' || wanted === 'bfloat16')) return { storage: view as Uint16Array, dtype: wanted }
  const own = dtypeOfArray[kind]
  if (own === undefined) throw noDType(kind, where)
  const bits = kind === 'Float16Array' || kind === 'Uint8ClampedArray'
  const storage = (bits ? rawOf(view, dtypes[own].bytes) : view) as Storage
  if (wanted === undefined || wanted === own || (wanted === 'bool' && own === 'uint8')) return { storage, dtype: wanted ?? own }
  const converted = dtypes[wanted].allocate(storage.length)
  const from = new Tensor({ data: storage, dtype: own, shape: [storage.length] }).toArray() as number[]
  for (let i = 0; i < from.length; i++) writeElement(converted, wanted, i, from[i])
  return { storage: converted, dtype: wanted }
}

const dtypeOfArray: Readonly<Record<string, DType | undefined>> = {
  Float64Array: 'float64',
  Float32Array: 'float32',
  Float16Array: 'float16',
  BigInt64Array: 'int64',
  Int32Array: 'int32',
  Int16Array: 'int16',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Buffer: 'uint8',
}

const rawOf = (view: ArrayBufferView, bytes: number): Storage =>
  bytes === 2
    ? new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2)
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

function fromNested(values: NestedInput, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  const shape: number[] = []
  for (let level: NestedInput = values; Array.isArray(level); level = level[0]) shape.push(level.length)
  const flat: (number | bigint | boolean)[] = []
  flatten(values, shape, 0, flat, where)
  const kinds = new Set(flat.map((value) => typeof value))
  if (kinds.size > 1) throw mixed([...kinds], where)
  const plain = options.dtype === undefined && !kinds.has('bigint') && !kinds.has('boolean')
  const dtype = options.dtype ?? (kinds.has('bigint') ? 'int64' : kinds.has('boolean') ? 'bool' : plainDType)
  const data = dtypes[dtype].allocate(flat.length)
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i]
    if (data instanceof BigInt64Array && typeof value === 'bigint') data[i] = value
    else writeElement(data, dtype, i, Number(value))
  }
  const made = new Tensor({ data, dtype, shape, requiresGrad: options.requiresGrad, plain })
  return reshaped(made, options.shape, where)
}

function flatten(level: unknown, shape: Shape, axis: number, flat: (number | bigint | boolean)[], where: Where): void {
  if (axis === shape.length) {
    if (!isScalar(level)) throw Array.isArray(level) ? ragged(level.length, undefined, axis, where) : notATensor(level, where)
    flat.push(level as number)
    return
  }
  const row = level as readonly unknown[]
  const length = Array.isArray(level) ? row.length : undefined
  if (length !== shape[axis]) throw ragged(length, shape[axis], axis, where)
  for (let i = 0; i < shape[axis]; i++) flatten(row[i], shape, axis + 1, flat, where)
}

const ragged = (got: number | undefined, wanted: number | undefined, axis: number, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'array-ragged',
    received: got === undefined ? `a number at axis ${axis}` : `${got} entries at axis ${axis}`,
    expected: wanted === undefined ? 'a number there, as in the first row' : `${wanted} entries there, as in the first row`,
    repair: 'give every row the same number of entries (pad, and mask with ignoreIndex or weight)',
    pytorch: `ValueError: expected sequence of length ${wanted ?? 0} at dim ${axis} (got ${got ?? 0})`,
  })

const mixed = (kinds: string[], where: Where): LossError =>
  new LossError({
    ...where,
    code: 'argument-type',
    received: `a mixture of ${kinds.join(' and ')}`,
    expected: 'elements of one kind',
    repair: 'make them all numbers, all bigints or all booleans',
    pytorch: null,
  })

const wrongSize = (length: number, shape: Shape, where: Where): LossError =>
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

const noDType = (kind: string, where: Where): LossError =>
  new LossError({
    ...where,
    code: 'dtype-unsupported',
    received: `a ${kind}`,
    expected: `one of the dtypes ${dtypeNames.join(', ')}`,
    repair: repairs[kind] ?? 'Float32Array.from(values)',
    pytorch: null,
  })

const notATensor = (value: unknown, where: Where): LossError => {
  const { fn, argument, says } = where
  const shaped = typeof value === 'object' && value !== null && 'shape' in value && 'dataSync' in value
  return new LossError({
    fn,
    argument,
    code: 'argument-type',
    received: describe(value),
    expected: 'a tensor, a number, nested arrays, a typed array, or an object with data and shape (or dims)',
    repair: shaped ? 'pass { data: t.dataSync(), shape: t.shape }' : 'pass the values as one of these',
    pytorch:
      says === undefined ? `TypeError: ${fn}(): argument '${argument}' must be Tensor, not ${pythonType(value)}` : says(pythonType(value)),
  })
}

const pythonType = (value: unknown): string =>
  value === null || value === undefined ? 'NoneType' : typeof value === 'string' ? 'str' : typeof value

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`
  if (typeof value !== 'object') return `a ${typeof value}`
  return `an object with ${Object.keys(value).slice(0, 6).join(', ') || 'no fields'}`
}
