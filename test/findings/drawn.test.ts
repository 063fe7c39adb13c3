import { expect, test } from 'vitest'
import { drawCase } from '../../oracle/generate.ts'
import { Random } from '../../oracle/random.ts'
import { argumentsOf, lossOf } from '../../oracle/run-case.ts'
import { check, LossError, noGrad } from '../../src/index.ts'
import type { LossFunction } from '../../src/loss.ts'
import * as losses from '../../src/losses/index.ts'
import { onWarning } from '../../src/warn.ts'

/** What the calls that PyTorch is asked about look like to the checks: shapes of all kinds, empty ones, special values, wrong options. */
const table = Object.values(losses) as unknown as readonly LossFunction[]

test.each(table.map((loss) => [loss.spec.name, loss] as const))(
  '%s: a drawn call is refused by the loss and found by check, or neither',
  (_, loss) => {
    const random = new Random(20_26)
    const before = onWarning(() => {})
    try {
      for (let i = 0; i < 150; i++) {
        const c = drawCase(loss.spec, random, `drawn ${i}`)
        const call = (run: (...args: unknown[]) => unknown): unknown => {
          try {
            const { args, options } = argumentsOf(c, [])
            return noGrad(() => run(...args, options))
          } catch (error) {
            if (error instanceof LossError) return error
            throw error
          }
        }
        const result = call(lossOf(c.loss))
        const findings = call((...args) => check(loss, ...(args as never[])))
        // what is no call at all is refused by both
        if (findings instanceof LossError) expect(findings.code).toBe((result as LossError).code)
        else if (result instanceof LossError) expect((findings as ReturnType<typeof check>).map(({ level }) => level)).toContain('error')
      }
    } finally {
      onWarning(before)
    }
  },
)
