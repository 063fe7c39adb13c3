import { LossError } from './errors.ts'
import { add, logSigmoid, logSoftmax, matmul, relu, sigmoid, softmax, transpose } from './ops/index.ts'
import type { DType } from './tensor/dtype.ts'
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

/**
 * y = x·Wᵀ + b, with parameters drawn uniformly from ±1/√inFeatures, as PyTorch draws them.
 *
 * Shapes: input (N, inFeatures) or (inFeatures); output (N, outFeatures) or (outFeatures). `weight` is (outFeatures, inFeatures).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.Linear.html
 */
export function Linear(inFeatures: number, outFeatures: number, options: LinearOptions = {}): LinearLayer {
  const { bias = true, dtype = 'float32', random = Math.random } = options
  const bound = 1 / Math.sqrt(inFeatures)
  const drawn = (shape: readonly number[]) =>
    tensor(
      Float64Array.from({ length: sizeOf(shape) }, () => (2 * random() - 1) * bound),
      { dtype, shape, requiresGrad: true },
    )
  const parameters = { weight: drawn([outFeatures, inFeatures]), bias: bias ? drawn([outFeatures]) : null }
  const made: LinearLayer = layer((input) => {
    const x = tensorFrom(input, {}, 'nn.Linear', 'input', dtype)
    if (x.shape[x.rank - 1] !== inFeatures || x.rank > 2) throw wrongFeatures(x, inFeatures, outFeatures)
    const product = matmul(x, transpose(made.weight))
    return made.bias === null ? product : add(product, made.bias)
  }, parameters)
  return made
}

/** The parameters may be replaced by others of the same shape: trained ones, or those of the next step. */
export type LinearLayer = Layer & { weight: Tensor; bias: Tensor | null }

function wrongFeatures(input: Tensor, inFeatures: number, outFeatures: number): LossError {
  const rows = input.rank === 2 ? input.shape[0] : 1
  return new LossError({
    code: 'shape',
    fn: 'nn.Linear',
    argument: 'input',
    received: `shape ${tupleOf(input.shape)}`,
    expected: `(N, ${inFeatures}) or (${inFeatures},)`,
    repair: input.rank > 2 ? `reshape(input, [-1, ${inFeatures}])` : `nn.Linear(${input.shape[input.rank - 1]}, ${outFeatures})`,
    pytorch:
      input.rank > 2
        ? null
        : `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${rows}x${input.shape[input.rank - 1]} and ${inFeatures}x${outFeatures})`,
  })
}

/** 1 / (1 + e⁻ˣ): what stands before BCELoss. */
export const Sigmoid = (): Layer => layer(sigmoid, {})

export const LogSigmoid = (): Layer => layer(logSigmoid, {})

export const ReLU = (): Layer => layer(relu, {})

/** softmax along `dim`. CrossEntropyLoss has it inside: do not put one before it. */
export const Softmax = (options: { readonly dim: number }): Layer => layer((input) => softmax(input, options.dim), {})

/** log softmax along `dim`: what stands before NLLLoss. */
export const LogSoftmax = (options: { readonly dim: number }): Layer => layer((input) => logSoftmax(input, options.dim), {})
