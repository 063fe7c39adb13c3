import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, type Reduction } from '../../reduce.ts'
import type { LossSpec, OptionTable } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { checkManyLabels, checkOneLabel } from './check.ts'
import type { MarginRowsProblem } from './problem.ts'
import { referenceMarginRows } from './reference.ts'

/** Those of a row's scores that belong to its classes are to exceed the others by a margin. */
const marginRowsKernel: Kernel<MarginRowsProblem> = {
  family: 'margin-rows',
  about: 'one value per row of scores, from their differences',
  reference: referenceMarginRows,
}

export interface MarginRowsDefinition<T extends OptionTable, M extends string, N extends string = string> extends LossSpec<T, N> {
  readonly module: M
  /** Whether a row has one class, or as many as it has scores and −1 after the last. */
  readonly labels: 'one' | 'many'
}

/** Makes a loss of margins between scores. The options `margin`, `p` and `weight`, where there are such, are the kernel's. */
export function marginRows<const T extends OptionTable, const M extends string, const N extends string>(
  definition: MarginRowsDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planMarginRows(definition, call, reduction), marginRowsKernel)
}

function planMarginRows<T extends OptionTable, M extends string>(
  { labels: kind, mean, native }: MarginRowsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<MarginRowsProblem> {
  const { input, target, weight } = call.tensors
  const { margin = 1, p = 1 } = call.values
  const { rows, classes, labels } = kind === 'one' ? checkOneLabel(call) : checkManyLabels(call)
  const isBatch = kind === 'one' ? target.shape.length > 0 : input.shape.length === 2
  return {
    kernel: marginRowsKernel,
    problem: {
      input,
      rows,
      classes,
      labels,
      width: kind === 'one' ? 1 : classes,
      margin: Number(margin),
      squared: p === 2,
      weight: weight ?? null,
      compute: computeDType(input.dtype),
    },
    shape: isBatch ? [rows] : [],
    dtype: input.dtype,
    reduction,
    denominator: denominatorOf(mean, { elements: rows, positions: rows, targetWeights: rows, weights: rows }),
    counted: rows,
    ignored: 0,
    differentiable: { input },
    native: native?.name ?? null,
  }
}
