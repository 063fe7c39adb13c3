import { LossError } from '../errors.ts'
import { type Node, noGrad, outsideTape, runBackward } from './autograd.ts'
import { allocateNumbers, type DType, isFloating, readElement, type Storage, toStorage } from './dtype.ts'
import { format } from './print.ts'
import { rowMajor, type Shape, sameShape, sizeOf, torchSize, tupleOf } from './shape.ts'
import { forEachIndex, isContiguous, numbersOf, type View } from './view.ts'

export interface TensorFields {
  readonly data: Storage
  readonly dtype: DType
  readonly shape: Shape
  readonly strides?: readonly number[]
  readonly offset?: number
  readonly requiresGrad?: boolean
  /** Made of plain numbers, with no dtype asked for: integers among them may serve as class indices. */
  readonly plain?: boolean
  readonly node?: Node | null
}

/** Nested arrays of numbers, as deep as the tensor has dimensions; a number for 0-D. */
export type Nested = number | readonly Nested[]

/**
 * An n-dimensional array with a dtype, and a place on the tape.
 *
 * Made by `tensor(...)`. Strides are in elements. The elements are never changed by this library.
 */
export class Tensor implements View {
  readonly data: Storage
  readonly dtype: DType
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
  readonly requiresGrad: boolean
  /** @internal */
  readonly plain: boolean
  /** @internal What made this tensor, when the tape records it. */
  readonly node: Node | null
  /** The accumulated gradient of a leaf; null until `backward` reaches it. */
  grad: Tensor | null = null

