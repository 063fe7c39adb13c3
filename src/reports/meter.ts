import { LossError } from '../errors.ts'
import type { LossFunction } from '../loss.ts'
import type { OptionsOf, OptionTable } from '../spec.ts'
import { refuseNoLoss } from '../strict.ts'
import { merged } from './merge.ts'
import { report } from './report.ts'
import type { Merging } from './totals.ts'
import type { Report, ReportOptions } from './types.ts'

/** What a meter needs of a criterion of `nn`. */
interface Reporting<Args extends readonly unknown[]> {
  report(...args: [...Args, how?: ReportOptions]): Report
}

/**
 * A running report for a loop over batches: what `report` would say of all of them at once, in memory for one.
 *
 * A mean of batches' means is wrong where the last batch is smaller, or where weights and ignored pixels differ; this one is exact. Checks are
 * left out unless `check: true` asks for them.
 *
 * @example
 * const meter = new Meter()
 * for (const batch of [[1, 2], [6]]) meter.add(nn.MSELoss(), batch, batch.map(() => 0))
 * meter.report().value // ≈ 13.666667
 * meter.report().parts // => 2
 */
export class Meter {
  private readonly how: ReportOptions
  private all: Report | null = null

  constructor(how: Omit<ReportOptions, 'first'> = {}) {
    this.how = { check: false, ...how }
  }

  /** Adds a batch, by a criterion of `nn` or a loss function and its options; gives the batch's own report. */
  add<Args extends readonly unknown[]>(criterion: Reporting<Args>, ...args: Args): Report
  add<Args extends readonly unknown[], T extends OptionTable>(
    loss: LossFunction<Args, T>,
    ...args: [...Args, options?: OptionsOf<T> | null]
  ): Report
  add(loss: LossFunction | Reporting<readonly unknown[]>, ...args: readonly unknown[]): Report {
    refuseNoLoss('Meter.add', loss)
    const how = { ...this.how, first: this.all?.perSample.samples ?? 0 }
    const given = 'report' in loss ? loss.report(...args, how) : report(loss, ...padded(loss, args), how)
    this.put(given, 'Meter.add')
    return given
  }

  /** Adds a report that has been made already. */
  update(given: Pick<Report, 'totals' | 'findings'>): this {
    this.put(given, 'Meter.update')
    return this
  }

  private put(given: Pick<Report, 'totals' | 'findings'>, fn: Merging): void {
    this.all = merged(this.all === null ? [given] : [this.all, given], fn)
  }

  /** The report of everything that was added. Throws LossError where nothing was. */
  report(): Report {
    if (this.all !== null) return this.all
    throw new LossError({
      code: 'report',
      fn: 'Meter',
      argument: 'this',
      received: 'none',
      expected: 'at least one batch',
      repair: 'meter.add(criterion, input, target) first',
      pytorch: null,
    })
  }

  /** Forgets everything, for the next epoch. */
  reset(): this {
    this.all = null
    return this
  }
}

/** The arguments with a place for the options, so that what follows is the report's. */
function padded({ spec }: LossFunction, args: readonly unknown[]): [] {
  return [...args, ...(args.length === spec.inputs.length ? [null] : [])] as unknown as []
}
