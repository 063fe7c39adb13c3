import { Command, CommanderError } from 'commander'
import { init, onWarning } from 'surprisal'
import { checkCommand } from './check.ts'
import { hasColour, paintFor } from './colour.ts'
import { lossCommand } from './command.ts'
import { examplesCommand } from './examples.ts'
import { exitCode } from './exit.ts'
import { explainCommand } from './explain.ts'
import { Failure, usageFailure } from './failure.ts'
import { afterAll } from './help.ts'
import { errorDocument, measureDocument, printed, resultDocument, version } from './json.ts'
import { listCommand } from './list.ts'
import { commandName, kebabCase, losses, measures, named } from './losses.ts'
import { type MeasureJob, measureCommand, runMeasure } from './measure.ts'
import { mergeCommand } from './merge.ts'
import { describe, describeMeasured } from './output.ts'
import { type Job, run } from './run.ts'
import { speller } from './spelling.ts'
import { whyCommand } from './why.ts'
import { hang, labelled, WIDTH } from './wrap.ts'

/** Runs a command line, without the program's name; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', quietly)
  process.stderr.on('error', quietly)
  // the same bits on every machine, whether its engine has FMA or not
  init({ fma: false })
  onWarning(warn)
  const json = beforeDashes(argv).includes('--json')
  try {
    return await parse(argv.length === 0 ? ['--help'] : argv)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode('ok')
    const failure = error instanceof Failure ? error : bug(error)
    if (json) process.stdout.write(printed(errorDocument(failure)))
    process.stderr.write(explain(failure))
    return exitCode(failure.exit)
  }
}

/** A reader that has seen enough (`| head`) is no error. */
function quietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCode('ok'))
  throw error
}

/** 'surprisal: crossEntropy: …' → 'warning: …', in the words of the command line; what PyTorch says of it stays as it is. */
function warn(message: string): void {
  const paint = paintFor(process.stderr)
  const [, fn = '', text = message] = /^surprisal: (?:nn\.)?(\w+): (.*)$/s.exec(message) ?? []
  const [, ours = text, pytorch] = /^(.*) \(PyTorch: (.*)\)$/s.exec(text) ?? []
  const rows: [string, string][] = pytorch === undefined ? [] : [['PyTorch', pytorch]]
  process.stderr.write(`${hang(`${paint.yellow('warning:')} ${speller(fn)(ours)}`, '', '  ')}\n${labelled(rows, paint.dim)}`)
}

async function parse(argv: readonly string[]): Promise<number> {
  let exit = exitCode('ok')
  const program = configured(new Command('surprisal'))
    .description("PyTorch's losses of saved arrays: the value, and the numbers behind it.")
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpCommand(new Command('help').argument('[loss]').summary('Explain a loss.').helpGroup('Other commands:'))
    .usage('<loss> <input> <target> [options]')
    .commandsGroup('Losses:')
    .addHelpText('after', afterAll())
  const act = async (job: Job, json: boolean): Promise<void> => {
    const result = await run(job)
    process.stdout.write(json ? printed(resultDocument(result)) : describe(result))
  }
  const actMeasure = async (job: MeasureJob, json: boolean): Promise<void> => {
    const measured = await runMeasure(job)
    process.stdout.write(json ? printed(measureDocument(measured)) : describeMeasured(measured))
  }
  const commands = losses.map((loss) => lossCommand(loss, act))
  commands.push(...measures.map((measure) => measureCommand(measure, actMeasure).helpGroup('Measures:')))
  commands.push(mergeCommand().helpGroup('Other commands:'))
  commands.push(checkCommand((code) => (exit = code)).helpGroup('Other commands:'))
  commands.push(examplesCommand((code) => (exit = code)).helpGroup('Other commands:'))
  commands.push(explainCommand((code) => (exit = code)).helpGroup('Other commands:'))
  commands.push(listCommand().helpGroup('Other commands:'))
  commands.push(whyCommand().helpGroup('Other commands:'))
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program).exitOverride(refusal(command)))
  // two columns of long names and summaries
  program.configureHelp({ ...program.configureHelp(), helpWidth: WIDTH, minWidthToWrap: 30 })
  await program.exitOverride(refusal(program)).parseAsync(normalised(argv, commands), { from: 'user' })
  return exit
}

