import { inputCards } from '../src/card.ts'
import * as table from '../src/measures/index.ts'
import type { MeasureSpec } from '../src/measures/measure.ts'
import { docstringOf, pageName } from './docstring.ts'
import { argumentsTable, exampleText, factsText, links, optionsTable, table as tableOf } from './loss-pages.ts'
import { texOf } from './tex.ts'

/** The page on measures. */
export const measuresFile = new URL('../docs/measures.md', import.meta.url)

const specs: readonly MeasureSpec[] = Object.values<{ readonly spec: MeasureSpec }>(table).map(({ spec }) => spec)

export function measuresPage(): string {
  const rows = specs.map((spec) => [`[\`${spec.name}\`](#${spec.name.toLowerCase()})`, `\`surprisal ${pageName(spec)}\``, spec.summary])
  return `<!-- made by \`npm run docs\` from the table of measures and its docstrings; a test holds it to them -->

# Measures

Numbers to report rather than to train by: no gradient, no reduction, and every average by its name. They take what the losses take, and
refuse what they refuse. Their numbers are held to scikit-image and torchmetrics ([oracle/measures.json](../oracle/measures.json)).

${tableOf(['measure', 'command', 'what it is'], rows)}

${specs.map(sectionOf).join('\n')}`
}

function sectionOf(spec: MeasureSpec): string {
  const { lead, formula, facts, remarks, throws, source, example } = docstringOf(spec, 'measures')
  const fields = Object.entries<string>({ ...spec.gives }).map(([name, help]) => [`\`${name}\``, help])
  return `## ${spec.name}

${lead}

\`\`\`math
${texOf(spec.formula)}
\`\`\`

In full: ${formula}.

${factsText(facts, throws)}
${remarks.map((remark) => `\n${remark}\n`).join('')}
${argumentsTable(inputCards(spec))}

${optionsTable(spec.options)}

${tableOf(['result', 'what it is'], fields)}

${exampleText(example)}

Source: ${links(source)}
`
}
