import { describe, expect, test } from 'vitest'
import { useBackend } from '../src/backends/choose.ts'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type DType,
  mseLoss,
  nllLoss,
  report,
  tensor,
} from '../src/index.ts'

/**
 * The mean of 2^24 losses is right to the last digit, and does not depend on how the input was cut.
 *
 * The input repeats a short pattern, so that the true mean is that of one period, computed here in float64 from the formula. A naive
 * float32 loop over the same losses is off by up to 15 % (https://github.com/tensorflow/tfjs/issues/8634 and our own measurements).
 */
const size = 2 ** 24
const period = 8

const patterned = (pattern: readonly number[], dtype: DType = 'float32', count = size) => {
  const data = dtype === 'float64' ? new Float64Array(count) : new Float32Array(count)
  for (let i = 0; i < count; i++) data[i] = pattern[i % period]
  return tensor(data, { dtype })
}

const logits = [0.3, -1.7, 2.2, 0.01, -0.4, 5.5, -3.1, 1.1].map(Math.fround)
const probabilities = [0.3, 0.9, 0.02, 0.5, 0.7, 0.11, 0.99, 0.4].map(Math.fround)
const targets = [0, 1, 1, 0, 1, 0, 1, 1]
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The distance in units of the last place of a float32. */
function ulps(value: number, truth: number): number {
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(truth))) - 23)
  return Math.abs(value - truth) / ulp
}

describe('the mean of 16 million float32 losses', () => {
  test('mseLoss', () => {
    const truth = mean(logits.map((x, i) => (x - targets[i]) ** 2))
    expect(ulps(mseLoss(patterned(logits), patterned(targets)).item(), truth)).toBeLessThan(1.5)
  })

  test('binaryCrossEntropyWithLogits', () => {
    const truth = mean(logits.map((x, i) => Math.max(x, 0) - x * targets[i] + Math.log1p(Math.exp(-Math.abs(x)))))
    expect(ulps(binaryCrossEntropyWithLogits(patterned(logits), patterned(targets)).item(), truth)).toBeLessThan(1.5)
  })

  test('binaryCrossEntropy', () => {
    const truth = mean(probabilities.map((p, i) => -Math.log(targets[i] === 1 ? p : 1 - p)))
    expect(ulps(binaryCrossEntropy(patterned(probabilities), patterned(targets)).item(), truth)).toBeLessThan(1.5)
  })

  test('crossEntropy and nllLoss, of 2 to the 21 rows of 8', () => {
    const lse = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0))
    const classes = tensor(BigInt64Array.from({ length: size / period }, (_, row) => BigInt(row % period)))
    const input = tensor(patterned(logits), { shape: [size / period, period] })
    expect(ulps(crossEntropy(input, classes).item(), mean(logits.map((x) => lse - x)))).toBeLessThan(1.5)
    expect(ulps(nllLoss(input, classes).item(), mean(logits.map((x) => -x)))).toBeLessThan(1.5)
  })

  test('0.1 squared, where a running float32 sum drifts', () => {
    const tenth = Math.fround(0.1)
    const loss = mseLoss(patterned(new Array<number>(period).fill(tenth)), patterned(new Array<number>(period).fill(0))).item()
    expect(ulps(loss, Math.fround(tenth * tenth))).toBeLessThan(1.5)
  })
})

test('float16 and bfloat16 are summed in full and rounded once', () => {
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const input = tensor(patterned(new Array<number>(period).fill(0.5), 'float32', 2 ** 20), { dtype })
    expect(mseLoss(input, tensor(new Float32Array(2 ** 20), { dtype })).item(), dtype).toBe(0.25)
  }
})

/** Tiles are summed in float64, and the sums of tiles exactly: another order within a tile may show in the last digit of a float64. */
const lastDigit = 1e-15

describe('the sum does not depend on how the input was cut', () => {
  const count = 3 * 5 * 7 * 64
  // squares over 40 orders of magnitude: the order would matter to any rounded sum
  const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i) * 10 ** ((i * 37) % 20))
  const zeros = new Float64Array(count)
  const whole = mseLoss(values, zeros, { reduction: 'sum' }).item()

  test('another shape', () => {
    const shape = [3, 5, 7, 64]
    expect(mseLoss(tensor(values, { shape }), tensor(zeros, { shape }), { reduction: 'sum' }).item()).toBe(whole)
  })

  test('another order, as a transposed view', () => {
    const view = { data: values, shape: [64, 105], strides: [1, 64], offset: 0 }
    const sum = mseLoss(view, tensor(zeros, { shape: [64, 105] }), { reduction: 'sum' }).item()
    expect(Math.abs(sum / whole - 1)).toBeLessThan(lastDigit)
  })

  test('another order, reversed', () => {
    const reversed = Float64Array.from(values).reverse()
    expect(Math.abs(report(mseLoss, reversed, zeros).sum / whole - 1)).toBeLessThan(lastDigit)
  })

  test('any order at all, on the reference', () => {
    useBackend('reference')
    const reversed = Float64Array.from(values).reverse()
    expect(report(mseLoss, reversed, zeros).sum).toBe(report(mseLoss, values, zeros).sum)
    useBackend(null)
  })

  test('an offset view of a larger buffer', () => {
    const buffer = new Float64Array(count + 3)
    buffer.set(values, 3)
    expect(mseLoss({ data: buffer, shape: [count], offset: 3 }, zeros, { reduction: 'sum' }).item()).toBe(whole)
  })
})
