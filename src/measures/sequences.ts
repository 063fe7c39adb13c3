import { ExactSum } from '../exact-sum.ts'
import { classOptions } from '../spec.ts'
import { type Shape, sizeOf } from '../tensor/shape.ts'
import { meanOf } from './measure.ts'

/** Perplexity by both of its definitions. */
export interface Perplexity {
  readonly ofTokens: number
  readonly meanOfSequences: number
  readonly sequences: readonly number[]
  readonly nats: number
  readonly bits: number
  readonly counted: number
  readonly ignored: number
}

/** Which tokens do not count. */
export const paddingIndex = { ...classOptions.ignoreIndex, help: 'A class index that is not counted, such as padding.' } as const

/** What its fields are. */
export const givesPerplexity = {
  ofTokens: 'e to the mean surprisal of all counted tokens: exp(total / tokens)',
  meanOfSequences: "the mean of the sequences' perplexities, each weighing the same whatever its length",
  sequences: 'the perplexity of each sequence; NaN where no token counts, which has no part in the mean',
  nats: 'the mean surprisal of a counted token, the logarithm of ofTokens',
  bits: 'the same in bits: nats / ln 2',
  counted: 'how many tokens were counted',
  ignored: 'how many were not',
} as const

/** The perplexities of surprisals in nats, in sequences along the first of several axes; of those that count. */
export function perplexityOf(surprisal: ArrayLike<number>, counts: readonly boolean[], shape: Shape): Perplexity {
  const [sequences, length] = shape.length > 1 ? [shape[0], sizeOf(shape.slice(1))] : [1, surprisal.length]
  const all = new ExactSum()
  let counted = 0
  const told: number[] = []
  const each = Array.from({ length: sequences }, (_, n) => {
    const own = new ExactSum()
    let tokens = 0
    for (let i = n * length; i < (n + 1) * length; i++) {
      if (!counts[i]) continue
      own.add(surprisal[i])
      all.add(surprisal[i])
      tokens++
    }
    const value = Math.exp(own.value() / tokens)
    if (tokens > 0) told.push(value)
    counted += tokens
    return value
  })
  const nats = all.value() / counted
  return {
    ofTokens: Math.exp(nats),
    meanOfSequences: meanOf(told),
    sequences: each,
    nats,
    bits: nats / Math.LN2,
    counted,
    ignored: surprisal.length - counted,
  }
}
