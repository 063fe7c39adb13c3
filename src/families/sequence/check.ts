import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { isFloating } from '../../tensor/dtype.ts'
import { repairShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { numbersOf } from '../../tensor/view.ts'
import { elementText, notImplemented, wrongOption } from '../pointwise/check.ts'

/** A call that has been checked, as a batch. */
export interface Sequences {
  readonly steps: number
  readonly batch: number
  readonly classes: number
  readonly labels: Int32Array
  readonly starts: Int32Array
  readonly inputLengths: Int32Array
  readonly targetLengths: Int32Array
}

/** Checks a call in PyTorch's order and words (aten/src/ATen/native/LossCTC.cpp); and its labels, at which PyTorch does not look. */
export function checkSequences(call: Call): Sequences {
  const { logProbs, targets } = call.tensors
  const { shape } = logProbs
  checkIntegral(call, 'inputLengths')
  checkIntegral(call, 'targetLengths')
  checkLogProbs(call)
  const [steps, batch, classes] = shape.length === 2 ? [shape[0], 1, shape[1]] : shape
  if (targets.shape.length < 1 || targets.shape.length > 2) {
    const says = `Expected 1 to 2 dimensions, but got ${targets.shape.length}-dimensional tensor for argument #2 'targets'`
    const repair = targets.shape.length === 0 ? 'reshape(targets, [1])' : 'one row of labels per sequence: reshape(targets, [N, S])'
    throw wrongShape(call, 'targets', '(N, S), or (sum of targetLengths,)', repair, outputs(says))
  }
  const { blank } = call.values
  if (!(Number(blank) >= 0 && Number(blank) < classes)) {
    throw wrongOption(call, 'blank', `a class in [0, ${classes})`, '0', 'RuntimeError: blank must be in label range')
  }
  const inputLengths = lengthsOf(call, 'inputLengths', batch)
  const targetLengths = lengthsOf(call, 'targetLengths', batch)
  targetLengths.forEach((length, n) => {
    if (length < 0) throw wrongLength(call, 'targetLengths', n, 'at least 0', 'at least 0')
  })
  const starts = checkLayout(call, targetLengths)
  inputLengths.forEach((length, n) => {
    if (length < 0) throw wrongLength(call, 'inputLengths', n, 'at least 0', 'at least 0')
    if (length > steps) throw wrongLength(call, 'inputLengths', n, `at most ${steps}, the steps of logProbs`, `at most ${steps}`)
  })
  return { steps, batch, classes, labels: labelsOf(call, starts, targetLengths, classes), starts, inputLengths, targetLengths }
}

const outputs = (says: string): string => `RuntimeError: ${says} (while checking arguments for ctc_loss_allocate_outputs)`

function checkIntegral(call: Call, name: string): void {
  const lengths = call.tensors[name]
  const isPlain = lengths.plain && numbersOf(lengths).every(Number.isInteger)
  if (isPlain || (!isFloating(lengths.dtype) && lengths.dtype !== 'bool')) return
  const says = `RuntimeError: ${name === 'inputLengths' ? 'input_lengths' : 'target_lengths'} must be integral`
  throw wrongDType(call, name, 'integers', `Int32Array.from(${name}), or a plain array of integers`, says)
}

function checkLogProbs(call: Call): void {
  const { logProbs } = call.tensors
  const { shape, dtype, size } = logProbs
  const expected = '(T, N, C), or (T, C) for one sequence'
  if (shape.length === 0) {
    const says = 'IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)'
    throw wrongShape(call, 'logProbs', expected, 'give the log-probabilities of all classes at each step', says)
  }
  if (dtype !== 'float32' && dtype !== 'float64') {
    const repair = isFloating(dtype) ? `tensor(logProbs, { dtype: 'float32' })` : 'Float32Array.from(logProbs)'
    throw wrongDType(call, 'logProbs', 'float32 or float64', repair, notImplemented('ctc_loss_cpu', dtype))
  }
  if (size === 0) {
    const says = 'RuntimeError: log_probs tensor must not be empty'
    throw wrongShape(call, 'logProbs', `${expected}, with no extent of 0`, 'leave out the call for an empty batch', says)
  }
  if (shape.length < 2 || shape.length > 3) {
    const says = `Expected 3-dimensional tensor, but got ${shape.length + 1}-dimensional tensor for argument #1 'log_probs'`
    const repair = shape.length === 1 ? `reshape(logProbs, [1, ${shape[0]}]) for one step` : 'bring the axes to steps, sequences, classes'
    throw wrongShape(call, 'logProbs', expected, repair, outputs(says))
  }
}

function lengthsOf(call: Call, name: string, batch: number): Int32Array {
  const lengths = call.tensors[name]
  if (lengths.size !== batch) {
    const says = `RuntimeError: ${name === 'inputLengths' ? 'input_lengths' : 'target_lengths'} must be of size batch_size`
    throw wrongShape(call, name, `${tupleOf([batch])}: one length per sequence`, `give ${batch} lengths`, says)
  }
  return Int32Array.from(numbersOf(lengths, 'float64'))
}

function wrongLength(call: Call, name: string, n: number, expected: string, says: string): LossError {
  const length = numbersOf(call.tensors[name], 'float64')[n]
  const python = name === 'inputLengths' ? 'input_lengths' : 'target_lengths'
  return new LossError({
    code: 'input-range',
    fn: call.spec.name,
    argument: name,
    received: `${length} for sequence ${n}`,
    expected: `lengths ${expected}`,
    repair:
      name === 'inputLengths'
        ? 'the number of steps that are no padding; logProbs has the steps on axis 0'
        : 'the number of labels that are no padding',
    pytorch: outputs(`Expected ${python} to have value ${says}, but got value ${length}`),
  })
}

/** Where the labels of each sequence begin: in rows, or one sequence after the other. */
function checkLayout(call: Call, lengths: Int32Array): Int32Array {
  const { targets } = call.tensors
  const [rows, width] = targets.shape
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const longest = Math.max(...lengths)
  const wanted = targets.shape.length === 1 ? total : lengths.length
  if (rows !== wanted) {
    const says = outputs(`Expected tensor to have size ${wanted} at dimension 0, but got size ${rows} for argument #2 'targets'`)
    const expected =
      targets.shape.length === 1 ? `${tupleOf([total])}: the sum of targetLengths` : `${tupleOf([wanted, longest])}: one row per sequence`
    const repair =
      repairShape('targets', targets.shape, [lengths.length, longest]) ?? 'give the labels of every sequence, and their lengths'
    throw wrongShape(call, 'targets', expected, repair, says)
  }
  if (width < longest) {
    const says = outputs(`Expected tensor to have size at least ${longest} at dimension 1, but got size ${width} for argument #2 'targets'`)
    throw wrongShape(call, 'targets', `rows of at least ${longest} labels, the longest of targetLengths`, 'pad the rows to it', says)
  }
  let start = 0
  return lengths.map((length, n) => {
    if (targets.shape.length === 2) return n * width
    start += length
    return start - length
  })
}

/** The labels, of which those that count are classes other than the blank: PyTorch reads beside its memory for others. */
function labelsOf(call: Call, starts: Int32Array, lengths: Int32Array, classes: number): Int32Array {
  const { targets } = call.tensors
  const labels = numbersOf(targets, 'float64')
  starts.forEach((start, n) => {
    for (let at = start; at < start + lengths[n]; at++) {
      const label = labels[at]
      if (Number.isInteger(label) && label >= 0 && label < classes && label !== call.values.blank) continue
      throw wrongLabel(call, targets, at, label, classes)
    }
  })
  return Int32Array.from(labels)
}

const wrongLabel = (call: Call, targets: Tensor, at: number, label: number, classes: number): LossError =>
  new LossError({
    code: 'target-range',
    fn: call.spec.name,
    argument: 'targets',
    received: elementText(targets, label, at),
    expected: `class indices in [0, ${classes}) other than the blank ${call.values.blank}`,
    repair:
      label === call.values.blank
        ? 'leave the blank out of the labels: it is put between them; if it is padding, give shorter targetLengths'
        : `remap the labels to 0 … ${classes - 1}, where ${call.values.blank} is the blank`,
    pytorch: null,
  })
