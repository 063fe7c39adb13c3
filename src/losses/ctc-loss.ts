import { sequence } from '../families/sequence/family.ts'
import { reductionOptions } from '../spec.ts'

/**
 * Connectionist temporal classification: the likelihood of labels in order, at whatever steps each of them may stand.
 *
 * l = −log Σ exp(Σ x), over all alignments and, in each, over the steps
 *
 * An alignment names a class at each step: the labels in order, each of them for one step or more, with blanks between them or not; between
 * two equal labels there is a blank.
 *
 * Shapes: logProbs (T, N, C), or (T, C) for one sequence; targets (N, S) padded, or all labels in a row, (sum of targetLengths); inputLengths and
 * targetLengths (N). dtypes: logProbs float32 or float64, lengths of any integer type, targets of any. `mean` divides each value by the
 * number of its labels (at least 1), and their sum by the number of sequences. Labels that cannot be aligned give ∞ and a gradient of NaN;
 * with `zeroInfinity` 0 and 0. Gradient: logProbs, as PyTorch defines it: e^logProb − the probability that the step is aligned with the
 * class. That is the gradient by the scores of a log-softmax before the loss, which passes it on as it is.
 *
 * Throws LossError for shapes, dtypes and lengths that do not fit, and for labels that are the blank or no class (PyTorch does not look).
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.CTCLoss.html; A. Graves et al., ICML 2006
 *
 * @example
 * const half = -Math.LN2
 * const loss = ctcLoss([[half, half], [half, half]], [1], 2, 1)
 * loss.item() // ≈ 0.287682
 */
export const ctcLoss = sequence({
  name: 'ctcLoss',
  pytorch: 'ctc_loss',
  module: 'CTCLoss',
  aliases: ['ctc'],
  summary: 'How likely a sequence spells its labels in order, over all ways to align the two.',
  formula: '−log Σ exp(Σ x)',
  least: 0,
  inside: 'nothing: put a log-softmax before it',
  mean: 'sequences',
  inputs: [
    { name: 'logProbs', domain: 'log-probabilities', axes: 'T ?N C', help: 'log-probabilities: (T, N, C), or (T, C) for one sequence' },
    {
      name: 'targets',
      domain: 'classes',
      axes: '?N S',
      gradient: 'ignored',
      help: 'class indices without the blank: padded rows, or all in a row',
    },
    {
      name: 'inputLengths',
      domain: 'lengths',
      axes: '?N',
      plain: 'numbers',
      gradient: 'ignored',
      help: 'how many steps of each sequence count',
    },
    {
      name: 'targetLengths',
      domain: 'lengths',
      axes: '?N',
      plain: 'numbers',
      gradient: 'ignored',
      help: 'how many labels of each sequence count',
    },
  ],
  options: {
    blank: { kind: 'integer', default: 0, examples: [0, 1, 2], help: 'The class that stands between labels.' },
    reduction: reductionOptions.reduction,
    zeroInfinity: { kind: 'boolean', default: false, help: 'Count 0 for labels that cannot be aligned, since there are too few steps.' },
  },
  native: {
    name: 'ctc_loss',
    order: ['logProbs', 'targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity'],
    types: {
      logProbs: overload(0),
      targets: overload(1),
      inputLengths: overload(2),
      targetLengths: overload(3),
      blank: overload(4),
      zeroInfinity: overload(6),
    },
  },
})

/** PyTorch's text for a wrong type: there are two functions of this name, of which it names neither. */
function overload(position: number): (came: string) => string {
  const types = ['Tensor', 'Tensor', 'Tensor', 'Tensor', 'int', 'int', 'bool']
  return (came) => {
    const got = types.map((type, i) => (i === position ? came : type)).join(', ')
    return `TypeError: ctc_loss() received an invalid combination of arguments - got (${got}), but expected one of:`
  }
}
