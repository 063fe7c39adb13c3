import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import { ExactSum } from '../exact-sum.ts'
import { imagesOf, sameImages } from '../families/images.ts'
import { checkRange } from '../families/windows/check.ts'
import { imagePair } from '../families/windows/options.ts'
import type { TensorLike } from '../tensor/from.ts'
import { numbersOf } from '../tensor/view.ts'
import { defineMeasure, meanOf } from './measure.ts'

const options = {
  dataRange: {
    kind: 'number',
    default: null,
    examples: [1, 2, 255],
    help: 'How far apart the smallest and the largest value of an image may be: 1 for [0, 1], 255 for bytes. It has to be given.',
  },
} as const

export interface Psnr {
  readonly meanOfImages: number
  readonly ofMeanError: number
  readonly images: readonly number[]
  readonly mse: number
}

/**
 * Peak signal-to-noise ratio of images, in decibels, with both averages by their names: they are not the same, and papers mix them up.
 *
 * PSNR = 10·log10(dataRange² / mse)
 *
 * Shapes: input and target (N, C, H, W), or one image (C, H, W) or (H, W). dtypes: any, computed in float64; bytes are subtracted as numbers,
 * and do not wrap around.
 *
 * `meanOfImages` is what papers on restoration report: every image counts alike, and one that is restored perfectly makes it ∞. `ofMeanError`
 * is what libraries give of a whole batch: the images that are restored worst count most, so it is never the larger one. `dataRange` has no
 * default, since any guess moves the number: twice the range is 6 dB more.
 *
 * Throws LossError for unequal shapes, for a `dataRange` that is missing or not above 0, and for a target that spans more than 8 times
 * dataRange, which then is of another scale.
 *
 * Source: https://scikit-image.org/docs/stable/api/skimage.metrics.html#skimage.metrics.peak_signal_noise_ratio
 *
 * @example
 * const { meanOfImages, ofMeanError } = psnr([[[[0.5]]], [[[0.75]]]], [[[[0.625]]], [[[0.765625]]]], { dataRange: 1 })
 * meanOfImages // ≈ 27.092700
 * ofMeanError // ≈ 21.004766
 */
export const psnr = defineMeasure<[input: TensorLike, target: TensorLike, options: { readonly dataRange: number }], Psnr, typeof options>(
  {
    name: 'psnr',
    aliases: [],
    summary: 'Peak signal-to-noise ratio of images, in decibels.',
    formula: '10·log10(dataRange² / mse)',
    inputs: imagePair,
    options,
    gives: {
      meanOfImages: "dB: the mean of the images' PSNRs; ∞ as soon as one image is perfect",
      ofMeanError: 'dB: the PSNR of the mean squared error of all pixels of all images',
      images: 'dB: the PSNR of each image',
      mse: 'the mean squared error of all pixels',
    },
  },
  (call) => {
    const { images, channels, height, width } = imagesOf(call, 'input')
    sameImages(call)
    const dataRange = rangeOf(call)
    checkRange(call)
    const size = channels * height * width
    const x = numbersOf(call.tensors.input, 'float64')
    const y = numbersOf(call.tensors.target, 'float64')
    const all = new ExactSum()
    const errors = Array.from({ length: images }, (_, image) => {
      let sum = 0
      for (let i = image * size; i < (image + 1) * size; i++) sum += (x[i] - y[i]) ** 2
      all.add(sum)
      return sum / size
    })
    const decibels = (error: number): number => 10 * Math.log10(dataRange ** 2 / error)
    const each = errors.map(decibels)
    const mse = all.value() / (images * size)
    return { meanOfImages: meanOf(each), ofMeanError: decibels(mse), images: each, mse }
  },
)

function rangeOf(call: Call): number {
  const range = call.values.dataRange as number | null
  if (range !== null && range > 0 && range < Infinity) return range
  throw new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: 'dataRange',
    received: range === null ? 'none' : String(range),
    expected: 'a number above 0',
    repair: 'dataRange: 1 for images in [0, 1], 255 for bytes',
    pytorch: null,
  })
}
