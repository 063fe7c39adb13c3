import { boundsOf, type Checked, type FactName, type Known, readKnown } from './facts.ts'
import { bitsOfSignatures } from './priors.ts'
import { type How, type Match, type Strength, score, strengthOf } from './score.ts'
import type { Candidate, Signature } from './signature.ts'
import { table } from './signatures/index.ts'
import { readTyped, type Typed } from './typed.ts'

/** A number as JSON has it: NaN and the infinities are text. */
export type PlainNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** One explanation of a loss. */
export interface Meaning {
  /** The signature, as docs/why.md has it. */
  readonly id: string
  readonly title: string
  /** What the signature predicts, in float64; null for signatures that explain only that the number is below 0, or beyond a limit. */
  readonly predicted: PlainNumber | null
  /** The formula with the numbers put in. */
  readonly derivation: string
  /** What had to be assumed: `{ classes: 4 }`; and a word on it. */
  readonly assumes: Readonly<Record<string, number | string>>
  readonly note: string | null
  /** How it agrees: in all digits, in all but the last as a number that was cut off, or nearly. */
  readonly match: How
  /** (value − predicted) / |predicted|; 0 where that is no number. */
  readonly difference: number
  /** Bits that it saves against writing the digits down: at least 4 is strong, 1.5 likely. See docs/why.md. */
  readonly bits: number
  readonly strength: Strength
  /** Its share of the belief, from 0 to 1, among all that explain the number, and that it means nothing. */
  readonly share: number
  readonly means: string
  /** How to be sure. */
  readonly sure: string
  readonly repair: { readonly here: string; readonly torch: string }
  /** An expression in this library that computes the number. */
  readonly run: string
}

/** What a loss may mean. Plain data, ready for JSON. */
export interface Decoded {
  /** The number as it was read, and how exactly it is taken to be known: ± `within`. */
  readonly text: string
  readonly value: PlainNumber
  readonly within: number
  /** What was known of it; the loss by its name here. */
  readonly known: Checked
  /** At most eight, the best first; none if nothing explains the number better than chance does. */
  readonly explanations: readonly Meaning[]
  /** How many more there are that say less. */
  readonly more: number
  /** Signatures of this loss that could not be tried, and what one would have to know for them. */
  readonly untried: readonly { readonly id: string; readonly title: string; readonly needs: readonly FactName[] }[]
  /** What the loss would be in cases that what is known determines: marks on the scale, where nothing explains the number. */
  readonly landmarks: readonly { readonly title: string; readonly derivation: string; readonly value: number }[]
}

const MOST = 8
/** Explanations that are this many bits behind the best one say nothing beside it. */
const BEHIND = 12
/** A signature shows its second choice of parameters if that is within so many bits of the first, and no third. */
const SECOND = 3

/**
 * What a loss means: explanations of a number, the best first.
 *
 * Takes the number as it was printed (text keeps its zeros: '0.70' is less exact than '0.7000'), also NaN, infinite, negative or 0, and
 * whatever is known of the loss. Candidates are scored in bits by how much shorter they describe the number than its digits do
 * (`score.ts`): exact agreement in many digits counts for much, a parameter that had to be searched for against it.
 *
 * Throws LossError for text that is no number, and for facts that cannot be.
 *
 * @example
 * const [first] = why(0.7437, { loss: 'cross-entropy', classes: 4 }).explanations
 * first.id // => 'double-softmax-floor'
 * first.derivation // => 'ln(e + 4 − 1) − 1'
 * first.predicted // ≈ 0.743668
 */
export function why(value: number | string, known: Known = {}): Decoded {
  const checked = readKnown(known)
  const typed = readTyped(value, checked)
  const possible = table.filter(({ losses }) => checked.loss === undefined || losses.length === 0 || losses.includes(checked.loss))
  const tried = possible.filter(({ needs = [] }) => needs.every((name) => checked[name] !== undefined))
  const all = explain(typed, checked, tried)
  const best = all[0]?.bits ?? 0
  const shown = all.filter(({ bits }) => bits >= best - BEHIND).slice(0, MOST)
  return {
    text: typed.text,
    value: plainNumber(typed.value),
    within: typed.half,
    known: checked,
    explanations: shown,
    more: all.length - shown.length,
    untried: possible
      .filter((row) => !tried.includes(row))
      .map(({ id, title, needs = [] }) => ({ id, title, needs: needs.filter((name) => checked[name] === undefined) })),
    landmarks: shown.length > 0 || Object.keys(checked).length === 0 ? [] : landmarks(checked, tried),
  }
}

/** All that explains the number better than chance, the best first. */
function explain(typed: Typed, known: Checked, rows: readonly Signature[]): Meaning[] {
  const priors = bitsOfSignatures(rows, known.loss)
  const bounds = boundsOf(known)
  const found = rows.flatMap((row) => {
    const matches = row.candidates(known, typed.value).flatMap((candidate) => {
      const match = score(typed, candidate.value, row.approach, (priors.get(row) ?? 0) + (candidate.bits ?? 0), bounds)
      return match === null || match.bits <= 0 ? [] : [{ row, candidate, match }]
    })
    matches.sort((a, b) => b.match.bits - a.match.bits)
    const [first] = matches
    const second = matches.find(({ candidate }) => candidate.derivation !== first.candidate.derivation)
    return second === undefined || second.match.bits < first.match.bits - SECOND ? matches.slice(0, 1) : [first, second]
  })
  const total = found.reduce((sum, { match }) => sum + 2 ** match.bits, 1)
  return found
    .sort((a, b) => b.match.bits - a.match.bits)
    .map(({ row, candidate, match }) => explanation(typed, known, row, candidate, match, 2 ** match.bits / total))
}

function explanation(typed: Typed, known: Checked, row: Signature, candidate: Candidate, { bits, how }: Match, share: number): Meaning {
  const { id, title, means, sure, repair } = row
  const { value, derivation, run, assumes = {}, note = null } = candidate
  const difference = typeof value === 'number' && Number.isFinite(value) && value !== 0 ? (typed.value - value) / Math.abs(value) : 0
  return {
    id,
    title,
    predicted: typeof value === 'object' ? null : plainNumber(value),
    derivation,
    assumes: Object.fromEntries(Object.entries(assumes).filter(([name, of]) => known[name as FactName] !== of)),
    note,
    match: how,
    difference,
    bits,
    strength: strengthOf(bits),
    share,
    means,
    sure,
    repair,
    run,
  }
}

/** The finite values of signatures that need no search. */
function landmarks(known: Checked, rows: readonly Signature[]): Decoded['landmarks'] {
  const all = rows.flatMap((row) =>
    row
      .candidates(known, Number.NaN)
      .flatMap(({ value, derivation, bits = 0 }) =>
        bits === 0 && typeof value === 'number' && Number.isFinite(value) && value > 0
          ? [{ title: row.title, derivation, value, weight: row.weight }]
          : [],
      ),
  )
  return all
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST)
    .sort((a, b) => a.value - b.value)
    .map(({ title, derivation, value }) => ({ title, derivation, value }))
}

const plainNumber = (value: number): PlainNumber => (Number.isFinite(value) ? value : (String(value) as PlainNumber))
