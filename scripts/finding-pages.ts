import { readFileSync } from 'node:fs'
import type { Detector } from '../src/findings/detector.ts'
import type { Finding, Findings } from '../src/findings/finding.ts'
import { detectors } from '../src/findings/index.ts'
import * as library from '../src/index.ts'
import * as losses from '../src/losses/index.ts'
import type { LossSpec } from '../src/spec.ts'
import { mistakes } from '../test/findings/mistakes.ts'
import { importsOf, table } from './loss-pages.ts'

/** Where the pages about findings lie. */
export const findingsFolder = new URL('../docs/findings/', import.meta.url)

const made = '<!-- made by `npm run docs` from the table of checks; a test holds it to them -->\n'

/** How often a check spoke, out of how many batches; written by `npm run alarms`. */
export interface Measured {
  readonly honest: readonly [alarms: number, batches: number]
  readonly mistaken: readonly [found: number, batches: number]
}

export const readMeasured = (): Readonly<Record<string, Measured>> =>
  JSON.parse(readFileSync(new URL('measured.json', findingsFolder), 'utf8'))

/** Every page about findings, by its name: one for each check, and the index. */
export function findingPages(): Map<string, string> {
  const measured = readMeasured()
  const pages = detectors.map((detector): [string, string] => [`${detector.code}.md`, pageOf(detector, measured[detector.code])])
  return new Map([['README.md', index(measured)], ...pages])
}

function pageOf(detector: Detector, measured: Measured | undefined): string {
  const { code, title, page } = detector
  const findings = runExample(page.example)
  const finding = findings.find((each) => each.code === code)
  const numbers = mistakes.filter(({ codes }) => codes.includes(code)).map(({ number }) => number)
  const repair =
    finding === undefined ? '' : `\n## The repair\n\n- here: ${finding.repair.surprisal}\n- in PyTorch: ${finding.repair.pytorch}\n`
  return `${made}
# ${code}

${capital(title)}.${numbers.length === 0 ? '' : ` One of [the thirty](README.md#the-thirty): ${numbers.join(', ')}.`}

## What it looks like

${page.looks}

## Why

${page.why}

## How to be sure

${page.sure}
${repair}
## Example

\`\`\`ts
${importsOf(page.example)}
${page.example}
\`\`\`

\`\`\`text
${finding === undefined ? stateText(findings, code) : textOf(finding)}
\`\`\`

## Measured

${measuredText(measured)} Looked for in calls of ${namesOf(detector)}.
`
}

/** Runs the code of a page, which ends in an expression: findings. */
function runExample(code: string): Findings {
  const lines = code.trim().split('\n')
  const body = [...lines.slice(0, -1), `return ${lines.at(-1)}`].join('\n')
  return new Function(...Object.keys(library), body)(...Object.values(library)) as Findings
}

/** A finding as the pages print it. */
export function textOf({ code, level, argument, message, evidence, repair, pytorch, drawing }: Finding): string {
  const numbers = Object.entries(evidence).map(([name, value]) => `${name} ${evidenceText(value)}`)
  return [
    `${level} ${code}: ${argument}`,
    `  ${message}`,
    ...(drawing === undefined ? [] : ['', ...drawing, '']),
    ...(numbers.length === 0 ? [] : [`  evidence    ${numbers.join(', ')}`]),
    `  repair      ${repair.surprisal}`,
    `  in PyTorch  ${repair.pytorch}`,
    `  PyTorch     ${pytorch ?? 'says nothing'}`,
  ].join('\n')
}

/** Six digits: the last ones of a sum are another machine's. */
const evidenceText = (value: Finding['evidence'][string]): string =>
  typeof value === 'number'
    ? String(Number(value.toPrecision(6)))
    : Array.isArray(value)
      ? `(${value.map(evidenceText).join(', ')})`
      : String(value)

function stateText({ checks }: Findings, code: string): string {
  const found = checks.find((check) => check.code === code)
  if (found?.state !== 'not possible') throw new Error(`the example of ${code} has no finding of it: ${found?.state ?? 'not checked'}`)
  return `not possible: ${found.reason}`
}

function measuredText(measured: Measured | undefined): string {
  if (measured === undefined) return 'Not measured yet: `npm run alarms`.'
  const { honest, mistaken } = measured
  const found = mistaken[1] === 0 ? 'It cannot be seen from one call.' : `It spoke for ${mistaken[0]} of ${mistaken[1]} mistaken ones.`
  return `${honest[0] === 0 ? 'No' : honest[0]} false alarm${honest[0] === 1 ? '' : 's'} in ${honest[1]} honest batches. ${found} (\`npm run alarms\`)`
}

const specs = Object.values<{ readonly spec: LossSpec }>(losses).map(({ spec }) => spec)

/** The losses that a check is made of. */
function namesOf({ applies }: Detector): string {
  const own = specs.filter(applies)
  return own.length === specs.length ? 'every loss' : own.map(({ name }) => `\`${name}\``).join(', ')
}

function index(measured: Readonly<Record<string, Measured>>): string {
  const rows = detectors.map(({ code, title, page }) => {
    const found = runExample(page.example).find((each) => each.code === code)
    const { honest, mistaken } = measured[code] ?? { honest: ['?', '?'], mistaken: ['?', '?'] }
    const share = mistaken[1] === 0 ? '—' : `${mistaken[0]} / ${mistaken[1]}`
    return [`[${code}](${code}.md)`, title, found?.level ?? 'not possible', `${honest[0]} / ${honest[1]}`, share]
  })
  const thirty = mistakes.map(({ number, title, codes, besides }) => {
    const links = codes.filter((code) => detectors.some((each) => each.code === code)).map((code) => `[${code}](${code}.md)`)
    return [String(number), title, [...links, ...(besides === undefined ? [] : [besides])].join(', ')]
  })
  return `${made}
# The findings

\`check(loss, input, target, options)\`, \`criterion.check(input, target)\` and \`surprisal check a.npy b.npy\` make these checks, where the contract
of the loss has room for the mistake; a criterion of \`nn\` makes them of its first batch. *error*: the data decide it. *warning*: strong
evidence. *note*: worth a look. The level is that of the example; *false alarms* are out of honest batches that come near the mistake, *found*
out of batches that have it (\`npm run alarms\`). A call that the loss itself refuses, and that none of these explains, is the finding \`refused\`.

${table(['finding', 'what it looks for', 'level', 'false alarms', 'found'], rows)}

## The thirty

What people trip over most often with losses, and what says so here; \`test/findings/thirty.test.ts\` commits each of them.

${table(['', 'mistake', 'what says so'], thirty)}
`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
