import { type CheckState, card, type Finding, type Fit } from 'surprisal'
import type { CheckResult } from './check.ts'
import { type Paint, paintFor } from './colour.ts'
import { exitCode } from './exit.ts'
import { words } from './help.ts'
import { jsonNumber, SCHEMA, version } from './json.ts'
import { commandName, kebabCase, snakeName } from './losses.ts'
import { rounded, tuple } from './numbers.ts'
import { inPython } from './python.ts'
import { type GivenAll, repairRow } from './repair.ts'
import { speller } from './spelling.ts'
import { isFile } from './values.ts'
import { hang } from './wrap.ts'

/** How many losses of a kind are named; --json has them all. */
const NAMES = 5
/** How many reasons are printed for which losses do not fit. */
const REASONS = 5

/** What was found, for people: the losses that fit, what was read, each finding with its repairs, and the list of checks. */
export function describeCheck(result: CheckResult, paint: Paint = paintFor(process.stdout)): string {
  const { loss, findings, fits, failed, level } = result
  const { python } = card(loss)
  const names = [python.function, python.module].filter((name) => name !== null).map(inPython)
  const title = `${paint.bold(commandName(loss.spec))}  ${paint.dim(names.length === 0 ? 'not in PyTorch' : `PyTorch: ${names.join(', ')}`)}`
  const blocks = [
    ...(fits === null ? [] : [guess(fits, paint)]),
    `${title}\n${given(result, paint)}`,
    ...findings.map((finding) => described(finding, loss.spec.name, paint, result.given)),
    states(findings.checks, loss.spec.name, paint),
    `${(failed ? paint.red : paint.green)(verdict(findings))}${failed && level !== 'error' ? paint.dim(`  (fails at --level ${level})`) : ''}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function given({ loss, given: all, arrays }: CheckResult, { dim }: Paint): string {
  const rows = Object.entries(all).map(([name, value]) => {
    const label = loss.spec.inputs.some((input) => input.name === name) ? name : `--${kebabCase(name)}`
    const array = arrays[name]
    return isFile(value) ? [label, array.file ?? '', tuple(array.shape), array.dtype] : [label, String(value), '', '']
  })
  const [first, second, third] = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)))
  const line = ([name, value, shape, dtype]: readonly string[]) =>
    `  ${name.padEnd(first)}  ${value.padEnd(second)}  ${dim(`${shape.padEnd(third)}  ${dtype}`)}`.trimEnd()
  return rows.map(line).join('\n')
}

/** The losses that go with the arrays, and what speaks against the others. */
function guess(fits: readonly Fit[], { bold, dim }: Paint): string {
  const namesOf = (some: readonly Fit[]) => {
    const all = some.map(({ loss }) => commandName(loss.spec))
    return all.length <= NAMES ? all.join(', ') : `${all.slice(0, NAMES).join(', ')} and ${all.length - NAMES} more`
  }
  const [first, ...others] = fits
  const good = others.filter((fit) => fit.fits)
  const head = first.fits
    ? `${bold('fits')}  ${bold(commandName(first.loss.spec))}${good.length === 0 ? '' : `; also ${namesOf(good)}`}`
    : `${bold('no loss fits')} as it is; looked at as ${bold(commandName(first.loss.spec))}${good.length === 0 ? '' : `; what would run: ${namesOf(good)}`}`
  const groups = new Map<string, Fit[]>()
  // those of PyTorch first: they are what people ask about
  const unfit = others
    .filter((fit) => !fit.fits)
    .sort((a, b) => Number(b.loss.spec.pytorch !== null) - Number(a.loss.spec.pytorch !== null))
  for (const fit of unfit) groups.set(reasonOf(fit), [...(groups.get(reasonOf(fit)) ?? []), fit])
  const rest = [...groups.values()].slice(REASONS).flat().length
  const lines = [...groups].slice(0, REASONS).map(([reason, some]) => dim(hang(`${namesOf(some)}: ${reason}`, '  · ', '    ')))
  if (rest > 0) lines.push(dim(`  · ${rest} more for other reasons (--json has all)`))
  return `${hang(head, '', '      ')}\n${lines.length === 0 ? '' : `do not fit\n${lines.join('\n')}`}`.trimEnd()
}

/** Why a loss does not fit, for it and those like it. */
function reasonOf({ why, refusal, loss }: Fit): string {
  if (refusal === null)
    return /^takes \d/.test(why ?? '') ? 'another number of arrays' : speller(loss.spec.name)(why ?? '').replace(/^has/, 'have')
  if (refusal.code.startsWith('shape')) return 'shapes that do not go together'
  if (refusal.code === 'dtype') return `${refusal.argument}: no ${refusal.received} is taken`
  return speller(loss.spec.name)(why ?? '')
}

export function described(
  { code, level, argument, message, evidence, repair, pytorch, drawing }: Finding,
  fn: string,
  paint: Paint,
  given: GivenAll = {},
): string {
  const colour = { error: paint.red, warning: paint.yellow, note: paint.bold }[level]
  const spell = speller(fn)
  const numbers = Object.entries(evidence)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => `${words(name)} ${evidenceText(value)}`)
  const rows = [
    // of a refusal the sentence says it all
    ...(numbers.length === 0 || code === 'refused' ? [] : [['evidence', numbers.join(', ')]]),
    repairRow(repair.surprisal, fn, given),
    ['PyTorch', repair.pytorch],
    ['', pytorch === null ? '(says nothing)' : `(says: ${pytorch})`],
  ]
  const lines = rows.map(([label, text]) => hang(text, `  ${paint.dim(label.padEnd(8))}  `, ' '.repeat(12)).trimEnd())
  const picture = drawing === undefined ? [] : ['', ...drawing, '']
  return [`${colour(`${level} ${code}`)}  ${paint.dim(argument)}`, hang(spell(message), '  ', '  '), ...picture, ...lines].join('\n')
}

function evidenceText(value: Finding['evidence'][string]): string {
  if (typeof value === 'number') return rounded(Number(value.toPrecision(6)))
  return Array.isArray(value) ? `(${value.map(evidenceText).join(', ')})` : String(value)
}

/** Which checks were made, and which could not be, with the reason. */
function states(checks: readonly CheckState[], fn: string, { dim }: Paint): string {
  const spell = speller(fn)
  const of = (state: CheckState['state']) => checks.filter((check) => check.state === state)
  // what was hidden by a refusal is clear of the repaired call
  const onceOf = (reason: string | null): string => /^once [^:]*/.exec(reason ?? '')?.[0] ?? ''
  const clear = new Map<string, string[]>()
  for (const { code, reason } of of('clear')) {
    const once = onceOf(reason)
    const rest = (reason ?? '').slice(once.length).replace(/^: /, '')
    clear.set(once, [...(clear.get(once) ?? []), rest === '' ? code : `${code} (${rest})`])
  }
  const kinds = [...clear].sort(([a], [b]) => Number(a !== '') - Number(b !== ''))
  const reasons = new Map<string, string[]>()
  for (const { code, reason } of of('not possible')) reasons.set(reason ?? '', [...(reasons.get(reason ?? '') ?? []), code])
  const impossible = [...reasons].map(([reason, codes]) => hang(`${codes.join(', ')}: ${spell(reason)}`, '  ', '    '))
  return dim(
    [
      ...kinds.map(([once, codes]) =>
        hang(`clear${once === '' ? '' : ` ${spell(once)}`} (${codes.length}): ${codes.join(', ')}`, '', '  '),
      ),
      ...(impossible.length === 0 ? [] : [`not possible (${of('not possible').length}):`, ...impossible]),
    ].join('\n'),
  )
}

function verdict(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'note'] as const).map((level) => {
    const count = findings.filter((finding) => finding.level === level).length
    return count === 0 ? '' : `${count} ${level}${count === 1 ? '' : 's'}`
  })
  return counts.filter((text) => text !== '').join(', ') || 'nothing found'
}

/** The document of `surprisal check --json`, described in cli/README.md. */
export function checkDocument({ loss, fits, findings, given, arrays, failed }: CheckResult): object {
  const { spec } = loss
  const isInput = (name: string) => spec.inputs.some((input) => input.name === name)
  const entries = Object.entries(given).map(([name, value]) => [name, isFile(value) ? arrays[name] : value] as const)
  const numbers = (value: Finding['evidence'][string]): unknown => (typeof value === 'number' ? jsonNumber(value) : value)
  return {
    schema: SCHEMA,
    surprisal: version,
    loss: snakeName(spec),
    exit: exitCode(failed ? 'found' : 'ok'),
    ...(fits === null ? {} : { fits: fits.map(({ loss: { spec }, fits: good, why }) => ({ loss: snakeName(spec), fits: good, why })) }),
    findings: findings.map(({ evidence, ...finding }) => ({
      ...finding,
      evidence: Object.fromEntries(Object.entries(evidence).map(([name, value]) => [name, numbers(value)])),
    })),
    checks: findings.checks,
    inputs: Object.fromEntries(entries.filter(([name]) => isInput(name))),
    options: Object.fromEntries(entries.filter(([name]) => !isInput(name))),
  }
}
