import { shortest } from '../tensor/print.ts'
import { tupleOf } from '../tensor/shape.ts'
import type { ClassReport, Report, Worst } from './types.ts'
import { many, short } from './words.ts'

export interface TextOptions {
  /** A table of all classes or of the worst samples, too. */
  readonly per?: 'class' | 'sample'
  /** How many of the worst are listed; 3 if left out. */
  readonly top?: number
  /** How many columns a line may have; 100 if left out, at least 40. */
  readonly width?: number
  /** How what matters, and what does not, is marked for a terminal. */
  readonly bold?: (text: string) => string
  readonly dim?: (text: string) => string
}

/**
 * A report for reading, in lines of at most 100 columns.
 *
 * @example
 * reportText(report(mseLoss, [1, 2], [0, 0])).split('\n')[1] // => '  made of   5 / 2, the number of elements'
 */
export function reportText(report: Report, options: TextOptions = {}): string {
  const { per, width = 100, bold = same, dim = same } = options
  const rows = rowsOf(report, options)
  const label = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.flatMap(([name, text], i) => {
    const [first, ...rest] = wrapped(text, Math.max(width, 40) - label - 4)
    const shown = i === 0 ? `${bold(first)}` : first
    return [`  ${name.padEnd(label)}  ${shown}`, ...rest.map((line) => `  ${' '.repeat(label)}  ${line}`)]
  })
  const table = per === 'class' ? classTable(report) : per === 'sample' ? sampleTable(report, options) : []
  const notes = findings(report, Math.max(width, 40))
  return [...lines, ...(table.length > 0 ? ['', ...table.map((line, i) => (i === 0 ? dim(line) : line))] : []), ...notes]
    .map((line) => line.trimEnd())
    .join('\n')
}

const same = (text: string): string => text

type Row = readonly [label: string, text: string]

function rowsOf(report: Report, { top = 3 }: TextOptions): Row[] {
  const { counted, ignored, unit, accuracy, averages, perSample, parts, worst } = report
  const rows: (Row | null)[] = [
    ['value', shortest(report.value, report.dtype)],
    ['made of', report.made],
    ['counted', `${many(counted, unit)}${ignored > 0 ? `, ${ignored} ignored` : ''}${parts > 1 ? `, in ${parts} parts` : ''}`],
    report.shape === null || report.reduction !== 'none' ? null : ['values', `${tupleOf(report.shape)} ${report.dtype}`],
    chanceOf(report),
    floorOf(report),
    accuracy === null || accuracy.value === null ? null : ['accuracy', `${percent(accuracy.value)}, ${accuracy.right} of ${counted}`],
    [
      'averages',
      `${short(averages.perValue)} per value, ${short(averages.perSample)} per sample, ${short(averages.perBatch)} per batch; ${short(averages.ofSamples)} as the mean of ${many(perSample.samples - perSample.empty, 'sample')}`,
    ],
    informationOf(report),
    psnrOf(report),
    ...worst.slice(0, top).map((one, i): Row => [i === 0 ? 'worst' : '', describe(one, several(worst))]),
  ]
  return rows.filter((row) => row !== null)
}

/** So many targets make frequencies that mean something. */
const enough = 20

/** What a guess costs. */
function chanceOf({ chance: { uniform, frequencies }, mean, counted }: Report): Row | null {
  const parts: string[] = []
  if (uniform !== null) parts.push(`${short(uniform)} for a uniform guess`)
  if (frequencies !== null)
    parts.push(`${short(frequencies)} for ${uniform === null ? 'the best constant answer' : 'one that knows the frequencies'}`)
  const best = Math.min(uniform ?? Infinity, frequencies ?? Infinity)
  const worse = counted >= enough && mean > best * (1 + 1e-9) ? ['the loss is worse than that'] : []
  return parts.length === 0 ? null : ['chance', [...parts, ...worse].join(', ')]
}

const floorOf = ({ floor, gap }: Report): Row | null =>
  floor.value === null || gap.value === null
    ? null
    : ['floor', `${short(floor.value)}${Number.isFinite(gap.value) ? `; the loss is ${short(gap.value)} above it` : ''}`]

function informationOf({ information }: Report): Row | null {
  if (information === null || information.bits === null) return null
  const { bits, perplexity, bitsPerByte } = information
  const parts = [`${short(bits)} bits each`]
  if (perplexity !== null) parts.push(`perplexity ${short(perplexity.ofTokens)} of all tokens`)
  if (perplexity !== null && perplexity.meanOfSequences !== null)
    parts.push(`${short(perplexity.meanOfSequences)} as the mean of sequences`)
  if (bitsPerByte !== null) parts.push(`${short(bitsPerByte)} bits per byte`)
  return ['surprise', parts.join(', ')]
}

function psnrOf({ psnr }: Report): Row | null {
  if (psnr === null || psnr.ofMeanError === null || psnr.meanOfImages === null) return null
  return [
    'PSNR',
    `${short(psnr.ofMeanError)} dB of the mean error, ${short(psnr.meanOfImages)} dB as the mean of images (range ${short(psnr.dataRange ?? 0)})`,
  ]
}

/** Whether they come from several sources, so that each has to say from which. */
const several = (all: readonly Worst[]): boolean => new Set(all.map(({ source }) => source)).size > 1

/** `2.563 at n 3, h 4: class 0, predicted 2`. */
function describe({ value, index, target, predicted, source }: Worst, named: boolean): string {
  const place = Object.entries(index)
    .map(([axis, at]) => `${axis} ${at}`)
    .join(', ')
  const classes = [target === undefined ? null : `class ${target}`, predicted === undefined ? null : `predicted ${predicted}`]
  const what = classes.filter((text) => text !== null).join(', ')
  return `${short(value)}${place === '' ? '' : ` at ${place}`}${what === '' ? '' : `: ${what}`}${source === undefined || !named ? '' : ` (${source})`}`
}

function classTable({ perClass }: Report): string[] {
  if (perClass === null) return ['  no classes, or too many for a table']
  const row = (one: ClassReport) => [
    one.class,
    one.count,
    short(one.mean),
    percent(one.share),
    one.accuracy === null ? '—' : percent(one.accuracy),
  ]
  return columns([['class', 'count', 'mean', 'share of sum', 'accuracy'], ...perClass.map((one) => row(one).map(String))])
}

/** All samples where they are kept, otherwise the worst of them. */
function sampleTable({ perSample, worst }: Report, { top = 20 }: TextOptions): string[] {
  const { values } = perSample
  if (values !== null && values.length <= top) return columns([['sample', 'mean'], ...values.map((mean, n) => [String(n), short(mean)])])
  const named = several(perSample.worst)
  const rows = perSample.worst
    .slice(0, top)
    .map(({ index, value, source = '' }) => [String(index.n ?? ''), short(value), named ? source : ''])
  return worst.length === 0 ? [] : columns([['sample', 'mean', ''], ...rows])
}

/** Right-aligned columns. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column])).join('  ')}`)
}

function findings({ findings: all }: Report, width: number): string[] {
  return all.flatMap(({ level, message, repair }) => {
    const [first, ...rest] = wrapped(`${level}: ${message} Repair: ${repair.surprisal}`, width - 4)
    return ['', `  ${first}`, ...rest.map((line) => `    ${line}`)]
  })
}

const percent = (share: number): string => (Number.isNaN(share) ? 'NaN' : `${short(Number((100 * share).toPrecision(4)))} %`)

/** Lines of at most `width` characters; a word that is longer is cut. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ').flatMap((long) => long.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [''])) {
    const line = lines[lines.length - 1]
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