  constructor(fields: TensorFields) {
    this.data = fields.data
    this.dtype = fields.dtype
    this.shape = fields.shape
    this.strides = fields.strides ?? rowMajor(fields.shape)
    this.offset = fields.offset ?? 0
    this.node = fields.node ?? null
    this.requiresGrad = this.node !== null || fields.requiresGrad === true
    this.plain = fields.plain === true
    if (this.requiresGrad && !isFloating(this.dtype)) {
      throw new LossError({
        code: 'not-differentiable',
        fn: 'tensor',
        argument: 'requiresGrad',
        received: `requiresGrad: true with dtype ${this.dtype}`,
        expected: 'a floating-point dtype for a tensor that takes a gradient',
        repair: `tensor(values, { dtype: 'float32', requiresGrad: true })`,
        pytorch: 'RuntimeError: Only Tensors of floating point and complex dtype can require gradients',
      })
    }
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** The number of dimensions. */
  get rank(): number {
    return this.shape.length
  }

  /** The only element, as a number. Throws for more than one, and for an int64 beyond ±2^53. */
  item(): number {
    if (this.size !== 1) {
      throw new LossError({
        code: 'not-scalar',
        fn: 'item',
        argument: 'this',
        received: `a tensor of shape ${tupleOf(this.shape)} with ${this.size} elements`,
        expected: 'a tensor with exactly one element',
        repair: `toArray() gives all elements; reduction: 'mean' or 'sum' makes one of them`,
        pytorch: `RuntimeError: a Tensor with ${this.size} elements cannot be converted to Scalar`,
      })
    }
    return safeElement(this, this.offset, 'item')
  }

  /** All elements as nested arrays of numbers (bool as 0 and 1); a number for 0-D. */
  toArray(): Nested {
    const flat: number[] = []
    forEachIndex(this, (index) => flat.push(safeElement(this, index, 'toArray')))
    return nest(flat, this.shape)
  }

  /** The same elements, cut off from the tape. */
  detach(): Tensor {
    const { data, dtype, shape, strides, offset, plain } = this
    return new Tensor({ data, dtype, shape, strides, offset, plain })
  }

  /**
   * Adds d(this)/d(leaf) to `grad` of every leaf that requires a gradient.
   *
   * `gradient` is the gradient with respect to this tensor, of its shape; it may be left out for one element (then it is 1). It is copied.
   * As in PyTorch the graph is freed, unless `retainGraph` is set.
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean } = {}): void {
    if (!this.requiresGrad) throw outsideTape(this)
    const start = startOf(this, gradient ?? undefined)
    const retainGraph = options.retainGraph === true
    const arrive = (leaf: Tensor, flowing: Tensor) => {
      // `data` of a leaf and of its gradient are read side by side, and changed: row-major, and shared with nothing that flows again
      if (leaf.grad !== null) leaf.grad = plus(leaf.grad, flowing)
      else leaf.grad = retainGraph || !isContiguous(flowing) ? copy(flowing) : flowing
    }
    noGrad(() => runBackward(this, start, retainGraph, { plus, arrive }))
  }

  toString(): string {
    return format(this)
  }

  /** As a number, the only element (so that `loss < 0.5` and `total + loss` are what they seem); as text, the print-out. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'string' ? format(this) : this.item()
  }

  /** For JSON: the elements as nested arrays. */
  toJSON(): { dtype: DType; shape: Shape; values: Nested } {
    const { dtype, shape } = this
    return { dtype, shape, values: this.toArray() }
  }

  /** What `console.log` shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return format(this)
  }
}

/** The gradients of `root`, or of the sum of its elements, by some leaves; those of all others stay as they are. null for a leaf that did not lead to it. */
export function gradientsBy(root: Tensor, leaves: readonly Tensor[]): (Tensor | null)[] {
  const found = new Map<Tensor, Tensor>()
  const ones = allocateNumbers(root.dtype, root.size).fill(1)
  const start = new Tensor({ data: toStorage(ones, root.dtype), dtype: root.dtype, shape: root.shape })
  noGrad(() => runBackward(root, start, true, { plus, arrive: (leaf, flowing) => found.set(leaf, flowing) }))
  return leaves.map((leaf) => found.get(leaf) ?? null)
}

function safeElement(view: View, index: number, fn: string): number {
  const value = readElement(view.data, view.dtype, index)
  if (view.dtype !== 'int64' || Number.isSafeInteger(value)) return value
  throw new LossError({
    code: 'value-unsafe',
    fn,
    argument: 'this',
    received: `the int64 ${view.data[index]}`,
    expected: 'integers within ±(2^53 − 1), which a number holds exactly',
    repair: 'read .data, a BigInt64Array',
    pytorch: null,
  })
}

function nest(flat: readonly number[], shape: Shape): Nested {
  let at = 0
  const build = (axis: number): Nested => (axis === shape.length ? flat[at++] : Array.from({ length: shape[axis] }, () => build(axis + 1)))
  return build(0)
}

function startOf(root: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient === undefined && root.size === 1) {
    const one = allocateNumbers(root.dtype, 1).fill(1)
    return new Tensor({ data: toStorage(one, root.dtype), dtype: root.dtype, shape: root.shape })
  }
  if (gradient !== undefined && !(gradient instanceof Tensor)) throw notAGradient(gradient, root)
  if (gradient !== undefined && sameShape(gradient.shape, root.shape)) return copy(gradient, root.dtype)
  const missing = gradient === undefined
  throw new LossError({
    code: missing ? 'gradient-missing' : 'gradient-shape',
    fn: 'backward',
    argument: 'gradient',
    received: missing ? `none, for a tensor of shape ${tupleOf(root.shape)}` : `shape ${tupleOf(gradient.shape)}`,
    expected: missing ? 'a gradient, since the tensor has not exactly one element' : `the tensor's shape ${tupleOf(root.shape)}`,
    repair: `reduce first (reduction: 'mean' or 'sum', or sum(t)), or pass a tensor of shape ${tupleOf(root.shape)}`,
    pytorch: missing
      ? 'RuntimeError: grad can be implicitly created only for scalar outputs'
      : `RuntimeError: Mismatch in shape: grad_output[0] has a shape of ${torchSize(gradient.shape)} and output[0] has a shape of ${torchSize(root.shape)}.`,
  })
}

const notAGradient = (gradient: unknown, root: Tensor): LossError =>
  new LossError({
    code: 'argument-type',
    fn: 'backward',
    argument: 'gradient',
    received: Array.isArray(gradient) ? 'an array' : `a ${typeof gradient}`,
    expected: 'a tensor',
    repair: `tensor(gradient), of shape ${tupleOf(root.shape)}`,
    pytorch: 'TypeError: gradients can be either Tensors or None, but got float',
  })

function copy(tensor: Tensor, dtype = tensor.dtype): Tensor {
  return new Tensor({ data: toStorage(numbersOf(tensor, dtype).slice(), dtype), dtype, shape: tensor.shape })
}

function plus(a: Tensor, b: Tensor): Tensor {
  const left = numbersOf(a)
  const right = numbersOf(b, a.dtype)
  const sum = allocateNumbers(a.dtype, left.length)
  for (let i = 0; i < sum.length; i++) sum[i] = left[i] + right[i]
  return new Tensor({ data: toStorage(sum, a.dtype), dtype: a.dtype, shape: a.shape })
}
