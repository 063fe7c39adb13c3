// `npm run docs`: writes what the documents take from the table of losses.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Card, card } from '../src/card.ts'
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, mseLoss, nllLoss } from '../src/losses/index.ts'
import { accuracyPage, withCounts } from './accuracy-page.ts'
import { errorPage, errorsFile } from './error-page.ts'
import { findingPages, findingsFolder } from './finding-pages.ts'
import { lossPages } from './loss-pages.ts'
import { measuresFile, measuresPage } from './measures-page.ts'
import { segmentationPage, withConventions } from './segmentation.ts'
import { whyFile, whyPage } from './why-page.ts'

/** Where the pages about losses lie. */
export const folder = new URL('../docs/losses/', import.meta.url)
const readme = new URL('../README.md', import.meta.url)
/** The losses that nearly everybody meets first; docs/losses/ has a page of each. */
const inReadme = [crossEntropy, nllLoss, binaryCrossEntropyWithLogits, binaryCrossEntropy, mseLoss]

const marks = /(<!-- cards:[^>]*-->\n)[\s\S]*?(<!-- \/cards -->)/

/** The README with its contract cards as the table has them. */
export const withCards = (text: string): string => text.replace(marks, (_, open: string, close: string) => `${open}${cards()}\n${close}`)

function cards(): string {
  const all: Card[] = inReadme.map((loss) => card(loss))
  const row = (title: string, cell: (card: Card) => string) => `| ${[title, ...all.map(cell)].join(' | ')} |`
  const argument = (name: string) => (of: Card) => of.inputs.find((input) => input.name === name)?.help ?? ''
  const range = (name: string) => (of: Card) => {
    const found = of.inputs.find((input) => input.name === name)
    return found === undefined ? '' : found.enforced ? `**${found.range}**` : found.range
  }
  return [
    row('', (of) => `\`${of.module}\`<br>\`${of.function}\``),
    `|${'---|'.repeat(all.length + 1)}`,
    row('is inside', (of) => of.inside),
    row('input', argument('input')),
    row('its range', range('input')),
    row('target', argument('target')),
    row('its range', range('target')),
    row('`mean` divides by', (of) => of.mean),
  ].join('\n')
}

/** Writes the pages of a folder, and removes those that are none any more. */
function writePages(folder: URL, pages: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name.endsWith('.md') && !pages.has(name)) rmSync(new URL(name, folder))
  for (const [name, text] of pages) writeFileSync(new URL(name, folder), text)
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(readme, withCards(readFileSync(readme, 'utf8')))
  writeFileSync(segmentationPage, withConventions(readFileSync(segmentationPage, 'utf8')))
  writeFileSync(measuresFile, measuresPage())
  writeFileSync(accuracyPage, withCounts(readFileSync(accuracyPage, 'utf8')))
  writeFileSync(whyFile, whyPage())
  writePages(folder, lossPages())
  writePages(findingsFolder, findingPages())
  writeFileSync(errorsFile, errorPage())
}
