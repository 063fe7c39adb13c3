import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Finding, type LossSpec, type Report, type ReportOptions, reportText } from 'surprisal'
import { described } from './check-output.ts'
import type { Paint } from './colour.ts'
import type { GivenAll } from './repair.ts'
import { readInteger, readNumber } from './values.ts'

/** What the command line asks of a report. */
export interface Asked {
  readonly per?: 'class' | 'sample'
  /** How many of the worst. */
  readonly top?: number
  /** Where the report goes, for `surprisal merge`. */
  readonly save?: string
  readonly dataRange?: number
  readonly bytes?: number
}

/** The options of a report; those that only some losses have go with their commands. */
export function addReportOptions(command: Command, spec?: Pick<LossSpec, 'likelihood' | 'options'>): void {
  const add = (option: Option) => command.addOption(option.helpGroup('Options of the report:'))
  add(new Option('--per <what>', 'Add a table of all classes, or of the samples, the worst first.').choices(['class', 'sample']))
  add(new Option('--top <count>', 'How many of the worst values and samples are listed. (default: 3)').argParser(readTop))
  add(new Option('--save <file>', "Write the report to a .json file, for 'surprisal merge'.").argParser(readReportPath))
  if (spec?.likelihood === 'normal' && spec.options.dataRange === undefined)
    add(new Option('--data-range <number>', 'From black to white, for PSNR: 1 or 255.').argParser(readPositive))
  if (spec?.likelihood === 'categorical') {
    add(new Option('--bytes <count>', 'How many bytes the tokens stand for, for bits per byte.').argParser(readPositive))
  }
}

export function askedOf(command: Command, { options }: Pick<LossSpec, 'options'>): Asked {
  const { per, top, save, dataRange, bytes } = command.opts<Asked>()
  return { per, top, save, bytes, ...(options.dataRange === undefined ? { dataRange } : {}) }
}

/** The same for the library. `source` is what the worst say they come from, once reports are merged. */
export function optionsOf({ per, top, dataRange, bytes }: Asked, source: string | undefined): ReportOptions {
  const given = Object.entries({ top, dataRange, bytes, source }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), perSample: per === 'sample' }
}

/** The report for people, and what `check` found. */
export function reportBlock(report: Report, { per, top }: Asked, paint: Paint): string {
  const text = reportText(
    { ...report, findings: [] },
    { ...(per && { per }), ...(top !== undefined && { top }), bold: paint.bold, dim: paint.dim },
  )
  return `${text}\n`
}

export const findingsBlock = (findings: readonly Finding[], fn: string, paint: Paint, given?: GivenAll): string =>
  findings.map((finding) => `\n${described(finding, fn, paint, given)}\n`).join('')

function readTop(text: string): number {
  const top = readInteger(text)
  if (top >= 0 && top <= 1000) return top
  throw new InvalidArgumentError('Expected an integer from 0 to 1000.')
}

function readPositive(text: string): number {
  const value = readNumber(text)
  if (value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

/** The name of a report to write: `.json`, so that nothing else is written by a slip. */
function readReportPath(text: string): string {
  if (text.startsWith('-') || !/[^/\\]\.json$/i.test(text)) throw new InvalidArgumentError('Expected a name that ends with .json.')
  return text
}
