import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { outside } from '../../refusals.ts'
import type { Refusal } from '../../spec.ts'
import { type DType, isFloating, roundToDType } from '../../tensor/dtype.ts'
import { shortest } from '../../tensor/print.ts'
import { repairShape, type Shape, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { isContiguous, numbersOf } from '../../tensor/view.ts'
import { elementText, indexOf } from '../pointwise/check.ts'
import { readClasses } from '../softmax-rows/targets.ts'
import type { Activation, Extents, Target } from './problem.ts'

export type Mode = 'multiclass' | 'multilabel' | 'binary'

/** A call's pixels: how many, and what is true of each. */
export interface Pixels extends Extents {
  readonly target: Target
  readonly counted: number
  readonly ignored: number
}

/** A rounding slip outside [0, 1], which a product or a mean of probabilities may have. */
const slip = 1e-5

/** Checks input and target against each other, and reads what is true of each pixel. */
export function readPixels(call: Call, mode: Mode, activation: Activation): Pixels {
  const { input } = call.tensors
  const extents = checkShapes(call, mode)
  checkInput(call, mode, activation)
  if (mode === 'multiclass' && !sameShape(call.tensors.target.shape, input.shape)) return { ...extents, ...readLabels(call) }
  return { ...extents, ...readValues(call, mode, extents) }
}

/** Images, classes and pixels: axis 0, axis 1 (but in mode 'binary', which has no axis of classes), and the rest. */
function checkShapes(call: Call, mode: Mode): Extents {
  const { input, target } = call.tensors
  const { shape } = input
  const least = mode === 'binary' ? 1 : 2
  if (shape.length < least) {
    const wanted = mode === 'binary' ? '(N, …)' : '(N, C, …): the classes are axis 1'
    const repair = mode === 'binary' ? 'reshape(input, [1])' : `reshape(input, [1, ${Math.max(sizeOf(shape), 1)}]), or { mode: 'binary' }`
    throw wrongShape(call, 'input', wanted, repair)
  }
  if (mode === 'multiclass') {
    const wanted = [shape[0], ...shape.slice(2)]
    if (shape[1] === 1) throw wrongShape(call, 'input', 'two or more classes on axis 1', "one channel of yes or no is { mode: 'binary' }")
    if (!sameShape(target.shape, wanted) && !sameShape(target.shape, shape)) {
      const text = `shape ${tupleOf(wanted)}: the input's ${tupleOf(shape)} without its class axis 1 (or with it, for a target of probabilities)`
      throw wrongShape(call, 'target', text, repairTarget(target.shape, wanted, shape))
    }
  } else if (!sameShape(unchannelled(target.shape, mode), unchannelled(shape, mode))) {
    const labels = sameShape(target.shape, [shape[0], ...shape.slice(2)])
    const repair = labels
      ? `class indices go with { mode: 'multiclass' }`
      : (repairShape('target', target.shape, shape) ?? `give target the shape ${tupleOf(shape)}`)
    throw wrongShape(call, 'target', `the input's shape ${tupleOf(shape)}`, repair)
  }
  return mode === 'binary'
    ? { images: shape[0], classes: 1, pixels: sizeOf(shape.slice(1)) }
    : { images: shape[0], classes: shape[1], pixels: sizeOf(shape.slice(2)) }
}

/** In mode 'binary' one channel may be written as an axis or not. */
const unchannelled = (shape: Shape, mode: Mode): Shape =>
  mode === 'binary' && shape[1] === 1 ? shape.filter((_, axis) => axis !== 1) : shape

function repairTarget(target: Shape, wanted: Shape, input: Shape): string {
  const last = [...input.slice(0, 1), input[input.length - 1], ...input.slice(1, -1)]
  if (target.length === input.length - 1 && sameShape(target, input.slice(0, -1))) {
    return `the classes of the input seem to lie on its last axis: permute it to (N, C, …), here to ${tupleOf(last)}`
  }
  return repairShape('target', target, wanted) ?? `give one class index per pixel: shape ${tupleOf(wanted)}`
}

/** Scores are floating-point; probabilities lie in [0, 1]. */
function checkInput(call: Call, mode: Mode, activation: Activation): void {
  const { input } = call.tensors
  if (activation !== 'none') {
    if (isFloating(input.dtype)) return
    const repair =
      'fromLogits' in call.spec.options ? 'Float32Array.from(input); or { fromLogits: false } for a mask' : 'Float32Array.from(input)'
    throw wrongDType(call, 'input', 'floating-point scores', repair, null)
  }
  const x = numbersOf(input)
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] < -slip || x[i] > 1 + slip)) continue
    const inside = mode === 'multiclass' ? 'softmax' : 'sigmoid'
    throw outsideUnit(
      call,
      'input',
      x[i],
      i,
      'every element in [0, 1], since fromLogits is false',
      `{ fromLogits: true } for raw scores: the ${inside} is inside`,
    )
  }
}

