import { Argument, Command } from 'commander'
import { LossError, mergeReports, type Report } from 'surprisal'
import { paintFor } from './colour.ts'
import { Failure } from './failure.ts'
import { checkOutputs, readText, writeOutputs } from './files.ts'
import { printed, reportDocument, savedReport } from './json.ts'
import { commandName, lossNamed } from './losses.ts'
import { type Asked, addReportOptions, findingsBlock, reportBlock } from './report.ts'
import { readInput } from './values.ts'
import { hang } from './wrap.ts'

/** `surprisal merge`: the report of the whole, from saved ones of its parts. */
export function mergeCommand(): Command {
  const command = new Command('merge')
    .summary('Merge saved reports into that of the whole.')
    .description(
      "Reads reports that '--save' wrote, and prints the one of all their data: exact, never a mean of means, whatever the order. Reports of different losses or options are refused.",
    )
    .addArgument(
      new Argument('<reports...>', 'files that --save wrote').argParser((text: string, before: string[] = []) => [
        ...before,
        readInput(text).file,
      ]),
    )
    .usage('<reports...> [options]')
  addReportOptions(command)
  return command
    .optionsGroup('Options of the command:')
    .option('--force', 'Overwrite a file that exists.')
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', after)
    .action(async (files: readonly string[]) => {
      const { json, force, ...asked } = command.opts<Asked & { json?: true; force?: true }>()
      const output = asked.save === undefined ? [] : [{ flag: '--save', path: asked.save }]
      await checkOutputs(output, files, force === true)
      const reports = await Promise.all(files.map(readReport))
      const whole = merged(reports)
      warnOfTwins(reports)
      const saved = output.map((one) => ({ ...one, bytes: savedReport(whole, { files }) }))
      await writeOutputs(saved, force === true)
      process.stdout.write(json ? printed({ ...reportDocument(whole), reports: files }) : describe(whole, asked, files))
    })
}

function describe(whole: Report, asked: Asked, files: readonly string[]): string {
  const paint = paintFor(process.stdout)
  const loss = lossNamed(whole.loss)
  const name = loss === undefined ? whole.loss : commandName(loss.spec)
  const title = `${paint.bold(name)}  ${paint.dim(`of ${files.length} report${files.length === 1 ? '' : 's'}`)}`
  const saved = asked.save === undefined ? '' : `\n  report  → ${asked.save}\n`
  return `${title}\n\n${reportBlock(whole, asked, paint)}${saved}${findingsBlock(whole.findings, whole.loss, paint)}`
}

interface Saved {
  readonly file: string
  readonly report: Pick<Report, 'totals' | 'findings'>
}

async function readReport(file: string): Promise<Saved> {
  const text = await readText(file, 'report')
  try {
    return { file, report: JSON.parse(text) as Saved['report'] }
  } catch (error) {
    throw new Failure('data', `${file}: is no JSON: ${error instanceof Error ? error.message : error}`, [
      ['repair', 'a file that --save wrote'],
    ])
  }
}

/** The same data twice are counted twice: that is seldom meant. */
function warnOfTwins(all: readonly Saved[]): void {
  const seen = new Map<string, string>()
  for (const { file, report } of all) {
    const text = JSON.stringify(report.totals)
    const twin = seen.get(text)
    if (twin !== undefined)
      process.stderr.write(
        `${hang(`${paintFor(process.stderr).yellow('warning:')} ${file} is the same report as ${twin}, and counts again`, '', '  ')}\n`,
      )
    else seen.set(text, file)
  }
}

/** One after the other, so that what does not fit is told with its file. */
function merged(all: readonly Saved[]): Report {
  let whole: Report | null = null
  for (const { file, report } of all) {
    try {
      whole = whole === null ? mergeReports(report) : mergeReports(whole, report)
    } catch (error) {
      if (!(error instanceof LossError)) throw error
      const { received, expected, repair, code } = error
      throw new Failure(
        'data',
        `${file}: got ${received}`,
        [
          ['expected', expected],
          ['repair', repair],
        ],
        { code, source: file, received, expected, repair },
      )
    }
  }
  // commander asks for one file at least
  return whole as Report
}

const after = `
Examples:
  surprisal ce logits-1.npy labels-1.npy --save 1.json
  surprisal ce logits-2.npy labels-2.npy --save 2.json
  surprisal merge 1.json 2.json --per class --top 20
`
