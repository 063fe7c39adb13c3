import { record } from './autograd.ts'
import { type DType, dtypes, holds, isDType, isFloating, readElement, type Storage, writeElement } from './dtype.ts'
import {
  badOption,
  badShape,
  badStrides,
  mixed,
  noDType,
  notATensor,
  outOfRange,
  ragged,
  tooDeep,
  type Where,
  wrongSize,
} from './from-errors.ts'
import { rowMajor, type Shape, sameShape, sizeOf } from './shape.ts'
import { Tensor } from './tensor.ts'
import { copyOf, forEachIndex, isContiguous, type View } from './view.ts'

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
 * Makes a tensor of numbers, nested arrays, a typed array, another library's array, or another tensor.
 *
 * A typed array is not copied where its dtype stays. A tensor keeps its place on the tape: `tensor(t, { dtype: 'float64' })` is PyTorch's
 * `t.to(torch.float64)`; with `requiresGrad` given it is a leaf instead. Throws LossError for ragged arrays, for data that do not fill the
 * shape, for numbers outside an integer dtype's range, and for dtypes that PyTorch's losses do not have.
 *
 * @example
 * const t = tensor([[1, 2], [3, 4]])
 * t.shape // => [2, 2]
 * t.dtype // => 'float32'
 */
export function tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !(Object.hasOwn(isOption, name) && isOption[name as keyof TensorOptions](value)))
      throw badOption(name, value)
  }
  return tensorFrom(values, options, 'tensor', 'values', 'float32', (type) =>
    type === 'str' ? `TypeError: new(): invalid data type 'str'` : `RuntimeError: Could not infer dtype of ${type}`,
  )
}

const isOption = {
  dtype: isDType,
  shape: () => true, // looked at where it is used
  requiresGrad: (value: unknown) => typeof value === 'boolean',
} satisfies Record<keyof TensorOptions, (value: unknown) => boolean>

/** As `tensor`, for the argument `argument` of `fn`; plain numbers take `plainDType`. `says` is PyTorch's text for a Python type that is no tensor. */
export function tensorFrom(
  values: unknown,
  options: TensorOptions,
  fn: string,
  argument: string,
  plainDType: DType,
  says?: (type: string) => string | null,
): Tensor {
  const where = { fn, argument, says }
  if (values instanceof Tensor) return fromTensor(values, options, where)
  if (ArrayBuffer.isView(values)) return fromFlat(values, options, where, plainDType)
  if (isArrayLike(values)) return fromArrayLike(values, options, where, plainDType)
  if (Array.isArray(values) || isScalar(values)) return fromNested(values as NestedInput, options, where, plainDType)
  throw notATensor(values, where)
}

/** Whether `value` is something that `tensor` takes, or nearly: an object with data or a shape. */
export const isTensorLike = (value: unknown): boolean =>
  value instanceof Tensor || ArrayBuffer.isView(value) || Array.isArray(value) || isArrayLike(value)

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'

const isArrayLike = (value: unknown): value is ArrayLike => {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false
  return (ArrayBuffer.isView(value.data) || Array.isArray(value.data)) && ('shape' in value || 'dims' in value)
}

/** A tensor in another dtype or shape, on the tape; or as a leaf, where `requiresGrad` says what it is to be. */
function fromTensor(values: Tensor, options: TensorOptions, where: Where): Tensor {
  const { dtype = values.dtype, requiresGrad } = options
  const shape = options.shape === undefined ? values.shape : extentsOf(options.shape, where)
  const { data, strides, offset } = values
  if (dtype === values.dtype && sameShape(shape, values.shape)) {
    return requiresGrad === undefined ? values : new Tensor({ data, dtype, shape, strides, offset, requiresGrad })
  }
  if (sizeOf(shape) !== values.size) throw wrongSize(values.size, shape, where)
  const taped = requiresGrad === undefined && isFloating(dtype)
  const back = { dtype: values.dtype, shape: values.shape }
  const node = taped ? record('tensor', [values], (g) => [fromTensor(g, back, where)]) : null
  const plain = values.plain && options.dtype === undefined
  if (dtype === values.dtype && isContiguous(values)) return new Tensor({ data, dtype, shape, offset, requiresGrad, plain, node })
  return new Tensor({ data: converted(values, dtype, where), dtype, shape, requiresGrad, plain, node })
}

