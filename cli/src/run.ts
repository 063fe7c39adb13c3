import type { NdArray } from '@surprisal/files'
import { type Composition, type DType, LossError, type LossFunction, type Report, report, type Tensor, type TensorLike } from 'surprisal'
import { lossFailure } from './failure.ts'
import { checkOutputs, type Output, readInput, writeOutputs } from './files.ts'
import { kebabCase } from './losses.ts'
import { type FromFile, type Given, type GradientRequest, isFile } from './values.ts'

/** One call of a loss on files, as the command line or the list of examples asks for it. */
export interface Job {
  readonly loss: LossFunction
  /** The positional arguments, in order. */
  readonly inputs: Readonly<Record<string, FromFile>>
  readonly options: Readonly<Record<string, Given>>
  readonly gradients: readonly GradientRequest[]
  /** Where the loss itself goes as an array. */
  readonly out?: string
  readonly force: boolean
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
  const given = { ...job.inputs, ...job.options }
  const files = Object.values(given).filter(isFile)
  await checkOutputs(
    outputs,
    files.map(({ file }) => file),
    job.force,
  )

  const arrays: Record<string, NdArray> = {}
  for (const [name, from] of Object.entries(given)) if (isFile(from)) arrays[name] = await readInput(from.file, label(job, name))
  const { loss, grad, report } = compute(job, arrays)

  const gradients = job.gradients.map(({ of, file }) => ({ of, flag: '--grad', path: file, array: grad[of] }))
  const values = job.out === undefined ? [] : [{ flag: '--out', path: job.out, array: loss }]
  await writeOutputs([...gradients, ...values], job.force)
  return {
    ...report,
    job,
    range: report.reduction === 'none' ? extremes(loss) : null,
    arrays: placed(given, arrays),
    out: job.out === undefined ? null : { file: job.out, dtype: loss.dtype, shape: loss.shape },
    gradients: Object.fromEntries(gradients.map(({ of, path, array }) => [of, { file: path, dtype: array.dtype, shape: array.shape }])),
  }
}

function compute(job: Job, arrays: Readonly<Record<string, NdArray>>) {
  const { loss, inputs, options, gradients } = job
  const read = ([name, given]: [string, Given]) => arrays[name] ?? given
  const positional = Object.entries<Given>(inputs).map(read) as TensorLike[]
  const values = Object.fromEntries(Object.entries(options).map((entry) => [entry[0], functionNamed(loss, ...entry) ?? read(entry)]))
  try {
    const { loss: value, grad } = loss.valueAndGrad(...positional, { ...values, wrt: gradients.map(({ of }) => of) })
    // an array of names for wrt gives an object of gradients, which the type of a loss that is not known here cannot say
    return { loss: value, grad: grad as unknown as Readonly<Record<string, NdArray>>, report: report(loss, ...positional, values) }
  } catch (error) {
    if (error instanceof LossError)
      throw lossFailure(error, label(job, error.argument), sourceOf({ ...inputs, ...options }[error.argument] ?? ''))
    throw error
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

export const placed = (given: Readonly<Record<string, Given>>, arrays: Readonly<Record<string, NdArray>>): Record<string, Placed> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { dtype, shape }]) => [name, { file: sourceOf(given[name]), dtype, shape }]))

const sourceOf = (given: Given): string | null => (isFile(given) ? (given.file === '-' ? 'standard input' : given.file) : null)

/** A positional argument by its name, an option as its flag. */
export const label = (job: Job, name: string): string => (Object.hasOwn(job.inputs, name) ? name : `--${kebabCase(name)}`)
