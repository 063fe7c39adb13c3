import type { NdArray } from '@surprisal/files'
import {
  type Composition,
  type DType,
  LossError,
  type LossFunction,
  type OptionsOf,
  type OptionTable,
  type Report,
  report,
  type Tensor,
  type TensorLike,
} from 'surprisal'
import { lossFailure } from './failure.ts'
import { checkOutputs, type Output, readInput, writeOutputs } from './files.ts'
import { savedReport } from './json.ts'
import { kebabCase } from './losses.ts'
import { type Asked, optionsOf } from './report.ts'
import { type Given, type GradientRequest, isFile } from './values.ts'

/** The arguments and options of a call on files. */
export interface Arguments {
  /** The positional arguments, in order. */
  readonly inputs: Readonly<Record<string, Given>>
  readonly options: Readonly<Record<string, Given>>
}

/** One call of a loss on files, as the command line or the list of examples asks for it. */
export interface Job extends Arguments {
  readonly loss: LossFunction
  readonly gradients: readonly GradientRequest[]
  /** Where the loss itself goes as an array. */
  readonly out?: string
  readonly force: boolean
  /** What is asked of the report. */
  readonly asked?: Asked
}

/** An array with the file it came from or went to; numbers of the command line have none. */
export interface Placed {
  readonly file: string | null
  readonly dtype: DType
  readonly shape: readonly number[]
}

export interface Result extends Report {
  readonly job: Job
  /** Smallest and largest of the values; only for reduction 'none'. */
  readonly range: readonly [min: number, max: number] | null
  /** Every array that was read, by argument. */
  readonly arrays: Readonly<Record<string, Placed>>
  readonly out: Placed | null
  readonly gradients: Readonly<Record<string, Placed>>
}

/** Reads the files, computes the loss and what else is asked for, and writes that; nothing is written unless all of it is known. */
export async function run(job: Job): Promise<Result> {
  const outputs: Output[] = job.gradients.map(({ file }) => ({ path: file, flag: '--grad' }))
  if (job.out !== undefined) outputs.push({ path: job.out, flag: '--out' })
  const { save } = job.asked ?? {}
  if (save !== undefined) outputs.push({ path: save, flag: '--save' })
  const arrays = await readArrays(job, outputs, job.force)
  const { loss, grad, report } = compute(job, arrays)

  const gradients = job.gradients.map(({ of, file }) => ({ of, flag: '--grad', path: file, array: grad[of] }))
  const values = job.out === undefined ? [] : [{ flag: '--out', path: job.out, array: loss }]
  const saved =
    save === undefined ? [] : [{ flag: '--save', path: save, bytes: savedReport(report, { inputs: placed(job.inputs, arrays) }) }]
  await writeOutputs([...gradients, ...values, ...saved], job.force)
  return {
    ...report,
    job,
    range: report.reduction === 'none' ? extremes(loss) : null,
    arrays: placed({ ...job.inputs, ...job.options }, arrays),
    out: job.out === undefined ? null : { file: job.out, dtype: loss.dtype, shape: loss.shape },
    gradients: Object.fromEntries(gradients.map(({ of, path, array }) => [of, { file: path, dtype: array.dtype, shape: array.shape }])),
  }
}

/** The array of every argument that is a file, after a look at where the outputs are to go. */
export async function readArrays(call: Arguments, outputs: readonly Output[], force: boolean): Promise<Record<string, NdArray>> {
  const given = Object.entries<Given>({ ...call.inputs, ...call.options })
  await checkOutputs(
    outputs,
    given.flatMap(([, from]) => (isFile(from) ? [from.file] : [])),
    force,
  )
  const arrays: Record<string, NdArray> = {}
  for (const [name, from] of given) if (isFile(from)) arrays[name] = await readInput(from.file, label(call, name))
  return arrays
}

function compute(job: Job, arrays: Readonly<Record<string, NdArray>>) {
  const { loss, gradients } = job
  const named = Object.entries(job.options).map(([name, given]) => [name, functionNamed(loss, name, given)])
  const functions = Object.fromEntries(named.filter(([, found]) => found !== undefined))
  return calling(job, arrays, (positional, given) => {
    const options = { ...given, ...functions }
    const { loss: value, grad } = loss.valueAndGrad(...positional, { ...options, wrt: gradients.map(({ of }) => of) })
    // an array of names for wrt gives an object of gradients, which the type of a loss that is not known here cannot say
    return {
      loss: value,
      grad: grad as unknown as Readonly<Record<string, NdArray>>,
      report: report(loss, ...positional, options, optionsOf(job.asked ?? {}, sourceOf(Object.values(job.inputs)[0]) ?? undefined)),
    }
  })
}

/** Calls the library with what was read; what it refuses is told in the words of the command line. */
export function calling<R>(
  call: Arguments,
  arrays: Readonly<Record<string, NdArray>>,
  compute: (positional: readonly TensorLike[], options: OptionsOf<OptionTable>) => R,
): R {
  const read = ([name, given]: [string, Given]) => arrays[name] ?? given
  const positional = Object.entries(call.inputs).map(read) as TensorLike[]
  const options = Object.fromEntries(Object.entries(call.options).map((entry) => [entry[0], read(entry)])) as OptionsOf<OptionTable>
  try {
    return compute(positional, options)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    const { argument } = error
    throw lossFailure(error, label(call, argument), sourceOf({ ...call.inputs, ...call.options }[argument] ?? ''))
  }
}

/** What a name stands for, where the library takes a function. */
export function functionNamed({ spec }: LossFunction, name: string, given: Given): Composition | undefined {
  const option = spec.options[name]
  return option?.kind === 'function' ? option.named[String(given)] : undefined
}

function extremes(loss: Tensor): [number, number] | null {
  const { data } = loss
  const plain = data instanceof Float32Array || data instanceof Float64Array
  const values = plain ? data : (([loss.toArray()] as unknown[]).flat(Infinity) as number[])
  if (values.length === 0) return null
  let [min, max] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i])
    max = Math.max(max, values[i])
  }
  return [min, max]
}

/** Every array that was read, with its file. */
export const placed = (given: Readonly<Record<string, Given>>, arrays: Readonly<Record<string, NdArray>>): Record<string, Placed> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { dtype, shape }]) => [name, { file: sourceOf(given[name]), dtype, shape }]))

const sourceOf = (given: Given): string | null => (isFile(given) ? (given.file === '-' ? 'standard input' : given.file) : null)

/** A positional argument by its name, an option as its flag. */
export const label = ({ inputs }: Arguments, name: string): string => (Object.hasOwn(inputs, name) ? name : `--${kebabCase(name)}`)
