import { type Call, readCall } from '../check.ts'
import { LossError } from '../errors.ts'
import { checked, type LossFunction } from '../loss.ts'
import * as losses from '../losses/index.ts'
import type { Domain } from '../spec.ts'
import { isFloating, type Numbers } from '../tensor/dtype.ts'
import { type TensorLike, tensor } from '../tensor/from.ts'
import { sameShape, sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'

/** How well a loss goes with some arrays. */
export interface Fit {
  readonly loss: LossFunction
  /** Whether the loss takes the arrays and its contract agrees with their values. */
  readonly fits: boolean
  /** Why not, in one line; null where it fits. */
  readonly why: string | null
  /** What the loss throws; null where it computes a number. */
  readonly refusal: LossError | null
}

/**
 * Which losses go with these arrays, the likeliest first: by shapes, dtypes, and what the values look like.
 *
 * `options` are those of the call; a loss that lacks one of them does not fit. Nothing is computed but ranges.
 *
 * @example
 * lossesFor([[[2, -1, 0.1], [0.5, 2.5, -1]], [0, 1]])[0].loss.spec.name // => 'crossEntropy'
 */
export function lossesFor(inputs: readonly TensorLike[], options: Readonly<Record<string, unknown>> = {}): readonly Fit[] {
  const tensors = inputs.map((input) => tensor(input))
  const looks = tensors.map(lookOf)
  const all = Object.values<unknown>(losses).map((loss) => fitOf(loss as LossFunction, tensors, looks, options))
  return all.sort((a, b) => b.points - a.points).map(({ points: _, ...fit }) => fit)
}

/** The losses that nearly everybody means; among equals they come first, in this order. */
const usual: readonly unknown[] = [
  losses.crossEntropy,
  losses.binaryCrossEntropyWithLogits,
  losses.binaryCrossEntropy,
  losses.nllLoss,
  losses.mseLoss,
  losses.l1Loss,
]

function fitOf(
  loss: LossFunction,
  tensors: readonly Tensor[],
  looks: readonly Look[],
  options: Readonly<Record<string, unknown>>,
): Fit & { points: number } {
  const { spec } = loss
  const rank = usual.includes(loss) ? (usual.length - usual.indexOf(loss)) / 5 : spec.pytorch !== null ? 0 : -0.1
  const unfit = (why: string, points: number, refusal: LossError | null = null) => ({
    loss,
    fits: false,
    why,
    refusal,
    points: points + rank,
  })
  if (spec.inputs.length !== tensors.length)
    return unfit(`takes ${spec.inputs.length} arrays: ${spec.inputs.map(({ name }) => name).join(', ')}`, -100)
  const missing = Object.keys(options).find((name) => !Object.hasOwn(spec.options, name))
  if (missing !== undefined) return unfit(`has no option ${missing}`, -50)
  const guesses = spec.inputs.map(({ name, domain }, i) => ({ name, ...plausible(domain, looks[i], looks[0]) }))
  const points = guesses.reduce((sum, guess) => sum + guess.points, 0)
  const odd = guesses.find(({ not }) => not !== null)
  // what is out of the question need not be planned
  if (odd !== undefined && guesses.some((guess) => guess.points <= -4)) return unfit(`${odd.name}: ${odd.not}`, points)
  try {
    const call: Call = readCall(spec, [...tensors, options])
    checked(loss.plan, call)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    const cost = error.code === 'shape' ? 4 : error.code === 'shape-broadcast' ? 2 : error.code.endsWith('range') ? 1 : 0.4
    return unfit(`${error.argument}: expected ${error.expected}, got ${error.received}`, points - cost, error)
  }
  return odd === undefined
    ? { loss, fits: true, why: null, refusal: null, points: points + rank }
    : unfit(`${odd.name}: ${odd.not}`, points)
}

/** What can be seen of an array's values at once. */
interface Look {
  readonly shape: readonly number[]
  readonly floating: boolean
  readonly min: number
  readonly max: number
  readonly integers: boolean
  /** Whether they are in [0, 1] and add up to 1 along the axis of classes. */
  readonly distributions: boolean
  /** How many are neither −1 nor 1; of a matrix with four columns how many rows are no boxes. */
  readonly unsigned: number
  readonly noBoxes: number
}

function lookOf(array: Tensor): Look {
  const { shape, dtype } = array
  const numbers = numbersOf(array, isFloating(dtype) ? dtype : 'float64')
  let [min, max, unsigned, noBoxes] = [Infinity, -Infinity, 0, 0]
  let integers = true
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]
    if (x < min) min = x
    if (x > max) max = x
    if (x !== 1 && x !== -1) unsigned++
    if (integers && !Number.isInteger(x)) integers = false
  }
  if (shape.at(-1) === 4) {
    for (let i = 0; i < numbers.length; i += 4) if (!(numbers[i] < numbers[i + 2] && numbers[i + 1] < numbers[i + 3])) noBoxes++
  }
  const distributions = min >= 0 && max <= 1 && shape.length > 0 && addUpToOne(numbers, shape)
  return { shape, floating: isFloating(dtype), min, max, integers, distributions, unsigned, noBoxes }
}

