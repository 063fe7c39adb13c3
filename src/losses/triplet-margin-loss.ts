import { refusesMargin } from '../families/vectors/check.ts'
import { distancesOfVectors } from '../families/vectors/family.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'

/**
 * Triplet margin loss: an anchor is to be nearer to what is alike than to what is not, by a margin.
 *
 * l = max(0, margin + d(anchor, positive) − d(anchor, negative)), with d(x, y) = ‖x − y + ε‖ₚ
 *
 * With `swap` the smaller of d(anchor, negative) and d(positive, negative) counts. Shapes: all three (N, D) or (D), or with more axes; the
 * vectors lie on the last one. Unequal shapes are an error unless `broadcast: true` (PyTorch lets one row or one column stand for all, in
 * silence). dtypes: any but bool; the result has the promoted one, of integers float32. `mean` divides by the number of rows. Gradients: all
 * three; also where the margin is just kept, in halves where the swapped distances are equal; 0 for p = 0.
 *
 * Throws LossError for shapes that do not fit, a margin that is not above 0, bool, and integers whose differences their dtype cannot hold.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.TripletMarginLoss.html
 *
 * @example
 * const loss = tripletMarginLoss([[0, 0]], [[0, 1]], [[1.5, 0]])
 * loss.item() // ≈ 0.5
 */
export const tripletMarginLoss = distancesOfVectors({
  name: 'tripletMarginLoss',
  pytorch: 'triplet_margin_loss',
  module: 'TripletMarginLoss',
  aliases: ['triplet-margin', 'triplet'],
  summary: 'Keeps vectors nearer to those alike than to others, by a margin.',
  formula: 'max(0, margin + ‖a − p + ε‖ − ‖a − n + ε‖)',
  least: 0,
  inside: 'the distance',
  mean: 'positions',
  inputs: [
    { name: 'anchor', domain: 'real', axes: '… D', help: 'vectors on the last axis: (N, D), (D) or more axes' },
    { name: 'positive', domain: 'real', axes: '… D', help: "what is alike, row by row: the anchor's shape" },
    { name: 'negative', domain: 'real', axes: '… D', help: "what is not, row by row: the anchor's shape" },
  ],
  options: {
    margin: { kind: 'number', default: 1, examples: [1, 0.5, 2, 10], help: 'By how much the negative is to be farther away; above 0.' },
    p: { kind: 'number', default: 2, examples: [2, 1, 3, 1.5, 0.5, 0, Number.POSITIVE_INFINITY], help: 'The norm of a difference.' },
    eps: { kind: 'number', default: 1e-6, examples: [1e-6, 0, 1e-3], help: 'Added to each difference, against a norm of 0.' },
    swap: { kind: 'boolean', default: false, help: 'Take the distance of positive and negative where it is the smaller one.' },
    ...reductionOptions,
    broadcast: { ...broadcastOption, help: 'Let one row or column stand for all, as PyTorch does without a word.' },
  },
  made: { refuses: refusesMargin('TripletMarginLoss') },
  native: {
    name: 'triplet_margin_loss',
    order: ['anchor', 'positive', 'negative', 'margin', 'p', 'eps', 'swap', 'reduction'],
    types: { margin: (came) => `TypeError: '<=' not supported between instances of '${came}' and 'int'` },
  },
})
