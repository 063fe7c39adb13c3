import type { NdArray } from '@surprisal/files'
import { Command, Option } from 'commander'
import type { Measure } from 'surprisal'
import { addInputs, givenTo, toOption } from './command.ts'
import { writeOutputs } from './files.ts'
import { afterMeasure, describeMeasure, fieldsOf } from './help.ts'
import { commandName, kebabCase, otherNames } from './losses.ts'
import { type Arguments, calling, type Placed, placed, readArrays } from './run.ts'
import { readOutputPath } from './values.ts'

/** One call of a measure on files. */
export interface MeasureJob extends Arguments {
  readonly measure: Measure
  /** Where arrays of the result go, by the name of the field. */
  readonly outputs: Readonly<Record<string, string>>
  readonly force: boolean
}

export interface Measured {
  readonly job: MeasureJob
  /** Every array that was read, by argument. */
  readonly arrays: Readonly<Record<string, Placed>>
  /** What the measure gave. */
  readonly found: Readonly<Record<string, unknown>>
  readonly written: Readonly<Record<string, Placed>>
}

/** The command of a measure, all of it from its spec: an option that asks for a further array is the file that this is written to. */
export function measureCommand(measure: Measure, act: (job: MeasureJob, json: boolean) => Promise<void>): Command {
  const { spec } = measure
  const command = new Command(commandName(spec)).aliases(otherNames(spec)).summary(spec.summary).description(describeMeasure(measure))
  addInputs(command, spec)
  const gives = new Map(fieldsOf(spec.gives))
  for (const [name, option] of Object.entries(spec.options)) {
    const array = gives.get(name)
    const own =
      array === undefined
        ? toOption(name, option)
        : new Option(`--${kebabCase(name)} <file>`, `Write to a .npy file: ${array}.`).argParser(readOutputPath)
    command.addOption(own.helpGroup('Options of the measure:'))
  }
  command.optionsGroup('Options of the command:')
  if (Object.keys(spec.options).some((name) => gives.has(name))) command.option('--force', 'Overwrite files that exist.')
  command
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', afterMeasure(measure))
  return command.action(async () => {
    const { inputs, options, force } = givenTo(command, spec)
    const some = (isArray: boolean) => Object.fromEntries(Object.entries(options).filter(([name]) => gives.has(name) === isArray))
    await act({ measure, inputs, options: some(false), outputs: some(true) as Record<string, string>, force }, command.opts().json === true)
  })
}

/** Reads the files, measures, and writes what is asked for. */
export async function runMeasure(job: MeasureJob): Promise<Measured> {
  const outputs = Object.entries(job.outputs).map(([name, path]) => ({ name, path, flag: `--${kebabCase(name)}` }))
  const arrays = await readArrays(job, outputs, job.force)
  const asked = Object.fromEntries(outputs.map(({ name }) => [name, true]))
  const found = {
    ...calling(job, arrays, (positional, options) => job.measure(...positional, { ...options, ...asked })),
  } as Measured['found']
  const finished = outputs.map((output) => ({ ...output, array: found[output.name] as NdArray }))
  await writeOutputs(finished, job.force)
  const written = finished.map(({ name, path, array: { dtype, shape } }) => [name, { file: path, dtype, shape }])
  return { job, arrays: placed({ ...job.inputs, ...job.options }, arrays), found, written: Object.fromEntries(written) }
}
