import { LossError } from './errors.ts'
import type { Denominator, LossSpec, Reduction } from './spec.ts'
import { computeDType, type DType, roundToDType } from './tensor/dtype.ts'
import { warn } from './warn.ts'

export type { Reduction } from './spec.ts'

export interface ReductionOptions {
  readonly reduction?: unknown
  readonly sizeAverage?: unknown
  readonly reduce?: unknown
}

/**
 * The reduction that a call's options ask for, with PyTorch's old names mapped: any of the two replaces `reduction` altogether.
 *
 * A loss without the option is one number as it is, which a 'mean' over the denominator 1 leaves alone. `inPython` is PyTorch's text where it
 * reduces in Python, where 'elementwise_mean' is unknown.
 */
export function resolveReduction(
  spec: LossSpec,
  options: ReductionOptions,
  inPython: ((given: unknown) => string) | null,
  fn: string = spec.name,
): Reduction {
  const option = spec.options.reduction
  if (option?.kind !== 'reduction') return 'mean'
  const legacy = legacyReduction(options)
  if (legacy !== null) return legacy
  const { choices, default: usual = 'mean' } = option
  const { reduction = usual } = options
  if (reduction === 'elementwise_mean' && inPython === null && spec.pytorch !== null) {
    warn(spec.name, `reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.`)
    return 'mean'
  }
  if (choices.includes(reduction as Reduction)) return reduction as Reduction
  throw new LossError({
    code: 'reduction',
    fn,
    argument: 'reduction',
    received: JSON.stringify(reduction),
    expected: `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`,
    repair: `reduction: '${usual}' (the default)`,
    pytorch:
      inPython !== null
        ? inPython(reduction)
        : spec.pytorch === null
          ? null
          : `ValueError: ${reduction ?? 'None'} is not a valid value for reduction`,
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

/** The reduction that PyTorch's old two options mean; null where neither is given. */
export function legacyReduction({ sizeAverage, reduce }: ReductionOptions): Reduction | null {
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
  /** The terms of a loss that compares classes as a whole. */
  readonly terms?: number
  /** The extent of the first axis, for 'batchmean'; 1 where there is none. */
  readonly batch?: number
}

/** What the mean of a loss divides by. */
export function denominatorOf(kind: Denominator, counts: Counts, reduction: Reduction = 'mean'): number {
  if (reduction === 'batchmean') return counts.batch ?? 1
  switch (kind) {
    case 'elements':
      return counts.elements
    case 'positions':
    case 'images':
    case 'sequences':
      return counts.positions
    case 'target weights':
      return counts.targetWeights
    case 'weights':
      return counts.weights
    case 'terms':
      return counts.terms ?? counts.elements
    case 'parts':
    case 'nothing':
      return 1
  }
}

/** The loss from the exact total: rounded to the arithmetic's precision, divided, rounded to the result's dtype. */
export function reduceTotal(total: number, denominator: number, reduction: Reduction, dtype: DType): number {
  const compute = computeDType(dtype)
  const sum = roundToDType(total, compute)
  return roundToDType(divides(reduction) ? sum / roundToDType(denominator, compute) : sum, dtype)
}

/** Whether the sum is divided by the denominator. */
export const divides = (reduction: Reduction): boolean => reduction === 'mean' || reduction === 'batchmean'

/** What every gradient is multiplied by: 1/denominator for a mean, else 1. */
export const gradientScale = (denominator: number, reduction: Reduction): number => (divides(reduction) ? 1 / denominator : 1)
