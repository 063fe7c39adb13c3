import { describe, expect, test } from 'vitest'
import { differences, readAdaptive } from '../oracle/adaptive-softmax.ts'
import { nn, type Tensor, type TensorLike, tensor } from '../src/index.ts'
import { numbersOf } from '../src/tensor/view.ts'
import { refused } from './support.ts'

const file = new URL('../oracle/goldens/adaptive_log_softmax_with_loss.jsonl.gz', import.meta.url)
const { torch, cases, goldens } = readAdaptive(file)
const numbers = (t: Tensor) => Array.from(numbersOf(t, 'float64'))
const seeded = (dtype: 'float32' | 'float64' = 'float64', headBias = true) => {
  let state = 1
  const random = () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
  return nn.AdaptiveLogSoftmaxWithLoss(3, 9, [2, 5], { divValue: 1.5, headBias, dtype, random })
}
const float64 = (values: TensorLike, requiresGrad = false) => tensor(values, { dtype: 'float64', requiresGrad })
const rows = [
  [0.3, -1.2, 0.8],
  [1.7, -0.4, 2.1],
  [-0.6, 0.9, 0.1],
  [0.2, 0.4, -1.5],
]
const labels = [1, 8, 3, 5]

test('equals PyTorch 2.13: output, loss, log-probabilities, predictions, all gradients, errors', () => {
  expect(torch).toMatch(/^2\.13\./)
  expect(goldens.length).toBe(cases)
  expect(goldens.length).toBeGreaterThanOrEqual(140)
  expect(goldens.filter(({ answer }) => answer.error ?? answer.forward.error).length).toBeGreaterThan(20)
  expect(goldens.flatMap((golden, i) => differences(golden).map((text) => `${i}: ${text}`))).toEqual([])
})

describe('gradients', () => {
  test('are those of the values, by the input and every parameter', () => {
    const criterion = seeded()
    const input = float64(rows, true)
    criterion(input, labels).loss.backward()
    const layers = [criterion.head, ...criterion.tail.flat()]
    const h = 1e-5
    for (const layer of layers) {
      const { weight } = layer
      const grad = numbers(weight.grad as Tensor)
      numbers(weight).forEach((value, i, all) => {
        const at = (by: number) => {
          layer.weight = tensor(Float64Array.from(all).with(i, value + by), { shape: weight.shape })
          return criterion(
            rows.map((row) => [...row]),
            labels,
          ).loss.item()
        }
        // wrong by about h², and by the roundings of a loss over 2h
        expect(grad[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 8)
        layer.weight = weight
      })
    }
    expect(numbers(input.grad as Tensor).every((slope) => slope !== 0)).toBe(true)
  })

  test('of a cluster without a target there are none, and it is not computed', () => {
    const criterion = seeded()
    const [, [projection, scores]] = criterion.tail
    for (const layer of [projection, scores]) {
      layer.weight = tensor(new Float64Array(layer.weight.size).fill(Number.NaN), { shape: layer.weight.shape, requiresGrad: true })
    }
    const { loss } = criterion(float64(rows), [1, 0, 3, 2])
    loss.backward()
    expect(loss.item()).toBeLessThan(10)
    expect([projection.weight.grad, scores.weight.grad]).toEqual([null, null])
    // nor is it for the rows of which it is not the likeliest part
    criterion.head.bias = float64([9, 0, 0, -9])
    expect(numbers(criterion.predict(rows))).toEqual([0, 0, 0, 0])
  })
})

describe('what belongs together', () => {
  test('probabilities sum to 1, the output is that of the target, the prediction the largest', () => {
    const criterion = seeded()
    const all = criterion.logProb(float64(rows)).toArray() as number[][]
    for (const row of all) expect(row.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 12)
    const { output, loss } = criterion(float64(rows), labels)
    for (const [i, value] of numbers(output).entries()) expect(value).toBeCloseTo(all[i][labels[i]], 12)
    expect(loss.item()).toBeCloseTo(-numbers(output).reduce((a, b) => a + b) / 4, 12)
    const predicted = numbers(criterion.predict(float64(rows)))
    expect(predicted.map((label, i) => all[i][label])).toEqual(all.map((row) => Math.max(...row)))
  })

  test('one row without a batch', () => {
    const criterion = seeded('float32', false)
    const { output, loss } = criterion(rows[1], 8)
    expect([output.shape, loss.shape]).toEqual([[], []])
    expect(criterion([rows[1]], [8]).output.item()).toBe(output.item())
  })

  test('draws head first, then each cluster, with a bound of 1/√features', () => {
    const { head, tail } = nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3, 6], { divValue: 2, random: () => 1 - 2 ** -30 })
    const first = (t: Tensor) => numbers(t)[0]
    expect([head.weight.shape, ...tail.flat().map(({ weight }) => weight.shape)]).toEqual([
      [5, 4],
      [2, 4],
      [3, 2],
      [1, 4],
      [4, 1],
    ])
    expect([head, ...tail.flat()].map(({ weight }) => first(weight))).toEqual(
      [0.5, 0.5, Math.SQRT1_2, 0.5, 1].map((x) => expect.closeTo(x, 6)),
    )
    expect(head.bias).toBeNull()
  })
})

