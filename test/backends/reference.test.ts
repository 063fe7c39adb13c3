import { expect, test } from 'vitest'
import { readGoldens } from '../../oracle/goldens.ts'
import { conformance } from './conformance.ts'

conformance('reference', 'reference', [])

test('of the five losses of the seed there are at least 3,000 cases', () => {
  const seed = ['cross_entropy', 'nll_loss', 'binary_cross_entropy', 'binary_cross_entropy_with_logits', 'mse_loss']
  expect(seed.reduce((sum, loss) => sum + readGoldens(loss).goldens.length, 0)).toBeGreaterThanOrEqual(3000)
})
