import type { Finding } from '../findings/finding.ts'
import { readTotals } from './read.ts'
import { addTotals, type Merging, noReport, schema, type Totals } from './totals.ts'
import type { Report } from './types.ts'

/**
 * The report of the whole, from those of its parts: exact, never a mean of means.
 *
 * However the data were cut, into batches, files or machines, and in whatever order and nesting the parts are merged, every number of the result
 * is the same to the last bit. A part of which nothing is counted adds nothing. Takes what `JSON.parse` gives, too. Values come from the same bits on machines
 * that agree about fused multiply-add: `init({ fma: false })` makes them.
 *
 * Throws LossError for reports of different losses, options, dtypes, reductions or numbers of classes, for losses whose whole is not the sum
 * of parts (Dice of a batch), and for what is no report.
 *
 * @example
 * const parts = [report(mseLoss, [1, 2], [0, 0]), report(mseLoss, [6], [0])]
 * mergeReports(...parts).value // ≈ 13.666667
 * mergeReports(...parts).made // => '41 / 3, the number of elements'
 */
export function mergeReports(...reports: readonly Part[]): Report {
  return merged(reports, 'mergeReports')
}

type Part = Pick<Report, 'totals' | 'findings'>

/** The same on behalf of another function. */
export function merged(reports: readonly Part[], fn: Merging): Report {
  if (reports.length === 0) throw noReport('none', fn)
  let totals = totalsOf(reports[0], fn)
  for (const report of reports.slice(1)) totals = addTotals(totals, totalsOf(report, fn), fn)
  return readTotals(totals, mergedFindings(reports.flatMap(({ findings }) => findings ?? [])))
}

function totalsOf(report: Pick<Report, 'totals'>, fn: Merging): Totals {
  const totals = (report as Partial<Report> | null | undefined)?.totals
  if (totals === undefined || totals === null)
    throw noReport(report === null ? 'null' : `${typeof report === 'object' ? 'an object' : `a ${typeof report}`} without totals`, fn)
  if (totals.schema !== schema) throw noReport(`totals of version ${totals.schema}`, fn)
  const whole = totals.of && totals.numbers && totals.sums?.sum !== undefined && totals.sums.denominator !== undefined
  if (!whole) throw noReport('totals that are not whole', fn)
  return totals
}

const levels = ['error', 'warning', 'note']

/** One finding for each check and argument: of several the first by its text, whatever the order of merging. */
function mergedFindings(all: readonly Finding[]): Finding[] {
  const found = new Map<string, { finding: Finding; text: string }>()
  for (const finding of all) {
    const name = `${levels.indexOf(finding.level)} ${finding.code} ${finding.argument}`
    const text = JSON.stringify(finding)
    const other = found.get(name)
    if (other === undefined || text < other.text) found.set(name, { finding, text })
  }
  return [...found.keys()].sort().map((name) => (found.get(name) as { finding: Finding }).finding)
}
