import { LossError } from './errors.ts'
import type { Denominator } from './spec.ts'
import { computeDType, type DType, roundToDType } from './tensor/dtype.ts'
import { warn } from './warn.ts'

export type Reduction = 'none' | 'mean' | 'sum'

export interface ReductionOptions {
  readonly reduction?: unknown
  readonly sizeAverage?: unknown
  readonly reduce?: unknown
}

/**
 * The reduction that the options ask for, with PyTorch's old names mapped: any of the two replaces `reduction` altogether.
 *
 * `inPython` is PyTorch's text where it reduces in Python, where 'elementwise_mean' is unknown.
 */
export function resolveReduction(
  fn: string,
  options: ReductionOptions,
  choices: readonly string[],
  inPython: ((given: unknown) => string) | null,
): Reduction {
  const legacy = legacyReduction(options)
  if (legacy !== null) return legacy
  const { reduction = 'mean' } = options
  if (reduction === 'elementwise_mean' && inPython === null) {
    warn(fn, `reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.`)
    return 'mean'
  }
  if (typeof reduction === 'string' && choices.includes(reduction)) return reduction as Reduction
  throw new LossError({
    code: 'reduction',
    fn,
    argument: 'reduction',
    received: JSON.stringify(reduction),
    expected: `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`,
    repair: `reduction: 'mean' (the default)`,
    pytorch: inPython === null ? `ValueError: ${reduction ?? 'None'} is not a valid value for reduction` : inPython(reduction),
  })
}

/** Says what PyTorch says of `size_average` and `reduce`: at construction of a module, at the call of a function. */
export function warnLegacy(fn: string, options: ReductionOptions): void {
  const reduction = legacyReduction(options)
  if (reduction !== null) {
    warn(
      fn,
      `sizeAverage and reduce will be deprecated, please use reduction: '${reduction}' instead (PyTorch: size_average and reduce args will be deprecated, please use reduction='${reduction}' instead.)`,
    )
  }
}

function legacyReduction({ sizeAverage, reduce }: ReductionOptions): Reduction | null {
  const given = (value: unknown): boolean => value !== null && value !== undefined
  if (!given(sizeAverage) && !given(reduce)) return null
  if (given(reduce) && !reduce) return 'none'
  return given(sizeAverage) && !sizeAverage ? 'sum' : 'mean'
}

/** What a family counts while it looks at a call's targets and weights. */
export interface Counts {
  readonly elements: number
  readonly positions: number
  readonly targetWeights: number
  readonly weights: number
}

/** What the mean of a loss divides by. */
export function denominatorOf(kind: Denominator, counts: Counts): number {
  switch (kind) {
    case 'elements':
      return counts.elements
    case 'positions':
      return counts.positions
    case 'target weights':
      return counts.targetWeights
    case 'weights':
      return counts.weights
  }
}

/** The loss from the exact total: rounded to the arithmetic's precision, divided, rounded to the result's dtype. */
export function reduceTotal(total: number, denominator: number, reduction: Reduction, dtype: DType): number {
  const compute = computeDType(dtype)
  const sum = roundToDType(total, compute)
  return roundToDType(reduction === 'mean' ? sum / roundToDType(denominator, compute) : sum, dtype)
}

/** What every gradient is multiplied by: 1/denominator for a mean, else 1. */
export const gradientScale = (denominator: number, reduction: Reduction): number => (reduction === 'mean' ? 1 / denominator : 1)
