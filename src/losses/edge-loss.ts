import { type Algebra, sign, square } from '../algebra/algebra.ts'
import { stencils } from '../families/stencils/family.ts'
import type { OperatorName } from '../families/stencils/operators.ts'
import { notWithin } from '../refusals.ts'
import { imageReduction } from '../spec.ts'

/**
 * Edge loss: how much the edges of two images differ. Beside a pixelwise loss it keeps restored images sharp.
 *
 * l = ρ(E(input − target)), averaged over the pixels, channels and responses of an image, with an edge operator E and a distance ρ
 *
 * Operators, each with the edge's own pixels beyond the edges: 'pyramid' (the default, that of MPRNet): the image less its blurred, halved and
 * expanded self, one step of a Laplacian pyramid; 'laplacian': the four neighbours less four times the pixel; 'sobel': the slopes along rows
 * and columns by Sobel's two kernels, divided by 8 as in kornia; 'difference': the next pixel less this one, along rows and columns.
 * Distances: 'charbonnier' (the default): √(e² + eps²); 'l1': |e|; 'l2': e².
 *
 * Shapes: input and target (N, C, H, W), or one image (C, H, W) or (H, W). dtypes: any of which at least one is floating-point; the result is
 * of the promoted type. `mean` divides by the number of images. Gradients: input, target; 0 where ρ has a kink.
 *
 * Throws LossError for unequal shapes and for a negative eps.
 *
 * Source: S. Zamir et al., "Multi-Stage Progressive Image Restoration", https://arxiv.org/abs/2102.02808; P. Burt and E. Adelson, "The
 * Laplacian Pyramid as a Compact Image Code", https://doi.org/10.1109/TCOM.1983.1095851
 *
 * @example
 * edgeLoss([[0, 0], [0, 1]], [[0, 0], [0, 0]], { operator: 'laplacian', distance: 'l1' }).item() // => 1
 */
export const edgeLoss = stencils({
  name: 'edgeLoss',
  pytorch: null,
  module: 'EdgeLoss',
  aliases: ['edge'],
  summary: 'Edge loss: the differences between the edges of two images.',
  formula: 'ρ(E(x − t))',
  inside: 'the edge operator',
  mean: 'images',
  inputs: [
    { name: 'input', domain: 'real', axes: ['N C H W', 'C H W', 'H W'], help: 'the restored images: (N, C, H, W), (C, H, W) or (H, W)' },
    { name: 'target', domain: 'real', axes: ['N C H W', 'C H W', 'H W'], help: "the true images, the input's shape" },
  ],
  options: {
    operator: {
      kind: 'choice',
      default: 'pyramid',
      choices: ['pyramid', 'laplacian', 'sobel', 'difference'],
      help: 'What finds the edges: a step of a Laplacian pyramid, the Laplacian of four neighbours, Sobel, or the next pixel less this one.',
    },
    distance: {
      kind: 'choice',
      default: 'charbonnier',
      choices: ['charbonnier', 'l1', 'l2'],
      help: 'How far apart two edges are: √(e² + eps²), |e|, or e².',
    },
    eps: { kind: 'number', default: 1e-3, examples: [1e-3, 0.1, 0], help: "Where 'charbonnier' turns from a square to a line, from 0." },
    reduction: imageReduction,
  },
  refuses: (options) => notWithin(options, 'eps', 0, Infinity, '0.001'),

  operator: (p) => p.operator as OperatorName,
  averaged: true,
  value: (m, { first, second }, p) => (second === undefined ? distance(m, first, p) : m.add(distance(m, first, p), distance(m, second, p))),
  slope: {
    first: (m, { first }, p) => slope(m, first, p),
    second: (m, { second }, p) => slope(m, second, p),
  },
})

function distance<V, B>(m: Algebra<V, B>, e: V, p: Readonly<Record<string, unknown>>): V {
  if (p.distance === 'l2') return square(m, e)
  return p.distance === 'l1' ? m.abs(e) : m.sqrt(m.add(square(m, e), Number(p.eps) ** 2))
}

function slope<V, B>(m: Algebra<V, B>, e: V, p: Readonly<Record<string, unknown>>): V {
  if (p.distance === 'l2') return m.mul(2, e)
  if (p.distance === 'l1') return sign(m, e)
  return m.select(m.eq(e, 0), 0, m.div(e, m.sqrt(m.add(square(m, e), Number(p.eps) ** 2))))
}
