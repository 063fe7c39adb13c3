import { missingArguments } from './check.ts'
import { LossError } from './errors.ts'
import { pythonType, snakeCase } from './names.ts'
import {
  add,
  type CosineSimilarityOptions,
  cosineSimilarity,
  logSigmoid,
  logSoftmax,
  matmul,
  type PairwiseDistanceOptions,
  pairwiseDistance,
  relu,
  reshape,
  sigmoid,
  softmax,
  transpose,
} from './ops/index.ts'
import { cppNames } from './ops/matrices.ts'
import { refuseUnknown } from './strict.ts'
import { type DType, torchName } from './tensor/dtype.ts'
import { type TensorLike, tensor, tensorFrom } from './tensor/from.ts'
import { sizeOf, tupleOf } from './tensor/shape.ts'
import type { Tensor } from './tensor/tensor.ts'

/** A function of one tensor, with PyTorch's `forward` beside the call. */
export interface Layer {
  (input: TensorLike): Tensor
  forward(input: TensorLike): Tensor
}

const layer = <E extends object>(forward: (input: TensorLike) => Tensor, extra: E): Layer & E =>
  Object.assign((input: TensorLike) => forward(input), { forward }, extra)

export interface LinearOptions {
  /** Whether a bias is added; true if left out. */
  readonly bias?: boolean
  readonly dtype?: Extract<DType, 'float32' | 'float64'>
  /** Numbers in [0, 1) for the initial parameters; `Math.random` if left out. */
  readonly random?: () => number
}

/** The parameters may be replaced by others of the same shape: trained ones, or those of the next step. */
export type LinearLayer = Layer & { weight: Tensor; bias: Tensor | null }

/** PyTorch's text for an option that a module does not have. */
const unexpected = (module: string) => (name: string) =>
  `TypeError: ${module}.__init__() got an unexpected keyword argument '${snakeCase(name)}'`

// the layers are functions, not arrows: whoever writes `new nn.Linear(3, 2)` out of habit gets the layer too

/**
 * y = x·Wᵀ + b, with parameters drawn uniformly from ±1/√inFeatures, as PyTorch draws them.
 *
 * Shapes: input (…, inFeatures), output (…, outFeatures), with any axes before. `weight` is (outFeatures, inFeatures), `bias` (outFeatures).
 * dtypes: the input has the parameters' dtype; plain numbers take it.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.Linear.html
 *
 * @example
 * const linear = nn.Linear(3, 2, { random: () => 0.75 })
 * linear([1, 2, 3]).toArray() // ≈ [2.02073, 2.02073]
 */
export function Linear(inFeatures: number, outFeatures: number, options: LinearOptions = {}): LinearLayer {
  refuseUnknown('nn.Linear', options, ['bias', 'dtype', 'random'], unexpected('Linear'))
  refuseFeatures(outFeatures, inFeatures)
  const { bias = true, dtype = 'float32', random = Math.random } = options
  const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0
  const drawn = (shape: readonly number[]) =>
    tensor(
      Float64Array.from({ length: sizeOf(shape) }, () => (2 * random() - 1) * bound),
      { dtype, shape, requiresGrad: true },
    )
  const parameters = { weight: drawn([outFeatures, inFeatures]), bias: bias ? drawn([outFeatures]) : null }
  const made: LinearLayer = layer((input) => {
    const x = tensorFrom(
      input,
      {},
      'nn.Linear',
      'input',
      dtype,
      (type) => `TypeError: linear(): argument 'input' (position 1) must be Tensor, not ${type}`,
    )
    if (x.shape[x.rank - 1] !== inFeatures) throw wrongFeatures(x, inFeatures, outFeatures)
    if (x.dtype !== made.weight.dtype) throw otherDType(x, made.weight, made.bias !== null)
    const rows = x.rank === 2 ? x : reshape(x, [sizeOf(x.shape.slice(0, -1)), inFeatures])
    const product = matmul(rows, transpose(made.weight))
    const y = made.bias === null ? product : add(product, made.bias)
    return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), outFeatures])
  }, parameters)
  return made
}

/** Refuses sizes of a weight that are none, in the order in which PyTorch looks at them. */
function refuseFeatures(outFeatures: number, inFeatures: number): void {
  const given = { inFeatures, outFeatures }
  const missing = (['inFeatures', 'outFeatures'] as const).filter((name) => given[name] === undefined)
  const odd =
    missing[0] ?? (['outFeatures', 'inFeatures'] as const).find((name) => !(Number.isSafeInteger(given[name]) && given[name] >= 0))
  if (odd === undefined) return
  const value: unknown = given[odd]
  const type = pythonType(value)
  const size = missing.length > 0 ? null : Number.isSafeInteger(value)
  throw new LossError({
    code: size === true ? 'option-range' : 'argument-type',
    fn: 'nn.Linear',
    argument: odd,
    received: typeof value === 'string' ? `'${value}'` : String(value),
    expected: 'an integer from 0 on',
    repair: 'nn.Linear(3, 2), from 3 features to 2',
    pytorch:
      size === null
        ? `TypeError: Linear.__init__() ${missingArguments(missing.map(snakeCase))}`
        : size
          ? `RuntimeError: Trying to create tensor with negative dimension ${value}: [${outFeatures}, ${inFeatures}]`
          : odd === 'outFeatures'
            ? `TypeError: empty(): argument 'size' (position 1) must be tuple of ints, but found element of type ${type} at pos 0`
            : `TypeError: empty(): argument 'size' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got ${type}"`,
  })
}

