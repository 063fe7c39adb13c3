import { refusesOptions } from '../families/windows/check.ts'
import { windows } from '../families/windows/family.ts'
import { imagePair, windowOptions } from '../families/windows/options.ts'

/**
 * 1 − SSIM: how much two images differ in local brightness, contrast and structure. 0 for equal images, at most 2.
 *
 * l = 1 − (2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2)), averaged over all windows and channels of an image; with means μ,
 * variances and covariance σ under a window of 11×11 pixels, Gaussian with σ = 1.5, c1 = (0.01·dataRange)² and c2 = (0.03·dataRange)²
 *
 * Shapes: input and target (N, C, H, W), or one image (C, H, W) or (H, W); every channel is compared by itself. dtypes: any of which at
 * least one is floating-point; the result is of the promoted type. `mean` divides by the number of images. Gradients: input, target.
 *
 * Border 'valid' takes the windows inside the image, as the paper, scikit-image's mean and TensorFlow do; 'reflect' one window around each
 * pixel of the mirrored image, as torchmetrics does. `window: 'uniform', windowSize: 7, sampleCovariance: true` is scikit-image's default.
 * kornia's `ssim_loss` is half of this loss.
 *
 * Throws LossError for unequal shapes, for images smaller than a window, for options outside their range, and for a target that spans more
 * than 8 times dataRange, which then is of another scale.
 *
 * Source: Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", https://doi.org/10.1109/TIP.2003.819861
 *
 * @example
 * const image = Array.from({ length: 16 }, (_, row) => Array.from({ length: 16 }, (_, column) => (row + column) / 30))
 * const loss = ssimLoss(image.map((row) => row.map((pixel) => pixel / 2)), image)
 * loss.item() // ≈ 0.339752
 */
export const ssimLoss = windows({
  name: 'ssimLoss',
  pytorch: null,
  module: 'SSIMLoss',
  aliases: [],
  summary: 'SSIM as a loss, 1 − SSIM: local differences of brightness, contrast and structure.',
  formula: '1 − (2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2))',
  least: 0,
  inside: 'the windows',
  mean: 'images',
  inputs: imagePair,
  options: windowOptions,
  refuses: refusesOptions,
})
