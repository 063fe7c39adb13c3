import { LossError } from '../errors.ts'
import { record } from '../tensor/autograd.ts'
import type { TensorLike } from '../tensor/from.ts'
import { listOf, type Shape, sizeOf, tupleOf } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { axisOf, dimSecond, type KeepdimOptions, keepdimOf, notIntegers } from './dims.ts'
import { operand, refusedDType } from './shared.ts'

/** The axes in the order `dims`, as a view: `permute(x, [0, 3, 1, 2])` makes (N, C, H, W) of (N, H, W, C). */
export function permute(x: TensorLike, dims: Shape): Tensor {
  const input = operand('permute', 'x', x)
  const axes = dimsOf(dims, input.rank)
  const back = axes.map((_, axis) => axes.indexOf(axis))
  const node = record('permute', [input], (g) => [permute(g, back)])
  const { data, dtype, offset, plain } = input
  const [shape, strides] = [axes.map((axis) => input.shape[axis]), axes.map((axis) => input.strides[axis])]
  return new Tensor({ data, dtype, shape, strides, offset, plain, node })
}

function dimsOf(dims: Shape, rank: number): readonly number[] {
  const odd = notIntegers('permute', 'dims', dims)
  if (odd !== null) throw wrongDims(dims, rank, odd)
  if (dims.length !== rank) {
    const counts = `input.dim() = ${rank} is not equal to len(dims) = ${dims.length}`
    const says = `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. ${counts}`
    throw wrongDims(dims, rank, `RuntimeError: ${says}`)
  }
  const axes = dims.map((dim: number) => (dim < 0 ? dim + rank : dim))
  const outside = axes.findIndex((axis) => axis < 0 || axis >= rank)
  if (outside >= 0) throw wrongDims(dims, rank, noSuchDim(dims[outside], rank))
  if (new Set(axes).size < rank) throw wrongDims(dims, rank, 'RuntimeError: permute(): duplicate dims are not allowed.')
  return axes
}

const noSuchDim = (dim: number, rank: number): string =>
  `IndexError: Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${dim})`

const wrongDims = (dims: unknown, rank: number, pytorch: string): LossError =>
  new LossError({
    code: 'shape',
    fn: 'permute',
    argument: 'dims',
    received: Array.isArray(dims) ? listOf(dims) : String(dims),
    expected: `each of the ${rank} axes once`,
    repair: `permute(x, [${Array.from({ length: rank }, (_, axis) => axis).join(', ')}]) leaves them as they are`,
    pytorch,
  })

/**
 * Where the largest element of each line of an axis is, as int64, or that of all elements in row-major order: the first of equals, and the first
 * NaN where there is one. No gradient.
 */
export function argmax(x: TensorLike, dim: number | null = null, options: KeepdimOptions = {}): Tensor {
  const input = operand('argmax', 'x', x)
  const keepdim = keepdimOf('argmax', dim, options)
  if (input.dtype === 'bool') throw refusedDType('argmax', 'bool', 'RuntimeError: argmax(): does not support bool input')
  const { rank } = input
  const axis = dim === null ? null : axisOf('argmax', dim, rank, dimSecond('argmax'))
  const others = axis === null ? [] : input.shape.filter((_, other) => other !== axis)
  const whole = input.shape.map((extent, other) => (axis === null || other === axis ? 1 : extent))
  const count = axis === null ? input.size : (input.shape[axis] ?? 1)
  const inner = axis === null ? 1 : sizeOf(input.shape.slice(axis + 1))
  if (count === 0) throw noLargest(input, axis)
  const values = numbersOf(input, input.dtype === 'int64' ? 'float64' : input.dtype)
  const data = new BigInt64Array(sizeOf(others))
  for (let at = 0; at < data.length; at++) {
    const start = Math.floor(at / inner) * count * inner + (at % inner)
    let best = 0
    for (let c = 1; c < count; c++) {
      const [value, largest] = [values[start + c * inner], values[start + best * inner]]
      if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) best = c
    }
    data[at] = BigInt(best)
  }
  return new Tensor({ data, dtype: 'int64', shape: keepdim ? whole : others })
}

const noLargest = ({ shape }: Tensor, axis: number | null): LossError =>
  new LossError({
    code: 'shape',
    fn: 'argmax',
    argument: 'x',
    received: `shape ${tupleOf(shape)}`,
    expected: axis === null ? 'one element or more' : `one element or more along axis ${axis}`,
    repair: 'argmax(x, 1): the class of the largest score, of (N, C)',
    pytorch:
      axis === null
        ? 'IndexError: argmax(): Expected reduction dim to be specified for input.numel() == 0.'
        : `IndexError: argmax(): Expected reduction dim ${axis} to have non-zero size.`,
  })
