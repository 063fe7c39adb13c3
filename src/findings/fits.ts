import { type Call, readCall } from '../check.ts'
import { LossError } from '../errors.ts'
import { checked, type LossFunction } from '../loss.ts'
import * as losses from '../losses/index.ts'
import { type TensorLike, tensor } from '../tensor/from.ts'
import { sameShape } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { quietly } from '../warn.ts'
import { type Look, lookOf, plausible } from './looks.ts'

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
  const all = quietly(() => Object.values<unknown>(losses).map((loss) => turned(loss as LossFunction, tensors, looks, options)))
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

interface Ranked extends Fit {
  readonly points: number
}

/** A fit, or what speaks for two arrays in the other order: PyTorch's is (input, target), that of Keras and scikit-learn (true, predicted). */
function turned(
  loss: LossFunction,
  tensors: readonly Tensor[],
  looks: readonly Look[],
  options: Readonly<Record<string, unknown>>,
): Ranked {
  const fit = fitOf(loss, tensors, looks, options)
  const { inputs } = loss.spec
  if (fit.fits || tensors.length !== 2 || inputs.length !== 2) return fit
  const other = fitOf(loss, tensors.toReversed(), looks.toReversed(), options)
  const points = other.points - 2
  const why = `the arrays are the other way round: ${inputs.map(({ name }) => name).join(', ')} is the order`
  return other.fits && points > fit.points ? { ...fit, why, points } : fit
}

function fitOf(loss: LossFunction, tensors: readonly Tensor[], looks: readonly Look[], options: Readonly<Record<string, unknown>>): Ranked {
  const { spec } = loss
  const rank = usual.includes(loss) ? (usual.length - usual.indexOf(loss)) / 5 : spec.pytorch !== null ? 0 : -0.3
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
  const takesLogarithms = 'logTarget' in spec.options
  const domainOf = (i: number) => (i > 0 && takesLogarithms && options.logTarget === true ? 'log-probabilities' : spec.inputs[i].domain)
  const guesses = spec.inputs.map(({ name }, i) => ({ name, ...plausible(domainOf(i), looks, i, takesLogarithms) }))
  const points = guesses.reduce((sum, guess) => sum + guess.points, 0)
  const odd = guesses.find(({ not }) => not !== null)
  // what is out of the question need not be planned
  if (odd !== undefined && guesses.some((guess) => guess.points <= -4)) return unfit(`${odd.name}: ${odd.not}`, points)
  try {
    const call: Call = readCall(spec, [...tensors, options])
    checked(loss.plan, call)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    // a dtype or a label is mended at once, and so is an axis of 1; other shapes are of another task
    const cost = !error.code.startsWith('shape') ? 0.4 : likeShapes(tensors) ? 1 : 4
    return unfit(`${error.argument}: expected ${error.expected}, got ${error.received}`, points - cost, error)
  }
  return odd === undefined
    ? { loss, fits: true, why: null, refusal: null, points: points + rank }
    : unfit(`${odd.name}: ${odd.not}`, points)
}

/** Whether arrays have one shape but for axes of extent 1. */
const likeShapes = ([first, ...others]: readonly Tensor[]): boolean => {
  const [wanted, ...shapes] = [first, ...others].map(({ shape }) => shape.filter((extent) => extent !== 1))
  return shapes.every((shape) => sameShape(shape, wanted))
}
