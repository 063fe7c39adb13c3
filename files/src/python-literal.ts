import { COPY_AGAIN, FileError } from './errors.ts'
import { decodeLatin1, decodeUtf8, show } from './text.ts'

/** A value of the literal, with the bytes of the file it was read from, so that a later complaint can point at it. */
export type Literal = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'None' }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Literal> }
)

export interface LiteralSource {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly encoding: 'latin1' | 'utf8'
  readonly file: string
}

/** NumPy's deepest header is a list of tuples with a tuple inside, per level of a structured dtype. */
const MAX_DEPTH = 16

/**
 * The one Python literal that fills the source: dict with string keys, list, tuple, string, integer (also Python 2's `3L`), True, False, None.
 *
 * A subset of what `ast.literal_eval` takes: no floats, bytes, sets, prefixes, implicit joins or comments, because no array header has them.
 * A key that comes twice is refused. Throws a FileError of code 'header' at the byte that does not fit.
 * @see https://docs.python.org/3/library/ast.html#ast.literal_eval
 */
export function parseLiteral(source: LiteralSource): Literal {
  const { bytes, end, file } = source
  let at = source.start
  const literal = value(0)
  skipSpace()
  if (at < end) throw unexpected('nothing but spaces after the header')
  return literal

  function value(depth: number): Literal {
    skipSpace()
    const start = at
    const first = peek()
    if (depth > MAX_DEPTH) throw unexpected(`at most ${MAX_DEPTH} brackets within each other`)
    if (first === '{') return dict(depth)
    if (first === '[') return { kind: 'list', items: sequence(depth, ']').items, start, end: at }
    if (first === '(') {
      const { items, commas } = sequence(depth, ')')
      // Python: (3) is 3, only (3,) is a tuple.
      return items.length === 1 && commas === 0 ? items[0] : { kind: 'tuple', items, start, end: at }
    }
    if (first === "'" || first === '"') return { kind: 'string', value: string(first), start, end: at }
    if (first === '-' || isDigit(first)) return { kind: 'int', value: integer(), start, end: at }
    if (isLetter(first)) {
      const word = takeWhile(isLetter)
      if (word === 'True' || word === 'False') return { kind: 'bool', value: word === 'True', start, end: at }
      if (word === 'None') return { kind: 'None', start, end: at }
      at = start
    }
    throw unexpected('a Python literal')
  }

  function dict(depth: number): Literal {
    const start = at++
    const entries = new Map<string, Literal>()
    for (let comma = true; ; ) {
      skipSpace()
      if (peek() === '}') break
      if (!comma) throw unexpected("',' or '}'")
      const quote = peek()
      if (quote !== "'" && quote !== '"') throw unexpected("a key in quotes or '}'")
      const keyStart = at
      const key = string(quote)
      if (entries.has(key)) {
        at = keyStart
        throw unexpected('each key once')
      }
      skipSpace()
      if (peek() !== ':') throw unexpected("':'")
      at++
      entries.set(key, value(depth + 1))
      comma = skipComma()
    }
    at++
    return { kind: 'dict', entries, start, end: at }
  }

  function sequence(depth: number, close: string): { items: Literal[]; commas: number } {
    at++
    const items: Literal[] = []
    let commas = 0
    for (;;) {
      skipSpace()
      if (peek() === close) break
      if (commas < items.length) throw unexpected(`',' or '${close}'`)
      items.push(value(depth + 1))
      if (skipComma()) commas++
    }
    at++
    return { items, commas }
  }

  /** Escapes are kept as they are spelled: they occur only in names of fields, and those are only shown. */
  function string(quote: string): string {
    const start = ++at
    while (peek() !== quote) {
      if (peek() === '\\') at++
      if (at >= end || peek() === '\n') throw unexpected(`the closing ${quote}`)
      at++
    }
    const content = bytes.subarray(start, at++)
    const text = source.encoding === 'utf8' ? decodeUtf8(content) : decodeLatin1(content)
    if (text !== undefined) return text
    at = start
    throw unexpected('UTF-8')
  }

  function integer(): number {
    const start = at
    const sign = peek() === '-' ? -1 : 1
    if (sign < 0) at++
    const digits = takeWhile(isDigit)
    if (digits === '' || (digits.length > 1 && digits[0] === '0')) {
      at = start
      throw unexpected('an integer')
    }
    if (peek() === 'L') at++
    return sign * Number(digits) + 0 // -0 is 0
  }

  function takeWhile(belongs: (character: string) => boolean): string {
    const start = at
    while (belongs(peek())) at++
    return decodeLatin1(bytes.subarray(start, at))
  }

  function skipSpace(): void {
    while (peek() === ' ' || peek() === '\t' || peek() === '\n' || peek() === '\r') at++
  }

  function skipComma(): boolean {
    skipSpace()
    if (peek() !== ',') return false
    at++
    return true
  }

  /** The next character, or '' at the end. */
  function peek(): string {
    return at < end ? String.fromCharCode(bytes[at]) : ''
  }

  function unexpected(expected: string): FileError {
    const rest = bytes.subarray(Math.min(at, end), end)
    return new FileError({
      code: 'header',
      file,
      offset: Math.min(at, end),
      received: rest.length === 0 ? 'the end of the header' : `a header that goes on: ${show(rest, 40).trimEnd()}`,
      expected,
      repair: COPY_AGAIN,
    })
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1
}

function isLetter(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
}
