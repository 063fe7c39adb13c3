import { readCall } from '../check.ts'
import { LossError } from '../errors.ts'
import { check } from '../findings/check.ts'
import type { Finding } from '../findings/finding.ts'
import type { LossFunction } from '../loss.ts'
import type { OptionsOf, OptionTable } from '../spec.ts'
import { refuseNoLoss, refuseUnknown } from '../strict.ts'
import { measure } from './measure.ts'
import { readTotals } from './read.ts'
import type { Report, ReportOptions } from './types.ts'

/**
 * The loss with the numbers behind it: never a bare value.
 *
 * Takes what the loss takes, and after its options those of the report. The values are computed once, as reduction 'none' gives them, and
 * added without rounding: so `value` is the loss's own up to its last digit, and the same 64 bits however the data are cut and merged.
 *
 * @example
 * const { made, chance, floor } = report(crossEntropy, [[2, 1], [0, 3]], [0, 1], { weight: [1, 3] })
 * made // => '0.459024 / 4, the sum of the weights of 2 samples; the plain mean would be 0.229512'
 * chance.uniform // ≈ 0.693147
 */
export function report<Args extends readonly unknown[], T extends OptionTable>(
  loss: LossFunction<Args, T>,
  ...args: [...Args, options?: OptionsOf<T> | null, how?: ReportOptions]
): Report {
  refuseNoLoss('report', loss)
  const any = loss as unknown as LossFunction
  const { length } = any.spec.inputs
  const how = readReportOptions(args.length > length + 1 ? args[length + 1] : undefined)
  const own: readonly unknown[] = [...args.slice(0, length + 1), ...args.slice(length + 2)]
  const totals = measure(any, readCall(any.spec, own), how)
  const findings: readonly Finding[] = how.check === false ? [] : [...check(any, ...own)]
  return readTotals(totals, findings)
}

const known: readonly (keyof ReportOptions)[] = ['top', 'perSample', 'first', 'source', 'axes', 'dataRange', 'bytes', 'check']

function readReportOptions(given: unknown): ReportOptions {
  if (given === undefined || given === null) return {}
  refuseUnknown('report', given, known)
  const how = given as ReportOptions
  const whole = (value: unknown, most: number) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most
  if (how.top !== undefined && !whole(how.top, 1000)) throw wrong('top', how.top, 'an integer from 0 to 1000', 'top: 20')
  if (how.first !== undefined && !whole(how.first, Number.MAX_SAFE_INTEGER)) throw wrong('first', how.first, 'an index from 0', 'first: 64')
  for (const name of ['dataRange', 'bytes'] as const) {
    const value = how[name]
    if (value !== undefined && !(value > 0 && value < Infinity)) throw wrong(name, value, 'a number above 0', `${name}: 255`)
  }
  return how
}

const wrong = (argument: string, value: unknown, expected: string, repair: string): LossError =>
  new LossError({ code: 'option-range', fn: 'report', argument, received: String(value), expected, repair, pytorch: null })
