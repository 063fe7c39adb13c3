import { choicesOf, classCounts } from '../priors.ts'
import { figure, signatures } from '../signature.ts'

/** Margins that people take, beside the default of the loss. */
const usualMargins = { 1: 6, 0.5: 3, 0.2: 4, 0.3: 2, 0.1: 1, 2: 1 }

export const margins = signatures(
  {
    id: 'triplet-collapse',
    title: 'The margin itself: anchor, positive and negative are equally far',
    losses: ['tripletMarginLoss'],
    weight: 14,
    approach: 'level',
    formula: 'margin + d − d',
    means: 'All embeddings have collapsed to one point, or nothing is learned yet: both distances are equal, and the margin is left.',
    sure: 'The spread of the embeddings along the batch is 0.',
    repair: {
      here: 'mine semi-hard negatives, lower the learning rate',
      torch: 'semi-hard mining; F.normalize the embeddings; a lower learning rate',
    },
    examples: [{ margin: 0.2 }, { margin: 1 }],
    candidates: ({ margin }) =>
      choicesOf(usualMargins, margin).map(({ of, bits }) => ({
        value: of,
        derivation: figure(of),
        run: `tripletMarginLoss([[1, 2]], [[1, 2]], [[1, 2]], { margin: ${of} }).item()`,
        assumes: { margin: of },
        bits,
      })),
  },
  {
    id: 'ranking-tie',
    title: 'The margin itself: both scores are equal',
    losses: ['marginRankingLoss'],
    weight: 14,
    approach: 'level',
    formula: 'margin − y·0',
    means: 'The network gives both the same score; a target of 0 in place of ±1 gives the margin too.',
    sure: 'The two inputs are equal; the targets are −1 and 1 only.',
    repair: { here: 'marginRankingLoss(a, b, signs, { margin }) // signs −1 and 1', torch: 'target = 2 * y - 1' },
    examples: [{ margin: 0.5 }],
    candidates: ({ margin }) =>
      choicesOf(usualMargins, margin).map(({ of, bits }) => ({
        value: of,
        derivation: figure(of),
        run: `marginRankingLoss([0.3], [0.3], [1], { margin: ${of} }).item()`,
        assumes: { margin: of },
        bits,
      })),
  },
  {
    id: 'hinge-guess',
    title: 'Chance of a hinge: all scores are equal',
    losses: ['multiMarginLoss', 'multilabelMarginLoss'],
    weight: 12,
    approach: 'level',
    formula: 'margin·(C − 1)/C',
    means: 'No class leads: each of the C − 1 others costs the margin, and the sum is divided by C.',
    sure: 'The scores of a row are all alike.',
    repair: { here: 'report(multiMarginLoss, input, target)', torch: 'check that gradients flow; overfit one batch' },
    examples: [{ classes: 10 }, { classes: 3, margin: 2 }],
    candidates: (known, near) => {
      const { margin = 1 } = known
      const value = (C: number) => (margin * (C - 1)) / C
      return classCounts(known, near, value).map(({ of: C, bits, note }) => ({
        value: value(C),
        derivation: `${figure(margin)}·${C - 1}/${C}`,
        run: `multiMarginLoss([Array(${C}).fill(0)], [0], { margin: ${margin} }).item()`,
        assumes: { classes: C },
        bits,
        note,
      }))
    },
  },
  {
    id: 'hinge-at-zero',
    title: 'Chance of a hinge of yes and no: scores of 0',
    losses: ['lovaszHingeLoss'],
    weight: 12,
    approach: 'level',
    formula: 'max(0, 1 ∓ 0) = 1',
    means: 'Every score is 0, so every pixel breaks the margin by exactly 1.',
    sure: 'The scores are all near 0.',
    repair: {
      here: 'start from binaryCrossEntropyWithLogits, then fine-tune with lovaszHingeLoss',
      torch: 'pre-train with BCEWithLogitsLoss',
    },
    examples: [{}],
    candidates: () => [{ value: 1, derivation: '1 − 0', run: 'lovaszHingeLoss([[0, 0, 0, 0]], [[1, 0, 1, 0]]).item()' }],
  },
  {
    id: 'hinge-embedding-collapse',
    title: 'Distances of 0 in hingeEmbeddingLoss: unlike pairs cost the margin',
    losses: ['hingeEmbeddingLoss'],
    weight: 12,
    approach: 'level',
    formula: 'margin·(1 − p)',
    means: 'All distances are 0: like pairs (share p) cost nothing, unlike ones the whole margin.',
    sure: 'The distances that go in are all near 0.',
    repair: { here: 'check the spread of the embeddings', torch: 'check the spread of the embeddings' },
    examples: [{ positives: 0.5 }, { positives: 0, margin: 2 }],
    candidates: ({ margin = 1, positives }) =>
      (positives === undefined ? [0.5, 0] : [positives]).map((p) => ({
        value: margin * (1 - p),
        derivation: `${figure(margin)}·(1 − ${figure(p)})`,
        run: `${p} * hingeEmbeddingLoss([0], [1], { margin: ${margin} }).item() + ${1 - p} * hingeEmbeddingLoss([0], [-1], { margin: ${margin} }).item()`,
        assumes: { positives: p },
        bits: positives === undefined ? 1 : 0,
      })),
  },
  {
    id: 'cosine-orthogonal',
    title: 'Cosines of 0: like pairs cost 1',
    losses: ['cosineEmbeddingLoss'],
    weight: 12,
    approach: 'level',
    formula: 'p·(1 − 0) + (1 − p)·max(0, 0 − margin)',
    means:
      'Random vectors of many dimensions are nearly at right angles: nothing is learned yet. Like pairs (share p) cost 1, unlike ones nothing.',
    sure: 'The cosines are all near 0.',
    repair: { here: 'cosineEmbeddingLoss(a, b, signs) // signs −1 and 1', torch: 'check that both towers get gradients' },
    examples: [{ positives: 1 }, { positives: 0.5 }],
    candidates: ({ positives }) =>
      (positives === undefined ? [1, 0.5] : [positives]).map((p) => ({
        value: p,
        derivation: `${figure(p)}·1`,
        run: `${p} * cosineEmbeddingLoss([[1, 0]], [[0, 1]], [1]).item() + ${1 - p} * cosineEmbeddingLoss([[1, 0]], [[0, 1]], [-1]).item()`,
        assumes: { positives: p },
        bits: positives === undefined ? 1 : 0,
      })),
  },
  {
    id: 'cosine-collapse',
    title: 'Cosines of 1: unlike pairs cost 1 − margin',
    losses: ['cosineEmbeddingLoss'],
    weight: 8,
    approach: 'level',
    formula: '(1 − p)·(1 − margin)',
    means: 'All vectors point the same way: a collapse. Like pairs (share p) cost nothing, unlike ones 1 − margin.',
    sure: 'The cosines are all near 1.',
    repair: { here: 'more unlike pairs, a lower learning rate', torch: 'more negatives; normalise; lower the learning rate' },
    examples: [{ positives: 0.5 }, { positives: 0.5, margin: 0.3 }],
    candidates: ({ positives, margin = 0 }) =>
      (positives === undefined ? [0, 0.5] : [positives]).map((p) => ({
        value: (1 - p) * (1 - margin),
        derivation: `(1 − ${figure(p)})·(1 − ${figure(margin)})`,
        run: `${1 - p} * cosineEmbeddingLoss([[1, 2]], [[1, 2]], [-1], { margin: ${margin} }).item()`,
        assumes: { positives: p },
        bits: positives === undefined ? 1 : 0,
      })),
  },
  {
    id: 'no-overlap',
    title: 'No overlap at all',
    losses: ['diceLoss', 'jaccardLoss', 'tverskyLoss', 'focalTverskyLoss', 'lovaszSoftmaxLoss'],
    weight: 10,
    approach: 'level',
    formula: '1 − 0/(Σp + Σt)',
    means: 'Prediction and truth share no pixel: everything is called background, or masks are empty, shifted or of the wrong class.',
    sure: 'Sum the predicted foreground: 0? Sum the target: 0?',
    repair: {
      here: 'diceCrossEntropyLoss(input, target) // cross-entropy still has a gradient',
      torch: 'add CE or BCE; check the order of axes and the resizing of masks',
    },
    examples: [{}],
    candidates: () => [{ value: 1, derivation: '1 − 0', run: "diceLoss([1, 0], [0, 1], { mode: 'binary', fromLogits: false }).item()" }],
  },
  {
    id: 'boxes-touch',
    title: 'Boxes that do not overlap',
    losses: ['generalizedBoxIouLoss'],
    weight: 10,
    approach: 'ceiling',
    formula: '1 − 0 + (A − U)/A, near 2 for boxes far apart',
    means: 'The hull of the two boxes is nearly empty: pixels against shares of the image, or (x, y, w, h) in place of two corners.',
    sure: 'Print one predicted and one true box.',
    repair: {
      here: 'generalizedBoxIouLoss(corners, trueCorners) // x1, y1, x2, y2',
      torch: "torchvision.ops.box_convert(boxes, 'cxcywh', 'xyxy')",
    },
    examples: [{}],
    candidates: () => [
      {
        value: 2,
        derivation: '1 − 0 + 1',
        run: "generalizedBoxIouLoss([[0, 0, 1, 1]], [[100000, 100000, 100001, 100001]], { reduction: 'mean' }).item()",
      },
    ],
  },
)
