import { describe, expect, test } from 'vitest'
import {
  add,
  div,
  exp,
  log,
  logSigmoid,
  logSoftmax,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../src/index.ts'
import { transpose } from '../src/ops/index.ts'

/** The gradient of each op against central finite differences in float64. */
type Op = (...operands: Tensor[]) => Tensor
const float64 = (values: number[] | number[][], requiresGrad = false) => tensor(values, { dtype: 'float64', requiresGrad })
const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])

describe('central finite differences in float64', () => {
  const a = [
    [0.3, -1.2, 0.8],
    [1.7, -0.4, 2.1],
  ]
  const b = [[1.1], [-0.7]]
  const m = [
    [0.2, 1.5],
    [-0.6, 0.9],
    [1.3, -2.2],
  ]
  // each is made a scalar with unequal weights, so that no gradient cancels
  const weights = float64([0.7, -1.1, 0.4, 1.9, -0.3, 0.6])
  test.each<[string, Op, number[][][]]>([
    ['add', add, [a, b]],
    ['sub', sub, [a, b]],
    ['mul', mul, [a, b]],
    ['div', div, [a, b]],
    ['exp', exp, [a]],
    ['log', (t) => log(mul(t, t)), [a]],
    ['sigmoid', sigmoid, [a]],
    ['logSigmoid', logSigmoid, [a]],
    ['relu', relu, [a]],
    ['softmax', (t) => softmax(t, 0), [a]],
    ['logSoftmax', (t) => logSoftmax(t, 1), [a]],
    ['sum', (t) => sum(t), [a]],
    ['mean', (t) => mean(t), [a]],
    ['reshape', (t) => exp(reshape(t, [3, -1])), [a]],
    ['transpose', (t) => exp(transpose(t)), [a]],
    ['tensor(t, { shape })', (t) => exp(tensor(t, { shape: [6] })), [a]],
    ['matmul', matmul, [a, m]],
    ['matmul of a vector', (s, t) => matmul(reshape(s, [6]), reshape(t, [6])), [a, m]],
  ])('%s', (_, op, operands) => {
    const scalar = (...tensors: Tensor[]) => {
      const out = op(...tensors)
      return matmul(reshape(out, [out.size]), tensor({ data: weights.data as Float64Array, shape: [out.size], strides: [1] }))
    }
    const leaves = operands.map((values) => float64(values, true))
    scalar(...leaves).backward()
    for (const leaf of leaves) {
      const gradient = flat(leaf.grad?.toArray())
      gradient.forEach((value, i) => {
        const moved = (step: number) =>
          scalar(
            ...leaves.map((t) =>
              t === leaf
                ? tensor({ data: Float64Array.from(t.data as Float64Array, (v, at) => (at === i ? v + step : v)), shape: t.shape })
                : t.detach(),
            ),
          ).item()
        const h = 1e-6 // error: h² from the curvature, 1e-16 / h from rounding
        expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - value)).toBeLessThan(1e-8 * Math.max(1, Math.abs(value)))
      })
    }
  })
})
