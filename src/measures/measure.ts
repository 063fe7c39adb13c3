import { type Call, readCall, refuseOptions } from '../check.ts'
import type { LossSpec, OptionTable } from '../spec.ts'

/** Everything about a measure that is data. */
export interface MeasureSpec<R extends object = object, T extends OptionTable = OptionTable>
  extends Pick<LossSpec<T>, 'name' | 'aliases' | 'summary' | 'formula' | 'inputs' | 'options' | 'refuses'> {
  /** What each field of the result is, in words. */
  readonly gives: { readonly [K in keyof R]: string }
}

/** A number to report rather than to train by: no gradient, no reduction, and every average by its name. */
export interface Measure<
  Args extends readonly unknown[] = readonly unknown[],
  R extends object = object,
  T extends OptionTable = OptionTable,
> {
  (...args: Args): R
  readonly spec: MeasureSpec<R, T>
}

/** Makes a measure, whose arguments are read as a loss's are. */
export function defineMeasure<Args extends readonly unknown[], R extends object, const T extends OptionTable>(
  spec: MeasureSpec<R, T>,
  compute: (call: Call) => R,
): Measure<Args, R, T> {
  const whole: LossSpec = { ...spec, pytorch: null, module: spec.name, inside: 'nothing', mean: 'nothing' }
  const measure = (...args: Args): R => {
    const call = readCall(whole, args)
    refuseOptions(whole, whole.name, { ...call.tensors, ...call.values })
    return compute(call)
  }
  return Object.assign(measure, { spec })
}

/** The mean of numbers, NaN of none. */
export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
