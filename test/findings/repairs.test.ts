import { describe, expect, test } from 'vitest'
import { Random, seedOf } from '../../oracle/random.ts'
import * as surprisal from '../../src/index.ts'
import { check, type LossFunction } from '../../src/index.ts'
import { scenes } from './scenes/index.ts'

/** What is typed as a repair of a refused call, run as it is typed: with the arguments of the call under their names. */
function typed(code: string, { spec }: LossFunction, args: readonly unknown[]): unknown {
  const options = (args[spec.inputs.length] ?? {}) as Record<string, unknown>
  const names = Object.fromEntries(spec.inputs.map(({ name }, i) => [name, args[i]]))
  const scope = { ...surprisal, ...options, ...names }
  return new Function(...Object.keys(scope), `return ${code}`)(...Object.values(scope))
}

/** How many of these repairs are calls; the rest are words, where something has to be done to the data first. */
const calls: Readonly<Record<string, number>> = {
  'target-shape': 0.6,
  'class-axis': 1,
  'wrong-dtype': 1,
  'class-out-of-range': 0.5,
  'damaged-mask': 0.5,
  'several-classes': 1,
  'not-log-probabilities': 1,
  'padding-counted': 1,
}

describe.each(scenes.filter(({ code }) => code in calls))('$code', ({ code, mistaken }) => {
  test('repairs run as they are typed, and the finding is gone', () => {
    let [run, all] = [0, 0]
    for (const [name, draw] of Object.entries(mistaken)) {
      const random = new Random(seedOf(`repairs ${code} ${name}`))
      for (let i = 0; i < 10; i++) {
        const { loss, args } = draw(random)
        const found = check(loss, ...args).find((finding) => finding.code === code)
        const repair = found?.repair.surprisal ?? ''
        all++
        if (!/^\w+\(.*\)$/.test(repair)) continue
        run++
        expect((typed(repair, loss, args) as surprisal.Tensor).item(), `${name}: ${repair}`).not.toBeNaN()
        const again = typed(repair.replace(/^(\w+)\(/, 'check($1, '), loss, args) as surprisal.Findings
        expect(
          again.map((finding) => finding.code),
          `${name}: ${repair}`,
        ).not.toContain(code)
      }
    }
    expect(run / all).toBeGreaterThanOrEqual(calls[code])
  })
})

test('PyTorch’s line of a repair names the arguments as Python does', () => {
  const input = surprisal.tensor(new Float32Array(12), { shape: [4, 3] })
  const [found] = check(surprisal.crossEntropy, input, surprisal.tensor([[0n], [1n], [2n], [0n]]), {
    labelSmoothing: 0.1,
    reduction: 'sum',
  })
  expect(found.repair.pytorch).toBe(`F.cross_entropy(input, target.squeeze(1), reduction='sum', label_smoothing=0.1)`)
  expect(found.repair.surprisal).toBe(`crossEntropy(input, reshape(target, [4]), { reduction: 'sum', labelSmoothing: 0.1 })`)
})
