import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { entries } from '../../src/error-index/entries/index.ts'
import { mistakes, withValues } from '../../src/error-index/entry.ts'
import { explain, knownOf } from '../../src/error-index/explain.ts'
import { isLossName } from '../../src/error-index/holes.ts'
import { fill, parsePattern } from '../../src/error-index/pattern.ts'
import * as losses from '../../src/losses/index.ts'
import type { LossSpec } from '../../src/spec.ts'
import { checksOf, pytorchOf, thrownBy } from './support.ts'

const named = entries.map((entry) => [entry.id, entry] as const)

test('names and messages occur once', () => {
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  expect(new Set(entries.map(({ title }) => title)).size).toBe(entries.length)
  const says = entries.flatMap(({ says: main, older = [] }) => [main, ...older.map((message) => message.says)])
  expect(new Set(says).size).toBe(says.length)
})

describe.each(named)('%s', (id, entry) => {
  const message = fill(parsePattern(entry.says), entry.sample)
  const { wrong, says = message, right } = withValues(entry.example, entry.sample)

  test('its own message finds it, with the values of the sample', () => {
    const [found] = explain(message).found
    expect(found).toMatchObject({ id, match: 'whole', values: entry.sample })
    expect(found.message).toBe(message.replace(/^\w+(?:Error|Warning): /, '').trim())
  })

  test('the wrong call is refused with the text that is shown, the right one is not', () => {
    expect(pytorchOf(wrong)).toBe(says)
    expect(thrownBy(right)).toBe(null)
  })

  test('the check that it names finds the mistake in its example', () => {
    if (entry.finding === undefined) return
    expect(checksOf(wrong)).toContain(entry.finding)
    expect(existsSync(new URL(`../../docs/findings/${entry.finding}.md`, import.meta.url))).toBe(true)
  })

  test('it has a cause, repairs in both, and no numbers where there are none', () => {
    expect(entry.cause).toMatch(/[.)]$/)
    const repairs = withValues(entry.repair, entry.sample)
    expect(repairs.length).toBeGreaterThan(0)
    for (const { pytorch, surprisal } of [...repairs, ...(entry.general ?? [])])
      expect([pytorch, surprisal].join()).not.toMatch(/(?<!backward\()undefined|\bNaN\b|\n/)
    expect(repairs.length === 1 || repairs.every(({ when }) => when !== undefined || repairs[0].when === undefined)).toBe(true)
    if (entry.here !== undefined) expect(withValues(entry.here, entry.sample)).not.toMatch(/undefined|NaN/)
    if (entry.mistake !== undefined) expect(mistakes).toHaveProperty(String(entry.mistake))
  })

  test('every wording of it finds it', () => {
    for (const { pattern } of knownOf(entry)) {
      const text = fill(pattern, { ...somehow(pattern.text), ...(entry.sample as Record<string, never>) })
      const { found } = explain(text)
      expect(found[0]?.id, text).toBe(id)
      expect(found[0].match).toBe('whole')
      expect(JSON.parse(JSON.stringify(found[0]))).toEqual(found[0])
    }
  })
})

/** Values for the holes of a message of older versions. */
function somehow(pattern: string) {
  const values = {
    number: 3,
    shape: [2, 3],
    tuple: [2, 3],
    dtype: 'Double',
    word: 'str',
    text: 'cuda:0',
    loss: 'mse_loss',
    kernel: 'mse_cpu',
  }
  const holes = [...pattern.matchAll(/\{(\w+):(\w+)\}/g)]
  return Object.fromEntries(holes.map(([, name, kind]) => [name, values[kind as keyof typeof values]]))
}

test('every loss that PyTorch has is a loss by its name', () => {
  for (const { spec } of Object.values<{ readonly spec: LossSpec }>(losses)) {
    if (spec.pytorch !== null) expect([spec.pytorch, spec.module].every(isLossName), spec.pytorch).toBe(true)
  }
})
