import { thresholds } from '../src/decoder/score.ts'
import type { Candidate, Signature } from '../src/decoder/signature.ts'
import { table, topics } from '../src/decoder/signatures/index.ts'
import * as library from '../src/index.ts'

type Known = library.Known
const { why, whyFacts } = library

/** The page of the decoder. */
export const whyFile = new URL('../docs/why.md', import.meta.url)

/** Random numbers of four decimals that mean nothing: how many get a match. */
export interface RandomShare {
  readonly what: string
  readonly known: Known
  readonly count: number
  /** Shares of numbers whose best match is strong, or likely or better; and of those that any explanation is shown for. */
  readonly strong: number
  readonly likely: number
  readonly any: number
}

const draws: readonly (readonly [what: string, draw: (u: number) => number, known: Known])[] = [
  ['evenly from 0 to 5, nothing known', (u) => 5 * u, {}],
  ['evenly from 0 to 1, nothing known', (u) => u, {}],
  ['evenly from 0 to 100, nothing known', (u) => 100 * u, {}],
  ['evenly from 0 to 5, cross-entropy', (u) => 5 * u, { loss: 'cross-entropy' }],
  ['evenly from 0 to 5, cross-entropy of 10 classes', (u) => 5 * u, { loss: 'cross-entropy', classes: 10 }],
  ['evenly from 0 to 2, BCE with logits', (u) => 2 * u, { loss: 'bce-with-logits' }],
]

/** Asks `why` for random numbers, the same every time. */
export function randomShares(count: number): RandomShare[] {
  return draws.map(([what, draw, known], i) => {
    let state = 20_260_000 + i
    const uniform = () => {
      // a linear congruence will do: Numerical Recipes, 1664525 and 1013904223
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return (state + 0.5) / 2 ** 32
    }
    const best = Array.from({ length: count }, () => why(draw(uniform()).toFixed(4), known).explanations[0]?.strength)
    const share = (...strengths: unknown[]) => best.filter((strength) => strengths.includes(strength)).length / count
    return { what, known, count, strong: share('strong'), likely: share('strong', 'likely'), any: share('strong', 'likely', 'weak') }
  })
}

/** How many numbers of each kind the page's figures are of. */
const COUNT = 500

/** docs/why.md: one section per signature, from the table. */
export function whyPage(): string {
  return `<!-- made by \`npm run docs\` from the table of signatures (src/decoder/signatures/); a test holds it to that -->

# Why is my loss 0.7437?

Many numbers say how they came about. \`why\` knows ${table.length} signatures, each with its derivation; the tests produce every number below with the
real loss on constructed data and ask \`why\` for it.

\`\`\`ts
import { why } from 'surprisal'

const { explanations } = why('0.7437', { loss: 'cross-entropy', classes: 4 })
explanations[0].id   // => 'double-softmax-floor'
explanations[0].strength   // => 'strong'
\`\`\`

\`\`\`sh
surprisal why 0.7437 --loss cross-entropy --classes 4
surprisal why nan --loss ctc
\`\`\`

Type the number as it was printed: \`0.70\` is less exact than \`0.7000\`. Whatever is known helps, nothing has to be:

${rows(['fact', 'meaning'], [['`loss`', 'The loss, by any of its names.'], ...Object.entries(whyFacts).map(([name, { help }]) => [`\`${name}\``, help])])}

## How explanations are ranked

In bits: how much shorter a signature describes the number than its digits do. The digits of a loss that means nothing cost −log₂ of their probability (half of
all losses lie within a factor of 20 of 1); a signature costs what it takes to name it, its parameters, and what is left of a difference. More digits in agreement
save more; a parameter that had to be searched for (which C?) costs what naming it takes: little for 10 or 50257, much for 1241. A known fact costs nothing. At least
${thresholds.strong} bits are *strong*, ${thresholds.likely} *likely*, less is *weak*; what saves nothing is not shown, and at most eight are. A match may be exact in
all digits, exact if the number was cut off and not rounded, or near: a level (chance) is met up to 1 % or so of noise, a floor is approached from above.
\`share\` weighs the explanations against each other and against chance.

All these probabilities add up to at most 1, so that at most 2⁻ᵇ of the numbers that mean nothing get b bits or more (Markov's inequality): ${percent(2 ** -thresholds.strong)}
are called strong by mistake at the very most. Measured on ${COUNT} random numbers of four decimals each:

${rows(
  ['random numbers', 'strong', 'likely or strong', 'any at all'],
  randomShares(COUNT).map(({ what, strong, likely, any }) => [what, percent(strong), percent(likely), percent(any)]),
)}

A loss is seldom of one thing alone: a sum of several terms, or a mean over batches of different difficulty, has no signature. And a number that agrees is a reason to look,
not a proof: each section says how to be sure.

${topics.map(([title, all]) => `# ${title}\n\n${all.map(section).join('\n')}`).join('\n')}`
}

function section(row: Signature): string {
  const { id, title, losses, formula, means, sure, repair, needs = [], examples } = row
  const made = examples.map((known) => ({ known, candidates: row.candidates(known, Number.NaN) }))
  const numbers = made.flatMap(({ known, candidates }) =>
    candidates.slice(0, 3).map((each) => [code(given(known, each)), each.derivation, numberOf(each)]),
  )
  const [{ candidates }] = made
  return `## ${title}

\`${id}\`, of ${losses.length === 0 ? 'any loss' : losses.map(code).join(', ')}${needs.length === 0 ? '' : `; needs ${needs.map(code).join(', ')}`}

**${formula}**

${means}

${rows(['with', 'derivation', 'number'], numbers)}

- **How to be sure**: ${sure}
- **Repair**: \`${repair.here}\`
- **In PyTorch**: ${repair.torch}

\`\`\`ts
${candidates[0].run}   // ${expectation(candidates[0])}
\`\`\`
`
}

/** Facts and what is assumed beside them. */
function given(known: Known, { assumes = {} }: Candidate): string {
  const all = Object.entries({ ...assumes, ...known }).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`,
  )
  return all.length === 0 ? '—' : all.join(', ')
}

const numberOf = ({ value }: Candidate): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(7)))
  const { from, to } = value
  return to === Infinity ? `any above ${from}` : from === -Infinity ? `any below ${to}` : `any from ${from} to ${to}`
}

function expectation({ value, run }: Candidate): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return `=> ${value}`
  return `≈ ${evaluated(run)}`
}

function evaluated(run: string): number {
  const names = Object.keys(library)
  return Number((new Function(...names, `return (${run})`)(...Object.values(library)) as number).toPrecision(12))
}

const rows = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...body].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

const code = (text: string): string => (text === '—' ? text : `\`${text}\``)

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`
