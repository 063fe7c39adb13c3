import { afterAll, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { lastBackend, useBackend } from '../../src/backends/choose.ts'
import { Arena, crossEntropy, softmax, type Tensor, tensor } from '../../src/index.ts'

afterAll(() => useBackend(null))

const random = new Random(21)
const normals = (size: number) => Float32Array.from({ length: size }, () => 4 * random.normal())
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** Planes that end within a group, at its end, within a strip and a block, and behind several; a power of two apart, and not. */
const planes = [[1], [16], [17], [5, 13], [32, 32], [1024, 3], [41, 77]] as const
const classCounts = [1, 3, 21, 40]

const arena = new Arena()
const places = {
  foreign: (data: Float32Array, shape: readonly number[]) => tensor(data.slice(), { shape }),
  arena: (data: Float32Array, shape: readonly number[]) => arena.tensor(data, { shape }),
}

interface Options {
  readonly [name: string]: unknown
}

type Outcome = Readonly<Record<string, Float64Array>>

/** The loss of a call, and its gradients by name. */
function outcome(input: Tensor, target: Tensor, options: Options, wrt: readonly ('input' | 'target')[], into?: Tensor): Outcome {
  const { loss, grad } = crossEntropy.valueAndGrad(input, target, {
    ...options,
    wrt,
    ...(into === undefined ? {} : { into: { input: into } }),
  })
  const numbers = ({ data }: Tensor) => Float64Array.from(data, Number)
  return { loss: numbers(loss), ...Object.fromEntries(Object.entries(grad).map(([name, slopes]) => [name, numbers(slopes)])) }
}

/** How far an array is from another, beside the largest element, or beside `least` where that is more. */
function distance(a: Float64Array, b: Float64Array, least = 0): number {
  let [most, size] = [0, least]
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i] - b[i]))
    size = Math.max(size, Math.abs(b[i]))
  }
  return size === 0 ? most : most / size
}

const cases = (
  classes: number,
): readonly (readonly [name: string, soft: boolean, options: Options, wrt: readonly ('input' | 'target')[]])[] => {
  const weight = tensor(Float32Array.from({ length: classes }, () => 0.1 + random.uniform()))
  return [
    ['indices', false, {}, ['input']],
    ['indices, none', false, { reduction: 'none' }, ['input']],
    ['indices, weights, smoothing', false, { weight, labelSmoothing: 0.1, reduction: 'sum' }, ['input']],
    ['distributions', true, {}, ['input']],
    ['distributions, weights, smoothing', true, { weight, labelSmoothing: 0.2 }, ['input']],
    ['distributions and their gradient', true, {}, ['input', 'target']],
  ]
}

for (const classes of classCounts) {
  for (const plane of planes) {
    const shape = [2, classes, ...plane]
    test(`${shape.join('x')}: pixels in lanes equal the reference, wherever they lie`, () => {
      const labels = BigInt64Array.from({ length: 2 * sizeOf(plane) }, () =>
        random.uniform() < 0.1 ? -100n : BigInt(random.integer(classes)),
      )
      const scores = normals(sizeOf(shape))
      const distributions = softmax(tensor(normals(sizeOf(shape)), { shape }), 1).data as Float32Array
      for (const [name, soft, options, wrt] of cases(classes)) {
        const targetIn = (make: (typeof places)['arena']) => (soft ? make(distributions, shape) : tensor(labels, { shape: [2, ...plane] }))
        useBackend('reference')
        const expected = outcome(places.foreign(scores, shape), targetIn(places.foreign), options, wrt)
        useBackend(null)
        for (const [place, make] of Object.entries(places)) {
          const [input, target] = [make(scores, shape), targetIn(make)]
          const found = outcome(input, target, options, wrt)
          expect(lastBackend()).toBe('wasm')
          // a small loss, or slope, is the difference of larger terms
          for (const key of Object.keys(expected))
            expect(distance(found[key], expected[key], key === 'loss' ? 1 : 0.5 / sizeOf(plane)), `${name}, ${place}: ${key}`).toBeLessThan(
              2e-6,
            )
          // the gradient in the input's own place has the same bits
          const again = outcome(input, target, options, wrt, input)
          for (const key of Object.keys(found))
            expect(
              again[key].findIndex((each, i) => !Object.is(each, found[key][i])),
              `${name}, ${place}: ${key} in place`,
            ).toBe(-1)
        }
      }
    })
  }
}
