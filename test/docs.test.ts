import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { accuracyPage, withCounts } from '../scripts/accuracy-page.ts'
import { folder, withCards } from '../scripts/docs.ts'
import { docstringOf } from '../scripts/docstring.ts'
import { errorPage, errorsFile } from '../scripts/error-page.ts'
import { findingPages, findingsFolder, readMeasured } from '../scripts/finding-pages.ts'
import { lossPages } from '../scripts/loss-pages.ts'
import { measuresFile, measuresPage } from '../scripts/measures-page.ts'
import { texOf } from '../scripts/tex.ts'
import { whyFile, whyPage } from '../scripts/why-page.ts'
import { detectors } from '../src/findings/index.ts'
import * as losses from '../src/losses/index.ts'
import * as measures from '../src/measures/index.ts'
import type { MeasureSpec } from '../src/measures/measure.ts'
import type { LossSpec } from '../src/spec.ts'

test('the README has the cards that the table makes (npm run docs)', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(text).toBe(withCards(text))
})

test('docs/losses has the pages that the table and the docstrings make (npm run docs)', () => {
  const pages = lossPages()
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort())
  for (const [name, text] of pages) expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text)
})

test('docs/accuracy.md counts the goldens that there are (npm run docs)', () => {
  const text = readFileSync(accuracyPage, 'utf8')
  expect(text).toBe(withCounts(text))
  expect(text).toMatch(/^[\d,]+ answers are kept, of \d\d losses: [\d,]+ of PyTorch /m)
})

test('docs/measures.md has what the measures say of themselves (npm run docs)', () => {
  const page = measuresPage()
  expect(readFileSync(measuresFile, 'utf8')).toBe(page)
  for (const { spec } of Object.values<{ readonly spec: MeasureSpec }>(measures)) {
    expect(page).toContain(`\n## ${spec.name}\n`)
    for (const [name, help] of Object.entries({ ...spec.gives })) expect(page).toContain(`| \`${name}\` | ${help} |`)
  }
})

test('docs/findings has the pages that the table of checks makes (npm run docs)', () => {
  const pages = findingPages()
  expect(
    readdirSync(findingsFolder)
      .filter((name) => name.endsWith('.md'))
      .sort(),
  ).toEqual([...pages.keys()].sort())
  for (const [name, text] of pages) expect(readFileSync(new URL(name, findingsFolder), 'utf8'), name).toBe(text)
})

test('every check has been measured (npm run alarms)', () => {
  expect(Object.keys(readMeasured()).sort()).toEqual(detectors.map(({ code }) => code).sort())
})

test('docs/errors.md is made of the error index (npm run docs)', () => {
  const page = errorPage()
  expect(readFileSync(errorsFile, 'utf8')).toBe(page)
  const ids = [...page.matchAll(/<a id="([\w-]+)">/g)].map(([, id]) => id)
  expect([...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, id]) => id)).toEqual(ids)
  expect(page).not.toContain('undefined is')
})

test('docs/why.md has the page that the table of signatures makes (npm run docs)', () => {
  expect(readFileSync(whyFile, 'utf8')).toBe(whyPage())
})

test('every loss has a page, and the index leads to it', () => {
  const pages = lossPages()
  for (const name of Object.keys(losses)) expect(pages.get('README.md')).toContain(`[\`${name}\`](`)
  for (const { spec } of Object.values<{ readonly spec: LossSpec }>(losses))
    expect(docstringOf(spec).example, spec.name).toContain(`${spec.name}(`)
  const links = [...(pages.get('README.md') ?? '').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file)
  for (const file of links) expect(pages.has(file), file).toBe(true)
  expect(links).toHaveLength(pages.size - 1)
})

test('a formula in Unicode becomes TeX', () => {
  expect(texOf('(x − t)²')).toBe('(x - t)^{2}')
  expect(texOf('|d| < β ? d²/(2β) : |d| − β/2, d = x − t')).toBe(
    '\\begin{cases} \\frac{d^{2}}{2\\beta} & \\lvert d \\rvert < \\beta \\\\ \\lvert d \\rvert - \\frac{\\beta}{2} & \\text{else} \\end{cases},\\quad d = x - t',
  )
  expect(texOf('1 − 2·Σpt / (Σp + Σt)')).toBe('1 - \\frac{2\\cdot \\sum p t}{\\sum p + \\sum t}')
  expect(texOf('t = 1: x; t = −1: max(0, margin − x)')).toBe(
    '\\begin{cases} x & t = 1 \\\\ \\max (0, \\mathrm{margin} - x) & t = -1 \\end{cases}',
  )
  expect(texOf('√(x² + ε²)·μx')).toBe('\\sqrt{x^{2} + \\varepsilon ^{2}}\\cdot \\mu_{x}')
})

const formulas = Object.values<{ readonly spec: Pick<LossSpec, 'name' | 'formula'> }>({ ...losses, ...measures }).map(
  ({ spec }) => [spec.name, spec.formula] as const,
)

test.each(formulas)('%s: its formula is all TeX, with its braces in pairs', (_, formula) => {
  const tex = texOf(formula)
  expect(tex, 'a letter that scripts/tex.ts does not know').toMatch(/^[ -~]+$/)
  expect(tex.match(/\{/g)?.length ?? 0).toBe(tex.match(/\}/g)?.length ?? 0)
  expect(tex).not.toContain('{}')
})