/** Whether rows along axis 1 (0 of a single sample) add up to 1, within what 16 bits lose. */
function addUpToOne(numbers: Numbers, shape: readonly number[]): boolean {
  const axis = shape.length === 1 ? 0 : 1
  const inner = sizeOf(shape.slice(axis + 1))
  const rows = numbers.length / shape[axis]
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / inner) * shape[axis] * inner + (row % inner)
    let sum = 0
    for (let c = 0; c < shape[axis]; c++) sum += numbers[start + c * inner]
    if (Math.abs(sum - 1) > 1e-2) return false
  }
  return rows > 0
}

/** How likely values are of a domain, and in words what speaks against it. */
function plausible(domain: Domain, look: Look, first: Look): { points: number; not: string | null } {
  const { shape, floating, min, max, integers, distributions, unsigned, noBoxes } = look
  // of no values, or NaN alone, there is no least
  const range =
    min > max ? 'no values, or NaN alone,' : min === max ? `values of ${short(min)} alone` : `values from ${short(min)} to ${short(max)}`
  const yes = (points: number) => ({ points, not: null })
  const no = (points: number, wanted: string) => ({ points, not: `${range} are not ${wanted}` })
  const unit = min >= 0 && max <= 1
  switch (domain) {
    case 'labels':
      return integers ? yes(min === -1 ? 3 : 0) : no(-4, 'class indices')
    case 'classes':
    case 'lengths':
      return integers ? yes(floating ? 1 : 3) : no(-4, 'class indices')
    case 'classes or probabilities':
      if (distributions && sameShape(shape, first.shape)) return yes(3)
      if (integers && !sameShape(shape, first.shape)) return yes(floating ? 1 : 3)
      return floating && unit ? { points: -1, not: 'rows do not add up to 1' } : no(-3, 'classes, nor probabilities')
    case 'masks':
      return integers || unit ? yes(1) : no(-4, 'classes, nor probabilities')
    case 'probabilities':
      return unit ? yes(!integers ? 0.2 : floating ? 2 : 1) : no(-3, 'in [0, 1]')
    case 'log-probabilities':
      return max <= 0 && min < 0 ? yes(3) : no(-4, 'logarithms of probabilities')
    case 'logits':
      return floating ? yes(unit ? -0.1 : 1) : no(-2, 'scores')
    case 'real':
    case 'weights':
      return yes(floating ? 1 : -1)
    case 'pixels':
      return shape.length >= 2 ? yes(0.5) : no(-2, 'an image')
    case 'positive':
      return min > 0 ? yes(0) : no(-3, 'above 0')
    case 'signs':
      return unsigned === 0 ? yes(3) : no(-4, '−1 or 1')
    case 'binary':
      return integers && unit ? yes(0.5) : no(-4, '0 or 1')
    case 'boxes':
      return shape.at(-1) === 4 && noBoxes === 0 ? yes(4) : { points: -6, not: 'rows are not x1 < x2, y1 < y2' }
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
