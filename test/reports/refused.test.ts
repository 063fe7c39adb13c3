import { expect, test } from 'vitest'
import { check, crossEntropy, diceLoss, Meter, mseLoss, nn, report, ssim } from '../../src/index.ts'
import { refused } from '../support.ts'

test.each<[string, unknown, string]>([
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a name', 'crossEntropy', 'a value of type string'],
  ['a measure', ssim, 'the measure ssim'],
  ['a criterion that was not made', nn.MSELoss, 'a function'],
  ['any function', (x: number) => x, 'a function'],
])('check, report and Meter.add of %s name the argument', (_, loss, received) => {
  const calls = {
    check: () => (check as (...args: readonly unknown[]) => unknown)(loss, [1], [0]),
    report: () => (report as (...args: readonly unknown[]) => unknown)(loss, [1], [0]),
    'Meter.add': () => new Meter().add(loss as never, [1], [0]),
  }
  for (const [fn, call] of Object.entries(calls)) {
    const error = refused(call)
    expect(error).toMatchObject({ code: 'argument-type', fn, argument: 'loss', pytorch: null })
    expect(error.received).toMatch(new RegExp(`^${received}`))
    expect(error.repair).toContain('(crossEntropy, input, target)')
  }
})

test('a meter refuses another loss by its own name, and stays what it was', () => {
  const meter = new Meter()
  meter.add(mseLoss, [1, 2], [0, 0])
  const other = refused(() => meter.add(crossEntropy, [[1, 2]], [0]))
  expect(other).toMatchObject({ fn: 'Meter.add', argument: 'loss', received: 'the loss "crossEntropy"' })
  expect(other.expected).toBe('the same loss in all of them: "mseLoss", the first batch\'s')
  expect(other.repair).toMatch(/^a Meter for each loss/)
  expect(refused(() => meter.add(mseLoss, [1], [0], { reduction: 'sum' }))).toMatchObject({ fn: 'Meter.add' })
  expect(refused(() => meter.update(report(crossEntropy, [[1, 2]], [0])))).toMatchObject({ fn: 'Meter.update', argument: 'reports' })
  expect(refused(() => meter.update({} as never))).toMatchObject({ fn: 'Meter.update', repair: 'meter.add(crossEntropy, input, target)' })
  expect(meter.report().value).toBe(2.5)
})

test('a meter of a loss whose whole is not the sum of its parts says so', () => {
  const meter = new Meter()
  const add = () => meter.add(diceLoss, [[[1, 0]]], [[[1, 0]]], { mode: 'binary' })
  add()
  expect(refused(add)).toMatchObject({ fn: 'Meter.add', received: 'two of diceLoss' })
})
