import { createRequire } from 'node:module'
import type { Report } from 'surprisal'
import { exitCode } from './exit.ts'
import type { Failure } from './failure.ts'
import { kebabCase, snakeName } from './losses.ts'
import type { Measured } from './measure.ts'
import type { Arguments, Placed, Result } from './run.ts'
import { isFile } from './values.ts'

const { version } = createRequire(import.meta.url)('surprisal/package.json') as { version: string }

export { version }

/** The version of the document below; it grows when a field changes its meaning or goes away. Described in cli/README.md. */
export const SCHEMA = 1

/** NaN and the infinities, which JSON lacks, are the strings "NaN", "Infinity" and "-Infinity". */
type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** A report: every number of it, and none of what they are computed from. */
export interface ReportDocument extends Omit<Report, 'loss' | 'value' | 'sum' | 'denominator' | 'shape' | 'totals'> {
  readonly schema: typeof SCHEMA
  /** The version of surprisal. */
  readonly surprisal: string
  /** The loss in Python's spelling: PyTorch's functional name, where PyTorch has the loss. */
  readonly loss: string
  /** The loss; for reduction 'none' the mean. */
  readonly value: JsonNumber
  readonly sum: JsonNumber
  readonly denominator: JsonNumber
  /** Of the loss as the library returns it: shape [] unless the reduction is 'none'. */
  readonly shape: readonly number[] | null
}

export interface ResultDocument extends ReportDocument {
  /** Smallest and largest value; only for reduction 'none'. */
  readonly min?: JsonNumber
  readonly max?: JsonNumber
  /** An array as its file, shape and dtype, numbers of the command line as they are. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** The options that were given: an array as its file, shape and dtype, anything else as its value. */
  readonly options: Readonly<Record<string, unknown>>
  readonly grad?: Readonly<Record<string, Placed>>
  readonly out?: Placed
}

export interface ErrorDocument {
  readonly schema: typeof SCHEMA
  readonly surprisal: string
  readonly error: { readonly exit: number; readonly kind: string; readonly message: string } & Readonly<Record<string, unknown>>
}

export function resultDocument({ job, arrays, range, gradients, out, ...report }: Result): ResultDocument {
  return {
    ...reportDocument(report),
    ...(range === null ? {} : { min: jsonNumber(range[0]), max: jsonNumber(range[1]) }),
    ...argumentsOf(job, arrays),
    ...(Object.keys(gradients).length === 0 ? {} : { grad: gradients }),
    ...(out === null ? {} : { out }),
  }
}

export function reportDocument({ loss, totals: _, ...report }: Report): ReportDocument {
  const name = kebabCase(loss).replaceAll('-', '_')
  return { schema: SCHEMA, surprisal: version, loss: name, ...(spelled(report) as Omit<ReportDocument, 'schema' | 'surprisal' | 'loss'>) }
}

/** The file that `--save` writes: the document with what `surprisal merge` adds up, and where it comes from. */
export const savedReport = (report: Report, from: object): Uint8Array =>
  new TextEncoder().encode(printed({ ...reportDocument(report), ...from, totals: report.totals }))

/** The same data with NaN and the infinities as strings. */
function spelled(value: unknown): unknown {
  if (typeof value === 'number') return jsonNumber(value)
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spelled(each)]))
}

function argumentsOf(call: Arguments, arrays: Result['arrays']): Pick<ResultDocument, 'inputs' | 'options'> {
  const told = (given: Arguments['inputs']) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, isFile(value) ? arrays[name] : value]))
  return { inputs: told(call.inputs), options: told(call.options) }
}

export interface MeasureDocument extends Pick<ResultDocument, 'schema' | 'surprisal' | 'inputs' | 'options'> {
  /** The measure in Python's spelling. */
  readonly measure: string
  /** By the names of the library; an array that was written as its file, shape and dtype. */
  readonly result: Readonly<Record<string, unknown>>
}

export function measureDocument({ job, arrays, found, written }: Measured): MeasureDocument {
  const result = Object.entries(found).filter(([name, value]) => value !== null || written[name] !== undefined)
  return {
    schema: SCHEMA,
    surprisal: version,
    measure: snakeName(job.measure.spec),
    result: Object.fromEntries(result.map(([name, value]) => [name, written[name] ?? plain(value)])),
    ...argumentsOf(job, arrays),
  }
}

const plain = (value: unknown): unknown => (Array.isArray(value) ? value.map(jsonNumber) : jsonNumber(Number(value)))

export function errorDocument({ exit, message, data }: Failure): ErrorDocument {
  return { schema: SCHEMA, surprisal: version, error: { exit: exitCode(exit), kind: exit, message, ...data } }
}

/** Indented, with arrays of numbers on one line. A newline inside a string is escaped, so that no string is touched. */
export const printed = (document: object): string =>
  `${JSON.stringify(document, null, 2).replace(/\[\n[^[\]{}"]*\]/g, (array) => array.replace(/\n\s*/g, '').replaceAll(',', ', '))}\n`

export const jsonNumber = (value: number): JsonNumber => (Number.isFinite(value) ? value : (String(value) as JsonNumber))
