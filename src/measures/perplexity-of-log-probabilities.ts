import { type Call, wrongShape } from '../check.ts'
import { LossError } from '../errors.ts'
import { elementText } from '../families/pointwise/check.ts'
import type { OptionsOf } from '../spec.ts'
import type { TensorLike } from '../tensor/from.ts'
import { sameShape, tupleOf } from '../tensor/shape.ts'
import { numbersOf } from '../tensor/view.ts'
import { defineMeasure } from './measure.ts'
import { givesPerplexity, type Perplexity, paddingIndex, perplexityOf } from './sequences.ts'

const options = {
  target: {
    kind: 'tensor',
    domain: 'classes',
    shape: 'same',
    help: "The true tokens as class indices, of the input's shape: only which of them are ignoreIndex matters.",
  },
  ignoreIndex: paddingIndex,
} as const

/** x − logsumexp(x) may end above 0 by the rounding of x: in bfloat16, whose steps are 2⁻⁸ of it, by this at a score of 16. */
const slack = 2 ** -4

/**
 * Perplexity where the log-probability of each target token is known, as APIs of language models give it.
 *
 * perplexity = exp(Σ −x / n) over n tokens: over all that count in `ofTokens`, over those of one sequence in `sequences`, whose mean is
 * `meanOfSequences`
 *
 * Shapes: input (N, L), N sequences of L tokens, or (L), one sequence. dtypes: any, computed in float64. Sums are exact.
 *
 * Padding is told by `target`, the tokens themselves, where it is `ignoreIndex`.
 *
 * Throws LossError for a target of another shape, and for a counted log-probability above 0 by more than rounding makes of it: then it is a
 * probability, a score or a surprisal.
 *
 * Source: F. Jelinek et al., "Perplexity: a measure of the difficulty of speech recognition tasks", https://doi.org/10.1121/1.2016299
 *
 * @example
 * const { ofTokens, bits } = perplexityOfLogProbabilities([Math.log(1 / 2), Math.log(1 / 8)])
 * ofTokens // ≈ 4
 * bits // ≈ 2
 */
export const perplexityOfLogProbabilities = defineMeasure<
  [input: TensorLike, options?: OptionsOf<typeof options>],
  Perplexity,
  typeof options
>(
  {
    name: 'perplexityOfLogProbabilities',
    aliases: ['ppl-of-logp'],
    summary: 'Perplexity of the log-probabilities of the target tokens.',
    formula: 'exp(Σ −x / n)',
    inputs: [
      { name: 'input', domain: 'log-probabilities', help: 'the log-probability of each target token: (N, L), or (L), one sequence' },
    ],
    options,
    gives: givesPerplexity,
  },
  (call) => {
    const { input, target } = call.tensors
    if (target !== undefined && !sameShape(input.shape, target.shape))
      throw wrongShape(call, 'target', `the input's shape ${tupleOf(input.shape)}`, 'one class index for each log-probability')
    const logs = numbersOf(input, 'float64')
    const tokens = target === undefined ? null : numbersOf(target, 'float64')
    const counts = Array.from(logs, (_, i) => tokens === null || tokens[i] !== call.values.ignoreIndex)
    const above = logs.findIndex((log, i) => counts[i] && log > slack)
    if (above >= 0) throw notLogarithm(call, logs[above], above)
    return perplexityOf(
      logs.map((log) => -log),
      counts,
      input.shape,
    )
  },
)

const notLogarithm = (call: Call, value: number, position: number): LossError => {
  return new LossError({
    code: 'input-range',
    fn: call.spec.name,
    argument: 'input',
    received: elementText(call.tensors.input, value, position),
    expected: 'log-probabilities, at most 0',
    repair: 'the logarithm of probabilities, or minus the surprisals; of scores, take perplexity',
    pytorch: null,
  })
}
