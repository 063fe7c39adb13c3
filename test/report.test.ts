import { expect, test } from 'vitest'
import { crossEntropy, mseLoss, nn, onWarning, report, tensor } from '../src/index.ts'

test('a report says what the loss gives: reduction, dtype, shape', () => {
  const input = tensor([[1, 2, 3]], { dtype: 'float64' })
  expect(report(mseLoss, input, [[0, 0, 0]])).toEqual({
    value: 14 / 3,
    sum: 14,
    denominator: 3,
    counted: 3,
    ignored: 0,
    reduction: 'mean',
    dtype: 'float64',
    shape: [],
  })
  const each = report(mseLoss, input, [[0, 0, 0]], { reduction: 'none' })
  expect(each).toMatchObject({ value: 14 / 3, reduction: 'none', shape: [1, 3] })
  expect(report(crossEntropy, [[0, 0]], [1], { reduction: 'none' })).toMatchObject({ dtype: 'float32', shape: [1] })
})

test('deprecated options are reported as the reduction that they mean', () => {
  const before = onWarning(() => undefined)
  expect(report(mseLoss, [1], [0], { sizeAverage: false, reduction: 'mean' }).reduction).toBe('sum')
  expect(nn.MSELoss({ reduce: false }).report([1, 3], [0, 0])).toMatchObject({ reduction: 'none', value: 5, shape: [2] })
  onWarning(before)
})