function wrongFeatures(input: Tensor, inFeatures: number, outFeatures: number): LossError {
  const features = input.shape[input.rank - 1]
  const rows = sizeOf(input.shape.slice(0, -1))
  return new LossError({
    code: 'shape',
    fn: 'nn.Linear',
    argument: 'input',
    received: `shape ${tupleOf(input.shape)}`,
    expected: `(N, ${inFeatures}) or (${inFeatures},): ${inFeatures} on the last axis`,
    repair: input.rank === 0 ? `reshape(input, [1, 1])` : `nn.Linear(${features}, ${outFeatures})`,
    pytorch:
      input.rank === 0
        ? 'RuntimeError: both arguments to linear need to be at least 1D, but they are 0D and 2D'
        : `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${rows}x${features} and ${inFeatures}x${outFeatures})`,
  })
}

const otherDType = (input: Tensor, { dtype }: Tensor, biased: boolean): LossError =>
  new LossError({
    code: 'dtype',
    fn: 'nn.Linear',
    argument: 'input',
    received: input.dtype,
    expected: `${dtype}, the dtype of the weight`,
    repair: `tensor(input, { dtype: '${dtype}' })${dtype === 'float32' && input.dtype === 'float64' ? `, or nn.Linear(…, { dtype: 'float64' })` : ''}`,
    pytorch: biased
      ? `RuntimeError: mat1 and mat2 must have the same dtype, but got ${torchName(input.dtype)} and ${torchName(dtype)}`
      : `RuntimeError: expected m1 and m2 to have the same dtype, but got: ${cppNames[input.dtype]} != ${cppNames[dtype]}`,
  })

/** 1 / (1 + e⁻ˣ): what stands before BCELoss. Made first, then called: `nn.Sigmoid()(input)`. */
export function Sigmoid(...nothing: readonly never[]): Layer {
  return elementwise('Sigmoid', sigmoid, nothing)
}

export function LogSigmoid(...nothing: readonly never[]): Layer {
  return elementwise('LogSigmoid', logSigmoid, nothing)
}

export function ReLU(...nothing: readonly never[]): Layer {
  return elementwise('ReLU', relu, nothing)
}

function elementwise(module: string, forward: (input: TensorLike) => Tensor, given: readonly unknown[]): Layer {
  if (given.length === 0) return layer(forward, {})
  throw new LossError({
    code: 'argument-type',
    fn: `nn.${module}`,
    argument: 'options',
    received: `${given.length} argument${given.length === 1 ? '' : 's'}`,
    expected: 'none: the layer is made first, then called',
    repair: `nn.${module}()(input)`,
    pytorch: module === 'ReLU' ? null : `TypeError: ${module}.__init__() takes 1 positional argument but ${given.length + 1} were given`,
  })
}

/** softmax along `dim`. CrossEntropyLoss has it inside: do not put one before it. */
export function Softmax(options: { readonly dim: number }): Layer {
  return alongAxis('Softmax', softmax, options)
}

/** log softmax along `dim`: what stands before NLLLoss. */
export function LogSoftmax(options: { readonly dim: number }): Layer {
  return alongAxis('LogSoftmax', logSoftmax, options)
}

function alongAxis(
  module: string,
  forward: (input: TensorLike, dim: number) => Tensor,
  options: { readonly dim: number } | undefined,
): Layer {
  const dim: unknown = options?.dim
  if (typeof options === 'object' && options !== null) refuseUnknown(`nn.${module}`, options, ['dim'], unexpected(module))
  if (typeof dim === 'number') return layer((input) => forward(input, dim), {})
  throw new LossError({
    code: 'option-type',
    fn: `nn.${module}`,
    argument: 'dim',
    received: String(dim ?? options ?? 'none'),
    expected: '{ dim }: the axis along which the probabilities sum to 1',
    repair: `nn.${module}({ dim: 1 })(input)`,
    // without a dim it guesses an axis, with a warning; another one than an integer it refuses at the call
    pytorch:
      dim === undefined || dim === null
        ? null
        : `TypeError: ${snakeCase(module).slice(1)}(): argument 'dim' (position 1) must be int, not ${pythonType(dim)}`,
  })
}

/** A function of two tensors, with PyTorch's `forward` beside the call. */
export interface PairLayer {
  (x1: TensorLike, x2: TensorLike): Tensor
  forward(x1: TensorLike, x2: TensorLike): Tensor
}

const pairLayer = (forward: PairLayer['forward']): PairLayer =>
  Object.assign((x1: TensorLike, x2: TensorLike) => forward(x1, x2), { forward })

/** The distance of vectors on the last axis: a `distanceFunction` for TripletMarginWithDistanceLoss. */
export function PairwiseDistance(options: PairwiseDistanceOptions = {}): PairLayer {
  refuseUnknown('nn.PairwiseDistance', options, ['p', 'eps', 'keepdim'], unexpected('PairwiseDistance'))
  return pairLayer((x1, x2) => pairwiseDistance(x1, x2, options))
}

/** The cosine of the angle between vectors along `dim`, which is 1 if left out. */
export function CosineSimilarity(options: CosineSimilarityOptions = {}): PairLayer {
  refuseUnknown('nn.CosineSimilarity', options, ['dim', 'eps'], unexpected('CosineSimilarity'))
  return pairLayer((x1, x2) => cosineSimilarity(x1, x2, options))
}
