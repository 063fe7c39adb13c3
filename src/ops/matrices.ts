import { LossError } from '../errors.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, resultType } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { type Shape, sizeOf, tupleOf } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { copyOf, isContiguous, numbersOf } from '../tensor/view.ts'
import { cast, operand, operands, result } from './shared.ts'

/** The same elements in another shape, in row-major order; one extent may be −1. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const input = operand('reshape', 'x', x)
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  const wanted = shape.map((extent) => (extent === -1 ? input.size / known : extent))
  if (sizeOf(wanted) !== input.size || wanted.some((extent) => !Number.isInteger(extent) || extent < 0)) {
    throw new LossError({
      code: 'array-size',
      fn: 'reshape',
      argument: 'shape',
      received: `shape ${tupleOf(shape)} for ${input.size} elements`,
      expected: `a shape of ${input.size} elements`,
      repair: `reshape(x, [-1]) for one axis of all elements`,
      pytorch: `RuntimeError: shape '[${shape.join(', ')}]' is invalid for input of size ${input.size}`,
    })
  }
  const node = record('reshape', [input], (g) => [reshape(g, input.shape)])
  if (isContiguous(input)) {
    return new Tensor({ data: input.data, dtype: input.dtype, shape: wanted, offset: input.offset, plain: input.plain, node })
  }
  return new Tensor({ data: copyOf(input), dtype: input.dtype, shape: wanted, plain: input.plain, node })
}

/** The matrix product (N, K) · (K, M) → (N, M); a vector stands for a row on the left and a column on the right. */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = operands('matmul', a, b)
  const rows = left.rank === 1 ? reshape(left, [1, left.size]) : left
  const columns = right.rank === 1 ? reshape(right, [right.size, 1]) : right
  if (rows.rank !== 2 || columns.rank !== 2 || rows.shape[1] !== columns.shape[0]) throw notMultipliable(left, right)
  const shape = [...(left.rank === 1 ? [] : [rows.shape[0]]), ...(right.rank === 1 ? [] : [columns.shape[1]])]
  return reshape(product(rows, columns), shape)
}

function product(a: Tensor, b: Tensor): Tensor {
  const [n, k] = a.shape
  const m = b.shape[1]
  const dtype = resultType([a, b])
  const x = numbersOf(a, dtype)
  const y = numbersOf(b, dtype)
  const z = allocateNumbers(dtype, n * m)
  const row = new Float64Array(m)
  for (let i = 0; i < n; i++) {
    row.fill(0)
    for (let j = 0; j < k; j++) for (let c = 0; c < m; c++) row[c] += x[i * k + j] * y[j * m + c]
    z.set(row, i * m)
  }
  const node = record('matmul', [a, b], (g) => [
    a.requiresGrad ? cast(product(g, transpose(b.detach())), a.dtype) : null,
    b.requiresGrad ? cast(product(transpose(a.detach()), g), b.dtype) : null,
  ])
  return result(z, dtype, [n, m], node)
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
    pytorch:
      a.rank === 2 && b.rank === 2
        ? `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${a.shape.join('x')} and ${b.shape.join('x')})`
        : null,
  })
