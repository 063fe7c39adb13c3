import { describe, expect, test } from 'vitest'
import { Random } from '../oracle/random.ts'
import {
  crossEntropy,
  labelSmoothedNllLoss,
  logSoftmax,
  nllLoss,
  nn,
  poly1CrossEntropyLoss,
  softmaxFocalLoss,
  type Tensor,
  tensor,
  zLoss,
} from '../src/index.ts'
import { refused } from './support.ts'

const random = new Random(5)
const [rows, classes] = [7, 5]
const scores = tensor(
  Float64Array.from({ length: rows * classes }, () => 3 * random.normal()),
  { shape: [rows, classes] },
)
const target = Array.from({ length: rows }, (_, row) => (row === 3 ? -100 : random.integer(classes)))
const weight = Float64Array.from({ length: classes }, () => 0.5 + random.uniform())
const numbers = (t: Tensor) => [...(t.data as Float64Array)]

/** Equal up to float64's roundings: of sums and of logarithms in another order. */
function alike(a: { loss: Tensor; grad: Tensor }, b: { loss: Tensor; grad: Tensor }): void {
  expect(a.loss.item()).toBeCloseTo(b.loss.item(), 13)
  numbers(a.grad).forEach((slope, i) => {
    expect(slope).toBeCloseTo(numbers(b.grad)[i], 13)
  })
}

describe('in their limits they are the cross-entropy', () => {
  test.each(['mean', 'sum', 'none'] as const)('reduction %s', (reduction) => {
    const expected = crossEntropy.valueAndGrad(scores, target, { weight, reduction: reduction === 'none' ? 'sum' : reduction })
    const plain = reduction === 'none' ? 'sum' : reduction
    alike(softmaxFocalLoss.valueAndGrad(scores, target, { weight, gamma: 0, reduction: plain }), expected)
    alike(poly1CrossEntropyLoss.valueAndGrad(scores, target, { weight, epsilon: 0, reduction: plain }), expected)
    const values = softmaxFocalLoss(scores, target, { weight, gamma: 0, reduction })
    expect(values.shape).toEqual(reduction === 'none' ? [rows] : [])
  })

  test('label smoothing over the other classes is one over all with less of it', () => {
    const epsilon = 0.3
    const labelSmoothing = (epsilon * classes) / (classes - 1)
    const mine = labelSmoothedNllLoss(logSoftmax(scores, 1), target, { epsilon })
    expect(mine.item()).toBeCloseTo(crossEntropy(scores, target, { labelSmoothing }).item(), 13)
    const bare = labelSmoothedNllLoss(logSoftmax(scores, 1), target, { epsilon: 0 })
    expect(bare.item()).toBe(nllLoss(logSoftmax(scores, 1), target).item())
  })
})

describe('softmaxFocalLoss', () => {
  test.each([0.5, 1, 2, 7])('of a class that is sure has no loss and no slope, gamma %d', (gamma) => {
    const { loss, grad } = softmaxFocalLoss.valueAndGrad([[1000, 0, -3]], [0], { gamma })
    expect(loss.item()).toBe(0)
    expect([...(grad.data as Float32Array)].every((slope) => Math.abs(slope) === 0)).toBe(true)
  })

  test('of a class that is ruled out has the loss of the cross-entropy', () => {
    expect(softmaxFocalLoss([[-200, 0]], [0]).item()).toBe(200)
    expect(softmaxFocalLoss([[-Infinity, 0]], [0]).item()).toBe(Infinity)
  })
})

describe('zLoss', () => {
  test('is the square of the log-sum-exp, and pulls it to 0', () => {
    const normalised = logSoftmax(scores, 1)
    expect(zLoss(normalised, { coefficient: 1 }).item()).toBeLessThan(1e-28)
    const { loss, grad } = zLoss.valueAndGrad([[Math.LN2, Math.LN2]], { coefficient: 1 })
    const lse = Math.log(4)
    expect(loss.item()).toBeCloseTo(lse * lse, 6)
    for (const slope of grad.data as Float32Array) expect(slope).toBeCloseTo(lse, 6)
    expect(
      nn
        .ZLoss()([[0, 0]])
        .item(),
    ).toBeCloseTo(1e-4 * Math.LN2 ** 2, 10)
  })

  test('leaves out what the cross-entropy ignores', () => {
    const kept = target.flatMap((t, row) => (t === -100 ? [] : numbers(scores).slice(row * classes, (row + 1) * classes)))
    const without = tensor(Float64Array.from(kept), { shape: [rows - 1, classes] })
    expect(zLoss(scores, { target }).item()).toBeCloseTo(zLoss(without).item(), 15)
    expect(zLoss(scores, { target: target.map(() => -100) }).item()).toBeNaN()
    // without a target there is nothing to ignore
    expect(zLoss(scores, { ignoreIndex: 0 }).item()).toBe(zLoss(scores).item())
  })

  test('of an infinite score is infinite', () => {
    expect(zLoss([[Infinity, 0]]).item()).toBe(Infinity)
    expect(zLoss([[-Infinity, -Infinity]]).item()).toBe(Infinity)
    expect(zLoss([[Number.NaN, Infinity]]).item()).toBeNaN()
  })
})

describe('what they refuse', () => {
  test.each<[string, () => unknown, string, string]>([
    ['a smoothing of 1.5', () => labelSmoothedNllLoss([[0, 0]], [0], { epsilon: 1.5 }), 'option-range', 'epsilon'],
    ['a smoothing below 0', () => labelSmoothedNllLoss([[0, 0]], [0], { epsilon: -0.1 }), 'option-range', 'epsilon'],
    ['no other class to smooth over', () => labelSmoothedNllLoss([[0]], [0]), 'shape', 'input'],
    ['a gamma below 0', () => softmaxFocalLoss([[0, 0]], [0], { gamma: -1 }), 'option-range', 'gamma'],
    ['a gamma that is no number', () => softmaxFocalLoss([[0, 0]], [0], { gamma: Number.NaN }), 'option-range', 'gamma'],
    ['an endless epsilon', () => poly1CrossEntropyLoss([[0, 0]], [0], { epsilon: Infinity }), 'option-range', 'epsilon'],
    ['a coefficient that is no number', () => zLoss([[0, 0]], { coefficient: Number.NaN }), 'option-range', 'coefficient'],
    ['scores of no classes', () => zLoss(tensor(new Float32Array(0), { shape: [2, 0] })), 'shape', 'input'],
    ['a target of another shape', () => zLoss([[0, 0]], { target: [0, 1] }), 'shape', 'target'],
    ['a class that is not there', () => softmaxFocalLoss([[0, 0]], [2]), 'target-range', 'target'],
  ])('%s', (_, call, code, argument) => {
    const error = refused(call)
    expect(error).toMatchObject({ code, argument })
    expect(error.repair).not.toBe('')
  })
})
