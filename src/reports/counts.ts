/**
 * How often each class occurs, as text that stays short when most of many classes do not occur: numbers to the base 36 with blanks between
 * them, where `-5` stands for five zeros.
 */
export function spellCounts(counts: ArrayLike<number>): string {
  const words: string[] = []
  for (let i = 0, zeros = 0; i < counts.length; i++) {
    if (counts[i] === 0 && ++zeros > 0 && counts[i + 1] === 0) continue
    if (counts[i] !== 0) words.push(counts[i].toString(36))
    else {
      words.push(`-${zeros}`)
      zeros = 0
    }
  }
  return words.join(' ')
}

export function readCounts(text: string): Float64Array {
  const words = text === '' ? [] : text.split(' ')
  const lengths = words.map((word) => (word.startsWith('-') ? Number(word.slice(1)) : 1))
  const counts = new Float64Array(lengths.reduce((sum, length) => sum + length, 0))
  for (let i = 0, at = 0; i < words.length; at += lengths[i++]) if (!words[i].startsWith('-')) counts[at] = Number.parseInt(words[i], 36)
  return counts
}

export function addCounts(a: string, b: string): string {
  const [sum, other] = [readCounts(a), readCounts(b)]
  return spellCounts(sum.map((count, i) => count + other[i]))
}
