import { classCounts } from '../priors.ts'
import { binaryLosses, type Candidate, type Signature, signatures } from '../signature.ts'

type Row = Pick<Signature, 'id' | 'title' | 'losses' | 'weight' | 'formula' | 'means' | 'sure' | 'repair'> & {
  readonly run: string
  readonly from?: number
}

/** Any number below 0: the sign is explained, not the size. */
const below = ({ run, from = -Infinity, ...row }: Row): Signature => ({
  ...row,
  approach: 'exact',
  examples: [{}],
  candidates: (): Candidate[] => [{ value: { from, to: 0 }, derivation: row.formula, run }],
})

export const negatives = signatures(
  {
    id: 'nll-of-probabilities',
    title: 'nllLoss of probabilities: perfect answers',
    losses: ['nllLoss'],
    weight: 10,
    approach: 'floor',
    formula: '−1',
    means:
      'nllLoss only picks and negates: with probabilities it is minus the probability of the true class, from 0 down to −1. It trains, badly.',
    sure: 'The input lies in [0, 1]; the loss is minus the accuracy once the network is sure.',
    repair: { here: 'nllLoss(logSoftmax(scores, 1), target)', torch: 'F.nll_loss(F.log_softmax(x, 1), t), or F.cross_entropy(x, t)' },
    examples: [{}],
    candidates: () => [{ value: -1, derivation: '−1', run: 'nllLoss([[1, 0]], [0]).item()' }],
  },
  {
    id: 'nll-of-probabilities-guess',
    title: 'nllLoss of probabilities: chance',
    losses: ['nllLoss'],
    weight: 8,
    approach: 'level',
    formula: '−1/C',
    means: 'nllLoss only picks and negates: with probabilities of 1/C each, untrained, it is −1/C.',
    sure: 'The input lies in [0, 1] and its rows add up to 1.',
    repair: { here: 'nllLoss(logSoftmax(scores, 1), target)', torch: 'F.nll_loss(F.log_softmax(x, 1), t), or F.cross_entropy(x, t)' },
    examples: [{ classes: 10 }, { classes: 3 }],
    candidates: (known, near) =>
      classCounts(known, near, (C) => -1 / C).map(({ of: C, bits, note }) => ({
        value: -1 / C,
        derivation: `−1/${C}`,
        run: `nllLoss([Array(${C}).fill(${1 / C})], [0]).item()`,
        assumes: { classes: C },
        bits,
        note,
      })),
  },
  below({
    id: 'nll-of-some-probabilities',
    title: 'NLL of probabilities: minus the probability of the true class',
    losses: ['nllLoss', 'crossEntropy', 'labelSmoothedNllLoss'],
    weight: 8,
    from: -1,
    formula: '−p[t], from −1 to 0',
    means:
      'The logarithm is missing: nll_loss only picks and negates, and checks nothing, so that probabilities give minus the mean probability of the true classes. crossEntropy itself, of class indices, is never below 0.',
    sure: 'The input lies in [0, 1] and its rows add up to 1; the loss falls towards −1.',
    repair: { here: 'crossEntropy(scores, target)', torch: 'F.nll_loss(F.log_softmax(x, 1), t), or F.cross_entropy(x, t)' },
    run: 'nllLoss([[0.7, 0.3]], [0]).item()',
  }),
  below({
    id: 'nll-of-scores',
    title: 'NLL of raw scores',
    losses: ['nllLoss', 'crossEntropy', 'labelSmoothedNllLoss'],
    weight: 6,
    formula: '−x[t] with x > 0',
    means: 'nllLoss only picks and negates, and checks nothing. Of log-probabilities it is never negative.',
    sure: 'The input holds values above 0; exp of its rows does not add up to 1.',
    repair: { here: 'crossEntropy(scores, target)', torch: 'nn.CrossEntropyLoss(), or nn.LogSoftmax(1) before nn.NLLLoss()' },
    run: 'nllLoss([[2.1, -0.3]], [0]).item()',
  }),
  below({
    id: 'bce-impossible-target',
    title: 'BCE of targets outside [0, 1]',
    losses: [...binaryLosses, 'sigmoidFocalLoss', 'qualityFocalLoss', 'varifocalLoss'],
    weight: 16,
    formula: '(1 − t)·x + ln(1 + e⁻ˣ), below 0 for t > 1 or t < 0',
    means:
      'Masks of 0 and 255, labels of −1 and 1, or class ids: BCEWithLogitsLoss checks nothing, and the loss falls without end. nn.BCELoss refuses such targets: there it takes a BCE that is written by hand, or a weight below 0.',
    sure: 'Look at the least and the largest target.',
    repair: {
      here: 'div(mask, 255) // or 2 classes: (label + 1)/2; class ids: crossEntropy',
      torch: '(mask > 127).float(); (y + 1) / 2; nn.CrossEntropyLoss for class ids',
    },
    run: 'binaryCrossEntropyWithLogits([0.5], [255]).item()',
  }),
  below({
    id: 'cross-entropy-negative-target',
    title: 'Cross-entropy of target probabilities below 0',
    losses: ['crossEntropy', 'linearCrossEntropy', 'softmaxFocalLoss', 'poly1CrossEntropyLoss'],
    weight: 10,
    formula: '−Σ t·log softmax(x) with t < 0',
    means:
      'A float target of the shape of the input is taken for probabilities, and PyTorch checks nothing: labels of −1 and 1, or standardised ones. Weights of classes below 0 do it too.',
    sure: 'The target is floating-point, as large as the input, and its least value is below 0.',
    repair: {
      here: 'crossEntropy(input, classIndices)',
      torch: 'class indices of dtype long, shape (N,) or (N, H, W); or target.clamp(min=0), with rows that add up to 1',
    },
    run: 'crossEntropy([[1, 2, 0.5]], [[1, -1, -1]]).item()',
  }),
  below({
    id: 'overlap-impossible',
    title: 'An overlap above 1: targets of 0 and 255, or scores in place of probabilities',
    losses: ['diceLoss', 'jaccardLoss', 'tverskyLoss', 'focalTverskyLoss', 'diceCrossEntropyLoss'],
    weight: 10,
    formula: '1 − 2·Σ p·t / (Σ p + Σ t), below 0 for p or t outside [0, 1]',
    means:
      'Dice of numbers in [0, 1] lies in [0, 1]. A mask that was not divided by 255, or scores without their sigmoid, bring it above 1.',
    sure: 'Look at the least and the largest value of both arrays.',
    repair: { here: "diceLoss(scores, div(mask, 255), { mode: 'binary' })", torch: 'dice_loss(torch.sigmoid(x), (mask > 127).float())' },
    // the loss here refuses such targets: its terms, by its formula
    run: '(() => { const p = tensor([0.9, 0.2]), t = tensor([255, 0]); return 1 - (2 * sum(mul(p, t)).item()) / (sum(p).item() + sum(t).item()) })()',
  }),
  {
    id: 'dice-255',
    title: 'Dice of a mask of 0 and 255: perfect answers',
    losses: ['diceLoss'],
    weight: 8,
    approach: 'floor',
    formula: '1 − 2·255/(1 + 255)',
    means:
      'The target was not divided by 255: Dice comes near 2, its loss near −1. A Dice outside [0, 1] is impossible for masks of 0 and 1.',
    sure: 'The largest target is 255.',
    repair: { here: 'diceLoss(input, div(mask, 255), { mode })', torch: 'mask / 255' },
    examples: [{}],
    candidates: () => [
      {
        value: 1 - (2 * 255) / 256,
        derivation: '1 − 510/256',
        // the loss here refuses such targets: its terms, by its formula
        run: '(() => { const p = tensor([1, 0]), t = tensor([255, 0]); return 1 - (2 * sum(mul(p, t)).item()) / (sum(p).item() + sum(t).item()) })()',
      },
    ],
  },
  below({
    id: 'kl-of-probabilities',
    title: 'klDiv of probabilities in place of their logarithms',
    losses: ['klDiv'],
    weight: 16,
    formula: 't·(log t − x) with x > 0',
    means:
      'klDiv takes log-probabilities first and probabilities second. A divergence of two distributions is never negative: this proves a wrong input, or rows that do not add up to 1.',
    sure: 'The input holds values above 0; the target’s rows do not add up to 1.',
    repair: {
      here: "klDiv(logSoftmax(x, 1), softmax(t, 1), { reduction: 'batchmean' })",
      torch: "F.kl_div(x.log_softmax(1), t.softmax(1), reduction='batchmean')",
    },
    run: "klDiv([[0.9, 0.1]], [[0.6, 0.4]], { reduction: 'batchmean' }).item()",
  }),
  {
    id: 'kl-of-probabilities-perfect',
    title: 'klDiv of one-hot probabilities: perfect answers',
    losses: ['klDiv'],
    weight: 5,
    approach: 'floor',
    formula: '−1 under batchmean, −1/C under mean',
    means: 'The input holds probabilities, of which klDiv wants the logarithms; for one-hot targets that are met it is −1 per sample.',
    sure: 'The input lies in [0, 1].',
    repair: {
      here: "klDiv(logSoftmax(x, 1), target, { reduction: 'batchmean' })",
      torch: "F.kl_div(x.log_softmax(1), t, reduction='batchmean')",
    },
    examples: [{ reduction: 'batchmean' }, { classes: 5, reduction: 'mean' }],
    candidates: ({ classes: C, reduction }) => [
      ...(reduction === 'mean'
        ? []
        : [{ value: -1, derivation: '−1', run: "klDiv([[1, 0]], [[1, 0]], { reduction: 'batchmean' }).item()", bits: 1 }]),
      ...(C === undefined || reduction === 'batchmean'
        ? []
        : [
            {
              value: -1 / C,
              derivation: `−1/${C}`,
              run: `klDiv([[1, ...Array(${C - 1}).fill(0)]], [[1, ...Array(${C - 1}).fill(0)]]).item()`,
              bits: 1,
            },
          ]),
    ],
  },
  below({
    id: 'density',
    title: 'A likelihood of real numbers: negative is fine',
    losses: ['gaussianNllLoss', 'poissonNllLoss'],
    weight: 12,
    formula: '½·ln v + d²/(2·v) < 0 for a small v; e^x − t·x < 0 for counts',
    means:
      'A density may exceed 1, and constants are left out unless full is set. Nothing is wrong, but a variance that shrinks to eps on memorised data is.',
    sure: 'Look at the predicted variances; compare with the loss of a constant prediction.',
    repair: { here: 'gaussianNllLoss(input, target, variance, { full: true })', torch: 'nn.GaussianNLLLoss(full=True)' },
    run: 'gaussianNllLoss([0], [0], [0.01]).item()',
  }),
  below({
    id: 'likelihood-not-negated',
    title: 'Not this loss alone: a score that is to be minimised, or a lost sign',
    losses: [],
    weight: 1,
    formula: '−score',
    means:
      'Another term that may be negative, weights below 0; minus a similarity, a Dice, an SSIM, a likelihood, a reward or the critic of a WGAN: negative on purpose; or a sign that was lost: −crossEntropy.',
    sure: 'Does it fall when the network gets better?',
    repair: { here: 'sub(1, dice) // has its best at 0', torch: '1 - dice' },
    run: '-crossEntropy([[0.7, 3.1]], [0]).item()',
  }),
)
