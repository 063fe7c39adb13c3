import { describe, expect, test } from 'vitest'
import type { Checked } from '../../src/decoder/facts.ts'
import type { Candidate, Signature } from '../../src/decoder/signature.ts'
import { table, topics } from '../../src/decoder/signatures/index.ts'
import * as surprisal from '../../src/index.ts'

const { why } = surprisal

/** Runs a signature's expression as a reader would: with the library's names and nothing else. */
function produced({ run }: Candidate): number {
  const names = Object.keys(surprisal)
  return new Function(...names, `return (${run})`)(...Object.values(surprisal)) as number
}

/** What is typed for a value: as `{:.4f}` prints it, or four digits of what is smaller or larger. */
const printed = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6 ? value.toFixed(4) : value.toExponential(4)
}

const cases = table.flatMap((row) => row.examples.map((known) => [row.id, JSON.stringify(known), row, known] as const))

/** The candidates of an example that is determined by what is known. */
const determined = (row: Signature, known: Checked): readonly Candidate[] => row.candidates(known, Number.NaN)

surprisal.onWarning(() => undefined)

describe('every number is produced by the real loss on constructed data, and recognised', () => {
  test.each(cases)('%s %s', (_, __, row, known) => {
    const candidates = determined(row, known)
    expect(candidates.length).toBeGreaterThan(0)
    for (const candidate of candidates) {
      const value = produced(candidate)
      if (typeof candidate.value === 'object') {
        expect(value).toBeGreaterThan(candidate.value.from)
        expect(value).toBeLessThan(candidate.value.to)
      } else if (!Number.isFinite(candidate.value) || candidate.value === 0) expect(value + 0).toBe(candidate.value)
      // float32 arithmetic of up to some thousand terms
      else expect(Math.abs(value - candidate.value)).toBeLessThanOrEqual(4e-6 * Math.abs(candidate.value))
    }
    const [first] = candidates
    const value = produced(first)
    const loss = known.loss ?? row.losses[0]
    const { explanations } = why(printed(value), loss === undefined ? known : { ...known, loss })
    expect(explanations.map(({ id }) => id)).toContain(row.id)
    const found = explanations.find(({ id }) => id === row.id)
    expect(found?.derivation).toBe(first.derivation)
  })
})

test('the table: names are unique, losses exist, texts are there, and each row has an example', () => {
  const ids = table.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const losses = Object.keys(surprisal)
  for (const row of table) {
    expect(
      row.losses.filter((name) => !losses.includes(name)),
      row.id,
    ).toEqual([])
    for (const text of [row.title, row.formula, row.means, row.sure, row.repair.here, row.repair.torch]) expect(text, row.id).not.toBe('')
    expect(row.examples.length, row.id).toBeGreaterThan(0)
    for (const known of row.examples) for (const name of row.needs ?? []) expect(known, row.id).toHaveProperty(name)
  }
  expect(topics.every(([, rows]) => rows.length > 0)).toBe(true)
  expect(table.length).toBeGreaterThanOrEqual(80)
})

test('a row asks for no fact that it does not need', () => {
  for (const row of table) {
    for (const name of row.needs ?? []) {
      // what is needed is missing: either nothing comes, or something that is no number
      const known = { ...row.examples[0], [name]: undefined }
      const values = row.candidates(known, Number.NaN).map(({ value }) => value)
      const before = row.candidates(row.examples[0], Number.NaN).map(({ value }) => value)
      expect(values, `${row.id} without ${name}`).not.toEqual(before)
    }
  }
})

test('parameters are named by a code: their probabilities add up to at most 1', () => {
  // at any number, by Kraft's inequality
  for (const row of table) {
    for (const near of [0.1, Math.LN2, 1, Math.LN10, 27.6, 100, 1000]) {
      const seen = new Map(row.candidates({}, near).map((candidate) => [candidate.derivation, candidate.bits ?? 0]))
      if ((row.needs ?? []).length > 0) continue
      const total = [...seen.values()].reduce((sum, bits) => sum + 2 ** -bits, 0)
      expect(total, `${row.id} at ${near}`).toBeLessThanOrEqual(1 + 1e-9)
    }
  }
})
