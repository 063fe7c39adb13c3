import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sourceOf, valuesOf } from '../../oracle/cases.ts'
import { judge } from '../../oracle/compare.ts'
import { type Golden, hasGoldens, readGoldens } from '../../oracle/goldens.ts'
import { pythonOf, typescriptOf } from '../../oracle/snippets.ts'
import { Tally } from '../../oracle/tally.ts'
import { type BackendName, lastBackend, useBackend } from '../../src/backends/choose.ts'
import { features } from '../../src/backends/wasm/engine.ts'
import type { LossFunction } from '../../src/loss.ts'
import * as losses from '../../src/losses/index.ts'
import { snakeName } from '../../src/spec.ts'
import { computeDType } from '../../src/tensor/dtype.ts'

/** A way in which a backend may differ from PyTorch, with the reason; every use is counted and shown. */
export interface Difference {
  readonly reason: string
  applies(golden: Golden, failure: string): boolean
}

/** How many failures of a chapter are shown in full. */
const shown = 10

/** The one suite that every backend has to pass: all of PyTorch's answers that were kept. */
export function conformance(title: string, backend: BackendName, differences: readonly Difference[]): void {
  const tally = new Tally()
  const used = new Map<string, number>()
  const ran = new Map<string, number>()
  const all = Object.values(losses) as unknown as readonly LossFunction[]
  const specs = all.map(({ spec }) => spec)
  /** Which arithmetic the backend itself did, by loss. */
  const did = new Map<string, Set<string>>()
  beforeAll(() => useBackend(backend))
  afterAll(() => {
    useBackend(null)
    const counts = [...used].map(([reason, count]) => `  ${String(count).padStart(5)} ${reason}`)
    const runs = [...ran].map(([name, count]) => `${name} ${count}`).join(', ')
    process.stdout.write(`${title} (computed by: ${runs}): ${[tally.summary(), ...counts].join('\n')}\n`)
  })

  describe.each(specs.map((spec) => [snakeName(spec), sourceOf(spec)]))(`${title}: %s equals %s`, (name, source) => {
    test('has golden files (npm run goldens makes them)', () => {
      expect(hasGoldens(name)).toBe(true)
    })
    if (!hasGoldens(name)) return
    const { provenance, goldens } = readGoldens(name)

    test('by PyTorch 2.13 and what else it names, complete', () => {
      expect(provenance.torch).toMatch(/^2\.13\./)
      expect(goldens.length).toBe(provenance.cases)
      if (source === 'formulas') expect(provenance.source).toMatch(/\w{3}/)
      if (source.startsWith('torchvision')) expect(provenance.torchvision).toMatch(/^\d/)
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

  test(`${title}: the backend itself did the work`, () => {
    expect(lastBackend()).not.toBeNull()
    expect(ran.get(backend) ?? 0).toBeGreaterThan(2000)
  })

  test(`${title}: a family's SIMD takes what it says, and nothing else`, () => {
    const says = backend === 'wasm' && features().simd
    for (const { spec, family } of all) {
      const took = [...(did.get(snakeName(spec)) ?? [])].sort()
      if (says) expect(took, spec.name).toEqual([...(family.simd ?? [])].sort())
      else expect(took, spec.name).not.toEqual([])
    }
  })

  function failureOf(golden: Golden): string[] {
    const { case: c, answer } = golden
    const verdict = judge(c, answer)
    tally.add(c.loss, verdict)
    const by = String(lastBackend())
    ran.set(by, (ran.get(by) ?? 0) + 1)
    if (by === backend && answer.loss !== undefined && verdict.failure === null && verdict.exception === null) {
      did.set(c.loss, (did.get(c.loss) ?? new Set()).add(computeDType(answer.loss.dtype)))
    }
    if (verdict.failure === null) return []
    const known = differences.find(({ applies }) => applies(golden, verdict.failure?.text ?? ''))
    if (known !== undefined) {
      used.set(known.reason, (used.get(known.reason) ?? 0) + 1)
      return []
    }
    return [`${c.id}: ${verdict.failure.kind}\n${verdict.failure.text}\n${typescriptOf(c)}\n\n${pythonOf(c)}`]
  }
}

/** Whether an argument of the case has an infinite element. */
export const hasInfinite = ({ case: c }: Golden, name: string): boolean => {
  const tensor = c.tensors[name]
  return tensor !== undefined && valuesOf(tensor).some((value) => Math.abs(value) === Infinity)
}
