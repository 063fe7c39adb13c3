import type { Pattern } from './pattern.ts'

/** A message of the index that resembles a text, with how much: 1 is the same words. */
export interface Near<T> {
  readonly of: T
  readonly likeness: number
}

/** Below this the resemblance is by chance: 0.31 is the most that 40 unrelated messages of Python and PyTorch reach (a test has them). */
export const LIKE = 0.62

/** The triples of letters of a text, without numbers, quotes and blanks doubled. */
function triples(text: string): Set<string> {
  const plain = ` ${text
    .toLowerCase()
    .replace(/\{\w+:\w+\}|[^\p{L}_]+/gu, ' ')
    .trim()} `
  const found = new Set<string>()
  for (let i = 0; i + 3 <= plain.length; i++) found.add(plain.slice(i, i + 3))
  return found
}

/** The patterns whose fixed words resemble a line of the text most, by Dice's coefficient of triples of letters: 2|A ∩ B| / (|A| + |B|). */
export function nearest<T extends { readonly pattern: Pattern }>(text: string, known: readonly T[]): Near<T>[] {
  const lines = text
    .split('\n')
    .map((line) => triples(line.replace(/^.*?\w+(?:Error|Warning|Exception): /, '')))
    .filter(({ size }) => size > 3)
  const scored = known.map((of) => {
    const wanted = triples(of.pattern.message)
    return { of, likeness: Math.max(0, ...lines.map((line) => dice(wanted, line))) }
  })
  return scored.filter(({ likeness }) => likeness >= LIKE).sort((a, b) => b.likeness - a.likeness)
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0
  for (const triple of a) if (b.has(triple)) both++
  return (2 * both) / (a.size + b.size)
}
