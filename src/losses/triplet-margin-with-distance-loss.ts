import { refusesMargin } from '../families/vectors/check.ts'
import { composedDistances } from '../families/vectors/composed.ts'
import { distances } from '../families/vectors/distances.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'

/**
 * Triplet margin loss with a distance of your own: an anchor is to be nearer to what is alike than to what is not, by a margin.
 *
 * l = max(0, margin + d(anchor, positive) − d(anchor, negative)), with d the function `distanceFunction`
 *
 * It takes two tensors and gives a third, one distance per row, made of operations on the tape: `pairwiseDistance`, `cosineSimilarity`, `sub`,
 * `mul`, `abs`, `sqrt`, `sum(x, dim)`, `matmul` and so on. Gradients flow through it, also into tensors that it uses beside its arguments
 * (learned ones, say); `valueAndGrad` leaves those alone. Left out, it is `pairwiseDistance`, and the loss `tripletMarginLoss`. With `swap` the
 * smaller of d(anchor, negative) and d(positive, negative) counts. Shapes: all three alike, whatever the distance takes: (N, D) as a rule.
 * Unequal shapes, of the arguments or of the distances, are an error unless `broadcast: true` (PyTorch broadcasts in silence). dtypes: what
 * the distance gives; the result has the promoted one, of integers float32. `mean` divides by the number of distances. Gradients: all three;
 * also where the margin is just kept, in halves where the swapped distances are equal.
 *
 * On the command line the distance has a name: `--distance-function cosine`. Any other is for the library alone.
 *
 * Throws LossError for a margin that is not above 0, arguments or distances whose shapes do not fit, a distance that is no tensor or bool, and
 * whatever the distance throws.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.TripletMarginWithDistanceLoss.html
 *
 * @example
 * const distanceFunction = (a, b) => sub(1, cosineSimilarity(a, b))
 * const loss = tripletMarginWithDistanceLoss([[3, 4]], [[4, 3]], [[0, 1]], { distanceFunction, margin: 0.5 })
 * loss.item() // ≈ 0.34
 */
export const tripletMarginWithDistanceLoss = composedDistances(
  {
    name: 'tripletMarginWithDistanceLoss',
    pytorch: 'triplet_margin_with_distance_loss',
    module: 'TripletMarginWithDistanceLoss',
    aliases: ['triplet-with-distance'],
    summary: 'Keeps vectors nearer to those alike than to others, by a margin, in a distance of your own.',
    formula: 'max(0, margin + d(a, p) − d(a, n))',
    inside: 'the distance',
    mean: 'positions',
    inputs: [
      { name: 'anchor', domain: 'real', axes: '… D', help: 'what the distance takes: vectors on the last axis, as a rule' },
      { name: 'positive', domain: 'real', axes: '… D', help: "what is alike, row by row: the anchor's shape" },
      { name: 'negative', domain: 'real', axes: '… D', help: "what is not, row by row: the anchor's shape" },
    ],
    options: {
      distanceFunction: {
        kind: 'function',
        default: null,
        named: distances,
        help: 'A function of two tensors that gives their distance, row by row; the euclidean one if left out.',
      },
      margin: { kind: 'number', default: 1, examples: [1, 0.5, 2, 10], help: 'By how much the negative is to be farther away; above 0.' },
      swap: { kind: 'boolean', default: false, help: 'Take the distance of positive and negative where it is the smaller one.' },
      reduction: reductionOptions.reduction,
      broadcast: { ...broadcastOption, help: 'Let one row or column stand for all, as PyTorch does without a word.' },
    },
    reducedInPython: () => (given) => `ValueError: ${given ?? 'None'} is not a valid value for reduction`,
    made: { refuses: refusesMargin('TripletMarginWithDistanceLoss') },
    native: {
      name: 'triplet_margin_with_distance_loss',
      order: [],
      asked: { anchor: 'ndim', positive: 'ndim', negative: 'ndim' },
      types: {
        margin: (came) => `TypeError: '<=' not supported between instances of '${came}' and 'int'`,
        distanceFunction: (came) => `TypeError: '${came}' object is not callable`,
      },
    },
  },
  distances.euclidean,
)
