import { afterEach, describe, expect, test } from 'vitest'
import { lastBackend, useBackend } from '../../src/backends/choose.ts'
import { Arena, crossEntropy, init, type Tensor, tensor } from '../../src/index.ts'

/**
 * Rows of scores whose maximum is far above, or far behind, the first scores, by which the kernel guesses it (softmax-rows.ts).
 *
 * The reference path finds the maximum first, in float64.
 */
afterEach(() => {
  init({ backend: null, fma: true })
})

const classes = 10_003
const ripple = (c: number) => 3 * Math.sin(0.7 * c)
const peak = (at: number, height: number) => (c: number) => (c === at ? height : ripple(c))
const rows: Readonly<Record<string, (c: number) => number>> = {
  'all near each other': ripple,
  'a peak among the first scores': peak(5, 40),
  'a peak right behind them': peak(64, 40),
  'a peak within the headroom': peak(900, 10),
  'a peak that is within it with FMA only': peak(900, 17),
  'a peak in the first piece': peak(4000, 60),
  'a peak at the start of the second piece': peak(4096, 60),
  'a peak at the end': peak(classes - 1, 60),
  'a peak beyond what float32 holds of e^x': peak(5000, 300),
  'two peaks': (c) => (c === 3000 ? 50 : c === 9000 ? 90 : ripple(c)),
  'ever larger': (c) => c / 40,
  'ever smaller': (c) => -c / 40,
  'first scores of −∞': (c) => (c < 70 ? -Infinity : ripple(c)),
  'a whole piece of −∞': (c) => (c < 5000 ? -Infinity : ripple(c)),
  'two pieces of −∞': (c) => (c < 8192 ? -Infinity : ripple(c)),
  '−∞ at the end': (c) => (c > 5000 ? -Infinity : ripple(c)),
  'far below 0': (c) => ripple(c) - 1e4,
  'one score alone': (c) => (c === 7777 ? 0 : -Infinity),
}
const special: Readonly<Record<string, (c: number) => number>> = {
  'only −∞': () => -Infinity,
  '+∞ behind the first scores': peak(6000, Infinity),
  'NaN behind the first scores': peak(6000, Number.NaN),
  'NaN first': peak(0, Number.NaN),
  'NaN behind −∞': (c) => (c < 6000 ? -Infinity : c === 6000 ? Number.NaN : 0),
}

const matrix = (row: (c: number) => number, width: number): Float32Array =>
  Float32Array.from({ length: 3 * width }, (_, i) => row(i % width))
const peakOf = (row: (c: number) => number, width: number): number => {
  let best = 0
  for (let c = 1; c < width; c++) if (row(c) > row(best)) best = c
  return best
}
const bits = (t: Tensor) => new Int32Array((t.data as Float32Array).slice(t.offset, t.offset + t.size).buffer)

describe.each([
  ['with FMA where there is one', true],
  ['without FMA', false],
])('%s', (_, fma) => {
  describe.each([classes, 1000, 70, 64])('%i classes', (width) => {
    test.each(Object.entries({ ...rows, ...special }))('%s', (name, row) => {
      init({ fma })
      const scores = matrix(row, width)
      // the likeliest class, another one, and one that is ignored
      const best = peakOf(row, width)
      const other = row(12) === -Infinity ? best : 12
      const labels = tensor([best, other, -100], { dtype: 'int64' })
      const call = () => {
        const values = crossEntropy(tensor(scores, { shape: [3, width] }), labels, { reduction: 'none' })
        const { loss, grad } = crossEntropy.valueAndGrad(tensor(scores, { shape: [3, width] }), labels, { reduction: 'sum' })
        return { values: values.toArray() as number[], loss: loss.item(), grad }
      }
      const fast = call()
      if (!(name in special)) expect(lastBackend()).toBe('wasm')
      useBackend('reference')
      const slow = call()
      useBackend(null)
      for (const [i, value] of slow.values.entries()) near(fast.values[i], value, Math.abs(row(other)))
      near(fast.loss, slow.loss, Math.abs(row(other)))
      for (let i = 0; i < slow.grad.size; i++) {
        const [ours, theirs] = [fast.grad, slow.grad].map((t) => (t.data as Float32Array)[i])
        if (Number.isNaN(theirs)) expect(ours).toBeNaN()
        else if (!(Math.abs(ours - theirs) <= 1.5e-6 * Math.abs(theirs) + lost(theirs))) expect(ours, `[${i}]`).toBe(theirs)
      }
      // in place what is not finite cannot be computed once more
      if (name in special || row(best) === -Infinity) return
      const inPlace = new Arena().tensor(scores, { shape: [3, width] })
      crossEntropy.valueAndGrad(inPlace, labels, { reduction: 'sum', into: inPlace })
      expect(bits(inPlace)).toEqual(bits(fast.grad))
    })
  })

  test('a loss is never below 0, however sure its row is', () => {
    init({ fma })
    for (let height = 0; height < 40; height += 0.0625) {
      const scores = Float32Array.from({ length: 200 }, (_, c) => (c === 150 ? height : -Math.abs(ripple(c)) - 5))
      const value = crossEntropy(tensor(scores, { shape: [1, 200] }), [150]).item()
      expect(value).toBeGreaterThanOrEqual(0)
    }
  })
})

/** Of p − 1: terms are added to one that is near 1 in float32, sixteen at most. Of p: results below 2^-126 are 0. */
const lost = (gradient: number): number => (gradient < 0 || Object.is(gradient, -0) ? 16 * 2 ** -25 : 2 ** -126)

/** The error of a score's own last bit is that of the loss. */
function near(ours: number, theirs: number, score: number): void {
  if (!Number.isFinite(theirs)) expect(ours).toBe(theirs)
  else expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1.3e-6 * Math.abs(theirs) + 2e-7 * Math.max(1, Math.min(score, 1e4)))
}
