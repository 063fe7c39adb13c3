import { cannot, type Detector } from '../detector.ts'
import type { Finding } from '../finding.ts'

const code = 'mean-of-means'

/** The mean of batch means, which is not the mean of all where batches count differently. One call cannot show it; a criterion sees its batches. */
export const meanOfMeans: Detector = {
  code,
  title: 'a mean of batch means',
  applies: ({ options, mean }) => 'reduction' in options && mean !== 'nothing',
  look: () =>
    cannot("one call has one mean; mergeReports and Meter add batches exactly, and a criterion with checks: 'always' compares them"),
  page: {
    looks:
      'The loss of an epoch depends on the batch size, or two programs disagree about it in the second digit. Gradients that are accumulated over small batches, or averaged over devices, are not those of the large batch.',
    why: 'Each batch is divided by its own denominator: samples, counted pixels or tokens, the sum of weights. The average of such means weighs a small batch as much as a large one; the last batch of an epoch, and every batch with padding, is another size.',
    sure: "Compare the reports: where the denominators differ, a plain average of the values is wrong. Add sums and denominators instead, which is what mergeReports does, and Meter in a loop. It cannot be seen from one call; a criterion made with checks: 'always' says so at the first batch that counts otherwise than the one before.",
    example: 'check(crossEntropy, [[2, 1], [0, 3]], [0, -100])',
  },
}

/** What is to be said when a batch is divided by another denominator than the one before; null where it is the same. */
export function otherDenominator(before: number, now: number): Finding | null {
  if (before === now) return null
  return {
    code,
    level: 'note',
    argument: 'reduction',
    message: `This batch is divided by ${now}, the one before by ${before}: the mean of their means is not the mean of both.`,
    evidence: { before, now },
    repair: {
      surprisal:
        "mergeReports(a, b) // the reports of both; or a Meter; in training reduction: 'sum', divided by what all batches count together",
      pytorch: "reduction = 'sum'  # of each batch, divided by the count of all of them",
    },
    pytorch: null,
  }
}
