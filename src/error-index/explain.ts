import { LossError } from '../errors.ts'
import { entries } from './entries/index.ts'
import { type Entry, type Example, mistakes, type Repair, withValues } from './entry.ts'
import { isLossName } from './holes.ts'
import { nearest } from './nearest.ts'
import { fill, findPattern, type Match, type Pattern, parsePattern, type Values } from './pattern.ts'
import { type Token, tokenize } from './tokens.ts'

/** What a message means, with the numbers of that message. Plain data. */
export interface Explanation {
  /** Names it: a heading of docs/errors.md. */
  readonly id: string
  /** What is wrong, in a few words. */
  readonly title: string
  /** The part of the text that was recognised. */
  readonly message: string
  /** The message as the index has it, with named holes: `Target {label} is out of bounds.` */
  readonly pattern: string
  /** 'whole': all of the message is there. 'cut': its beginning or end is missing, with numbers that are then not known. */
  readonly match: 'whole' | 'cut'
  /** false: others print these words too, and nothing in the text speaks of a loss; `elsewhere` says who. */
  readonly certain: boolean
  readonly elsewhere: string | null
  /** What was read from the message, by the names of the pattern's holes. */
  readonly values: Readonly<Record<string, string | number | readonly number[]>>
  /** Why PyTorch says so. */
  readonly cause: string
  /** The same with the numbers of this message; null where it has none. */
  readonly here: string | null
  /** The shapes, drawn with their axes; lines of text. */
  readonly picture: string | null
  /** What to type instead; of several repairs the ones that apply to these numbers. */
  readonly repairs: readonly Repair[]
  /** The mistake in code that runs, and the call put right. */
  readonly example: {
    readonly wrong: string
    /** `error.pytorch` of the call that is refused; null where this library takes it. */
    readonly says: string | null
    readonly right: string
  }
  /** The mistake's number among the thirty that people make most, with its name. */
  readonly mistake: { readonly number: number; readonly title: string } | null
  /** The check that finds it in the arrays, described in docs/findings/<code>.md; null where none does. */
  readonly finding: string | null
  /** Which versions of PyTorch print the message. */
  readonly versions: string
  /** A thread in which somebody met it. */
  readonly seen: string | null
}

/** What is known of a text. */
export interface Explained {
  /** What is recognised, the likeliest cause first. */
  readonly found: readonly Explanation[]
  /** Where nothing is recognised: the known messages that resemble it most, with how much (1: the same words). */
  readonly nearest: readonly { readonly id: string; readonly title: string; readonly message: string; readonly likeness: number }[]
}

/**
 * Explains an error or a warning of PyTorch's losses: the message alone, or all of a traceback.
 *
 * Other numbers, shapes and dtypes are read from the message; quotes, blanks, line breaks and a cut end do not matter. Messages of older
 * versions and the assertions of CUDA are known too. What is not recognised has no explanation, only the known messages that resemble it.
 *
 * @example
 * const { found } = explain('IndexError: Target 3 is out of bounds.')
 * found[0].id // => 'class-index-out-of-range'
 * found[0].values // => { label: 3 }
 * explain("KeyError: 'loss'").found // => []
 */
export function explain(text: string): Explained {
  const given: unknown = text
  if (typeof given !== 'string') {
    throw new LossError({
      code: 'argument-type',
      fn: 'explain',
      argument: 'text',
      received: given === null ? 'null' : `a value of type ${typeof given}`,
      expected: 'the text of an error, as a string',
      repair: 'explain(String(error))',
      pytorch: null,
    })
  }
  const {
    found: matches,
    tokens,
    text: read,
  } = waysToRead(text)
    .map(reading)
    .reduce((a, b) => (b.letters > a.letters ? b : a))
  const found = matches.map(({ known, match }) => explanation(known, match, read, tokens))
  const like = found.length > 0 ? [] : nearest(text, table().all).filter(isFirstOfEntry).slice(0, 3)
  return {
    found,
    nearest: like.map(({ of, likeness }) => ({
      id: of.entry.id,
      title: of.entry.title,
      message: plainPattern(of.pattern),
      likeness: Math.round(likeness * 100) / 100,
    })),
  }
}

/** More than this is a log, and not a message. */
const SCREEN = 20_000

/** A narrow terminal breaks lines inside of words and numbers, and may indent what follows; mail breaks them at blanks, and quotes. */
const joins: readonly (readonly [RegExp, string])[] = [
  [/\r?\n/g, ''],
  [/\r?\n[ \t]*/g, ''],
  [/\r?\n[ \t]*(?:>[ \t]*)+/g, ' '],
]

const waysToRead = (text: string): string[] =>
  text.length > SCREEN || !text.includes('\n') ? [text] : [text, ...joins.map(([lines, by]) => text.replace(lines, by))]

/** What a text says, and how many fixed letters of a message it has at most. */
function reading(text: string): { text: string; tokens: readonly Token[]; found: readonly Found[]; letters: number } {
  const tokens = tokenize(text)
  const found = ranked(allMatches(text, tokens), tokens)
  // between equals, what no other program says
  const letters = found.map(({ known, match }) => match.letters + (known.entry.elsewhere === undefined ? 0.5 : 0))
  return { text, tokens, found, letters: Math.max(0, ...letters) }
}

const isFirstOfEntry = ({ of }: { of: Known }, i: number, all: readonly { of: Known }[]): boolean =>
  all.findIndex((other) => other.of.entry === of.entry) === i

/** A message of the index with the entry that it belongs to. */
export interface Known {
  readonly entry: Entry
  readonly pattern: Pattern
  readonly versions: string
  readonly seen: string | null
  /** Turns what it says into the values of the entry's main message. */
  readonly reads: (values: Values) => Values
}

