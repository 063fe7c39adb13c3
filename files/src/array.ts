import { FileError } from './errors.ts'

export type ArrayDType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

type ArrayData = Float64Array | Float32Array | Uint16Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array

/**
 * An array as it comes from a file: always C order (the last index varies fastest) and the byte order of the machine.
 *
 * float16 and bfloat16 are their bits in a Uint16Array; bool is a Uint8Array of 0 and 1; every other dtype is the typed array of its name.
 * The shape of a 0-D array is `[]` and its data have one element.
 */
export interface NdArray {
  readonly dtype: ArrayDType
  readonly shape: readonly number[]
  readonly data: ArrayData
}

interface ArrayType {
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayData
}

const ARRAY_TYPES: Readonly<Record<ArrayDType, ArrayType>> = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

export const ARRAY_DTYPES = Object.keys(ARRAY_TYPES) as readonly ArrayDType[]

export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

export function bytesPerElement(dtype: ArrayDType): number {
  return ARRAY_TYPES[dtype].BYTES_PER_ELEMENT
}

/**
 * How many elements a shape has, or undefined if no array can have it: a negative, fractional or unsafe dimension, or too large a product.
 * A dimension of zero does not excuse the others, whose product still has to be a number that strides can be made of.
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let product = 1
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined
    product *= Math.max(size, 1)
    if (product > Number.MAX_SAFE_INTEGER) return undefined
  }
  return shape.includes(0) ? 0 : product
}

/**
 * The elements that `bytes`, all of it, spell. Shares memory with `bytes` where alignment, byte order and (for bool) the values allow it.
 * A bool byte other than 0 becomes 1, which is how NumPy reads it in any arithmetic.
 */
export function dataFromBytes(dtype: ArrayDType, bytes: Uint8Array, littleEndian: boolean): ArrayData {
  const type = ARRAY_TYPES[dtype]
  const size = type.BYTES_PER_ELEMENT
  const swap = size > 1 && littleEndian !== HOST_IS_LITTLE_ENDIAN
  const dirty = dtype === 'bool' && bytes.some((byte) => byte > 1)
  // Not bytes.slice(): on a Node Buffer that is another view of the same memory.
  const source = swap || dirty || bytes.byteOffset % size !== 0 ? new Uint8Array(bytes) : bytes
  if (swap) reverseEach(source, size)
  if (dirty) for (let i = 0; i < source.length; i++) source[i] = source[i] === 0 ? 0 : 1
  return new type(source.buffer, source.byteOffset, source.length / size)
}

/** The readers' door: throws a FileError unless `bytes` is what its type says, since JavaScript callers pass ArrayBuffers and paths. */
export function checkBytes(bytes: Uint8Array, file: string): void {
  const received = Object.prototype.toString.call(bytes).slice('[object '.length, -1)
  if (received === 'Uint8Array') return
  const repair =
    received === 'ArrayBuffer' ? 'new Uint8Array(buffer)' : 'readFileSync(path), or new Uint8Array(await response.arrayBuffer())'
  throw new FileError({ code: 'argument', file, received: `${received} for the bytes`, expected: 'a Uint8Array', repair })
}

/** The bytes of an array's elements in the machine's byte order, as a view; the writers' door: throws a FileError unless the array is what NdArray says. */
export function bytesOfArray(array: NdArray, file: string): Uint8Array {
  const { dtype, shape, data } = array
  const refuse = (code: 'dtype' | 'shape' | 'argument', received: string, expected: string, repair: string) =>
    new FileError({ code, file, received, expected, repair })
  if (!Object.hasOwn(ARRAY_TYPES, dtype)) {
    throw refuse('dtype', `dtype ${JSON.stringify(dtype)}`, ARRAY_DTYPES.join(', '), 'convert the data, and name the dtype they then have')
  }
  const type = ARRAY_TYPES[dtype].name
  const given = Object.prototype.toString.call(data).slice('[object '.length, -1)
  if (given !== type) {
    const repair =
      given === 'Float16Array' && type === 'Uint16Array'
        ? 'pass the bits: new Uint16Array(data.buffer, data.byteOffset, data.length)'
        : `convert it, for example ${type}.from(data)`
    throw refuse('argument', `data of type ${given} for dtype ${dtype}`, `a ${type}`, repair)
  }
  const count = Array.isArray(shape) ? elementCount(shape) : undefined
  if (count === undefined) {
    throw refuse('shape', `shape ${JSON.stringify(shape)}`, 'an array of integers from 0 on', 'give the length of each dimension')
  }
  if (count !== data.length) {
    throw refuse('shape', `${data.length} values for shape [${shape.join(', ')}]`, `${count} values`, 'give the shape that the data have')
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low]
      bytes[low] = bytes[high]
      bytes[high] = byte
    }
  }
}
