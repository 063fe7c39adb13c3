import { LossError } from '../errors.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, type DType, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { listOf, type Shape, sizeOf, tupleOf } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { copyOf, isContiguous } from '../tensor/view.ts'
import { notIntegers } from './dims.ts'
import { arithmetic, column, exact, operand, operands, refusedDType, result } from './shared.ts'

/** The same elements in another shape, in row-major order; one extent may be −1. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const input = operand('reshape', 'x', x)
  const refused = refusal(shape, input.size)
  if (refused !== null) throw notThatShape(shape, input.size, refused)
  const known = sizeOf(shape.filter((extent) => extent !== -1))
  const wanted = shape.map((extent) => (extent === -1 ? input.size / known : extent))
  const node = record('reshape', [input], (g) => [reshape(g, input.shape)])
  const { dtype, plain } = input
  if (isContiguous(input)) return new Tensor({ data: input.data, dtype, shape: wanted, offset: input.offset, plain, node })
  return new Tensor({ data: copyOf(input), dtype, shape: wanted, plain, node })
}

/** Why `size` elements do not take a shape, as PyTorch says it; null where they do. */
function refusal(shape: Shape, size: number): string | null {
  const odd = notIntegers('reshape', 'shape', shape)
  if (odd !== null) return odd
  const invalid = shape.find((extent) => extent < -1)
  if (invalid !== undefined)
    return `RuntimeError: invalid shape dimension ${invalid} at index ${shape.indexOf(invalid)} of shape ${listOf(shape)}`
  const known = shape.filter((extent) => extent !== -1)
  const unknown = shape.length - known.length
  if (unknown > 1) return 'RuntimeError: only one dimension can be inferred'
  if (unknown === 1 && size === 0 && sizeOf(known) === 0) {
    return `RuntimeError: cannot reshape tensor of 0 elements into shape ${listOf(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`
  }
  const fits = unknown === 0 ? sizeOf(known) === size : size % sizeOf(known) === 0
  return fits ? null : `RuntimeError: shape '${listOf(shape)}' is invalid for input of size ${size}`
}

const notThatShape = (shape: unknown, size: number, pytorch: string): LossError =>
  new LossError({
    code: 'array-size',
    fn: 'reshape',
    argument: 'shape',
    received: `shape ${Array.isArray(shape) ? tupleOf(shape) : String(shape)} for ${size} elements`,
    expected: `an array of extents whose product is ${size}`,
    repair: `reshape(x, [-1]) for one axis of all elements`,
    pytorch,
  })

/** The matrix product (N, K) · (K, M) → (N, M) of one dtype; a vector stands for a row on the left and a column on the right. */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const { left, right } = operands('matmul', a, b)
  const rows = left.rank === 1 ? reshape(left, [1, left.size]) : left
  const columns = right.rank === 1 ? reshape(right, [right.size, 1]) : right
  if (rows.rank !== 2 || columns.rank !== 2 || rows.shape[1] !== columns.shape[0]) throw notMultipliable(left, right)
  if (left.dtype !== right.dtype) throw mixedDTypes(left, right)
  if (left.dtype === 'bool')
    throw refusedDType('matmul', 'bool', `NotImplementedError: ${kernelOf(left, right)} not implemented for 'Bool'`)
  const shape = [...(left.rank === 1 ? [] : [rows.shape[0]]), ...(right.rank === 1 ? [] : [columns.shape[1]])]
  return reshape(product(rows, columns), shape)
}

function product(a: Tensor, b: Tensor): Tensor {
  const [n, k] = a.shape
  const m = b.shape[1]
  const { dtype } = a
  const x = column('matmul', a, dtype)
  const y = column('matmul', b, dtype)
  const z = allocateNumbers(arithmetic(dtype), n * m)
  const row = new Float64Array(m)
  for (let i = 0; i < n; i++) {
    row.fill(0)
    for (let j = 0; j < k; j++) for (let c = 0; c < m; c++) row[c] += x[i * k + j] * y[j * m + c]
    z.set(row, i * m)
  }
  const node = record('matmul', [a, b], (g) => [
    a.requiresGrad ? product(g, transpose(b)) : null,
    b.requiresGrad ? product(transpose(a), g) : null,
  ])
  return result(exact('matmul', z, dtype), dtype, [n, m], node)
}

/** The two axes of a matrix exchanged, as a view. */
export function transpose(x: Tensor): Tensor {
  const { data, dtype, offset, shape, strides } = x
  const node = record('transpose', [x], (g) => [transpose(g)])
  return new Tensor({ data, dtype, offset, shape: [shape[1], shape[0]], strides: [strides[1], strides[0]], node })
}

const notMultipliable = (a: Tensor, b: Tensor): LossError =>
  new LossError({
    code: 'shape',
    fn: 'matmul',
    argument: 'b',
    received: `shapes ${tupleOf(a.shape)} and ${tupleOf(b.shape)}`,
    expected: '(N, K) and (K, M): matrices or vectors with equal inner extents',
    repair: 'transpose or reshape one of them',
    pytorch: shapesRefused(a, b),
  })

/** PyTorch's text for shapes that do not multiply; null where it multiplies batches of matrices, which this library does not. */
function shapesRefused(a: Tensor, b: Tensor): string | null {
  const rank = `${a.rank}D and ${b.rank}D`
  if (a.rank === 0 || b.rank === 0) return `RuntimeError: both arguments to matmul need to be at least 1D, but they are ${rank}`
  if (a.rank > 2 || b.rank > 2) return null
  if (a.rank === 1 && b.rank === 1) {
    return `RuntimeError: inconsistent tensor size, expected tensor ${listOf(a.shape)} and src ${listOf(b.shape)} to have the same number of elements, but got ${a.size} and ${b.size} elements respectively`
  }
  if (b.rank === 1) return `RuntimeError: size mismatch, got input (${a.shape[0]}), mat (${a.shape.join('x')}), vec (${b.size})`
  const rows = a.rank === 1 ? [1, a.size] : a.shape
  return `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${rows.join('x')} and ${b.shape.join('x')})`
}

const mixedDTypes = (a: Tensor, b: Tensor): LossError =>
  new LossError({
    code: 'dtype',
    fn: 'matmul',
    argument: 'b',
    received: `${a.dtype} and ${b.dtype}`,
    expected: 'two operands of one dtype',
    repair: `tensor(b, { dtype: '${a.dtype}' })`,
    pytorch: `RuntimeError: ${
      b.rank === 2
        ? `expected m1 and m2 to have the same dtype, but got: ${cppNames[a.dtype]} != ${cppNames[b.dtype]}`
        : a.rank === 1
          ? `dot : expected both vectors to have same dtype, but found ${torchName(a.dtype)} and ${torchName(b.dtype)}`
          : `addmv input tensors must have the same dtype, but got ${torchName(b.dtype)}, ${torchName(a.dtype)}, and ${torchName(b.dtype)}`
    }`,
  })

const kernelOf = (a: Tensor, b: Tensor): string => (b.rank === 2 ? '"addmm_impl_cpu_"' : a.rank === 1 ? '"dot"' : '"addmv_impl_cpu"')

export const cppNames: Readonly<Record<DType, string>> = {
  float64: 'double',
  float32: 'float',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  int64: 'long int',
  int32: 'int',
  int16: 'short int',
  int8: 'signed char',
  uint8: 'unsigned char',
  bool: 'bool',
}
