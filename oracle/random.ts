/**
 * Seeded random numbers: the same cases from the same seed, on every machine.
 *
 * Source: sfc32, C. Doty-Humphrey's small fast counting generator (PractRand, https://pracrand.sourceforge.net/RNG_engines.txt)
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1

  constructor(seed: number) {
    this.a = seed | 0
    this.b = Math.floor(seed / 2 ** 32) | 0
    this.c = 0x9e3779b9
    for (let i = 0; i < 15; i++) this.bits()
  }

  private bits(): number {
    const sum = (this.a + this.b + this.counter++) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** In [0, 1). */
  uniform(): number {
    return this.bits() / 2 ** 32
  }

  /** About normal: mean 0, variance 1. */
  normal(): number {
    let sum = 0
    for (let i = 0; i < 6; i++) sum += this.uniform() - 0.5
    return sum * Math.SQRT2
  }

  /** An integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below)
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)]
  }
}

/** A seed of a text, so that each loss has random numbers of its own (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
