import { bfloat16Bits, bfloat16Value, float16Bits, float16Values, narrowToBfloat16, narrowToFloat16 } from './float16.ts'

export type DType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

/** What holds a tensor's elements. float16 and bfloat16 are bits in a `Uint16Array`; bool is 0 or 1 in a `Uint8Array`. */
export type Storage = Float64Array | Float32Array | Uint16Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array

/** Arrays that arithmetic runs on: float64 for float64 tensors, float32 for every other floating-point dtype. */
export type Numbers = Float64Array | Float32Array

interface DTypeFacts {
  /** PyTorch's name of the type in C++ messages. */
  readonly torch: string
  readonly floating: boolean
  readonly bytes: number
  readonly allocate: (length: number) => Storage
}

export const dtypes = {
  float64: { torch: 'Double', floating: true, bytes: 8, allocate: (n) => new Float64Array(n) },
  float32: { torch: 'Float', floating: true, bytes: 4, allocate: (n) => new Float32Array(n) },
  float16: { torch: 'Half', floating: true, bytes: 2, allocate: (n) => new Uint16Array(n) },
  bfloat16: { torch: 'BFloat16', floating: true, bytes: 2, allocate: (n) => new Uint16Array(n) },
  int64: { torch: 'Long', floating: false, bytes: 8, allocate: (n) => new BigInt64Array(n) },
  int32: { torch: 'Int', floating: false, bytes: 4, allocate: (n) => new Int32Array(n) },
  int16: { torch: 'Short', floating: false, bytes: 2, allocate: (n) => new Int16Array(n) },
  int8: { torch: 'Char', floating: false, bytes: 1, allocate: (n) => new Int8Array(n) },
  uint8: { torch: 'Byte', floating: false, bytes: 1, allocate: (n) => new Uint8Array(n) },
  bool: { torch: 'Bool', floating: false, bytes: 1, allocate: (n) => new Uint8Array(n) },
} as const satisfies Record<DType, DTypeFacts>

export const dtypeNames = Object.keys(dtypes) as DType[]

export const isDType = (name: unknown): name is DType => typeof name === 'string' && Object.hasOwn(dtypes, name)

export const isFloating = (dtype: DType): boolean => dtypes[dtype].floating

/** PyTorch's name of a dtype in its messages: `Long` for int64. */
export const torchName = (dtype: DType): string => dtypes[dtype].torch

/** The dtype in which a floating-point dtype is computed. */
export const computeDType = (dtype: DType): 'float64' | 'float32' => (dtype === 'float64' ? 'float64' : 'float32')

export const allocateNumbers = (dtype: DType, length: number): Numbers =>
  dtype === 'float64' ? new Float64Array(length) : new Float32Array(length)

/** One element as a number; int64 beyond 2^53 is rounded to the nearest double. */
export function readElement(storage: Storage, dtype: DType, index: number): number {
  if (dtype === 'float16') return float16Values()[storage[index] as number]
  if (dtype === 'bfloat16') return bfloat16Value(storage[index] as number)
  return Number(storage[index])
}

/** Writes a number as an element, rounded once to nearest even; integers take the integral part. */
export function writeElement(storage: Storage, dtype: DType, index: number, value: number): void {
  if (storage instanceof BigInt64Array) storage[index] = BigInt(Math.trunc(value))
  else if (dtype === 'float16') storage[index] = float16Bits(value)
  else if (dtype === 'bfloat16') storage[index] = bfloat16Bits(value)
  else if (dtype === 'bool') storage[index] = value === 0 ? 0 : 1
  else storage[index] = value
}

/** Whether an element of `dtype` can hold `value`, apart from rounding: integers have a range, and no NaN. */
export function holds(dtype: DType, value: number): boolean {
  if (isFloating(dtype) || dtype === 'bool') return true
  const limit = 2 ** (8 * dtypes[dtype].bytes - (dtype === 'uint8' ? 0 : 1))
  return Math.ceil(value) < limit && Math.floor(value) >= (dtype === 'uint8' ? 0 : -limit)
}

/** The value that `dtype` would store for `value`. */
export function roundToDType(value: number, dtype: DType): number {
  if (dtype === 'float64') return value
  if (dtype === 'float32') return Math.fround(value)
  if (dtype === 'float16') return float16Values()[float16Bits(value)]
  if (dtype === 'bfloat16') return bfloat16Value(bfloat16Bits(value))
  return Math.trunc(value)
}

/** Computed numbers as a tensor's storage, rounded once; float32 and float64 keep the array as it is. */
export function toStorage(values: Numbers, dtype: DType): Storage {
  if (dtype === 'float64' && values instanceof Float64Array) return values
  if (dtype === 'float32' && values instanceof Float32Array) return values
  if (dtype === 'float16' && values instanceof Float32Array) return narrowToFloat16(values)
  if (dtype === 'bfloat16' && values instanceof Float32Array) return narrowToBfloat16(values)
  const storage = dtypes[dtype].allocate(values.length)
  for (let i = 0; i < values.length; i++) writeElement(storage, dtype, i, values[i])
  return storage
}

/**
 * The dtype of an operation on tensors, by PyTorch's rule: tensors with dimensions come before 0-D ones of the same kind
 * (`torch.result_type`, https://docs.pytorch.org/docs/2.13/tensor_attributes.html#type-promotion-doc).
 */
export function resultType(operands: readonly { readonly dtype: DType; readonly shape: readonly number[] }[]): DType {
  const kind = (dtype: DType) => (dtype === 'bool' ? 0 : isFloating(dtype) ? 2 : 1)
  let result: DType = 'bool'
  let rank = -1
  for (const { dtype, shape } of operands) {
    const dimensioned = shape.length > 0 ? 1 : 0
    const mixed = kind(dtype) !== kind(result)
    if (rank < 0 || (mixed && kind(dtype) > kind(result)) || (!mixed && dimensioned > rank)) result = dtype
    else if (!mixed && dimensioned === rank) result = promote(result, dtype)
    if (!mixed || result === dtype) rank = Math.max(mixed ? -1 : rank, dimensioned)
  }
  return result
}

function promote(a: DType, b: DType): DType {
  if (a === b) return a
  if (isFloating(a)) return a === 'float64' || b === 'float64' ? 'float64' : 'float32'
  if ((a === 'uint8' && b === 'int8') || (a === 'int8' && b === 'uint8')) return 'int16'
  const order: readonly DType[] = ['uint8', 'int8', 'int16', 'int32', 'int64']
  return order[Math.max(order.indexOf(a), order.indexOf(b))]
}
