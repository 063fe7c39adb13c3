import { expect, test } from 'vitest'
import { commandName, losses } from '../../cli/src/losses.ts'
import type { LossFunction } from '../../src/index.ts'
import * as table from '../../src/losses/index.ts'
import { surprisal } from './support.ts'

test('every loss with its meaning, family, PyTorch’s name and what SIMD computes', () => {
  const { stdout, stderr, exit } = surprisal(['list'])
  expect([exit, stderr]).toEqual([0, ''])
  for (const { spec, family } of losses) {
    expect(stdout).toContain(`\n${family.family}: ${family.about}\n`.slice(stdout.startsWith(family.family) ? 1 : 0))
    const [, line, next] = new RegExp(`^  ${commandName(spec)} +(.*)\n +(.*)$`, 'm').exec(stdout) ?? []
    expect(next).toBe(spec.summary)
    expect(line.startsWith('—')).toBe(spec.pytorch === null)
    expect(line.endsWith('—')).toBe(family.simd?.length === 0)
  }
  expect(stdout).toMatch(/^ {2}mse-loss +nn\.MSELoss +SIMD float32, float64$/m)
  expect(stdout).toMatch(/^ {2}generalized-box-iou-loss +torchvision\.ops\.generalized_box_iou_loss +—$/m)
})

test('it fits into 100 columns', () => {
  const { stdout } = surprisal(['list'])
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
})

test('--json', () => {
  const { stdout, exit } = surprisal(['list', '--json'])
  const document = JSON.parse(stdout)
  expect([exit, document.schema]).toEqual([0, 1])
  expect(document.losses).toHaveLength(Object.keys(table).length)
  for (const loss of document.losses) {
    const { spec, family } = losses.find((each) => each.spec.name === loss.function) as LossFunction
    expect(loss).toMatchObject({ command: commandName(spec), summary: spec.summary, family: { name: family.family } })
    expect(loss.python.function === null).toBe(spec.pytorch === null)
  }
})

test('what does not belong to it is refused', () => {
  expect(surprisal(['list', 'mse']).exit).toBe(2)
  expect(surprisal(['list', '--reduction', 'sum']).exit).toBe(2)
})
