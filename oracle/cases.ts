import type { LossSpec, OptionSpec } from '../src/spec.ts'
import { type DType, dtypes, readElement, type Storage, writeElement } from '../src/tensor/dtype.ts'
import { rowMajor, type Shape, sizeOf } from '../src/tensor/shape.ts'

/** How the library is given a tensor's elements; PyTorch always gets them contiguous. */
export type Layout = 'transposed' | 'sliced' | 'reversed' | 'offset'

export interface CaseTensor {
  readonly dtype: DType
  readonly shape: Shape
  /** The elements in row-major order: little-endian bytes in base64. */
  readonly data: string
  readonly layout?: Layout
}

/** A question to PyTorch and to the library, as plain JSON. */
export interface Case {
  /** The loss, the chapter of the generator that made it, a number. */
  readonly id: string
  /** The loss in Python's spelling: PyTorch's functional name, where PyTorch has the loss. */
  readonly loss: string
  /** Positional tensors and tensor options, by our name. */
  readonly tensors: Readonly<Record<string, CaseTensor>>
  /** All other options by our name; what JSON cannot hold is written as the strings of `special`. */
  readonly options: Readonly<Record<string, unknown>>
  /** The tensors whose gradients are wanted. */
  readonly requires: readonly string[]
  /** The gradient that flows in: repeated to the size of the result, in its dtype. Ones if left out. */
  readonly upstream?: readonly (number | string)[]
}

/** What PyTorch answers: a value with gradients, or an error. */
export interface Answer {
  readonly loss?: CaseTensor
  readonly grads?: Readonly<Record<string, CaseTensor>>
  readonly error?: { readonly class: string; readonly message: string }
  /** PyTorch gave a loss, but no gradients. */
  readonly backwardError?: { readonly class: string; readonly message: string }
  readonly warnings?: readonly string[]
}

/** Where the oracle finds the function of a case: a module of Python, or our own formulas. */
export interface Question extends Case {
  readonly from: string
}

/** Without the options that PyTorch has no word for. */
export function question(c: Case, spec: LossSpec): Question {
  const options = Object.fromEntries(
    Object.entries(c.options)
      .filter(([name]) => spec.options[name]?.ours !== true)
      .map(([name, value]) => [name, spec.options[name]?.kind === 'function' && value !== null ? { function: value } : value]),
  )
  const tensors = Object.fromEntries(Object.entries(c.tensors).map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data }]))
  return { ...c, from: sourceOf(spec), tensors, options }
}

/** The module of Python that has the function; our own formulas where neither PyTorch nor torchvision has it. */
export const sourceOf = ({ pytorch, library }: LossSpec): string => (pytorch === null ? 'formulas' : (library ?? 'torch.nn.functional'))

const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 }

export const numberOf = (value: number | string): number => (typeof value === 'number' ? value : special[value])

/** A number as JSON can hold it. */
export const jsonNumber = (value: number): number | string =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value)

/** An option's value as the library takes it; a function has a name in a case. */
export const optionValue = (value: unknown, option?: OptionSpec): unknown =>
  option?.kind === 'function' ? (option.named[String(value)] ?? value) : plainValue(value)

const plainValue = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(plainValue) : typeof value === 'string' && Object.hasOwn(special, value) ? special[value] : value

export function encode(dtype: DType, shape: Shape, values: ArrayLike<number>, layout?: Layout): CaseTensor {
  const storage = dtypes[dtype].allocate(values.length)
  for (let i = 0; i < values.length; i++) writeElement(storage, dtype, i, values[i])
  return { dtype, shape, data: base64Of(storage), ...(layout === undefined ? {} : { layout }) }
}

export const base64Of = ({ buffer, byteOffset, byteLength }: Storage): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64')

/** The elements as they are stored, row-major. */
export function storageOf({ dtype, shape, data }: CaseTensor): Storage {
  const storage = dtypes[dtype].allocate(sizeOf(shape))
  const bytes = new Uint8Array(storage.buffer)
  bytes.set(Buffer.from(data, 'base64').subarray(0, bytes.length))
  return storage
}

/** The elements as numbers, row-major. */
export function valuesOf(t: CaseTensor): Float64Array {
  const storage = storageOf(t)
  return Float64Array.from({ length: storage.length }, (_, i) => readElement(storage, t.dtype, i))
}

export interface Laid {
  readonly data: Storage
  readonly dtype: DType
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

/** The tensor as an array of another library would hold it: with strides, an offset, and foreign elements between its own. */
export function laidOut(t: CaseTensor): Laid {
  const { dtype, shape } = t
  const dense = storageOf(t)
  const rank = shape.length
  let strides = rowMajor(shape)
  let offset = 0
  let length = dense.length
  if (t.layout === 'transposed') {
    strides = rowMajor([...shape].reverse()).reverse()
  } else if (t.layout === 'sliced') {
    strides = strides.map((stride) => 2 * stride)
    length = 2 * length
  } else if (t.layout === 'reversed' && rank > 0 && length > 0) {
    offset = (shape[rank - 1] - 1) * strides[rank - 1]
    strides = strides.map((stride, axis) => (axis === rank - 1 ? -stride : stride))
  } else if (t.layout === 'offset') {
    offset = 3
    length += 3
  }
  const data = dtypes[dtype].allocate(length)
  new Uint8Array(data.buffer).fill(dtype === 'bool' ? 1 : 0x7f)
  const counter = shape.map(() => 0)
  for (let i = 0; i < dense.length; i++) {
    data[counter.reduce((sum, at, axis) => sum + at * strides[axis], offset)] = dense[i]
    for (let axis = rank - 1; axis >= 0 && ++counter[axis] === shape[axis]; axis--) counter[axis] = 0
  }
  return { data, dtype, shape, strides, offset }
}
