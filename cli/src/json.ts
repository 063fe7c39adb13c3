import { createRequire } from 'node:module'
import { exitCode } from './exit.ts'
import type { Failure } from './failure.ts'
import { snakeName } from './losses.ts'
import type { Measured } from './measure.ts'
import type { Arguments, Placed, Result } from './run.ts'
import { isFile } from './values.ts'

const { version } = createRequire(import.meta.url)('surprisal/package.json') as { version: string }

export { version }

/** The version of the document below; it grows when a field changes its meaning or goes away. Described in cli/README.md. */
export const SCHEMA = 1

/** NaN and the infinities, which JSON lacks, are the strings "NaN", "Infinity" and "-Infinity". */
type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity'

export interface ResultDocument {
  readonly schema: typeof SCHEMA
  /** The version of surprisal. */
  readonly surprisal: string
  /** The loss in Python's spelling: PyTorch's functional name, where PyTorch has the loss. */
  readonly loss: string
  /** The loss; for reduction 'none' the mean. */
  readonly value: JsonNumber
  readonly sum: JsonNumber
  readonly denominator: JsonNumber
  readonly counted: number
  readonly ignored: number
  readonly reduction: string
  /** Of the loss as the library returns it: shape [] unless the reduction is 'none'. */
  readonly dtype: string
  readonly shape: readonly number[]
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

export function resultDocument(result: Result): ResultDocument {
  const { job, arrays, range, gradients, out, value, sum, denominator, counted, ignored, reduction, dtype, shape } = result
  return {
    schema: SCHEMA,
    surprisal: version,
    loss: snakeName(job.loss.spec),
    value: jsonNumber(value),
    sum: jsonNumber(sum),
    denominator: jsonNumber(denominator),
    counted,
    ignored,
    reduction,
    dtype,
    shape: shape ?? [],
    ...(range === null ? {} : { min: jsonNumber(range[0]), max: jsonNumber(range[1]) }),
    ...argumentsOf(job, arrays),
    ...(Object.keys(gradients).length === 0 ? {} : { grad: gradients }),
    ...(out === null ? {} : { out }),
  }
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
