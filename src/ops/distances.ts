import { snakeCase } from '../names.ts'
import { refuseNoBoolean, refuseNoNumber, refuseUnknown } from '../strict.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, computeDType, type DType, isFloating, type Numbers, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { broadcastShapes, sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expandView, numbersOf, sumTo } from '../tensor/view.ts'
import { axisOf } from './dims.ts'
import { differenceOf, notBroadcastable } from './elementwise.ts'
import { emptyNorm, norm, normSlopes, type Round } from './norms.ts'
import { rounding } from './rounding.ts'
import { operands, refusedDType, refusedShape, result } from './shared.ts'

export interface PairwiseDistanceOptions {
  /** Which norm; 2 if left out. */
  readonly p?: number
  /** Added to each difference; 1e-6 if left out. */
  readonly eps?: number
  /** Whether the last axis stays, with the extent 1. */
  readonly keepdim?: boolean
}

/** PyTorch's text for an option that a function does not have. */
const unexpected = (fn: string) => (name: string) => `TypeError: ${fn}() got an unexpected keyword argument '${snakeCase(name)}'`

/** PyTorch's text for an option of another type. */
const mustBe = (fn: string, wanted: string) => (argument: string, came: string) =>
  `TypeError: ${fn}(): argument '${argument}' must be ${wanted}, not ${came}`

const difference = differenceOf('pairwiseDistance', ['x1', 'x2'])

/**
 * The distance of vectors on the last axis, ‖x1 − x2 + ε‖ₚ.
 *
 * Shapes: (N, D) or (D), or more axes; they broadcast. Integers give float32; differences that their dtype
 * cannot hold, as 0 − 1 of uint8, are refused (PyTorch wraps around).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.pairwise_distance.html
 *
 * @example
 * pairwiseDistance([[3, 0]], [[0, 4]], { eps: 0 }).toArray() // => [5]
 */
export function pairwiseDistance(x1: TensorLike, x2: TensorLike, options: PairwiseDistanceOptions = {}): Tensor {
  refuseUnknown('pairwiseDistance', options, ['p', 'eps', 'keepdim'], unexpected('pairwise_distance'))
  const { p = 2, eps = 1e-6, keepdim = false } = options
  refuseNoNumber('pairwiseDistance', { p, eps }, mustBe('pairwise_distance', 'float'))
  refuseNoBoolean('pairwiseDistance', { keepdim }, mustBe('pairwise_distance', 'bool'))
  const d = difference(x1, x2)
  const dtype = isFloating(d.dtype) ? d.dtype : 'float32'
  const columns = d.shape[d.rank - 1] ?? 1
  const refused = columns === 0 ? emptyNorm(p, d.rank - 1) : null
  if (refused !== null) throw refusedShape('pairwiseDistance', d.shape, 'vectors of at least one number', refused)
  const round = rounding(dtype)
  const precise = rounding(computeDType(dtype))
  const added = round(eps)
  const shape = keepdim && d.rank > 0 ? [...d.shape.slice(0, -1), 1] : d.shape.slice(0, -1)
  const differences = numbersOf(d, dtype)
  const distances = allocateNumbers(dtype, sizeOf(shape))
  const row = new Float64Array(columns)
  const rowAt = (at: number) => {
    for (let j = 0; j < columns; j++) row[j] = round(differences[at * columns + j] + added)
  }
  for (let i = 0; i < distances.length; i++) {
    rowAt(i)
    distances[i] = round(norm(row, columns, p, precise))
  }
  const node = record('pairwiseDistance', [d], (g) => {
    const flowing = numbersOf(g, dtype)
    const gradient = allocateNumbers(dtype, differences.length)
    const slopes = new Float64Array(columns)
    for (let i = 0; i < distances.length; i++) {
      rowAt(i)
      normSlopes(row, columns, p, distances[i], flowing[i], round, slopes)
      gradient.set(slopes, i * columns)
    }
    return [result(gradient, dtype, d.shape, null)]
  })
  return result(distances, dtype, shape, node)
}

export interface CosineSimilarityOptions {
  /** The axis of the vectors, in the shape that the two broadcast to; 1 if left out. */
  readonly dim?: number
  /** The least length that is divided by; 1e-8 if left out. */
  readonly eps?: number
}

/**
 * The cosine of the angle between vectors along an axis: x1·x2 / (max(‖x1‖, ε)·max(‖x2‖, ε)).
 *
 * Shapes: any that broadcast; the result lacks the axis `dim`, which is 1 if left out: for (D) give { dim: 0 }. The common dtype is
 * floating-point. That a length is at least ε counts as a constant, so that the gradient goes on through shorter ones, as in PyTorch.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.cosine_similarity.html
 *
 * @example
 * cosineSimilarity([[3, 4]], [[4, 3]]).toArray() // ≈ [0.96]
 */