/** Help with bold titles, a command shown with its short names, and errors left to `explain`. */
function configured(program: Command): Command {
  const { bold } = paintFor(process.stdout)
  return program
    .configureOutput({ outputError: () => {}, getOutHasColors: () => hasColour(process.stdout) })
    .configureHelp({
      styleTitle: bold,
      commandUsage: (command) => `${programName(command)} ${command.usage()}`,
      subcommandTerm: (command) => [command.name(), ...(named(command.name())?.spec.aliases ?? [])].join(', '),
    })
    .showSuggestionAfterError()
}

const programName = (command: Command): string => (command.parent === null ? 'surprisal' : `surprisal ${command.name()}`)

/** What commander refuses, as a failure that says where the help is. */
const refusal = (command: Command) => (error: CommanderError) => {
  if (error.exitCode === 0) throw error
  const text = error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1')
  throw usageFailure(error.code === 'commander.unknownCommand' ? withParts(text) : text, `${programName(command)} --help`)
}

/** Commands of which the word is a part come before those that are spelled like it: `nce` is of info-nce-loss. */
function withParts(text: string): string {
  const [, word = '', , like = ''] = /^unknown command '(.*?)'(\. Did you mean (?:one of )?(.*)\?)?$/.exec(text) ?? []
  const parts = [...losses, ...measures].map(({ spec }) => commandName(spec)).filter((name) => name.split('-').includes(word.toLowerCase()))
  const all = [...new Set([...parts, ...like.split(', ')])].filter((name) => name !== '').slice(0, 5)
  return parts.length === 0 ? text : `unknown command '${word}'. Did you mean ${all.length > 1 ? 'one of ' : ''}${all.join(', ')}?`
}

/** PyTorch's and the library's spellings of flags (`--ignore_index`, `--ignoreIndex`), and help of what does not exist. */
function normalised(argv: readonly string[], commands: readonly Command[]): string[] {
  const head = beforeDashes(argv)
  const spelled = (word: string) => word.replace(/^--(?:no-)?[A-Za-z_]+(?==|$)/, (flag) => `--${kebabCase(flag.slice(2))}`)
  // an infinite loss is no flag: the sign of mathematics in place of the hyphen
  const words = head.map((word) => (/^-inf(inity)?$/i.test(word) ? word.replace('-', '−') : spelled(word)))
  const asked = words[0] === 'help' ? words[1] : words[0]
  const command = commands.find((each) => [each.name(), ...each.aliases()].includes(asked ?? ''))
  const known = asked === undefined || asked.startsWith('-') || command !== undefined || asked === 'help'
  return known ? [...withBooleans(words, command), ...argv.slice(head.length)] : [asked]
}

/** What is on or off may be said in every way: `--full`, `--full true`, `--full=false`, `--no-full`. */
function withBooleans(words: readonly string[], command: Command | undefined): string[] {
  const all =
    command?.options.filter(({ helpGroupHeading, hidden }) => hidden || /^Options of the (loss|measure)/.test(helpGroupHeading ?? '')) ?? []
  const valued = new Set(all.filter(({ flags }) => flags.endsWith('<true|false>')).map(({ long }) => long))
  const switches = new Set(all.filter((option) => option.isBoolean()).map(({ long }) => long))
  const given: string[] = []
  for (let i = 0; i < words.length; i++) {
    const [, no, name, own] = /^--(no-)?([a-z0-9-]+?)(?:=(true|false))?$/i.exec(words[i]) ?? []
    const flag = `--${name}`
    if (name === undefined || (!valued.has(flag) && !switches.has(flag))) {
      given.push(words[i])
      continue
    }
    const after = own === undefined && no === undefined ? (words[i + 1] ?? '') : ''
    if (valued.has(flag) && /^(?!-|true$|false$).*(?<!\.npy)$/i.test(after) && after !== '') {
      // neither a value nor a file: commander says so
      given.push(words[i])
      continue
    }
    const next = /^(true|false)$/i.test(after) ? words[++i] : 'true'
    const on = no === undefined && (own ?? next).toLowerCase() === 'true'
    if (valued.has(flag)) given.push(flag, String(on))
    else if (on) given.push(flag)
  }
  return given
}

const beforeDashes = (argv: readonly string[]): readonly string[] => (argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv)

function bug(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Failure('bug', `this is a bug of surprisal ${version}: please report it, with the command and these lines`, [['stack', stack]])
}

function explain({ message, details, exit }: Failure): string {
  const paint = paintFor(process.stderr)
  const lines = exit === 'bug' ? details.map(([label, text]) => `  ${paint.dim(label)}  ${text}\n`).join('') : labelled(details, paint.dim)
  return `${hang(`${paint.red('error:')} ${message}`, '', '  ')}\n${lines}`
}
