import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import type { Refusal } from '../../spec.ts'
import { isFloating, torchName } from '../../tensor/dtype.ts'
import { type TensorLike, tensor } from '../../tensor/from.ts'
import { listOf, repairShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { numbersOf } from '../../tensor/view.ts'
import { elementText, notImplemented, wrongOption } from '../pointwise/check.ts'

/** Rows of scores as PyTorch takes them: one row where there is no batch. */
export interface Rows {
  readonly rows: number
  readonly classes: number
}

/** Checks scores and one class per row, in PyTorch's order and words (aten/src/ATen/native/LossMultiMargin.cpp); gives the classes. */
export function checkOneLabel(call: Call): Rows & { readonly labels: Int32Array } {
  const { input, target, weight } = call.tensors
  const { p } = call.values
  if (p !== 1 && p !== 2) throw wrongOption(call, 'p', '1 or 2', '1', 'ValueError: only p == 1 and p == 2 supported')
  if (weight !== undefined && weight.shape.length !== 1) {
    throw wrongShape(call, 'weight', '(C,): one weight per class', 'reshape(weight, [-1])', 'ValueError: weight must be one-dimensional')
  }
  const { rows, classes } = checkScores(call)
  if (target.shape.length > 1 || target.size !== rows) {
    const says = `RuntimeError: multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${rows}], but got ${listOf(target.shape)}. Input has shape ${listOf(input.shape)}.`
    const wanted = input.shape.length === 2 ? [rows] : []
    const repair = repairShape('target', target.shape, wanted) ?? 'give one class index per row'
    throw wrongShape(call, 'target', `${tupleOf(wanted)}: one class index per row`, repair, says)
  }
  if (weight !== undefined && weight.size !== classes) {
    const says = `RuntimeError: inconsistent weight size, expected ${classes} but got ${listOf(weight.shape)}`
    throw wrongShape(call, 'weight', `${tupleOf([classes])}: one weight per class`, `give ${classes} weights`, says)
  }
  checkScoreDType(call, 'multi_margin_loss_cpu_kernel')
  checkLabelDType(call)
  if (weight !== undefined && weight.dtype !== input.dtype && input.size > 0) {
    const says = `RuntimeError: expected scalar type ${torchName(input.dtype)} but found ${torchName(weight.dtype)}`
    throw wrongDType(call, 'weight', `${input.dtype}, the input's`, `tensor(weight, { dtype: '${input.dtype}' })`, says)
  }
  const labels = numbersOf(target, 'float64')
  const odd = labels.findIndex((label) => !(label >= 0 && label < classes))
  if (odd >= 0) throw outOfRange(call, labels, odd, classes, 0, 'RuntimeError: target out of range')
  return { rows, classes, labels: Int32Array.from(labels) }
}

/** Checks scores and as many class indices per row, ended by −1, in PyTorch's order and words (…/LossMultiLabelMargin.cpp). */
export function checkManyLabels(call: Call): Rows & { readonly labels: Int32Array } {
  const { input, target } = call.tensors
  const { rows, classes } = checkScores(call)
  const flat = input.shape.length <= 1
  const [first, second] = target.shape
  if (flat ? target.shape.length > 1 || target.size !== classes : target.shape.length !== 2 || first !== rows || second !== classes) {
    const says = `RuntimeError: inconsistent target size: ${listOf(target.shape)} for input of size: ${listOf(input.shape)}`
    const repair = repairShape('target', target.shape, input.shape) ?? 'give as many class indices per row as there are scores, the rest −1'
    throw wrongShape(call, 'target', `the input's shape ${tupleOf(input.shape)}`, repair, says)
  }
  const labels = numbersOf(target, 'float64')
  // PyTorch looks at the integral parts of the smallest and the largest, and at the dtype later
  const odd = labels.findIndex((label) => !(Math.trunc(label) >= -1 && Math.trunc(label) < classes))
  if (odd >= 0) {
    const all = Array.from(labels)
    const least = all.reduce((a, b) => Math.min(a, b))
    const extreme = Math.trunc(least) >= -1 ? all.reduce((a, b) => Math.max(a, b)) : least
    const says =
      Math.abs(extreme) < 2 ** 63 ? `argument #2 'target' is out of range` : 'value cannot be converted to type int64_t without overflow'
    throw outOfRange(call, labels, odd, classes, -1, `RuntimeError: ${says}`)
  }
  checkScoreDType(call, 'multilabel_margin_loss_forward_out_frame')
  checkLabelDType(call)
  return { rows, classes, labels: Int32Array.from(labels) }
}

/** What PyTorch refuses of the options of a loss of one label when its module is made. */
export function refusesOptions({ p = 1, weight }: Readonly<Record<string, unknown>>): Refusal | null {
  if (p !== 1 && p !== 2) {
    const pytorch = 'ValueError: only p == 1 and p == 2 supported'
    return { code: 'option-range', argument: 'p', received: String(p), expected: '1 or 2', repair: 'p: 1', pytorch }
  }
  const shape = weight === undefined ? [0] : tensor(weight as TensorLike).shape
  if (shape.length === 1) return null
  return {
    code: 'shape',
    argument: 'weight',
    received: `shape ${tupleOf(shape)}`,
    expected: '(C,): one weight per class',
    repair: 'reshape(weight, [-1])',
    pytorch: `ValueError: MultiMarginLoss: expected weight to be None or 1D tensor, got ${shape.length}D instead`,
  }
}

function checkScores(call: Call): Rows {
  const { shape } = call.tensors.input
  const classes = shape.length === 0 ? 1 : shape[shape.length - 1]
  if (shape.length <= 2 && classes > 0) return { rows: shape.length === 2 ? shape[0] : 1, classes }
  const says = `RuntimeError: Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${listOf(shape)}`
  const repair = shape.length > 2 ? 'bring the classes to the last axis, and reshape to (N, C)' : 'give at least one score per row'
  throw wrongShape(call, 'input', '(C,) or (N, C), with C > 0', repair, says)
}

/** What PyTorch says, which does not get so far where there are no scores. */
const orNothing = (input: Tensor, says: string): string | null => (input.size === 0 ? null : says)

function checkScoreDType(call: Call, kernel: string): void {
  const { input } = call.tensors
  if (input.dtype === 'float32' || input.dtype === 'float64') return
  const repair = isFloating(input.dtype)
    ? `tensor(input, { dtype: 'float32' })`
    : 'Float32Array.from(input); are input and target in order?'
  throw wrongDType(call, 'input', 'float32 or float64', repair, orNothing(input, notImplemented(kernel, input.dtype)))
}

function checkLabelDType(call: Call): void {
  const { input, target } = call.tensors
  if (target.dtype === 'int64' || (target.plain && numbersOf(target).every(Number.isInteger))) return
  const says = `RuntimeError: expected scalar type Long but found ${torchName(target.dtype)}`
  throw wrongDType(call, 'target', 'class indices as int64', 'BigInt64Array.from(target, BigInt)', orNothing(input, says))
}

function outOfRange(call: Call, labels: ArrayLike<number>, at: number, classes: number, least: number, pytorch: string): LossError {
  const { target } = call.tensors
  return new LossError({
    code: 'target-range',
    fn: call.spec.name,
    argument: 'target',
    received: elementText(target, labels[at], at),
    expected: `class indices in [0, ${classes})${least < 0 ? ', or −1 after the last one' : ''}`,
    repair: labels[at] === classes ? 'if the labels begin at 1: subtract 1' : `remap the labels to 0 … ${classes - 1}`,
    pytorch,
  })
}
