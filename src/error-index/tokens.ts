/** A run of letters, a number, or a mark of a pasted text. */
export interface Token {
  /** In lower case, since people retype messages. */
  readonly text: string
  /** Where it lies in the text. */
  readonly start: number
  readonly end: number
  /** Nothing stands between it and the token before it. */
  readonly glued: boolean
  /** A line begins with it. */
  readonly opens: boolean
}

/** Colours of a terminal, and what mail, loggers and tracebacks put before a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
const noise = [/\x1b\[[\d;]*m/g, /^[ \t]*(?:\[rank\d+\]:|\d+:|[>│❱|#$]+)+/gm]

/** A number; letters, in which digits do not stick ("1only", "0D"); or a mark. Quotes of every kind are left out, for they get lost. */
const shape = /\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\p{L}\d])|\d+|[\p{L}_]+|[^\s'"`´‘’“”«»]/giu

/** The text in pieces, so that blanks, line breaks, quotes and capitals do not matter. */
export function tokenize(text: string): readonly Token[] {
  const bare = noise.reduce((cleaned, pattern) => cleaned.replace(pattern, (found) => ' '.repeat(found.length)), text)
  let before = 0
  return [...bare.matchAll(shape)].map(({ 0: found, index }) => {
    const gap = bare.slice(before, index)
    const opens = before === 0 ? !/\S/.test(gap) : gap.includes('\n')
    const token = { text: found.toLowerCase(), start: index, end: index + found.length, glued: before > 0 && gap === '', opens }
    before = token.end
    return token
  })
}

export const isWord = ({ text }: Token): boolean => /^[\p{L}_]/u.test(text)
