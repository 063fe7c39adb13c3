import { expect, test } from 'vitest'
import { sweep, sweeps } from '../../scripts/accuracy.ts'

// the bounds of docs/accuracy.md, rounded up, on a sample of the floats; `npm run accuracy` tries every one
const bounds = [1.4, 2.5, 2.5, 5, 8.4, 0.9, 1.5, 3.7]

test.each(sweeps.map((each, i) => [each.name, each, bounds[i]] as const))('%s is as exact as the documents say', (_, each, bound) => {
  const { worst, count } = sweep(each, false, 9973)
  expect(count).toBeGreaterThan(1_000)
  expect(worst).toBeLessThan(bound)
})
