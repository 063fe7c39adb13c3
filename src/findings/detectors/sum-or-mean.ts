import { cannot, type Detector } from '../detector.ts'

/** A sum where a mean is meant, a mean where a sum is, or a factor of the batch size: any of them may be meant. */
export const sumOrMean: Detector = {
  code: 'sum-or-mean',
  title: 'a sum for a mean, or a factor of the batch size',
  applies: ({ options, mean }) => 'reduction' in options && mean !== 'nothing',
  look: () => cannot('a sum and a mean are both right numbers; report shows the value beside its sum and denominator'),
  page: {
    looks:
      'The loss is larger or smaller by a factor that is the batch size, the number of pixels, or the number of classes; the learning rate of a paper is far too large or does nothing.',
    why: "Papers write sums and code takes means, or the other way round; some code multiplies the mean by the batch size again. A loss of reduction 'sum' grows with the batch, and so does its gradient.",
    sure: 'No check can know which one was meant. Look at the report: it has the value, the sum, and the denominator with what it is made of, so that the factor between your number and another can be read off.',
    example: "check(mseLoss, [[1, 2], [3, 4]], [[0, 0], [0, 0]], { reduction: 'sum' })",
  },
}