export function cosineSimilarity(x1: TensorLike, x2: TensorLike, options: CosineSimilarityOptions = {}): Tensor {
  refuseUnknown('cosineSimilarity', options, ['dim', 'eps'], unexpected('cosine_similarity'))
  const { dim = 1, eps = 1e-8 } = options
  refuseNoNumber('cosineSimilarity', { eps }, mustBe('cosine_similarity', 'float'))
  const { left, right, dtype } = operands('cosineSimilarity', x1, x2, ['x1', 'x2'])
  if (!isFloating(dtype)) {
    const says = `RuntimeError: expected common dtype to be floating point, yet common dtype is ${torchName(dtype)}`
    throw refusedDType('cosineSimilarity', dtype, says)
  }
  const fit = broadcastShapes(left.shape, right.shape)
  if ('axis' in fit) throw notBroadcastable('cosineSimilarity', 'x2', left.shape, right.shape, fit.axis)
  const { shape } = fit
  const axis = axisOf('cosineSimilarity', dim, shape.length, (came) => mustBe('cosine_similarity', 'int')('dim', came))
  const count = shape[axis] ?? 1
  const inner = sizeOf(shape.slice(axis + 1))
  const of = (t: Tensor) => new Directions(t, shape, isFloating(t.dtype) ? t.dtype : dtype, count, inner, eps)
  const [a, b] = [of(left), of(right)]
  const round = rounding(dtype)
  const kept = shape.filter((_, i) => i !== axis)
  const out = allocateNumbers(dtype, sizeOf(kept))
  for (let line = 0; line < out.length; line++) {
    a.at(line)
    b.at(line)
    let sum = 0
    for (let j = 0; j < count; j++) sum += round(a.unit[j] * b.unit[j])
    out[line] = sum
  }
  const node = record('cosineSimilarity', [left, right], (g) => {
    const flowing = numbersOf(g, dtype)
    const [da, db] = [a, b].map(({ tensor, x }) => (tensor.requiresGrad ? new Float64Array(x.length) : null))
    for (let line = 0; line < out.length; line++) {
      a.at(line)
      b.at(line)
      if (da !== null) a.backward(line, flowing[line], b.unit, da)
      if (db !== null) b.backward(line, flowing[line], a.unit, db)
    }
    return [a.gradient(da, shape), b.gradient(db, shape)]
  })
  return result(out, dtype, kept, node)
}

/** The lines of one operand along the axis, each divided by its length. */
class Directions {
  readonly unit: Float64Array
  readonly x: Numbers
  private readonly line: Float64Array
  private readonly round: Round
  /** Lengths of 16 bits are computed in float32. */
  private readonly precise: Round
  private readonly least: number
  private length = 0
  private divisor = 0

  constructor(
    readonly tensor: Tensor,
    shape: readonly number[],
    dtype: DType,
    private readonly count: number,
    private readonly inner: number,
    eps: number,
  ) {
    this.x = numbersOf(expandView(tensor, shape), dtype)
    this.unit = new Float64Array(count)
    this.line = new Float64Array(count)
    this.round = rounding(dtype)
    this.precise = rounding(computeDType(dtype))
    this.least = this.round(eps)
  }

  private start = (line: number): number => Math.floor(line / this.inner) * this.count * this.inner + (line % this.inner)

  /** Reads a line: its numbers, its length, and itself divided by that. */
  at(line: number): void {
    const { x, count, inner, unit, round, precise, least } = this
    for (let j = 0, i = this.start(line); j < count; j++, i += inner) this.line[j] = x[i]
    this.length = round(norm(this.line, count, 2, precise))
    this.divisor = this.length < least ? least : this.length
    for (let j = 0; j < count; j++) unit[j] = round(this.line[j] / this.divisor)
  }

  /** Adds the gradient of the line that `at` has just read, of a cosine with `other`, times g. */
  backward(line: number, g: number, other: Float64Array, into: Float64Array): void {
    const { count, inner, unit, round, length, divisor } = this
    let byLength = 0
    for (let j = 0; j < count; j++) byLength -= round(round(g * other[j]) * round(unit[j] / divisor))
    byLength = round(byLength)
    for (let j = 0, i = this.start(line); j < count; j++, i += inner) {
      into[i] = round(round(g * other[j]) / divisor) + round(length === 0 ? 0 : this.line[j] / length) * byLength
    }
  }

  gradient(elements: Float64Array | null, shape: readonly number[]): Tensor | null {
    const { dtype, shape: own } = this.tensor
    if (elements === null) return null
    const sums = sumTo(elements, shape, own)
    return result(dtype === 'float64' ? sums : Float32Array.from(sums), dtype, own, null)
  }
}
