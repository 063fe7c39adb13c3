import { Argument, Command, Option } from 'commander'
import type { LossFunction, LossSpec, OptionSpec, OptionTable } from 'surprisal'
import { usageFailure } from './failure.ts'
import { afterLoss, description, inputHelp } from './help.ts'
import { commandName, kebabCase, otherNames } from './losses.ts'
import { addReportOptions, askedOf } from './report.ts'
import type { Job } from './run.ts'
import * as read from './values.ts'

/** The command of a loss, all of it from the loss's table; `act` gets what the command line asks for. */
export function lossCommand(loss: LossFunction, act: (job: Job, json: boolean) => Promise<void>): Command {
  const { spec } = loss
  const command = new Command(commandName(spec)).aliases(otherNames(spec)).summary(spec.summary).description(description(loss))
  addInputs(command, spec)
  for (const [name, option] of currentFirst(spec.options)) command.addOption(toOption(name, option).helpGroup('Options of the loss:'))
  const tensors = [
    ...spec.inputs.map(({ name }) => name),
    ...Object.keys(spec.options).filter((name) => spec.options[name].kind === 'tensor'),
  ]
  const argumentOf = (name: string) => tensors.find((known) => kebabCase(known) === kebabCase(name))
  const gradient = read.readGradient(tensors.map(kebabCase), argumentOf)
  addReportOptions(command, spec)
  command
    .optionsGroup('Options of the command:')
    .option(
      '--grad <[name=]file>',
      `Write the gradient to a .npy file: of ${tensors[0]}, or of the argument before =. Repeatable.`,
      gradient,
    )
    .option('--out <file>', 'Write the loss to a .npy file; with --reduction none that is every value.', read.readOutputPath)
    .option('--force', 'Overwrite files that exist.')
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', afterLoss(loss))
  return command.action(async () => act(toJob(loss, command), command.opts().json === true))
}

/** The positional arguments, each a file. */
export function addInputs(command: Command, { inputs, options }: Inputs): void {
  command.usage(`${inputs.map(({ name }) => `<${name}>`).join(' ')} [options]`)
  for (const { name, plain } of inputs)
    command.addArgument(new Argument(`<${name}>`, inputHelp({ inputs, options }, name)).argParser(read.readPositional(plain)))
}

type Inputs = Pick<LossSpec, 'inputs' | 'options'>

/** What the command line gives for the arguments and options of a loss or of a measure. */
export function givenTo(command: Command, spec: Inputs): Pick<Job, 'inputs' | 'options' | 'force'> {
  const given = command.opts<Record<string, unknown>>()
  const inputs = Object.fromEntries(spec.inputs.map(({ name }, i) => [name, command.processedArgs[i] as read.Given]))
  const options = Object.fromEntries(
    Object.keys(spec.options)
      .filter((name) => given[name] !== undefined)
      .map((name) => [name, given[name] as read.Given]),
  )
  // it can be read once
  const files = Object.values<read.Given>({ ...inputs, ...options }).filter(read.isFile)
  if (files.filter(({ file }) => file === '-').length > 1) throw usageFailure('only one argument can be standard input (-)')
  return { inputs, options, force: given.force === true }
}

/** The options in the order of the table, the deprecated ones last. */
const currentFirst = (options: OptionTable): [string, OptionSpec][] =>
  Object.entries(options).sort(([, a], [, b]) => Number(a.kind === 'legacy') - Number(b.kind === 'legacy'))

function toJob(loss: LossFunction, command: Command): Job {
  const { grad, out } = command.opts<{ grad?: read.GradientRequest[]; out?: string }>()
  return { loss, ...givenTo(command, loss.spec), gradients: grad ?? [], out, asked: askedOf(command, loss.spec) }
}

const usual = (value: unknown): string => (value === null ? '' : ` (default: ${value})`)

/** No defaults: what is left out is left to the library. */
export function toOption(name: string, option: OptionSpec): Option {
  const flag = `--${kebabCase(name)}`
  const help = option.ours === true ? `${option.help} (Not in PyTorch.)` : option.help
  switch (option.kind) {
    case 'tensor':
      return new Option(`${flag} <array>`, help).argParser(read.readArrayOption)
    case 'number':
      return new Option(`${flag} <number>`, `${help}${usual(option.default)}`).argParser(read.readNumber)
    case 'integer':
      return new Option(`${flag} <integer>`, `${help}${usual(option.default)}`).argParser(read.readInteger)
    case 'reduction':
      return new Option(`${flag} <how>`, `${help}${usual(option.default ?? 'mean')}`).choices(option.choices)
    case 'choice':
      return new Option(`${flag} <which>`, `${help}${usual(option.default)}`).choices(option.choices)
    case 'function':
      return new Option(`${flag} <name>`, `${help} By name; any other is for the library alone.`).choices(Object.keys(option.named))
    case 'numbers':
      return new Option(`${flag} <numbers>`, `${help}${usual(option.default)}`).argParser(read.readNumbers)
    case 'legacy':
      return new Option(`${flag} <true|false>`, help).argParser(read.readBoolean)
    case 'boolean':
      // --no-flag would stand beside a help that says what the flag does
      return option.default
        ? new Option(`${flag} <true|false>`, `${help} (default: true; --no-${kebabCase(name)} turns it off)`).argParser(read.readBoolean)
        : new Option(flag, help)
  }
}
