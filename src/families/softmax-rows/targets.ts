import { readLabels } from '../../backends/labels.ts'
import type { Call } from '../../check.ts'
import { wrongDType } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { ExactSum } from '../../exact-sum.ts'
import type { Reduction } from '../../reduce.ts'
import { isFloating, torchName } from '../../tensor/dtype.ts'
import { listOf, repairShape, type Shape, sameShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { forEachIndex, isContiguous, numbersOf, type View } from '../../tensor/view.ts'
import { indexOf } from '../pointwise/check.ts'

/** Where the classes lie: axis 0 of a single sample, axis 1 of a batch. */
export const classAxis = (shape: Shape): number => (shape.length === 1 ? 0 : 1)

/** The shape of class-index targets for scores of `shape`: the same without the class axis. */
export const targetShape = (shape: Shape): Shape => shape.filter((_, axis) => axis !== classAxis(shape))

/** Checks scores, class-index target and weight against each other, in PyTorch's order and words (aten/src/ATen/native/LossNLL.cpp). */
export function checkClassShapes(call: Call): void {
  const { input, target, weight } = call.tensors
  const rank = input.shape.length
  const wanted = targetShape(input.shape)
  if (rank > 1 && (target.shape[0] ?? 0) !== input.shape[0]) {
    const batch = target.shape.length === 0 ? 0 : target.shape[0]
    throw wrongShape(call, wanted, `ValueError: Expected input batch_size (${input.shape[0]}) to match target batch_size (${batch}).`)
  }
  if (rank <= 2) {
    if (target.shape.length > 1) throw wrongShape(call, wanted, 'RuntimeError: 0D or 1D target tensor expected, multi-target not supported')
    checkClassDType(call)
    if (rank === 2 && target.shape.length === 0) {
      throw wrongShape(call, wanted, 'IndexError: Dimension specified as 0 but tensor has no dimensions')
    }
    if (rank === 1 && target.shape.length === 1 && target.shape[0] !== 1) {
      throw wrongShape(call, wanted, `ValueError: For 1D input, 1D target must have size 1, but got target size: ${target.shape[0]}`)
    }
    checkClassWeight(call, weight, (classes, shape) => `${weightFor(classes)} but got weight tensor of shape: ${listOf(shape)}`)
    return
  }
  if (rank === 4) {
    if (target.shape.length !== 3) {
      const says = `RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of dimension: ${target.shape.length}`
      throw wrongShape(call, wanted, says)
    }
    checkClassDType(call)
    checkClassWeight(call, weight, allOrNone)
    if (!sameShape(target.shape, wanted)) {
      const says = `RuntimeError: size mismatch (got input: ${listOf(input.shape)} , target: ${listOf(target.shape)}`
      throw wrongShape(call, wanted, says)
    }
    return
  }
  if (!sameShape(target.shape, wanted)) {
    throw wrongShape(call, wanted, `RuntimeError: Expected target size ${listOf(wanted)}, got ${listOf(target.shape)}`)
  }
  checkClassDType(call)
  checkClassWeight(call, weight, allOrNone)
  if (input.size === 0 && target.size > 0) {
    const [n, c] = input.shape
    const says = `RuntimeError: size mismatch (got input: ${listOf([n, c, 0, 0])} , target: ${listOf([n, 1, target.size / n])}`
    throw wrongShape(call, wanted, says)
  }
}

const allOrNone = (): string => 'RuntimeError: weight tensor should be defined either for all or no classes'

const weightFor = (classes: number): string =>
  `RuntimeError: weight tensor should be defined either for all ${classes} classes or no classes`

/** A weight is a vector of one number per class. (PyTorch also lets (1, C) pass for inputs of three or more dimensions; here it is refused.) */
export function checkClassWeight(call: Call, weight: Tensor | undefined, says: (classes: number, shape: Shape) => string): void {
  const { input } = call.tensors
  const classes = input.shape[classAxis(input.shape)]
  if (weight === undefined || (weight.shape.length === 1 && weight.shape[0] === classes)) return
  const passes = input.shape.length > 2 && weight.size === classes && says === allOrNone
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'weight',
    received: `shape ${tupleOf(weight.shape)}`,
    expected: `shape ${tupleOf([classes])}: one weight for each of the ${classes} classes of axis ${classAxis(input.shape)}`,
    repair: weight.size === classes ? `reshape(weight, [${classes}])` : `give ${classes} weights`,
    pytorch: passes ? null : says(classes, weight.shape),
  })
}

