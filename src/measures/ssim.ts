import { refusesOptions } from '../families/windows/check.ts'
import { similarity } from '../families/windows/family.ts'
import { imagePair, windowOptions } from '../families/windows/options.ts'
import type { OptionsOf } from '../spec.ts'
import type { TensorLike } from '../tensor/from.ts'
import { Tensor } from '../tensor/tensor.ts'
import { defineMeasure, meanOf } from './measure.ts'

const { reduction: _, ...ofWindows } = windowOptions
const options = {
  ...ofWindows,
  map: { kind: 'boolean', default: false, help: 'Whether the SSIM of each window comes too, as an image of its own.' },
} as const

export interface Ssim {
  readonly mean: number
  readonly images: readonly number[]
  /** null unless asked for. */
  readonly map: Tensor | null
}

/**
 * Structural similarity of images: 1 for equal ones, about 0 for unlike ones, below 0 for opposite ones.
 *
 * SSIM = (2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2)), averaged over all windows and channels of an image; with means μ,
 * variances and covariance σ under a window, c1 = (k1·dataRange)² and c2 = (k2·dataRange)²
 *
 * Shapes: input and target (N, C, H, W), or one image (C, H, W) or (H, W); every channel is compared by itself. dtypes: any, computed in
 * float64.
 *
 * The options and their conventions are those of `ssimLoss`, which is 1 − SSIM: `window: 'uniform', windowSize: 7, sampleCovariance: true` is
 * scikit-image's default.
 *
 * Throws LossError for unequal shapes, for images smaller than a window, for options outside their range, and for a target that spans more
 * than 8 times dataRange, which then is of another scale.
 *
 * Source: Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", https://doi.org/10.1109/TIP.2003.819861
 *
 * @example
 * const image = Array.from({ length: 16 }, (_, row) => Array.from({ length: 16 }, (_, column) => (row + column) / 30))
 * ssim(image.map((row) => row.map((pixel) => pixel / 2)), image).mean // ≈ 0.660248
 */
export const ssim = defineMeasure<[input: TensorLike, target: TensorLike, options?: OptionsOf<typeof options>], Ssim, typeof options>(
  {
    name: 'ssim',
    aliases: [],
    summary: 'Structural similarity of images.',
    formula: '(2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2))',
    inputs: imagePair,
    options,
    refuses: refusesOptions,
    gives: {
      mean: 'the mean over the images',
      images: 'the SSIM of each image, the mean over its windows and channels',
      map: "the SSIM of each window in float64, of the input's shape less the windows' margins for border 'valid'",
    },
  },
  (call) => {
    const { images, map, shape } = similarity(call, call.values.map === true)
    const image = map === null ? null : new Tensor({ data: map, dtype: 'float64', shape })
    return { mean: meanOf(images), images, map: image }
  },
)
