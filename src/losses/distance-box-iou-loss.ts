import { boxes, boxesData } from '../families/boxes/family.ts'
import { apart } from '../families/boxes/penalties.ts'

/**
 * Distance IoU loss of boxes: overlap, and how far the centres lie apart.
 *
 * l = 1 − I/(U + ε) + ρ²/(D² + ε), with I the intersection, U the union, ρ the distance of the centres, D the diagonal of the hull
 *
 * Shapes: boxes1 and boxes2 (…, 4), each box x1, y1, x2, y2 with x1 < x2 and y1 < y2 (not checked). Unequal shapes are an error unless
 * `broadcast: true`. dtypes: any; all but float64 are computed in float32, which the result then has. Reduction is 'none' if left out, as in
 * torchvision; `mean` divides by the number of pairs, and is 0 for none. Gradients: boxes1, boxes2; where two corners are equal, each gets half.
 *
 * Throws LossError for a last axis that is not 4, unequal shapes, and float64 boxes2 beside boxes1 of another dtype.
 *
 * Source: https://docs.pytorch.org/vision/0.28/generated/torchvision.ops.distance_box_iou_loss.html, https://arxiv.org/abs/1911.08287
 *
 * @example
 * const loss = distanceBoxIouLoss([[0, 0, 2, 2]], [[1, 1, 3, 3]])
 * loss // ≈ [0.968254]
 */
export const distanceBoxIouLoss = boxes({
  name: 'distanceBoxIouLoss',
  pytorch: 'distance_box_iou_loss',
  module: 'DistanceBoxIoULoss',
  aliases: ['diou'],
  summary: 'Distance IoU loss between pairs of boxes.',
  formula: '1 − I/U + ρ²/D²',
  least: 0,
  ...boxesData,
  penalty: apart,
})
