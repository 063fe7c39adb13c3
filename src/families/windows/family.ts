import type { Kernel } from '../../backends/backend.ts'
import { run } from '../../backends/choose.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import type { Shape } from '../../tensor/shape.ts'
import { imageDType, imagesOf, sameImages } from '../images.ts'
import { betasOf, checkFit, checkRange, comparisonOf } from './check.ts'
import { runPlanes } from './planes.ts'
import { type WindowsProblem, windowsAlong } from './problem.ts'
import { compareReference } from './reference.ts'
import { runWindows } from './wasm.ts'

const windowsKernel: Kernel<WindowsProblem> = {
  family: 'windows',
  about: 'one value per image, by windows on two',
  simd: ['float32', 'float64'],
  reference: (problem, want) => runPlanes(problem, want, compareReference),
  wasm: runWindows,
}

/** Makes a loss of 1 − SSIM; with an option `betas`, of its product over several scales. */
export function windows<const T extends OptionTable, const M extends string, const N extends string>(
  spec: LossSpec<T, N> & { readonly module: M },
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(spec, planWindows, windowsKernel)
}

/** SSIM itself, in float64: of each image, and of each window where `wantsMap`. */
export function similarity(call: Call, wantsMap: boolean): { images: number[]; map: Float64Array | null; shape: Shape } {
  const { input, target } = call.tensors
  const size = imagesOf(call, 'input')
  sameImages(call)
  const comparison = comparisonOf(call)
  checkFit(call, size, comparison, 1)
  checkRange(call)
  const [height, width] = [windowsAlong(size.height, comparison), windowsAlong(size.width, comparison)]
  const map = wantsMap ? new Float64Array(size.images * size.channels * height * width) : null
  const problem: WindowsProblem = {
    ...comparison,
    ...size,
    input,
    target,
    betas: null,
    compute: 'float64',
    ...(map === null ? {} : { map }),
  }
  const want = { values: true, total: false, gradients: [], scale: 1, upstream: null, into: {} }
  const images = Array.from(run(windowsKernel, problem, want).values ?? [], (unlike) => 1 - unlike)
  return { images, map: map?.map((unlike) => 1 - unlike) ?? null, shape: [...input.shape.slice(0, -2), height, width] }
}

function planWindows(call: Call, reduction: Reduction): Plan<WindowsProblem> {
  const { input, target } = call.tensors
  const size = imagesOf(call, 'input')
  sameImages(call)
  const dtype = imageDType(call, ['input', 'target'])
  const comparison = comparisonOf(call)
  const betas = betasOf(call)
  checkFit(call, size, comparison, betas?.length ?? 1)
  checkRange(call)
  return {
    kernel: windowsKernel,
    problem: { ...comparison, ...size, input, target, betas, compute: computeDType(dtype) },
    shape: size.batched ? [size.images] : [],
    dtype,
    reduction,
    denominator: size.images,
    counted: size.images,
    ignored: 0,
    differentiable: { input, target },
    native: null,
  }
}
