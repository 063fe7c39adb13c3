import { listOf, tupleOf } from '../tensor/shape.ts'
import { type HoleKind, type HoleTypes, type HoleValue, readHole } from './holes.ts'
import { isWord, type Token, tokenize } from './tokens.ts'

/**
 * A message with named holes: `'IndexError: Target {label:number} is out of bounds.'`. What stands before the colon is the exception's class.
 */
export interface Pattern {
  readonly text: string
  /** `IndexError`; null for what CUDA prints. */
  readonly exception: string | null
  /** The text without the class. */
  readonly message: string
  readonly parts: readonly Part[]
  /** The marks that end it, which get lost, or are followed by others. */
  readonly tail: readonly string[]
  /** How many letters of it are fixed: what makes it this message and no other. */
  readonly letters: number
}

export type Part = { readonly literal: string } | { readonly hole: string; readonly kind: HoleKind }

export type Values = Readonly<Record<string, HoleValue>>

/** The values of a pattern's holes, by name. */
export type Holes<P extends string> = P extends `${string}{${infer Name}:${infer Kind}}${infer Rest}`
  ? { readonly [K in Name]: Kind extends HoleKind ? HoleTypes[Kind] : never } & Holes<Rest>
  : unknown

export function parsePattern(text: string): Pattern {
  const [, exception = null, message] = /^(?:(\w+(?:Error|Warning|Exception)): )?(.*)$/s.exec(text) as unknown as [string, string?, string?]
  const parts = (message ?? '').split(/(\{\w+:\w+\})/).flatMap((piece): Part[] => {
    const [, hole, kind] = /^\{(\w+):(\w+)\}$/.exec(piece) ?? []
    return hole === undefined ? tokenize(piece).map(({ text: literal }) => ({ literal })) : [{ hole, kind: kind as HoleKind }]
  })
  const tail: string[] = []
  for (let last = parts.at(-1); parts.length > 1 && last !== undefined && isMark(last); last = parts.at(-1)) {
    tail.unshift(last.literal)
    parts.pop()
  }
  return { text, exception, message: message ?? '', parts, tail, letters: lettersOf(parts) }
}

/** The message with its holes filled, as PyTorch prints it. */
export const fill = ({ text }: Pattern, values: Values): string =>
  text.replace(/\{(\w+):(\w+)\}/g, (_, hole: string, kind: HoleKind) => printed(kind, values[hole]))

function printed(kind: HoleKind, value: HoleValue): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (typeof value === 'string') return value
  return kind === 'tuple' ? tupleOf(value) : listOf(value)
}

const isMark = (part: Part): part is { literal: string } => 'literal' in part && !/^[\p{L}\p{N}_]/u.test(part.literal)

const lettersOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + ('literal' in part ? part.literal.replace(/[^\p{L}]/gu, '').length : 0), 0)

/** A place in a text where a pattern fits. */
export interface Match {
  /** The first token, and the first behind it. */
  readonly start: number
  readonly end: number
  readonly values: Values
  /** The letters of the pattern that were found. */
  readonly letters: number
  /** false where the text begins or ends in the middle of the message. */
  readonly whole: boolean
}

/** So much of a message has to be there, or so many letters of it: less could be the beginning of another. */
const ENOUGH = { share: 0.6, letters: 20, many: 40 }

/** Every place where the pattern fits; `at` are the tokens that its first word or mark could be. */
export function findPattern(pattern: Pattern, tokens: readonly Token[], text: string, at: readonly number[]): Match[] {
  const lead = pattern.parts.findIndex((part) => 'literal' in part)
  const found = at.flatMap((start): Match[] => {
    const before = lead === 0 ? { start, values: {} } : leading(pattern.parts, tokens, start, text)
    if (before === null) return []
    const outcome = follow(pattern.parts, lead, tokens, start, text, before.values)
    return outcome === null
      ? []
      : [{ ...outcome, start: before.start, end: outcome.end + (outcome.whole ? tailAt(pattern.tail, tokens, outcome.end) : 0) }]
  })
  return [...found, ...cutAtStart(pattern, tokens, text)].filter(
    ({ whole, letters }) => whole || (letters >= ENOUGH.letters && letters >= Math.min(ENOUGH.share * pattern.letters, ENOUGH.many)),
  )
}

/** How many of the marks that end a message are there. */
function tailAt(tail: readonly string[], tokens: readonly Token[], at: number): number {
  const missing = tail.findIndex((mark, i) => tokens[at + i]?.text !== mark)
  return missing < 0 ? tail.length : missing
}

type Outcome = Omit<Match, 'start'>

