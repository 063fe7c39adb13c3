import { type Algebra, sign, square } from '../algebra/algebra.ts'
import { stencilsOfOne } from '../families/stencils/family.ts'
import { imageReduction } from '../spec.ts'

/**
 * Total variation: how much neighbouring pixels differ. Added to another loss it keeps images smooth.
 *
 * l = Σ |x[i+1, j] − x[i, j]| + |x[i, j+1] − x[i, j]| over the pixels and channels of an image; isotropic:
 * l = Σ √((x[i+1, j] − x[i, j])² + (x[i, j+1] − x[i, j])²). Beyond the last row and column there is no difference.
 *
 * Shapes: input (N, C, H, W), or one image (C, H, W) or (H, W). dtypes: floating-point, which is the result's. `mean` divides by the number
 * of images, as in torchmetrics and TensorFlow, and not by that of pixels: divide by C·H·W for a value that does not grow with the image.
 * Gradient: input; 0 where there is no difference (PyTorch's autograd gives NaN for the root).
 *
 * Throws LossError for shapes and dtypes that are no images.
 *
 * Source: L. Rudin, S. Osher and E. Fatemi, "Nonlinear total variation based noise removal algorithms", https://doi.org/10.1016/0167-2789(92)90242-F
 *
 * @example
 * totalVariationLoss([[0, 1], [0, 3]]).item() // => 6
 * totalVariationLoss([[0, 3], [4, 7]], { isotropic: true }).item() // => 12
 */
export const totalVariationLoss = stencilsOfOne({
  name: 'totalVariationLoss',
  pytorch: null,
  module: 'TotalVariationLoss',
  aliases: ['tv'],
  summary: 'Total variation: the differences between neighbouring pixels.',
  formula: 'Σ |Δx| + |Δy|',
  least: 0,
  inside: 'the differences',
  mean: 'images',
  inputs: [{ name: 'input', domain: 'real', axes: ['N C H W', 'C H W', 'H W'], help: 'images: (N, C, H, W), (C, H, W) or (H, W)' }],
  options: {
    isotropic: { kind: 'boolean', default: false, help: 'The length of the two differences of a pixel, in place of their sum.' },
    reduction: imageReduction,
  },

  operator: () => 'difference',
  averaged: false,
  value: (m, { first: a, second: b }, p) => (p.isotropic ? length(m, a, b) : m.add(m.abs(a), m.abs(b))),
  slope: {
    first: (m, { first: a, second: b }, p) => (p.isotropic ? share(m, a, length(m, a, b)) : sign(m, a)),
    second: (m, { first: a, second: b }, p) => (p.isotropic ? share(m, b, length(m, a, b)) : sign(m, b)),
  },
})

const length = <V, B>(m: Algebra<V, B>, a: V, b: V): V => m.sqrt(m.add(square(m, a), square(m, b)))

const share = <V, B>(m: Algebra<V, B>, part: V, whole: V): V => m.select(m.eq(whole, 0), 0, m.div(part, whole))
