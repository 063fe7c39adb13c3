import { readFileSync } from 'node:fs'
import { type LossSpec, snakeName } from '../src/spec.ts'

/** What the docstring of a loss says, by its parts; each a paragraph of Markdown. */
export interface Docstring {
  /** What the loss is and when to take it. */
  readonly lead: string
  /** `l = …`, in full. */
  readonly formula: string
  /** Shapes, dtypes, mean, Gradients: by label. */
  readonly facts: readonly (readonly [label: string, text: string])[]
  /** Whatever else is worth knowing. */
  readonly remarks: readonly string[]
  /** What is refused. */
  readonly throws: string
  readonly source: string
  /** Code, as it stands in `@example`. */
  readonly example: string
}

/** The file of a loss, by its name: `mseLoss` is in `src/losses/mse-loss.ts`. */
export const pageName = (spec: Pick<LossSpec, 'name'>): string => snakeName(spec).replaceAll('_', '-')

/** The docstring of a loss, or of what else is one file in a folder of `src/`. */
export function docstringOf(spec: Pick<LossSpec, 'name'>, folder: 'losses' | 'measures' = 'losses'): Docstring {
  const file = new URL(`../src/${folder}/${pageName(spec)}.ts`, import.meta.url)
  const text = readFileSync(file, 'utf8')
  const end = text.indexOf(`export const ${spec.name} =`)
  const comment = text.slice(text.lastIndexOf('/**', end), end)
  const lines = comment.split('\n').map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*)? ?/, '').trimEnd())
  const example = lines.findIndex((line) => line.startsWith('@example'))
  const paragraphs = lines
    .slice(0, example)
    .join('\n')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replace(/\s+/g, ' '))
  const labelled = (label: RegExp) => paragraphs.find((paragraph, i) => i > 0 && label.test(paragraph)) ?? ''
  const [formula, facts, throws, source] = [
    folder === 'losses' ? /^l[ (]/ : /^\w+ = /,
    /(?:^|[.)] )Shapes/,
    /^Throws LossError for /,
    /^Source: /,
  ].map(labelled)
  for (const [name, part] of Object.entries({ formula, facts, throws, source, example: example < 0 ? '' : 'there' })) {
    if (part === '')
      throw new Error(`src/${folder}/${pageName(spec)}.ts: the docstring of ${spec.name} lacks its ${name}; CONTRIBUTING.md has its parts`)
  }
  const known = new Set([paragraphs[0], formula, facts, throws, source])
  return {
    lead: paragraphs[0],
    formula,
    facts: factsOf(facts),
    remarks: [facts.slice(0, facts.search(label)).trim(), ...paragraphs.filter((paragraph) => !known.has(paragraph))].filter(
      (text) => text !== '',
    ),
    throws: throws.replace('Throws LossError for ', ''),
    source: source.replace('Source: ', ''),
    example: lines
      .slice(example + 1)
      .join('\n')
      .trim(),
  }
}

/** Where a part of the facts begins. */
const label = /(?:^|(?<=[.);] ))(Shapes(?:: |, )|dtypes: |`mean` |Gradients?: )/

/** 'Shapes: … dtypes: … `mean` divides by … Gradients: …' in its parts. */
function factsOf(text: string): [string, string][] {
  const starts = [...text.matchAll(new RegExp(label, 'g'))]
  return starts.map((start, i) => {
    const name = start[1].replace(/[`:, ]/g, '')
    return [name, text.slice(start.index + start[1].length, starts[i + 1]?.index ?? text.length).trim()]
  })
}