function fromArrayLike(values: ArrayLike, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  const shape = extentsOf(values.shape ?? values.dims ?? [], where)
  const given = values.dtype ?? values.type
  // what the object says its data are; then what the caller wants of them
  const flat = fromFlat(values.data, { dtype: isDType(given) ? given : options.dtype }, where, plainDType)
  const { offset = 0 } = values
  const listed = [values.strides, values.stride].find(isList) // a function is a method: `stride(axis)` of a row-major tensor
  const strides = listed === undefined ? rowMajor(shape) : Array.from(listed, Number)
  const reach = shape.map((extent, axis) => (extent - 1) * strides[axis])
  const first = offset + reach.reduce((sum, step) => sum + Math.min(step, 0), 0)
  const last = offset + reach.reduce((sum, step) => sum + Math.max(step, 0), 0)
  const integers = strides.length === shape.length && [offset, ...strides].every(Number.isSafeInteger)
  if (listed === undefined && offset === 0 && sizeOf(shape) !== flat.size) throw wrongSize(flat.size, shape, where)
  if (!integers || (sizeOf(shape) > 0 && (first < 0 || last >= flat.size)))
    throw badStrides(flat.size, { shape, strides, offset, first, last }, where)
  return fromTensor(new Tensor({ data: flat.data, dtype: flat.dtype, shape, strides, offset, plain: flat.plain }), options, where)
}

function fromFlat(flat: ArrayLike1D, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  if (!ArrayBuffer.isView(flat)) return fromNested(flat as NestedInput, options, where, plainDType)
  return fromTensor(storageOf(flat, options.dtype, where), options, where)
}

/** A typed array's elements as they are. `wanted` tells what the bits of a Uint16Array mean, and whether bytes are booleans. */
function storageOf(view: ArrayBufferView, wanted: DType | undefined, where: Where): Tensor {
  const kind = kindOf(view)
  const bits = kind === 'Uint16Array' && (wanted === 'float16' || wanted === 'bfloat16')
  const own = bits ? wanted : dtypeOfArray[kind]
  if (own === undefined) throw noDType(kind, where)
  const length = view.byteLength / dtypes[own].bytes
  const raw = bits || (own !== 'float16' && own !== 'uint8') ? (view as Storage) : rawOf(view, length)
  const dtype = wanted === 'bool' && own === 'uint8' && (raw as Uint8Array).every((byte) => byte <= 1) ? wanted : own
  return new Tensor({ data: raw, dtype, shape: [length] })
}

/** `Float32Array`; of a subclass (Node's Buffer) and of another realm too. */
const kindOf = (view: ArrayBufferView): string => Object.prototype.toString.call(view).slice(8, -1)

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
}

/** The same memory as plain bits or bytes. */
function rawOf(view: ArrayBufferView, length: number): Storage {
  if (view.constructor === Uint8Array) return view as Uint8Array
  return view.byteLength === length
    ? new Uint8Array(view.buffer, view.byteOffset, length)
    : new Uint16Array(view.buffer, view.byteOffset, length)
}

/** The elements in row-major order in another dtype, each rounded once; in integer dtypes the integral part. */
function converted(view: View, dtype: DType, where: Where): Storage {
  if (dtype === view.dtype) return copyOf(view)
  const storage = dtypes[dtype].allocate(sizeOf(view.shape))
  forEachIndex(view, (index, position) => write(storage, dtype, position, readElement(view.data, view.dtype, index), where))
  return storage
}

function write(storage: Storage, dtype: DType, index: number, value: number | bigint, where: Where): void {
  const whole = typeof value === 'bigint' && storage instanceof BigInt64Array
  if (whole ? BigInt.asIntN(64, value) !== value : !holds(dtype, Number(value))) throw outOfRange(value, dtype, where)
  if (whole) storage[index] = value
  else writeElement(storage, dtype, index, Number(value))
}

function fromNested(values: NestedInput, options: TensorOptions, where: Where, plainDType: DType): Tensor {
  const own: number[] = []
  for (let level: NestedInput = values; Array.isArray(level); level = level[0]) {
    if (own.push(level.length) > 64) throw tooDeep(where)
  }
  const flat: (number | bigint | boolean)[] = []
  flatten(values, own, 0, flat, where)
  const kinds = new Set(flat.map((value) => typeof value))
  if (kinds.size > 1) throw mixed([...kinds], where)
  const plain = options.dtype === undefined && !kinds.has('bigint') && !kinds.has('boolean')
  const dtype = options.dtype ?? (kinds.has('bigint') ? 'int64' : kinds.has('boolean') ? 'bool' : plainDType)
  const shape = options.shape === undefined ? own : extentsOf(options.shape, where)
  if (sizeOf(shape) !== flat.length) throw wrongSize(flat.length, shape, where)
  const data = dtypes[dtype].allocate(flat.length)
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i]
    write(data, dtype, i, typeof value === 'boolean' ? Number(value) : value, where)
  }
  return new Tensor({ data, dtype, shape, requiresGrad: options.requiresGrad, plain })
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

const isList = (value: unknown): value is globalThis.ArrayLike<number> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)

/** A shape as numbers: ONNX and others give bigints. */
function extentsOf(shape: unknown, where: Where): Shape {
  const extents = isList(shape) ? Array.from(shape, (extent: unknown) => (typeof extent === 'bigint' ? Number(extent) : extent)) : []
  if (!isList(shape) || !extents.every((extent) => Number.isSafeInteger(extent) && Number(extent) >= 0)) throw badShape(shape, where)
  return extents as number[]
}