describe('refuses', () => {
  const make = (...args: unknown[]) => refused(() => (nn.AdaptiveLogSoftmaxWithLoss as (...all: unknown[]) => unknown)(...args))
  test.each<[unknown[], string]>([
    [[4, 10, []], 'ValueError: cutoffs should be a sequence of length larger than 0'],
    ...[[5, 3], [0, 3], [10], [3, 3], [2.5]].map((cutoffs): [unknown[], string] => [
      [4, 10, cutoffs],
      'ValueError: cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1',
    ]),
    [[4, 10, 3], "TypeError: 'int' object is not iterable"],
    [[4, 10, [3], { divValue: 0 }], 'ZeroDivisionError: integer division or modulo by zero'],
    [[4, 10, [3, 5], { divValue: -2 }], 'RuntimeError: Trying to create tensor with negative dimension -2: [-2, 4]'],
    [[4, 10, [3], { divValue: Number.NaN }], 'ValueError: cannot convert float NaN to integer'],
  ])('%j', (args, pytorch) => {
    expect(make(...args).pytorch).toBe(pytorch)
  })

  test('an option that it does not have', () => {
    expect(make(4, 10, [3], { div_value: 2 }).code).toBe('option-unknown')
  })

  test('parameters of another model', () => {
    const criterion = seeded()
    criterion.tail[1][1].weight = float64([[1, 2]])
    for (const call of [() => criterion(rows, labels), () => criterion.logProb(rows), () => criterion.predict(rows)]) {
      expect(refused(call)).toMatchObject({
        code: 'shape',
        argument: 'tail.1.1.weight',
        pytorch:
          'RuntimeError: size mismatch for tail.1.1.weight: copying a param with shape torch.Size([1, 2]) from checkpoint, the shape in current model is torch.Size([4, 1]).',
      })
    }
  })

  test('what is no tensor, labels that are no integers, and labels that begin at 1', () => {
    const criterion = seeded()
    expect(refused(() => criterion('x' as never, labels)).pytorch).toBe("AttributeError: 'str' object has no attribute 'size'")
    expect(refused(() => criterion(rows, 'x' as never)).pytorch).toBe("AttributeError: 'str' object has no attribute 'dim'")
    expect(refused(() => criterion(rows, [0, 1, 2, 0.5])).code).toBe('dtype')
    expect(refused(() => criterion(rows, [0, 1, 2, 9]))).toMatchObject({
      code: 'target-range',
      repair: 'if the labels begin at 1: subtract 1',
    })
    expect(refused(() => criterion.predict(tensor(new Float64Array(6), { shape: [1, 2, 3] })))).toMatchObject({
      code: 'shape',
      pytorch: null,
    })
  })
})
