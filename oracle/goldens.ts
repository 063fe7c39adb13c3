import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Answer, Case } from './cases.ts'

/** What answered: libraries with their versions. */
export interface Versions {
  readonly torch: string
  readonly numpy: string
  readonly torchvision?: string
  /** Of a formula of our own: the paper or the library that it follows, and the version of that library. */
  readonly source?: string
  readonly library?: string
}

/** What a golden file says of itself. */
export interface Provenance extends Versions {
  readonly seed: number
  readonly generator: number
  readonly cases: number
}

export interface Golden {
  readonly case: Case
  readonly answer: Answer
}

const fileOf = (pytorch: string): URL => new URL(`goldens/${pytorch}.jsonl.gz`, import.meta.url)

export function writeGoldens(pytorch: string, provenance: Provenance, goldens: readonly Golden[]): number {
  const lines = [provenance, ...goldens].map((line) => JSON.stringify(line))
  const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 })
  bytes[9] = 255 // the operating system: unknown, so that every machine writes the same file
  writeFileSync(fileOf(pytorch), bytes)
  return bytes.length
}

export const hasGoldens = (pytorch: string): boolean => existsSync(fileOf(pytorch))

export function readGoldens(pytorch: string): { provenance: Provenance; goldens: Golden[] } {
  const [first, ...rest] = gunzipSync(readFileSync(fileOf(pytorch)))
    .toString()
    .trimEnd()
    .split('\n')
  return { provenance: JSON.parse(first), goldens: rest.map((line) => JSON.parse(line)) }
}
