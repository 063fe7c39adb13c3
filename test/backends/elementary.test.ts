import { expect, test } from 'vitest'
import { sweep, sweeps } from '../../scripts/accuracy.ts'
import { logOfSum } from '../../src/backends/wasm/elementary.ts'
import { KernelMemory } from '../../src/backends/wasm/memory.ts'
import { pointwiseModule } from '../../src/backends/wasm/pointwise.ts'
import type { Lanes, Simd } from '../../src/backends/wasm/simd.ts'

// the bounds of docs/accuracy.md, rounded up, on a sample of the floats; `npm run accuracy` tries every one
const bounds = [1.4, 2.5, 2.5, 5, 8.4, 0.9, 0.9, 1.5, 3.7]

test.each(sweeps.map((each, i) => [each.name, each, bounds[i]] as const))('%s is as exact as the documents say', (_, each, bound) => {
  const { worst, count } = sweep(each, false, 9973)
  expect(count).toBeGreaterThan(1_000)
  expect(worst).toBeLessThan(bound)
})

test('the logarithm of a sum of exponentials is right to 5e-12 of itself; what is not finite stays so', () => {
  const kernel = pointwiseModule({
    operands: ['x'],
    // the module spells every formula in this algebra
    value: (m, { x }) => logOfSum(m as unknown as Simd, x as Lanes) as typeof x,
    slopes: [],
    weighted: false,
    upstream: false,
    values: true,
    total: false,
    compute: 'float64',
    fma: false,
  })
  const special = [1, Number.NaN, Number.POSITIVE_INFINITY]
  const near = Array.from({ length: 2000 }, (_, i) => 1 + 2 ** -(i / 40))
  const sums = Array.from({ length: 5000 }, (_, i) => Math.SQRT1_2 * 1.02 ** i).filter(Number.isFinite)
  const numbers = Float64Array.of(...special, ...near, ...sums)
  const memory = new KernelMemory(false)
  const [input, output] = [memory.allocate(numbers.byteLength), memory.allocate(numbers.byteLength)]
  const { exports, table } = memory.instance(kernel)
  const [x, y] = [input, output].map((at) => new Float64Array(memory.memory.buffer, at, numbers.length))
  x.set(numbers)
  // the cast is sound: all exported functions of kernels take numbers and give one
  ;(exports.run as (...args: number[]) => number)(table, numbers.length, 1, input, output)
  expect([...y.subarray(0, 3)]).toEqual([0, Number.NaN, Number.NaN])
  const worst = [...x].slice(3).reduce((most, sum, i) => Math.max(most, Math.abs(y[i + 3] / Math.log(sum) - 1)), 0)
  expect(worst).toBeGreaterThan(0)
  expect(worst).toBeLessThan(5e-12)
})
