import { readCall } from './check.ts'
import { checked, evaluate, type LossFunction } from './loss.ts'
import type { OptionsOf, OptionTable, Reduction } from './spec.ts'
import type { DType } from './tensor/dtype.ts'
import type { Shape } from './tensor/shape.ts'

/** What a loss is made of. Plain data. */
export interface Report {
  /** The loss under the options' reduction; for 'none' the mean. */
  readonly value: number
  /** The sum of all values, exact up to one rounding to float64. */
  readonly sum: number
  /** What the mean divides by. */
  readonly denominator: number
  /** How many elements, samples or pixels enter the sum. */
  readonly counted: number
  /** How many `ignoreIndex` took out. */
  readonly ignored: number
  /** The reduction that the options ask for; with PyTorch's old options the one that they mean. */
  readonly reduction: Reduction
  /** Of the loss as the loss itself gives it: shape [] unless the reduction is 'none'. */
  readonly dtype: DType
  readonly shape: Shape
}

/**
 * The loss with the numbers behind it: never a bare value.
 *
 * Takes what the loss takes. `value` is the loss as the loss itself gives it; with reduction 'none' it is the mean.
 *
 * @example
 * report(crossEntropy, [[2, 1], [0, 3]], [0, -100]).ignored // => 1
 */
export function report<Args extends readonly unknown[], T extends OptionTable>(
  loss: LossFunction<Args, T>,
  ...args: [...Args, options?: OptionsOf<T>]
): Report {
  const call = readCall(loss.spec, args)
  const asked = checked(loss.plan, call)
  const none = asked.reduction === 'none'
  const plan = none ? loss.plan(call, 'mean') : asked
  const { loss: value, total } = evaluate(plan, [])
  const { denominator, counted, ignored, dtype } = plan
  return {
    value: value.item(),
    sum: total,
    denominator,
    counted,
    ignored,
    reduction: asked.reduction,
    dtype,
    shape: none ? plan.shape : [],
  }
}
