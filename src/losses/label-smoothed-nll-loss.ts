import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import { ruledRows } from '../families/ruled-rows.ts'
import type { RowParams } from '../families/softmax-rows/problem.ts'
import { classAxis } from '../families/softmax-rows/targets.ts'
import { notWithin } from '../refusals.ts'
import { classOptions, reductionOptions } from '../spec.ts'
import { tupleOf } from '../tensor/shape.ts'

/** What each class but the target gets. */
const share = (p: RowParams): number => Number(p.epsilon) / (p.classes - 1)

/** What is left for the target, less its part in the sum over all classes. */
const rest = (p: RowParams): number => 1 - Number(p.epsilon) - share(p)

/**
 * Label-smoothed negative log-likelihood, by fairseq's convention: ε is spread over the wrong classes alone.
 *
 * l = −(1 − ε − ε/(C−1))·x[t] − ε/(C−1)·Σ x
 *
 * So the target's class has 1 − ε, and each other ε/(C−1). `crossEntropy` with labelSmoothing spreads ε over all classes, the target's among
 * them: its ε·(C−1)/C is this one's ε.
 *
 * Shapes: input log-probabilities (C), (N, C) or (N, C, d1, …, dk), of two classes at least; target class indices, of the input's shape
 * without the class axis. dtypes: floating-point input; indices int64, or uint8 for one or two dimensions. `mean` divides by the number of
 * counted targets; fairseq's function sums. Gradient: input.
 *
 * Throws LossError for shapes, dtypes and class indices that do not fit, and for an epsilon outside [0, 1].
 *
 * Source: https://github.com/facebookresearch/fairseq/blob/main/fairseq/criterions/label_smoothed_cross_entropy.py; C. Szegedy et al.,
 * "Rethinking the Inception Architecture for Computer Vision", https://arxiv.org/abs/1512.00567
 *
 * @example
 * const loss = labelSmoothedNllLoss(logSoftmax([[2, 1, 0.1]], 1), [0], { epsilon: 0.2 })
 * loss.item() // ≈ 0.707030
 */
export const labelSmoothedNllLoss = ruledRows(
  {
    name: 'labelSmoothedNllLoss',
    pytorch: null,
    module: 'LabelSmoothedNLLLoss',
    aliases: ['smoothed-nll'],
    summary: "Label-smoothed negative log-likelihood, by fairseq's convention.",
    formula: '−(1 − ε − ε/(C−1))·x[t] − ε/(C−1)·Σ x',
    likelihood: 'categorical',
    inside: 'nothing: put a log-softmax before it',
    mean: 'target weights',
    inputs: [
      { name: 'input', domain: 'log-probabilities', help: 'log-probabilities: (C), (N, C) or (N, C, d1, …)' },
      { name: 'target', domain: 'classes', help: 'class indices, shape without C' },
    ],
    options: {
      epsilon: {
        kind: 'number',
        default: 0.1,
        examples: [0.1, 0, 0.5, 1],
        help: 'The share of the target that is spread over the other classes, in [0, 1].',
      },
      ignoreIndex: classOptions.ignoreIndex,
      reduction: reductionOptions.reduction,
    },
    refuses: (options) => notWithin(options, 'epsilon', 0, 1, '0.1'),
    normalised: true,

    value: (m, { picked, uniform }, p) =>
      p.epsilon === 0 ? m.neg(picked) : m.neg(m.add(m.mul(rest(p), picked), m.mul(share(p), uniform))),
    slope: { picked: (_, __, p) => -rest(p), uniform: (p) => (p.epsilon === 0 ? null : -share(p)) },
    blend: () => ({ scale: 1, shift: 0 }),
  },
  (call) => {
    const { shape } = call.tensors.input
    if (shape.length > 0 && shape[classAxis(shape)] < 2) throw tooFewClasses(call)
  },
)

const tooFewClasses = (call: Call): LossError =>
  new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'input',
    received: `shape ${tupleOf(call.tensors.input.shape)}`,
    expected: 'two classes at least: epsilon is spread over those that are not the target',
    repair: 'for one output: binaryCrossEntropyWithLogits of its score',
    pytorch: null,
  })
