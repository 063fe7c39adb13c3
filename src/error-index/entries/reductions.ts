import { type Entry, entry } from '../entry.ts'

const scores = '[[0.5, -1.2, 2], [1, 0.3, -0.7]]'

/** PyTorch's reductions by what people call them. */
const reductionFor = (given: string): string =>
  /^(sum|none|mean)$/i.test(given)
    ? given.toLowerCase()
    : /non|no|false|raw|unred/i.test(given)
      ? 'none'
      : /sum|total|add/i.test(given)
        ? 'sum'
        : 'mean'

const quoted = (given: string): string => (given === 'None' ? 'null' : `'${given}'`)

/** The reduction, and what it was called before. */
export const reductions: readonly Entry[] = [
  entry({
    id: 'reduction',
    title: 'A reduction that does not exist',
    says: 'ValueError: {given:word} is not a valid value for reduction',
    sample: { given: 'average' },
    older: [
      {
        says: `ValueError: Invalid reduction mode: {given:word}. Expected one of 'none', 'mean', 'sum'.`,
        versions: 'PyTorch 2.13, from mse_loss, l1_loss and huber_loss with a weight',
      },
      {
        says: `ValueError: Invalid Value for arg 'reduction': '{given:text}`,
        versions: 'torchvision, since 0.14',
      },
    ],
    cause:
      "reduction is 'mean', 'sum' or 'none', in lower case; kl_div has 'batchmean' too. None, without quotes, is not 'none'. A module says so at the first call, not when it is made.",
    here: ({ given }) => `It was ${given === '' ? 'empty' : given}.`,
    repair: ({ given }) => [{ pytorch: `reduction='${reductionFor(given)}'`, surprisal: `reduction: '${reductionFor(given)}'` }],
    example: ({ given }) => {
      const right = `crossEntropy(${scores}, [0, 2], { reduction: '${reductionFor(given)}' })`
      // where PyTorch reduces in C++ this one is only deprecated
      if (given === 'elementwise_mean') {
        const says = "ValueError: Invalid reduction mode: elementwise_mean. Expected one of 'none', 'mean', 'sum'."
        return { wrong: `mseLoss([1, 2], [0, 0], { weight: [1, 1], reduction: 'elementwise_mean' })`, says, right }
      }
      return { wrong: `crossEntropy(${scores}, [0, 2], { reduction: ${quoted(given)} })`, right }
    },
  }),
  entry({
    id: 'reduction-in-python',
    title: 'A reduction that does not exist, in a loss that Python reduces',
    says: 'ValueError: {given:word} is not valid',
    sample: { given: 'average' },
    versions: 'PyTorch 2.13, from gaussian_nll_loss, poisson_nll_loss and multilabel_soft_margin_loss',
    cause: "reduction is 'mean', 'sum' or 'none', in lower case.",
    here: ({ given }) => `It was ${given === '' ? 'empty' : given}.`,
    repair: ({ given }) => [{ pytorch: `reduction='${reductionFor(given)}'`, surprisal: `reduction: '${reductionFor(given)}'` }],
    example: ({ given }) => ({
      wrong: `gaussianNllLoss([1, 2], [0, 0], [1, 1], { reduction: ${quoted(given)} })`,
      right: `gaussianNllLoss([1, 2], [0, 0], [1, 1], { reduction: '${reductionFor(given)}' })`,
    }),
    elsewhere: 'Any program may say so of anything.',
  }),
  entry({
    id: 'reduction-none-in-python',
    title: 'None as a reduction',
    says: `TypeError: unsupported operand type(s) for +: 'NoneType' and 'str'`,
    sample: {},
    versions: 'PyTorch 2.13, from gaussian_nll_loss and poisson_nll_loss, whose own message fails',
    cause: "reduction=None was given. Without a reduction it is the text 'none'.",
    repair: () => [{ pytorch: "reduction='none'", surprisal: "reduction: 'none'" }],
    example: () => ({
      wrong: `poissonNllLoss([1, 2], [0, 1], { reduction: null })`,
      right: `poissonNllLoss([1, 2], [0, 1], { reduction: 'none' })`,
    }),
    elsewhere: 'Python says so of every None + text.',
  }),
  entry({
    id: 'size-average',
    title: 'size_average and reduce',
    says: `UserWarning: size_average and reduce args will be deprecated, please use reduction='{instead:word}' instead.`,
    sample: { instead: 'sum' },
    cause: 'The two options are the old spelling of reduction, and replace it altogether, even where both are given. They still work.',
    here: ({ instead }) => `What was given means '${instead}'.`,
    repair: ({ instead }) => [{ pytorch: `reduction='${instead}'`, surprisal: `reduction: '${instead}'` }],
    example: ({ instead }) => ({
      wrong: `mseLoss([1, 2], [0, 0], { sizeAverage: false })`,
      says: null,
      right: `mseLoss([1, 2], [0, 0], { reduction: '${reductionFor(instead)}' })`,
    }),
  }),
  entry({
    id: 'elementwise-mean',
    title: 'The old name of the mean',
    says: `UserWarning: reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.`,
    sample: {},
    cause: "PyTorch 0.4.1 called the mean 'elementwise_mean'. It still works where PyTorch reduces in C++.",
    repair: () => [{ pytorch: "reduction='mean'", surprisal: "reduction: 'mean'" }],
    example: () => ({
      wrong: `mseLoss([1, 2], [0, 0], { reduction: 'elementwise_mean' })`,
      says: null,
      right: `mseLoss([1, 2], [0, 0], { reduction: 'mean' })`,
    }),
  }),
]
