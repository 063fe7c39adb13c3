import type { NdArray } from '@surprisal/files'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import {
  check,
  type Finding,
  type Findings,
  type Fit,
  LossError,
  type LossFunction,
  lossesFor,
  type OptionsOf,
  type OptionTable,
  type TensorLike,
} from 'surprisal'
import { checkDocument, describeCheck } from './check-output.ts'
import { toOption } from './command.ts'
import { exitCode } from './exit.ts'
import { lossFailure, usageFailure } from './failure.ts'
import { readInput } from './files.ts'
import { exits } from './help.ts'
import { printed } from './json.ts'
import { commandName, kebabCase, losses, lossNamed } from './losses.ts'
import { functionNamed, type Placed, placed } from './run.ts'
import { type FromFile, type Given, isFile, readInput as readName } from './values.ts'

const levels = ['error', 'warning', 'note'] as const

/** What `surprisal check` found out about arrays. */
export interface CheckResult {
  readonly loss: LossFunction
  /** Which losses go with the arrays, the likeliest first; null where the loss was named. */
  readonly fits: readonly Fit[] | null
  readonly findings: Findings
  readonly given: Readonly<Record<string, Given>>
  readonly arrays: Readonly<Record<string, Placed>>
  /** Findings of this level and above make the check fail. */
  readonly level: Finding['level']
  readonly failed: boolean
}

/** `surprisal check`: what is wrong with arrays before a loss, or which loss is meant for them. */
export function checkCommand(finish: (exit: number) => void): Command {
  const command = new Command('check')
    .summary('Say what is wrong with arrays before a loss.')
    .description(
      'Looks at saved arrays as a loss would take them, and says what is wrong: the numbers that show it, and what to type instead, here and in PyTorch. Without --loss it finds out which losses go with the arrays, and why the others do not.',
    )
    .addArgument(new Argument('<arrays...>', "the loss's arrays in its order: input, target").argParser(readNames))
    .usage('<input> <target> [options]')
    .addOption(new Option('--loss <name>', 'The loss, by any of its names; guessed if left out.').argParser(readLoss))
    .addOption(
      new Option('--level <level>', 'What makes it fail, with exit code 1: findings of this level and above.')
        .choices(levels)
        .default('error'),
    )
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', after)
  for (const option of lossOptions()) command.addOption(option.hideHelp())
  return command.action(async (files: readonly FromFile[]) => {
    const { loss, level, json, ...options } = command.opts<
      { loss?: LossFunction; level: Finding['level']; json?: true } & Record<string, Given>
    >()
    const result = await look(files, loss, options, level)
    process.stdout.write(json ? printed(checkDocument(result)) : describeCheck(result))
    finish(exitCode(result.failed ? 'found' : 'ok'))
  })
}

const readNames = (text: string, before: readonly FromFile[] = []): FromFile[] => [...before, readName(text)]

function readLoss(name: string): LossFunction {
  const loss = lossNamed(name) ?? lossNamed(kebabCase(name))
  if (loss === undefined) throw new InvalidArgumentError("No loss is called that: 'surprisal list' prints them.")
  return loss
}

/** Every option of every loss, once. A loss refuses a choice that it does not have. */
function lossOptions(): Option[] {
  const named = losses.flatMap(({ spec }) => Object.entries(spec.options))
  const choicesOf = (name: string) => named.flatMap(([other, option]) => (other === name && 'choices' in option ? option.choices : []))
  return [...new Map(named)].map(([name, option]) =>
    'choices' in option ? toOption(name, option).choices([...new Set(choicesOf(name))]) : toOption(name, option),
  )
}

async function look(
  files: readonly FromFile[],
  named: LossFunction | undefined,
  options: Readonly<Record<string, Given>>,
  level: Finding['level'],
): Promise<CheckResult> {
  if (named !== undefined) refuseOptions(named, files, options)
  if ([...files, ...Object.values(options).filter(isFile)].filter(({ file }) => file === '-').length > 1)
    throw usageFailure('only one argument can be standard input (-)')
  const names = named?.spec.inputs.map(({ name }) => name) ?? ['input', 'target']
  const inputs: NdArray[] = []
  for (const [i, { file }] of files.entries()) inputs.push(await readInput(file, names[i] ?? `array ${i + 1}`))
  const read: Record<string, NdArray> = {}
  for (const [name, given] of Object.entries(options)) if (isFile(given)) read[name] = await readInput(given.file, `--${kebabCase(name)}`)
  const values = Object.fromEntries(
    Object.entries(options).map(([name, given]) => [name, read[name] ?? functionCalled(name, given) ?? given]),
  )
  const fits = named === undefined ? lossesFor(inputs, values) : null
  const loss = named ?? likeliest(fits ?? [], files.length)
  const findings = checked(loss, inputs, values)
  for (const [i, { name }] of loss.spec.inputs.entries()) read[name] = inputs[i]
  const given = { ...Object.fromEntries(loss.spec.inputs.map(({ name }, i) => [name, files[i]])), ...options }
  const failed = findings.some((finding) => levels.indexOf(finding.level) <= levels.indexOf(level))
  return { loss, fits, findings, given, arrays: placed(given, read), level, failed }
}

/** What a name stands for, where some loss takes a function. */
function functionCalled(name: string, given: Given) {
  const loss = losses.find(({ spec }) => spec.options[name]?.kind === 'function')
  return loss === undefined ? undefined : functionNamed(loss, name, given)
}

function checked(loss: LossFunction, inputs: readonly TensorLike[], values: Readonly<Record<string, unknown>>): Findings {
  try {
    return check(loss, ...inputs, values as OptionsOf<OptionTable>)
  } catch (error) {
    // what is no call at all: an option out of its range
    if (error instanceof LossError)
      throw lossFailure(error, error.argument in values ? `--${kebabCase(error.argument)}` : error.argument, null)
    throw error
  }
}

function likeliest(fits: readonly Fit[], count: number): LossFunction {
  const [first] = fits
  if (first === undefined || first.loss.spec.inputs.length !== count) throw usageFailure(`no loss takes ${count} arrays`, 'surprisal list')
  return first.loss
}

/** What the command of the loss would refuse. */
function refuseOptions({ spec }: LossFunction, files: readonly FromFile[], options: Readonly<Record<string, Given>>): void {
  const odd = Object.keys(options).find((name) => !Object.hasOwn(spec.options, name))
  const help = `surprisal ${commandName(spec)} --help`
  if (odd !== undefined) throw usageFailure(`${commandName(spec)} has no option --${kebabCase(odd)}`, help)
  if (files.length !== spec.inputs.length) {
    const names = spec.inputs.map(({ name }) => name).join(', ')
    throw usageFailure(`${commandName(spec)} takes ${spec.inputs.length} arrays (${names}), got ${files.length}`, help)
  }
}

const after = `
The options of the losses may be given too, as to their own commands:
--ignore-index 255, --weight 1,1,4. A loss that lacks one does not fit.

Examples:
  surprisal check logits.npy labels.npy
  surprisal check logits.npy mask.npy --loss ce --ignore-index 255
  surprisal check scores.npy mask.npy --loss bce-with-logits --level warning
  surprisal check logits.npy labels.npy --json | jq '.findings[].code'
${exits('differs', 'unknown')}`
