import { LossError, type LossErrorCode } from './errors.ts'
import { subtractionOfBool } from './families/pointwise/check.ts'
import type { LinearLayer } from './layers.ts'
import { reshape } from './ops/index.ts'
import { cppNames } from './ops/matrices.ts'
import { isFloating, torchName } from './tensor/dtype.ts'
import { type TensorLike, tensorFrom } from './tensor/from.ts'
import { type Shape, sameShape, torchSize, tupleOf } from './tensor/shape.ts'
import type { Tensor } from './tensor/tensor.ts'
import { numbersOf } from './tensor/view.ts'

/** What an adaptive softmax is made of. */
export interface Model {
  readonly inFeatures: number
  readonly nClasses: number
  readonly cutoffs: readonly number[]
  readonly clusters: readonly Cluster[]
  readonly head: LinearLayer
  readonly tail: readonly (readonly [projection: LinearLayer, scores: LinearLayer])[]
}

export interface Cluster {
  readonly features: number
  readonly classes: number
}

const fn = 'nn.AdaptiveLogSoftmaxWithLoss'

/** Refuses cutoffs that PyTorch's constructor refuses. */
export function checkCutoffs(cutoffs: unknown, nClasses: number): asserts cutoffs is readonly number[] {
  const wanted = `integers that increase from 1 or more to ${nClasses - 1} or less`
  if (!Array.isArray(cutoffs)) {
    const [text, came] = typeof cutoffs === 'number' ? ['int', String(cutoffs)] : ['NoneType', typeof cutoffs]
    throw refuse(
      'option-type',
      'cutoffs',
      came,
      `an array of ${wanted}`,
      'cutoffs: [10, 100]',
      `TypeError: '${text}' object is not iterable`,
    )
  }
  const says = 'cutoffs should be a sequence of'
  if (cutoffs.length === 0)
    throw refuse('option-range', 'cutoffs', '[]', wanted, '[10], for instance', `ValueError: ${says} length larger than 0`)
  const fits = cutoffs.every((cutoff, i) => Number.isInteger(cutoff) && cutoff > (cutoffs[i - 1] ?? 0) && cutoff < nClasses)
  if (fits) return
  const rest = 'unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1'
  throw refuse(
    'option-range',
    'cutoffs',
    JSON.stringify(cutoffs),
    wanted,
    'without nClasses itself, in order',
    `ValueError: ${says} ${rest}`,
  )
}

/** The size of each cluster. */
export function clustersOf(inFeatures: number, nClasses: number, cutoffs: readonly number[], divValue: number): readonly Cluster[] {
  const ends = [...cutoffs.slice(1), nClasses]
  return cutoffs.map((start, k) => {
    const features = Math.floor(inFeatures / divValue ** (k + 1))
    if (Number.isFinite(features) && features >= 0) return { features, classes: ends[k] - start }
    const says = Number.isNaN(divValue)
      ? 'ValueError: cannot convert float NaN to integer'
      : divValue === 0
        ? 'ZeroDivisionError: integer division or modulo by zero'
        : `RuntimeError: Trying to create tensor with negative dimension ${features}: [${features}, ${inFeatures}]`
    throw refuse('option-range', 'divValue', String(divValue), 'a number above 0', 'divValue: 4', says)
  })
}

/** Refuses parameters that were replaced by others of another shape, in the words of PyTorch's `load_state_dict`. */
export function checkParameters({ inFeatures, cutoffs, clusters, head, tail }: Model): void {
  checkShape('head.weight', head.weight, [cutoffs[0] + clusters.length, inFeatures])
  if (head.bias !== null) checkShape('head.bias', head.bias, [cutoffs[0] + clusters.length])
  for (const [k, [projection, scores]] of tail.entries()) {
    checkShape(`tail.${k}.0.weight`, projection.weight, [clusters[k].features, inFeatures])
    checkShape(`tail.${k}.1.weight`, scores.weight, [clusters[k].classes, clusters[k].features])
  }
}

function checkShape(name: string, { shape }: Tensor, wanted: Shape): void {
  if (sameShape(shape, wanted)) return
  const says = `size mismatch for ${name}: copying a param with shape ${torchSize(shape)} from checkpoint, the shape in current model is ${torchSize(wanted)}.`
  throw refuse(
    'shape',
    name,
    `shape ${tupleOf(shape)}`,
    `shape ${tupleOf(wanted)}`,
    'the same sizes and cutoffs as where it was trained',
    `RuntimeError: ${says}`,
  )
}

