import { boxes, boxesData } from '../families/boxes/family.ts'
import { apartAndUnlike, fixedEps } from '../families/boxes/penalties.ts'

/**
 * Complete IoU loss of boxes: overlap, how far the centres lie apart, and how unlike the boxes are in aspect.
 *
 * l = 1 − I/(U + 1e-7) + ρ²/(D² + 1e-7) + α·v, with v = 4/π²·(arctan w₂/h₂ − arctan w₁/h₁)², α = v/(1 − I/U + v + ε)
 *
 * As in torchvision, `eps` reaches α only, α counts as a constant in the gradient, and a box without width and height is NaN.
 * Shapes: boxes1 and boxes2 (…, 4), each box x1, y1, x2, y2 with x1 < x2 and y1 < y2 (not checked). Unequal shapes are an error unless
 * `broadcast: true`. dtypes: any; all but float64 are computed in float32, which the result then has. Reduction is 'none' if left out, as in
 * torchvision; `mean` divides by the number of pairs, and is 0 for none. Gradients: boxes1, boxes2; where two corners are equal, each gets half.
 *
 * Throws LossError for a last axis that is not 4, unequal shapes, and float64 boxes2 beside boxes1 of another dtype.
 *
 * Source: https://docs.pytorch.org/vision/0.28/generated/torchvision.ops.complete_box_iou_loss.html, https://arxiv.org/abs/1911.08287
 *
 * @example
 * const loss = completeBoxIouLoss([[0, 0, 2, 2]], [[1, 1, 3, 4]])
 * loss // ≈ [1.019165]
 */
export const completeBoxIouLoss = boxes({
  name: 'completeBoxIouLoss',
  pytorch: 'complete_box_iou_loss',
  module: 'CompleteBoxIoULoss',
  aliases: ['ciou'],
  summary: 'Complete IoU loss between pairs of boxes.',
  formula: '1 − I/U + ρ²/D² + α·v',
  least: 0,
  ...boxesData,
  penalty: apartAndUnlike,
  iouEps: fixedEps,
})
