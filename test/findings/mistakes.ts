/** One of the thirty things that people trip over most often with losses. */
export interface Mistake {
  readonly number: number
  readonly title: string
  /** The findings that name it. */
  readonly codes: readonly string[]
  /** What says so besides, or where it is no finding of a call. */
  readonly besides?: string
}

/** The thirty, in the order of how often people trip over them. */
export const mistakes: readonly Mistake[] = [
  { number: 1, title: 'softmax before cross-entropy', codes: ['softmax-twice'] },
  { number: 2, title: 'a label out of range', codes: ['class-out-of-range'] },
  { number: 3, title: 'the shape of the target of cross-entropy', codes: ['target-shape'] },
  { number: 4, title: 'floats where class indices are wanted, and the reverse', codes: ['wrong-dtype'] },
  { number: 5, title: 'sigmoid before BCE with logits', codes: ['sigmoid-twice'] },
  { number: 6, title: 'raw logits into BCE', codes: ['logits-as-probabilities'] },
  { number: 7, title: 'a column against a row: every pair is compared', codes: ['broadcast-pairs'] },
  { number: 8, title: '255 and grey levels in a mask', codes: ['mask-of-greys'] },
  { number: 9, title: 'the class axis on the wrong place', codes: ['class-axis', 'target-shape'] },
  { number: 10, title: 'a mean of means', codes: ['mean-of-means'], besides: 'mergeReports and Meter, which add exactly' },
  { number: 11, title: 'a weighted mean divides by the weights', codes: ['weighted-mean'], besides: '`made` of the report' },
  { number: 12, title: 'weight for posWeight, and the axis of either', codes: ['element-weights'] },
  {
    number: 13,
    title: 'several labels as one class, one class as several labels',
    codes: ['several-classes', 'softmax-in-binary', 'one-hot-in-binary'],
  },
  { number: 14, title: 'one output channel into cross-entropy', codes: ['one-class'] },
  { number: 15, title: 'everything ignored', codes: ['nothing-counted'] },
  { number: 16, title: 'the flags of Dice and Jaccard', codes: ['segmentation-flags', 'logits-as-probabilities'] },
  { number: 17, title: 'impossible targets of BCE with logits', codes: ['impossible-target'] },
  { number: 18, title: 'a mask that was damaged before', codes: ['damaged-mask'] },
  { number: 19, title: 'index or probability?', codes: ['not-a-distribution'] },
  {
    number: 20,
    title: 'perplexity with padding, or of batch means',
    codes: ['padding-counted'],
    besides: '`information` of the report, and Meter',
  },
  { number: 21, title: 'labels shifted twice, or not at all', codes: ['label-shift'] },
  { number: 22, title: 'the data range of PSNR and of images', codes: ['data-range'] },
  { number: 23, title: 'probabilities into the KL divergence', codes: ['divergence-inputs', 'divergence-mean', 'against-chance'] },
  { number: 24, title: 'probabilities or scores into NLL', codes: ['not-log-probabilities'] },
  { number: 25, title: 'saturated probabilities in BCE', codes: ['saturated'] },
  { number: 26, title: 'none, then the mean: ignored pixels count', codes: ['ignored-in-mean'], besides: '`denominator` of the report' },
  { number: 27, title: 'a sum for a mean, a factor of the batch', codes: ['sum-or-mean'], besides: '`averages` of the report' },
  { number: 28, title: 'infinities and overflow', codes: ['scores-not-finite', 'not-finite', 'overflow'] },
  { number: 29, title: 'the focal loss: what it weighs, sigmoid twice', codes: ['focal-constants', 'sigmoid-twice'] },
  { number: 30, title: 'is this value any good?', codes: ['against-chance'], besides: '`chance` and `floor` of the report' },
]