/** Goes along pattern and text from part `from` and token `at`. */
function follow(parts: readonly Part[], from: number, tokens: readonly Token[], at: number, text: string, known: Values): Outcome | null {
  let values = known
  let end = at
  for (let p = from; p < parts.length; p++) {
    const part = parts[p]
    const cut = (): Outcome => ({ end, values, letters: lettersOf(parts.slice(from, p)), whole: false })
    const rest = 'hole' in part && part.kind === 'text' && p === parts.length - 1
    if (isOver(tokens, end) && !rest) return cut()
    if ('literal' in part) {
      const taken = fits(part.literal, tokens, end)
      if (taken === 0) {
        const half = isOver(tokens, end + 1) && isWord(tokens[end]) && part.literal.startsWith(tokens[end].text)
        // the line ends, and another begins
        return half || (end > at && tokens[end].opens) ? cut() : null
      }
      end += taken
    } else if (part.kind === 'text') return lazily(parts, p, tokens, end, text, values, lettersOf(parts.slice(from, p)))
    else {
      const read = readHole(part.kind, tokens, end, text)
      if (read === null) return isCutShape(part.kind, tokens, end) ? { ...cut(), end: tokens.length } : null
      values = { ...values, [part.hole]: read.value }
      end = read.end
    }
  }
  return { end, values, letters: lettersOf(parts.slice(from)), whole: true }
}

/** A shape that the text ends in the middle of: `[2, 3, 4`. */
const isCutShape = (kind: HoleKind, tokens: readonly Token[], at: number): boolean =>
  (kind === 'shape' || kind === 'tuple') && tokens.slice(at).every(({ text }) => /^(?:torch|size|x|[\d.,([-]+)$/.test(text))

/** Nothing comes any more, or dots that stand for it. */
const isOver = (tokens: readonly Token[], at: number): boolean =>
  at >= tokens.length ||
  tokens[at].text === '…' ||
  (tokens[at].text === '.' && tokens[at + 1]?.text === '.' && tokens[at + 2]?.text === '.')

/** How many tokens a word takes: 1, 2 where a line was broken inside it, 0 where it is another word. */
function fits(literal: string, tokens: readonly Token[], at: number): number {
  const { text } = tokens[at]
  if (text === literal) return 1
  const next = tokens[at + 1]
  return next?.opens === true && text + next.text === literal ? 2 : 0
}

/** The longest run of tokens that a hole of any text may hold. */
const LONGEST = 40

function lazily(
  parts: readonly Part[],
  p: number,
  tokens: readonly Token[],
  at: number,
  text: string,
  values: Values,
  letters: number,
): Outcome | null {
  const { hole } = parts[p] as { hole: string }
  const held = (end: number): Values => ({ ...values, [hole]: end === at ? '' : text.slice(tokens[at].start, tokens[end - 1].end) })
  if (p === parts.length - 1) {
    let end = at
    while (end < tokens.length && !tokens[end].opens) end++
    return { end, values: held(end), letters, whole: true }
  }
  for (let end = at; end <= Math.min(at + LONGEST, tokens.length - 1); end++) {
    const outcome = follow(parts, p + 1, tokens, end, text, held(end))
    if (outcome?.whole === true) return { ...outcome, letters: outcome.letters + letters }
  }
  return null
}

/** What stands before the first word of a pattern that begins with a hole: a word, or all of the line since its last colon. */
function leading(parts: readonly Part[], tokens: readonly Token[], at: number, text: string): { start: number; values: Values } | null {
  const { hole, kind } = parts[0] as { hole: string; kind: HoleKind }
  const wide = kind === 'text'
  let start = at
  while (start > 0 && !tokens[start].opens && tokens[start - 1].text !== ':' && (wide || start === at || tokens[start].glued)) start--
  if (wide) return { start, values: { [hole]: start === at ? '' : text.slice(tokens[start].start, tokens[at - 1].end) } }
  const read = start === at ? null : readHole(kind, tokens.slice(start, at), 0, text)
  // an empty reduction is printed as nothing
  const mayBeEmpty = kind === 'word' && isWord(tokens[at])
  if (read === null || read.end !== at - start) return mayBeEmpty ? { start: at, values: { [hole]: '' } } : null
  return { start, values: { [hole]: read.value } }
}

/** The text begins in the middle of the message, perhaps of a word. */
function cutAtStart({ parts }: Pattern, tokens: readonly Token[], text: string): Match[] {
  const first = tokens[0]
  if (first === undefined) return []
  return parts.flatMap((part, p): Match[] => {
    if (p === 0 || !('literal' in part) || !part.literal.endsWith(first.text) || !isWord(first)) return []
    const outcome = p + 1 < parts.length ? follow(parts, p + 1, tokens, 1, text, {}) : null
    return outcome?.whole === true ? [{ ...outcome, start: 0, whole: false }] : []
  })
}