export function zeroDimensions(call: Call): LossError {
  const { input, target } = call.tensors
  const softmax = target.shape.length === 0 && sameShape(input.shape, target.shape)
  return new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'input',
    received: 'a 0-D tensor',
    expected: 'shape (C,), (N, C) or (N, C, d1, …): one score per class',
    repair: 'for a single yes-or-no score use binaryCrossEntropyWithLogits',
    pytorch:
      call.spec.native?.name === 'nll_loss_nd'
        ? 'ValueError: Expected 1 or more dimensions (got 0)'
        : softmax
          ? 'IndexError: Dimension specified as 1 but tensor has no dimensions'
          : 'IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)',
  })
}

function wrongShape(call: Call, wanted: Shape, pytorch: string): LossError {
  const { input, target } = call.tensors
  return new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'target',
    received: `shape ${tupleOf(target.shape)} for an input of shape ${tupleOf(input.shape)}`,
    expected: `shape ${tupleOf(wanted)}: the input's without its class axis ${classAxis(input.shape)}`,
    repair: repairOf(input.shape, target.shape, wanted),
    pytorch,
  })
}

/** The squeeze, argmax or permutation that makes the shapes agree, where there is one. */
function repairOf(input: Shape, target: Shape, wanted: Shape): string {
  const axis = classAxis(input)
  if (sameShape(target, input))
    return `class indices: the argmax of the one-hot target over axis ${axis}; or a floating-point dtype for probabilities`
  const spatial = target.slice(1)
  if (input.length > 2 && target.length === input.length - 1 && sameShape(spatial, input.slice(1, -1))) {
    return `the classes of the input seem to lie on its last axis: permute it to (N, C, …), here to (${[input[0], input[input.length - 1], ...spatial].join(', ')})`
  }
  if (input.length === 2 && target.length === 1 && target[0] === input[1]) return 'the input seems to be transposed: (N, C) is wanted'
  return (
    repairShape('target', target, wanted) ??
    `give one class index per ${input.length > 2 ? 'position' : 'sample'}: shape ${tupleOf(wanted)}`
  )
}

/** PyTorch's kernel for inputs of three or more dimensions takes no uint8; it is not run to reduce nothing. */
export function checkByteTarget(call: Call, reduction: Reduction): void {
  const { input, target } = call.tensors
  if (target.dtype !== 'uint8' || input.shape.length <= 2 || (target.size === 0 && reduction !== 'none')) return
  const says = 'RuntimeError: expected scalar type Long but found Byte'
  throw wrongDType(call, 'target', 'int64, for inputs of three or more dimensions', 'BigInt64Array.from(target, BigInt)', says)
}

/** The classes of all rows (−1 where ignored), with what a mean over them divides by. */
export interface ClassTargets {
  readonly classes: Int32Array
  readonly counted: number
  readonly weightSum: number
}

/** Reads class indices, each in [0, C) or ignored. */
export function readClasses(call: Call, ignoreIndex: number): ClassTargets {
  const { input, target, weight } = call.tensors
  const count = input.shape[classAxis(input.shape)]
  const classes = new Int32Array(target.size)
  const long = target.dtype === 'int64' && isContiguous(target)
  const counted = long ? readLabels({ view: target, count, ignoreIndex, classes }) : readNumbers(target, count, ignoreIndex, classes)
  if (counted === null) throw noClass(call, count, ignoreIndex)
  return { classes, counted, weightSum: weight === undefined ? counted : weightOf(classes, count, weight) }
}

