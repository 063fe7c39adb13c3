import type { Denominator, Domain, LossSpec } from './spec.ts'

/** The contract of a loss in words: what ends the confusion about shapes, ranges, and what is inside. */
export interface Card {
  readonly function: string
  readonly module: string
  readonly summary: string
  readonly formula: string
  /** What the loss does itself, so that it must not be done before it. */
  readonly inside: string
  /** What each positional argument means, its shape, and the range of its values. */
  readonly inputs: readonly { readonly name: string; readonly help: string; readonly range: string; readonly enforced: boolean }[]
  /** What `mean` divides by. */
  readonly mean: string
}

/**
 * The contract card of a loss, from its own data.
 *
 * @example
 * card(crossEntropy).inside // => 'softmax'
 * card(mseLoss).mean // => 'the number of elements; with weights their sum'
 */
export function card({ spec }: { readonly spec: LossSpec }): Card {
  const { name, module, summary, formula, inside, inputs } = spec
  const distributions = inputs.some(({ domain }) => domain === 'classes or probabilities')
  return {
    function: name,
    module: `nn.${module}`,
    summary,
    formula,
    inside,
    inputs: inputs.map(({ name, help, domain, enforced }) => ({
      name,
      help,
      range: ranges[domain],
      enforced: enforced === true || domain === 'classes',
    })),
    mean: denominators[spec.mean] + (distributions ? '; with probabilities the number of rows' : ''),
  }
}

const ranges: Readonly<Record<Domain, string>> = {
  logits: 'any real number',
  probabilities: '[0, 1]',
  'log-probabilities': '(−∞, 0]',
  real: 'any real number',
  classes: 'integers 0 … C − 1, or ignoreIndex',
  'classes or probabilities': 'integers 0 … C − 1, or ignoreIndex (others are refused); probabilities (not checked)',
  weights: 'any real number',
}

const denominators: Readonly<Record<Denominator, string>> = {
  elements: 'the number of elements',
  positions: 'the number of rows',
  'target weights': 'the number of counted targets; with weights the sum of their weights',
  weights: 'the number of elements; with weights their sum',
}
