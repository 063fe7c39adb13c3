import type { Domain } from '../spec.ts'
import { isFloating, type Numbers } from '../tensor/dtype.ts'
import { sameShape, sizeOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { distributionAxis } from './rows.ts'

/** What can be seen of an array's values at once. */
export interface Look {
  readonly shape: readonly number[]
  readonly floating: boolean
  /** Infinity and −Infinity where there are no values, or NaN alone. */
  readonly min: number
  readonly max: number
  readonly integers: boolean
  /** Whether they are in [0, 1] and add up to 1 along the axis of classes. */
  readonly distributions: boolean
  /** Whether they are the logarithms of such numbers, along some axis. */
  readonly logarithms: boolean
  /** Whether all are −1 or 1; all 0 or 255, and 255 is among them. */
  readonly signs: boolean
  readonly blackAndWhite: boolean
  /** How many rows are boxes x1 < x2, y1 < y2; 0 where some are not. */
  readonly boxes: number
}

export function lookOf(array: Tensor): Look {
  const { shape, dtype } = array
  const numbers = numbersOf(array, isFloating(dtype) ? dtype : 'float64')
  let [min, max, unsigned, grey] = [Infinity, -Infinity, 0, 0]
  let integers = true
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]
    if (x < min) min = x
    if (x > max) max = x
    if (x !== 1 && x !== -1) unsigned++
    if (x !== 0 && x !== 255) grey++
    if (integers && !Number.isInteger(x)) integers = false
  }
  return {
    shape,
    floating: isFloating(dtype),
    min,
    max,
    integers,
    distributions: min >= 0 && max <= 1 && addUpToOne(numbers, shape, integers),
    logarithms: max <= 0 && min < 0 && distributionAxis(numbers, shape, 'logarithms') >= 0,
    signs: unsigned === 0,
    blackAndWhite: grey === 0 && max === 255,
    boxes: shape.at(-1) === 4 ? boxesIn(numbers) : 0,
  }
}

/** Whether rows along axis 1 (0 of a single sample) add up to 1, within what 16 bits lose. A single 1 among zeros is an answer to each of N questions. */
function addUpToOne(numbers: Numbers, shape: readonly number[], integers: boolean): boolean {
  const axis = classAxis(shape)
  if (!(shape[axis] > 1) || (axis === 0 && integers)) return false
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

const classAxis = ({ length }: readonly number[]): number => (length === 1 ? 0 : 1)

function boxesIn(numbers: Numbers): number {
  for (let i = 0; i < numbers.length; i += 4) if (!(numbers[i] < numbers[i + 2] && numbers[i + 1] < numbers[i + 3])) return 0
  return numbers.length / 4
}

/** How likely values are of a domain, and in words what speaks against it. */
export interface Guess {
  readonly points: number
  readonly not: string | null
}

const yes = (points: number): Guess => ({ points, not: null })

/**
 * How likely the values of argument `i` are of a domain. A point is a judgement: 3 for what hardly comes by chance, 1 for what is usual of the
 * domain, −4 for what is out of the question, and between them what is a known slip. `test/findings/pairs.ts` holds the judgements to account.
 */
export function plausible(domain: Domain, looks: readonly Look[], i: number, logTarget: boolean): Guess {
  const look = looks[i]
  const { shape, floating, min, max, integers, distributions, logarithms, signs, blackAndWhite, boxes } = look
  const [first] = looks
  if (min > max) return unknown(domain, floating)
  const range = min === max ? `values of ${short(min)} alone` : `values from ${short(min)} to ${short(max)}`
  const no = (points: number, wanted: string) => ({ points, not: `${range} are not ${wanted}` })
  const unit = min >= 0 && max <= 1
  const bits = integers && unit
  const as = i > 0 && sameShape(shape, first.shape)
  switch (domain) {
    case 'labels':
      return integers ? yes(min === -1 && !signs ? 3 : 0) : no(-4, 'class indices')
    case 'lengths':
      return integers ? yes(floating ? 1 : 3) : no(-4, 'lengths')
    case 'classes':
      return as && shape.length > 0 ? no(-4, 'class indices, which have no axis of classes') : indices(look, first, no)
    case 'classes or probabilities':
      if (!as) return indices(look, first, no)
      if (distributions) return yes(3)
      // argmax has been taken of the scores
      if (shape.length === 1 && !floating && !first.floating && min >= 0 && first.min >= 0) return yes(3)
      return floating && unit ? { points: -1, not: 'rows do not add up to 1' } : no(-3, 'classes, nor probabilities')
    case 'masks':
      return integers || (unit && as) ? yes(1) : no(-4, 'classes, nor probabilities')
    case 'probabilities':
      if (logTarget && logarithms) return no(2, 'in [0, 1]: they are logarithms of probabilities, which logTarget is for')
      if (unit) return yes(bits || (distributions && logTarget) ? 2 : i === 0 ? 0.6 : 0.1)
      return no(blackAndWhite && i > 0 ? 1 : -3, 'in [0, 1]')
    case 'log-probabilities':
      if (logarithms) return yes(3)
      return max <= 0 && min < 0
        ? no(0.5, 'logarithms of probabilities: their exponentials do not add up to 1')
        : no(-4, 'logarithms of probabilities')
    case 'logits':
      return floating ? yes(unit ? -0.1 : logarithms ? 0 : min >= 0 ? 0.5 : 1) : no(-2, 'scores')
    case 'real':
    case 'weights':
      return yes(floating ? 0.9 : 0.3)
    case 'pixels':
      return shape.length >= 2 ? yes(0.3) : no(-2, 'an image')
    case 'positive':
      // a word more than of any real number, where not everything is positive
      return min > 0 ? yes(!floating ? 0.3 : first.min > 0 ? 0.85 : 0.95) : no(-3, 'above 0')
    case 'signs':
      return signs ? yes(3) : no(bits ? 2 : -4, '−1 or 1')
    case 'binary':
      return bits ? yes(0.5) : no(-4, '0 or 1')
    case 'boxes':
      // three of four rows of any numbers are none
      return boxes > 0 ? yes(Math.min(boxes, 4)) : { points: -6, not: 'rows are not x1 < x2, y1 < y2' }
  }
}

/** Of no values, or NaN alone, only the dtype can be seen. */
function unknown(domain: Domain, floating: boolean): Guess {
  switch (domain) {
    case 'classes':
    case 'classes or probabilities':
    case 'labels':
    case 'lengths':
      return yes(floating ? 0 : 3)
    case 'logits':
    case 'real':
      return yes(floating ? 0.9 : 0.3)
    case 'probabilities':
      return yes(floating ? 0 : -1)
    default:
      return yes(0)
  }
}

/** Class indices for the scores before them. */
function indices({ integers, floating, max }: Look, { shape }: Look, no: (points: number, wanted: string) => Guess): Guess {
  if (!integers) return no(max <= 1 ? -2 : -5, 'class indices')
  if (shape.length > 1 && shape[1] === 1) return { points: -2, not: 'there is one class alone' }
  // of many classes more than the first two occur
  return yes((floating ? 1 : 3) - (max <= 1 && shape[classAxis(shape)] > 2 ? 1 : 0))
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