/** A class index for each pixel. */
function readLabels(call: Call): Pick<Pixels, 'target' | 'counted' | 'ignored'> {
  const { input, target } = call.tensors
  const { ignoreIndex } = call.values
  if (isFloating(target.dtype) && !(target.plain && numbersOf(target).every(Number.isInteger))) {
    const repair = 'class indices as an integer array or a plain array of integers; probabilities need the input’s shape'
    throw wrongDType(call, 'target', 'class indices of an integer dtype', repair, null)
  }
  try {
    const { classes, counted } = readClasses({ ...call, tensors: { input, target } }, (ignoreIndex ?? Number.NaN) as number)
    return { target: { labels: classes }, counted, ignored: classes.length - counted }
  } catch (error) {
    if (!(error instanceof LossError) || error.code !== 'target-range') throw error
    const { code, fn, argument, received, repair } = error
    const expected = `class indices in [0, ${input.shape[1]})${ignoreIndex === null ? '' : `, or ignoreIndex ${ignoreIndex}`}`
    throw new LossError({ code, fn, argument, received, expected, repair, pytorch: null })
  }
}

/** A number in [0, 1] for each element of the input. */
function readValues(call: Call, mode: Mode, extents: Extents): Pick<Pixels, 'target' | 'counted' | 'ignored'> {
  const { target } = call.tensors
  const ignored = mode === 'multiclass' ? Number.NaN : ((call.values.ignoreIndex ?? Number.NaN) as number)
  if (mode === 'multiclass' && call.values.ignoreIndex !== null) throw ignoreIndexOfProbabilities(call)
  const values = plainValues(target)
  let counted = 0
  for (let i = 0; i < values.length; i++) {
    const t = values[i]
    if (t === ignored) continue
    counted++
    if (t < -slip || t > 1 + slip) throw outsideUnit(call, 'target', t, i, 'every element in [0, 1]', repairValue(values, t, mode))
  }
  if (mode === 'multiclass') checkDistributions(call, values, extents)
  return { target: { values, ignored }, counted, ignored: values.length - counted }
}

/** The elements in row-major order; the storage itself where it holds plain numbers. */
function plainValues(t: Tensor): ArrayLike<number> {
  const { data, dtype, offset, size } = t
  if (data instanceof BigInt64Array || dtype === 'float16' || dtype === 'bfloat16' || !isContiguous(t)) return numbersOf(t)
  return data.length === size ? data : data.subarray(offset, offset + size)
}

function repairValue(values: ArrayLike<number>, odd: number, mode: Mode): string {
  let max = odd
  let others = false
  for (let i = 0; i < values.length; i++) {
    max = Math.max(max, values[i])
    others ||= values[i] > 0 && values[i] !== odd && values[i] !== 1
  }
  if (max > 1 && Array.prototype.every.call(values, (v) => v === 0 || v === max)) return `a mask of 0 and ${max}? divide it by ${max}`
  if (!others && Number.isInteger(odd)) return `if ${odd} marks what is not to be counted: { ignoreIndex: ${odd} }`
  return mode === 'binary' ? "class indices go with { mode: 'multiclass' }" : 'give 0, 1 or probabilities'
}

