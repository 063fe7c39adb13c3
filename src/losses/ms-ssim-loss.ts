import { refusesOptions } from '../families/windows/check.ts'
import { windows } from '../families/windows/family.ts'
import { imagePair, windowOptions } from '../families/windows/options.ts'

/**
 * 1 − MS-SSIM: SSIM at several scales at once, so that coarse and fine structure count both. 0 for equal images, at most 1.
 *
 * l = 1 − Π ρₛ^βₛ · SSIM^β, averaged over the channels of an image; with SSIM at the coarsest scale, and at each other scale s its second
 * factor ρₛ, (2·σxy + c2) / (σx² + σy² + c2), averaged over the windows. β = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333, from the finest scale
 *
 * Shapes: input and target (N, C, H, W), or one image (C, H, W) or (H, W). The sides are at least 16 windows long, 176 pixels, unless there
 * are fewer `betas` or `windowSize` is smaller. dtypes: any of which at least one is floating-point; the result is of the promoted type.
 * `mean` divides by the number of images. Gradients: input, target.
 *
 * Each scale halves the last one by means over 2×2 pixels. An odd row or column at the end is left out, as torchmetrics does (pytorch-msssim
 * pads with zeros, TensorFlow repeats it). The product is taken channel by channel, as pytorch-msssim and TensorFlow do (torchmetrics averages
 * over channels first). A factor below 0 counts as 0, as everywhere; the loss then is 1 and its gradient 0 (by PyTorch's autograd NaN).
 *
 * Throws LossError for unequal shapes, for images too small for the scales, for options outside their range, and for a target that spans
 * more than 8 times dataRange, which then is of another scale.
 *
 * Source: Z. Wang et al., "Multi-scale Structural Similarity for Image Quality Assessment", https://doi.org/10.1109/ACSSC.2003.1292216
 *
 * @example
 * const image = Array.from({ length: 16 }, (_, row) => Array.from({ length: 16 }, (_, column) => (row + column) / 30))
 * const loss = msSsimLoss(image.map((row) => row.map((pixel) => pixel / 2)), image, { windowSize: 7, betas: [0.5, 0.5] })
 * loss.item() // ≈ 0.268413
 */
export const msSsimLoss = windows({
  name: 'msSsimLoss',
  pytorch: null,
  module: 'MSSSIMLoss',
  aliases: ['ms-ssim'],
  summary: 'MS-SSIM as a loss, 1 − MS-SSIM: differences of structure at several scales.',
  formula: '1 − Π ρₛ^βₛ · SSIM^β',
  least: 0,
  inside: 'the windows and the scales',
  mean: 'images',
  inputs: imagePair,
  options: {
    ...windowOptions,
    betas: {
      kind: 'numbers',
      default: [0.0448, 0.2856, 0.3001, 0.2363, 0.1333],
      examples: [[0.0448, 0.2856, 0.3001, 0.2363, 0.1333], [0.5, 0.5], [1], [0.3, 0, 0.7]],
      help: 'The exponent of each scale, from the finest; there are as many scales as exponents.',
    },
  },
  refuses: refusesOptions,
})
