/** What is printed for people fits so many columns; only a name that is longer, of a file, does not. */
export const WIDTH = 100

/** Lines of at most `width` columns; colours take none. A word that is longer has a line of its own. */
export function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** The same as one text: the first line begins with `first`, the others with `next`. */
export const hang = (text: string, first: string, next: string, width = WIDTH): string =>
  wrap(text.replace(/\s+/g, ' '), width - Math.max(columnsOf(first), columnsOf(next)))
    .map((line, i) => `${i === 0 ? first : next}${line}`)
    .join('\n')

/** Rows of a label and a text, indented; the texts begin below each other. */
export function labelled(
  rows: readonly (readonly [label: string, text: string])[],
  paint = (label: string) => label,
  width = WIDTH,
): string {
  const longest = Math.max(0, ...rows.map(([label]) => columnsOf(label)))
  const line = ([label, text]: readonly [string, string]) =>
    hang(text, `  ${paint(label)}${' '.repeat(longest - columnsOf(label))}  `, ' '.repeat(longest + 4), width)
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** How many columns a text takes. */
export const columnsOf = (text: string): number => [...text.replace(COLOUR, '')].length

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is not counted
const COLOUR = /\x1b\[\d+m/g