/** In mode 'multiclass' the classes of a pixel exclude each other: a target with several of them is meant for another mode. */
function checkDistributions(call: Call, values: ArrayLike<number>, { images, classes, pixels }: Extents): void {
  const sums = new Float64Array(pixels)
  for (let image = 0; image < images; image++) {
    sums.fill(0)
    for (let c = 0, at = image * classes * pixels; c < classes; c++, at += pixels)
      for (let i = 0; i < pixels; i++) sums[i] += values[at + i]
    for (let i = 0; i < pixels; i++) {
      // one-hot and probabilities add up to 1, within the rounding of bfloat16; a pixel without a class to 0
      if (!(Math.abs(sums[i] - 1) > 0.02 && Math.abs(sums[i]) > 0.02)) continue
      const { shape, dtype } = call.tensors.target
      const at = indexOf(i, shape.slice(2))
      throw new LossError({
        code: 'target-range',
        fn: call.spec.name,
        argument: 'target',
        received: `a sum of ${shortest(roundToDType(sums[i], dtype), dtype)} over the classes at ${tupleOf([image, ...at])}`,
        expected: 'one-hot classes or probabilities, which add up to 1 at each pixel (or to 0)',
        repair: "several classes may be true of one pixel? { mode: 'multilabel' }",
        pytorch: null,
      })
    }
  }
}

function outsideUnit(call: Call, argument: string, value: number, position: number, expected: string, repair: string): LossError {
  return new LossError({
    code: argument === 'input' ? 'input-range' : 'target-range',
    fn: call.spec.name,
    argument,
    received: elementText(call.tensors[argument], value, position),
    expected,
    repair,
    pytorch: null,
  })
}

function ignoreIndexOfProbabilities(call: Call): LossError {
  return new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: 'ignoreIndex',
    received: `${call.values.ignoreIndex} with a target of probabilities (its shape is the input’s)`,
    expected: 'no ignoreIndex: a distribution has no index to compare',
    repair: 'leave ignoreIndex out; a pixel of zeros in the target is true nowhere, but its prediction counts',
    pytorch: null,
  })
}

/** What no masks make right: a list of classes that are none. */
export function refusesClasses(options: Readonly<Record<string, unknown>>): Refusal | null {
  const classes = options.classes as readonly number[] | null | undefined
  if (classes === null || classes === undefined) return null
  if (options.mode === 'binary') {
    const only = outside(options, 'classes', "no list of classes in mode 'binary': there is only one", '')
    return { ...only, received: `${only.received} in mode 'binary'`, repair: 'leave classes out' }
  }
  if (classes.length === 0) {
    return {
      ...outside(options, 'classes', 'one class or more', ''),
      received: 'an empty list',
      repair: 'leave classes out for all of them',
    }
  }
  const odd = classes.find((c) => !Number.isInteger(c) || c < 0)
  return odd === undefined ? null : { ...outside(options, 'classes', 'class indices from 0', '[1, 2]'), received: String(odd) }
}

/** The classes that have a term; all of them where there is no list. */
export function chosenClasses(call: Call, count: number): readonly number[] {
  const classes = call.values.classes as readonly number[] | null
  const all = Array.from({ length: count }, (_, c) => c)
  if (classes === null) return all
  const odd = classes.find((c) => c >= count)
  if (odd === undefined) return classes
  const refusal = outside(call.values, 'classes', `classes in [0, ${count})`, `[${all.slice(count > 1 ? 1 : 0).join(', ')}]`)
  throw new LossError({ fn: call.spec.name, ...refusal, received: String(odd) })
}

/** The dtype of the result: the input's; for a mask of integers the target's, or float32. */
export const resultOf = ({ tensors: { input, target } }: Call): DType =>
  isFloating(input.dtype) ? input.dtype : isFloating(target.dtype) && !target.plain ? target.dtype : 'float32'
