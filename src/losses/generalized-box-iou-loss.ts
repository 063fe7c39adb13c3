import { boxes, boxesData } from '../families/boxes/family.ts'
import { uncovered } from '../families/boxes/penalties.ts'

/**
 * Generalized IoU loss of boxes: overlap, and for boxes that do not overlap how much of their hull stays empty.
 *
 * l = 1 − I/(U + ε) + (A − U)/(A + ε), with I the intersection, U the union, A the area of the smallest box around both
 *
 * Shapes: boxes1 and boxes2 (…, 4), each box x1, y1, x2, y2 with x1 < x2 and y1 < y2 (not checked). Unequal shapes are an error unless
 * `broadcast: true`. dtypes: any; all but float64 are computed in float32, which the result then has. Reduction is 'none' if left out, as in
 * torchvision; `mean` divides by the number of pairs, and is 0 for none. Gradients: boxes1, boxes2; where two corners are equal, each gets half.
 *
 * Throws LossError for a last axis that is not 4, unequal shapes, and float64 boxes2 beside boxes1 of another dtype.
 *
 * Source: https://docs.pytorch.org/vision/0.28/generated/torchvision.ops.generalized_box_iou_loss.html, https://arxiv.org/abs/1902.09630
 *
 * @example
 * const loss = generalizedBoxIouLoss([[0, 0, 2, 2]], [[1, 1, 3, 3]])
 * loss // ≈ [1.079365]
 */
export const generalizedBoxIouLoss = boxes({
  name: 'generalizedBoxIouLoss',
  pytorch: 'generalized_box_iou_loss',
  module: 'GeneralizedBoxIoULoss',
  aliases: ['giou'],
  summary: 'Generalized IoU loss between pairs of boxes.',
  formula: '1 − I/U + (A − U)/A',
  least: 0,
  ...boxesData,
  penalty: uncovered,
})