/** The same of labels that are no contiguous int64. */
function readNumbers(target: Tensor, count: number, ignoreIndex: number, classes: Int32Array): number | null {
  const indices = numbersOf(target, 'float64')
  let counted = 0
  for (let row = 0; row < classes.length; row++) {
    const value = indices[row]
    if (value === ignoreIndex) {
      classes[row] = -1
      continue
    }
    if (!(value >= 0 && value < count)) return null
    classes[row] = value
    counted++
  }
  return counted
}

/** Of the first label that is neither a class nor ignored. */
function noClass(call: Call, count: number, ignoreIndex: number): LossError {
  const { target } = call.tensors
  const row = numbersOf(target, 'float64').findIndex((value) => value !== ignoreIndex && !(value >= 0 && value < count))
  const exact = exactElement(target, row)
  return outOfRange(call, Number(exact), row, count, exact)
}

/** The sum of the weights of all rows' classes. */
function weightOf(classes: Int32Array, count: number, weight: Tensor): number {
  const weights = numbersOf(weight)
  const sum = new ExactSum()
  if (weight.dtype === 'float64' || count > classes.length) {
    for (const k of classes) if (k >= 0) sum.add(weights[k])
    return sum.value()
  }
  // a weight of 24 bits times a count is exact
  const rows = new Float64Array(count)
  for (const k of classes) if (k >= 0) rows[k]++
  for (let k = 0; k < count; k++) if (rows[k] > 0) sum.add(weights[k] * rows[k])
  return sum.value()
}

/** The element at a position in row-major order, as it is stored. */
function exactElement(view: View, position: number): number | bigint {
  let found: number | bigint = Number.NaN
  forEachIndex(view, (index, at) => {
    if (at === position) found = view.data[index]
  })
  return found
}

function checkClassDType(call: Call): void {
  const { target } = call.tensors
  if (target.dtype === 'int64' || target.dtype === 'uint8') return
  if (target.plain && numbersOf(target).every(Number.isInteger)) return
  const says = `RuntimeError: expected target dtype to be Long or Byte, but got ${torchName(target.dtype)}`
  const repair = isFloating(target.dtype)
    ? 'class indices as BigInt64Array.from(indices, BigInt) or a plain array of integers; for probabilities the shape must be the input’s'
    : 'BigInt64Array.from(target, BigInt), or a plain array of integers'
  throw wrongDType(call, 'target', 'class indices as int64 or uint8', repair, says)
}

function outOfRange(call: Call, value: number, row: number, count: number, exact: number | bigint): LossError {
  const { target } = call.tensors
  return new LossError({
    code: 'target-range',
    fn: call.spec.name,
    argument: 'target',
    received: `${exact} at ${tupleOf(indexOf(row, target.shape))}`,
    expected: `class indices in [0, ${count}), or ignoreIndex ${call.values.ignoreIndex}`,
    repair: rangeRepair(numbersOf(target), value, count),
    pytorch: `IndexError: Target ${exact} is out of bounds.`,
  })
}

/** What the pattern of all targets suggests. */
function rangeRepair(targets: ArrayLike<number>, value: number, count: number): string {
  let min = Infinity
  let max = -Infinity
  const odd = new Set<number>()
  for (let i = 0; i < targets.length; i++) {
    min = Math.min(min, targets[i])
    max = Math.max(max, targets[i])
    if (!(targets[i] >= 0 && targets[i] < count)) odd.add(targets[i])
  }
  if (min === 1 && max === count) return `the labels run from 1 to ${count}: subtract 1`
  if (odd.size === 1 && (value === 255 || value < 0)) return `if ${value} marks what is not to be counted: { ignoreIndex: ${value} }`
  if (max > 2 ** 31) return `the input has ${count} classes: remap the labels to 0 … ${count - 1}`
  return `the input has ${count} classes and the targets reach ${max}: remap the labels, or give the network ${max + 1} outputs`
}
