import { afterAll, describe, expect, test } from 'vitest'
import { judge } from '../oracle/compare.ts'
import { type Golden, hasGoldens, readGoldens } from '../oracle/goldens.ts'
import { pythonOf, typescriptOf } from '../oracle/snippets.ts'
import { Tally } from '../oracle/tally.ts'
import * as losses from '../src/losses/index.ts'

/** How many failures of a chapter are shown in full. */
const shown = 10

const tally = new Tally()
const specs = Object.values(losses).map(({ spec }) => spec)

describe.each(specs.map(({ pytorch }) => pytorch))('%s equals PyTorch', (pytorch) => {
  test('has golden files (npm run goldens makes them)', () => {
    expect(hasGoldens(pytorch)).toBe(true)
  })
  if (!hasGoldens(pytorch)) return
  const { provenance, goldens } = readGoldens(pytorch)

  test('by PyTorch 2.13, complete', () => {
    expect(provenance.torch).toMatch(/^2\.13\./)
    expect(goldens.length).toBe(provenance.cases)
  })

  const chapterOf = ({ case: c }: Golden): string => c.id.split('/')[1]
  const chapters = [...new Set(goldens.map(chapterOf))].map(
    (name) => [name, goldens.filter((golden) => chapterOf(golden) === name)] as const,
  )
  test.each(chapters)('%s', (_, chapter) => {
    const failures = chapter.flatMap(failureOf)
    const more = failures.length > shown ? `\n… and ${failures.length - shown} more` : ''
    expect(failures.length, `${failures.slice(0, shown).join('\n\n')}${more}`).toBe(0)
  })
})

test('over the five losses of the seed there are at least 3,000 cases', () => {
  const count = specs.reduce((sum, { pytorch }) => sum + readGoldens(pytorch).goldens.length, 0)
  expect(count).toBeGreaterThanOrEqual(3000)
})

afterAll(() => {
  process.stdout.write(`goldens: ${tally.summary()}\n`)
})

function failureOf({ case: c, answer }: Golden): string[] {
  const verdict = judge(c, answer)
  tally.add(c.loss, verdict)
  if (verdict.failure === null) return []
  return [`${c.id}: ${verdict.failure.kind}\n${verdict.failure.text}\n${typescriptOf(c)}\n\n${pythonOf(c)}`]
}