/** Checks a batch in PyTorch's order and words; gives its rows and labels. */
export function checkForward(
  model: Model,
  input: TensorLike,
  target: TensorLike,
): { readonly rows: Tensor; readonly labels: Float64Array; readonly isBatch: boolean } {
  const read = (value: TensorLike, name: string, attribute: string, plain: 'float32' | 'float64') =>
    tensorFrom(value, {}, fn, name, plain, (type) => `AttributeError: '${type}' object has no attribute '${attribute}'`)
  const t = read(target, 'target', 'dim', 'float64')
  const x = read(input, 'input', 'size', model.head.weight.dtype as 'float32' | 'float64')
  checkRanks(x, t)
  const rows = t.rank === 0 ? reshape(x, [1, x.size]) : x
  const labels = Float64Array.from(numbersOf(t, 'float64'))
  const firstWith = model.tail.findIndex((_, k) => labels.some((label) => label >= model.cutoffs[k] && label < endOf(model, k)))
  if (firstWith >= 0) {
    if (t.dtype === 'bool') throw wrongLabels(t, subtractionOfBool(1))
    const own = labels.filter((label) => label >= model.cutoffs[firstWith] && label < endOf(model, firstWith)).length
    checkOperand(rows, model.tail[firstWith][0], own)
  }
  const outside = labels.findIndex((label) => !(label >= 0 && label < model.nClasses))
  if (outside >= 0) {
    const extremes = `[${Math.min(...labels)}, ${Math.max(...labels)}]`
    const says = `RuntimeError: Target values should be in [0, ${model.nClasses - 1}], but values in range ${extremes} were found. `
    const repair =
      labels[outside] === model.nClasses ? 'if the labels begin at 1: subtract 1' : `remap the labels to 0 … ${model.nClasses - 1}`
    throw refuse('target-range', 'target', `${labels[outside]}`, `class indices in [0, ${model.nClasses})`, repair, says)
  }
  checkOperand(rows, model.head, labels.length)
  const isIndex = labels.length === 0 || t.dtype === 'int64' || t.dtype === 'int32' || (t.plain && labels.every(Number.isInteger))
  if (!isIndex) throw wrongLabels(t, 'RuntimeError: gather(): Expected dtype int32/int64 for index')
  return { rows, labels, isBatch: t.rank === 1 }
}

const wrongLabels = ({ dtype }: Tensor, says: string): LossError =>
  refuse('dtype', 'target', dtype, 'class indices as int64 or int32', 'BigInt64Array.from(target, BigInt)', says)

const endOf = ({ cutoffs, nClasses }: Model, k: number): number => cutoffs[k + 1] ?? nClasses

function checkRanks(x: Tensor, t: Tensor): void {
  const wanted = (expected: string, argument: string, repair: string, says: string) =>
    refuse('shape', argument, `shape ${tupleOf(argument === 'input' ? x.shape : t.shape)}`, expected, repair, says)
  if (t.rank > 1) {
    const says = 'RuntimeError: 0D or 1D target tensor expected, multi-target not supported'
    throw wanted('(N) or ()', 'target', 'reshape(target, [-1]), and the input to (N, inFeatures)', says)
  }
  if (t.rank === 1 && x.rank === 0) {
    const says = 'IndexError: Dimension specified as 0 but tensor has no dimensions'
    throw wanted('(N, inFeatures)', 'input', 'reshape(input, [N, inFeatures])', says)
  }
  if (t.rank === 1 && x.shape[0] !== t.shape[0]) {
    const says = 'RuntimeError: Input and target should have the same size in the batch dimension.'
    throw wanted(`one row per target: (${t.shape[0]}, inFeatures)`, 'input', 'give as many targets as rows', says)
  }
  if (x.rank !== t.rank + 1) {
    const says = `RuntimeError: ${t.rank}D target tensor expects ${t.rank + 1}D input tensors, but found inputs with size ${torchSize(x.shape)}`
    throw wanted(
      t.rank === 1 ? '(N, inFeatures) beside a target (N)' : '(inFeatures) beside a target ()',
      'input',
      'reshape(input, [N, inFeatures])',
      says,
    )
  }
}

/** Checks an input of rows alone. */
export function checkInput({ head, inFeatures }: Model, input: TensorLike): Tensor {
  const x = tensorFrom(
    input,
    {},
    fn,
    'input',
    head.weight.dtype,
    (type) => `TypeError: linear(): argument 'input' (position 1) must be Tensor, not ${type}`,
  )
  if (x.rank === 1 || x.rank === 2) checkOperand(x.rank === 1 ? reshape(x, [1, x.size]) : x, head, x.rank === 1 ? 1 : x.shape[0])
  if (x.rank === 2) return x
  const says =
    x.rank === 0
      ? 'RuntimeError: both arguments to linear need to be at least 1D, but they are 0D and 2D'
      : x.rank === 1
        ? 'IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)'
        : null
  throw refuse('shape', 'input', `shape ${tupleOf(x.shape)}`, '(N, inFeatures)', `reshape(input, [-1, ${inFeatures}])`, says)
}

/** Refuses rows that a layer cannot multiply with its weight, in PyTorch's words. */
function checkOperand(x: Tensor, { weight, bias }: LinearLayer, rows: number): void {
  const features = weight.shape[1]
  if (x.shape[1] !== features) {
    const says = `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${rows}x${x.shape[1]} and ${features}x${weight.shape[0]})`
    throw refuse('shape', 'input', `shape ${tupleOf(x.shape)}`, `(N, ${features})`, `nn.AdaptiveLogSoftmaxWithLoss(${x.shape[1]}, …)`, says)
  }
  if (x.dtype === weight.dtype) return
  const says =
    bias === null
      ? `expected m1 and m2 to have the same dtype, but got: ${cppNames[x.dtype]} != ${cppNames[weight.dtype]}`
      : `mat1 and mat2 must have the same dtype, but got ${torchName(x.dtype)} and ${torchName(weight.dtype)}`
  const repair =
    isFloating(x.dtype) && x.dtype === 'float64'
      ? `{ dtype: 'float64' }, or tensor(input, { dtype: 'float32' })`
      : `tensor(input, { dtype: '${weight.dtype}' })`
  throw refuse('dtype', 'input', x.dtype, `${weight.dtype}, the dtype of the parameters`, repair, `RuntimeError: ${says}`)
}

const refuse = (
  code: LossErrorCode,
  argument: string,
  received: string,
  expected: string,
  repair: string,
  pytorch: string | null,
): LossError => new LossError({ code, fn, argument, received, expected, repair, pytorch })
