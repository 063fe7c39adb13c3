import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { imageDType, imagesOf, sameImages } from '../images.ts'
import { referencePointwise } from '../pointwise/reference.ts'
import { runPointwise } from '../pointwise/wasm.ts'
import type { StencilFormula, StencilsProblem } from './problem.ts'
import { runStencils } from './run.ts'

const stencilsKernel: Kernel<StencilsProblem> = {
  family: 'stencils',
  about: 'one value per image, of neighbouring pixels',
  simd: ['float32', 'float64'],
  reference: (problem, want) => runStencils(problem, want, referencePointwise),
  wasm: (problem, want) => runStencils(problem, want, runPointwise),
}

/** A loss of an image, or of the difference of two: its data, the operator, and the formula of a pixel. */
export interface StencilsDefinition<T extends OptionTable, M extends string, N extends string = string>
  extends LossSpec<T, N>,
    StencilFormula {
  readonly module: M
}

/** Makes a loss of a formula of an operator's responses to input − target. */
export function stencils<const T extends OptionTable, const M extends string, const N extends string>(
  definition: StencilsDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planStencils(definition, call, reduction), stencilsKernel)
}

/** Makes a loss of a formula of an operator's responses to the input alone. */
export function stencilsOfOne<const T extends OptionTable, const M extends string, const N extends string>(
  definition: StencilsDefinition<T, M, N>,
): LossFunction<[input: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planStencils(definition, call, reduction), stencilsKernel)
}

function planStencils<T extends OptionTable, M extends string>(
  definition: StencilsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<StencilsProblem> {
  const { input, target } = call.tensors
  const size = imagesOf(call, 'input')
  if (target !== undefined) sameImages(call)
  const dtype = imageDType(call, target === undefined ? ['input'] : ['input', 'target'])
  return {
    kernel: stencilsKernel,
    problem: { formula: definition, params: call.values, ...size, input, target: target ?? null, compute: computeDType(dtype) },
    shape: size.batched ? [size.images] : [],
    dtype,
    reduction,
    denominator: size.images,
    counted: size.images,
    ignored: 0,
    differentiable: target === undefined ? { input } : { input, target },
    native: null,
  }
}
