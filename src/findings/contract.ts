import type { LossSpec } from '../spec.ts'

type Values = Readonly<Record<string, unknown>>

/** What a loss does to its first argument itself, for these options: of scores for classes, or of scores of yes or no; null: nothing. */
export function insideOf({ inputs, options, inside }: LossSpec, values: Values): 'softmax' | 'sigmoid' | null {
  if (inputs[0].domain !== 'logits' || values.fromLogits === false) return null
  if ('mode' in options) return values.mode === 'multiclass' ? 'softmax' : 'sigmoid'
  return /^(softmax|log-sum-exp)/.test(inside) ? 'softmax' : 'sigmoid'
}

/** Whether the first argument has to be probabilities. */
export const wantsProbabilities = ({ inputs, options }: LossSpec, values: Values): boolean =>
  inputs[0].domain === 'probabilities' || ('fromLogits' in options && values.fromLogits === false)