const asTheyAre = (values: Values): Values => values

const USUAL = 'PyTorch 2.13'

export const knownOf = (entry: Entry): Known[] => [
  { entry, pattern: parsePattern(entry.says), versions: entry.versions ?? USUAL, seen: null, reads: asTheyAre },
  ...(entry.older ?? []).map(({ says, versions, seen = null, reads = asTheyAre }) => ({
    entry,
    pattern: parsePattern(says),
    versions,
    seen,
    reads,
  })),
]

interface Table {
  readonly all: readonly Known[]
  /** By the first word or mark that is fixed. */
  readonly byFirst: ReadonlyMap<string, readonly Known[]>
}

let made: Table | undefined

/** Made when it is first asked for, so that an import costs nothing. */
function table(): Table {
  if (made !== undefined) return made
  const all = entries.flatMap(knownOf)
  const byFirst = new Map<string, Known[]>()
  for (const known of all) {
    const first = known.pattern.parts.find((part) => 'literal' in part)?.literal ?? ''
    byFirst.set(first, [...(byFirst.get(first) ?? []), known])
  }
  made = { all, byFirst }
  return made
}

interface Found {
  readonly known: Known
  readonly match: Match
}

/** A word that occurs more often is looked at where it occurs last: there an error ends. */
const OFTEN = 2000

function allMatches(text: string, tokens: readonly Token[]): Found[] {
  const { all, byFirst } = table()
  const places = new Map<Known, number[]>(all.map((known) => [known, []]))
  const note = (word: string, i: number) => {
    for (const known of byFirst.get(word) ?? []) places.get(known)?.push(i)
  }
  for (let i = 0; i < tokens.length; i++) {
    note(tokens[i].text, i)
    // a word that a line break cut in two
    const next = tokens[i + 1]
    if (next?.opens === true) note(tokens[i].text + next.text, i)
  }
  return all.flatMap((known) =>
    findPattern(known.pattern, tokens, text, (places.get(known) ?? []).slice(-OFTEN)).map((match) => ({ known, match })),
  )
}

/**
 * One match per entry and place: of two that overlap the one with more fixed letters; where a cut message could be either, both. The likeliest cause
 * first; of two that begin alike the one whose class stands before it.
 */
function ranked(found: readonly Found[], tokens: readonly Token[]): Found[] {
  const order = [...found].sort((a, b) => b.match.letters - a.match.letters || Number(b.match.whole) - Number(a.match.whole))
  const kept: Found[] = []
  for (const one of order) {
    const { start, end, letters, whole } = one.match
    const alike = ({ match }: Found) => !whole && !match.whole && match.start === start && match.letters === letters
    const hidden = kept.some(
      (other) => other.known.entry === one.known.entry || (start < other.match.end && other.match.start < end && !alike(other)),
    )
    if (!hidden) kept.push(one)
  }
  const last = ({ known: { entry } }: Found): number => (entry.vague ? 2 : entry.elsewhere === undefined ? 0 : 1)
  const named = ({ known, match }: Found): number => (tokens[match.start - 2]?.text === known.pattern.exception?.toLowerCase() ? 0 : 1)
  return kept.sort((a, b) => last(a) - last(b) || b.match.end - a.match.end || named(a) - named(b))
}

function explanation({ entry, pattern, versions, seen, reads }: Known, match: Match, text: string, tokens: readonly Token[]): Explanation {
  const [from, to] = withQuotes(text, tokens[match.start].start, tokens[match.end - 1].end)
  const read = match.whole ? reads(match.values) : match.values
  const complete = Object.keys(entry.sample).every((name) => name in read)
  const values: Values = complete ? read : entry.sample
  const needsValues = entry.repair.length > 0
  const { wrong, says, right } = withValues(entry.example, values)
  const { elsewhere = null, mistake } = entry
  const beside = [text.slice(0, from), text.slice(to), ...Object.values(match.values).filter((value) => typeof value === 'string')]
  return {
    id: entry.id,
    title: entry.title,
    message: text.slice(from, to).trim(),
    pattern: plainPattern(pattern),
    match: match.whole ? 'whole' : 'cut',
    certain: elsewhere === null || beside.some(speaksOfLoss),
    elsewhere,
    values: jsonValues(match.values),
    cause: entry.cause,
    here: complete && entry.here !== undefined ? withValues(entry.here, values) : null,
    picture: complete && entry.picture !== undefined ? withValues(entry.picture, values) : null,
    repairs: complete || !needsValues ? withValues(entry.repair, values) : (entry.general ?? []),
    example: { wrong, says: says === undefined ? fill(parsePattern(entry.says), values) : says, right },
    mistake: mistake === undefined ? null : { number: mistake, title: mistakes[mistake] },
    finding: entry.finding ?? null,
    versions,
    seen,
  }
}

/** The range with the quotes around it, which are no tokens. */
function withQuotes(text: string, from: number, to: number): [number, number] {
  const isQuote = (at: number) => at >= 0 && /['"`´‘’“”]/.test(text[at] ?? '')
  let [start, end] = [from, to]
  while (isQuote(start - 1)) start--
  while (isQuote(end)) end++
  return [start, end]
}

/** NaN and the infinities as the words of the message, since JSON has none. */
const jsonValues = (values: Values): Explanation['values'] =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' && !Number.isFinite(value) ? String(value) : value]),
  )

/** `Target {label} is out of bounds.` */
export const plainPattern = ({ message }: Pattern): string => message.replace(/\{(\w+):\w+\}/g, '{$1}')

/** Whether the rest of a traceback names a loss. */
const speaksOfLoss = (rest: string): boolean => (rest.match(/[\w.]+/g) ?? []).some(isLossName) || /\bcriterion\b/.test(rest)

export type { Example, Repair }
