import { run } from '../backends/choose.ts'
import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import { scoresAndClasses } from '../families/ruled-rows.ts'
import { targetShape } from '../families/softmax-rows/targets.ts'
import { checked } from '../loss.ts'
import { crossEntropy } from '../losses/cross-entropy.ts'
import type { OptionsOf } from '../spec.ts'
import type { TensorLike } from '../tensor/from.ts'
import { sameShape, tupleOf } from '../tensor/shape.ts'
import { numbersOf } from '../tensor/view.ts'
import { defineMeasure } from './measure.ts'
import { givesPerplexity, type Perplexity, paddingIndex, perplexityOf } from './sequences.ts'

const options = { ignoreIndex: paddingIndex } as const

/**
 * Perplexity of a language model's scores, with both definitions by their names: they are not the same.
 *
 * perplexity = exp(Σ −log softmax(x)[t] / n) over n tokens: over all that count in `ofTokens`, over those of one sequence in `sequences`, whose
 * mean is `meanOfSequences`
 *
 * Shapes: input (N, C, L) and target (N, L), N sequences of L tokens, with the classes on axis 1 as for `crossEntropy`; or input (L, C) and
 * target (L), one sequence. dtypes: a floating-point input; target int64, uint8 or plain integers. Sums are exact, in float64.
 *
 * `ofTokens` is the definition of language models; do not average it over batches, but add up `nats · counted` and divide by the sum of
 * `counted`. Log-probabilities of all classes may stand for the scores: a softmax leaves them alone. Where only those of the target tokens are
 * known, take `perplexityOfLogProbabilities`.
 *
 * Throws LossError for what `crossEntropy` refuses, and for a target of the input's shape.
 *
 * Source: F. Jelinek et al., "Perplexity: a measure of the difficulty of speech recognition tasks", https://doi.org/10.1121/1.2016299
 *
 * @example
 * const { ofTokens, meanOfSequences } = perplexity([[[0, 0, 9], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]], [[0, 1, 0], [1, -100, -100]])
 * ofTokens // ≈ 1.681845
 * meanOfSequences // ≈ 1.793733
 */
export const perplexity = defineMeasure<
  [input: TensorLike, target: TensorLike, options?: OptionsOf<typeof options>],
  Perplexity,
  typeof options
>(
  {
    name: 'perplexity',
    aliases: ['ppl'],
    summary: 'Perplexity of class scores, of all tokens and of sequences.',
    formula: 'exp(Σ −log softmax(x)[t] / n)',
    inputs: [
      { ...scoresAndClasses[0], help: 'raw scores or log-probabilities: (N, C, L), N sequences of L tokens, or (L, C), one sequence' },
      { ...scoresAndClasses[1], help: 'the true tokens as class indices: (N, L) or (L)' },
    ],
    options,
    gives: givesPerplexity,
  },
  (call) => {
    const { input, target } = call.tensors
    if (input.shape.length > 0 && sameShape(input.shape, target.shape)) throw notClasses(call)
    const plan = checked(crossEntropy.plan, { ...call, values: { ...call.values, labelSmoothing: 0, reduction: 'none' } })
    const want = { values: true, total: false, gradients: [], scale: 1, upstream: null, into: {} }
    const { values } = run(plan.kernel, plan.problem, want)
    const ignore = call.values.ignoreIndex
    const counts = Array.from(numbersOf(target, 'float64'), (index) => index !== ignore)
    return perplexityOf(values ?? [], counts, plan.shape)
  },
)

const notClasses = (call: Call): LossError => {
  const { shape } = call.tensors.input
  return new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'target',
    received: `shape ${tupleOf(shape)}, the input's`,
    expected: `class indices of shape ${tupleOf(targetShape(shape))}: the input's without its class axis`,
    repair: 'perplexityOfLogProbabilities, if the input holds the log-probability of each target token',
    pytorch: null,
  })
}
