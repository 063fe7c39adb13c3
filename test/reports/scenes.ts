import * as surprisal from '../../src/index.ts'
import { type LossFunction, type Report, type ReportOptions, report, type Tensor, tensor } from '../../src/index.ts'

/** Random numbers that are the same in every run. */
export function randoms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A call on `size` samples that can be cut along its first axis. */
export interface Scene {
  readonly name: string
  readonly size: number
  /** The report of samples [start, end). */
  readonly part: (start: number, end: number, how?: ReportOptions) => Report
}

type Draw = (random: () => number) => number

const normal: Draw = (random) => (random() + random() + random() + random() - 2) * 2
const unit: Draw = (random) => random()
const binary: Draw = (random) => (random() < 0.3 ? 1 : 0)
const soft: Draw = (random) => (random() < 0.5 ? binary(random) : random())
const positive: Draw = (random) => 0.1 + 2 * random()
const count: Draw = (random) => Math.floor(6 * random())
const sign: Draw = (random) => (random() < 0.4 ? 1 : -1)
/** Numbers of all sizes, now and then one that is not finite. */
const wild: Draw = (random) =>
  random() < 0.02 ? [Infinity, -Infinity, Number.NaN][Math.floor(3 * random())] : normal(random) * 10 ** (12 * random() - 6)
const label =
  (classes: number, ignored = -100): Draw =>
  (random) =>
    random() < 0.15 ? ignored : Math.floor(classes * random() ** 2)

interface Column {
  readonly shape: readonly number[]
  readonly draw: Draw
  readonly dtype?: 'float32' | 'float64' | 'int64'
}

/** A scene of a loss: one column of random numbers per argument, and per option that has a value for each sample. */
function scene(
  name: string,
  size: number,
  loss: unknown,
  columns: Readonly<Record<string, Column>>,
  options: Readonly<Record<string, unknown>> = {},
): Scene {
  const any = loss as LossFunction
  const random = randoms(name.length * 7919 + size)
  const data = Object.entries(columns).map(([argument, { shape, draw, dtype = 'float32' }]) => {
    const length = shape.reduce((product, extent) => product * extent, 1)
    const values = Array.from({ length: size * length }, () => draw(random))
    return { argument, shape, dtype, length, values }
  })
  const cut = (start: number, end: number): Record<string, Tensor> =>
    Object.fromEntries(
      data.map(({ argument, shape, dtype, length, values }) => {
        const some = values.slice(start * length, end * length)
        const storage =
          dtype === 'int64' ? BigInt64Array.from(some, BigInt) : dtype === 'float64' ? Float64Array.from(some) : Float32Array.from(some)
        return [argument, tensor(storage, { shape: [end - start, ...shape] })]
      }),
    )
  const inputs = any.spec.inputs.map((input) => input.name)
  return {
    name,
    size,
    part: (start, end, how = {}) => {
      const tensors = cut(start, end)
      const own = Object.fromEntries(Object.entries(tensors).filter(([argument]) => !inputs.includes(argument)))
      const args = inputs.map((argument) => tensors[argument])
      return report(any, ...args, { ...options, ...own } as never, { check: false, perSample: true, first: start, ...how })
    },
  }
}

const s = surprisal
const weight = Float32Array.of(0.3, 1.7, 2.9, 0)

/** Calls of all kinds: weights, ignored and soft targets, images, float64, values that are not finite. */
export const scenes: readonly Scene[] = [
  scene('cross-entropy', 37, s.crossEntropy, {
    input: { shape: [4], draw: normal },
    target: { shape: [], draw: label(4), dtype: 'int64' },
  }),
  scene(
    'cross-entropy, weights and smoothing',
    29,
    s.crossEntropy,
    { input: { shape: [4], draw: normal }, target: { shape: [], draw: label(4), dtype: 'int64' } },
    { weight, labelSmoothing: 0.1 },
  ),
  scene(
    'cross-entropy of images',
    7,
    s.crossEntropy,
    { input: { shape: [4, 3, 5], draw: normal }, target: { shape: [3, 5], draw: label(4, 255), dtype: 'int64' } },
    { weight, ignoreIndex: 255 },
  ),
  scene('cross-entropy of many classes', 9, s.crossEntropy, {
    input: { shape: [40, 6], draw: normal },
    target: { shape: [6], draw: label(40), dtype: 'int64' },
  }),
  scene(
    'cross-entropy, soft targets',
    17,
    s.crossEntropy,
    { input: { shape: [4], draw: normal }, target: { shape: [4], draw: unit } },
    { weight, labelSmoothing: 0.2 },
  ),
  scene('cross-entropy, wild', 31, s.crossEntropy, {
    input: { shape: [4], draw: wild },
    target: { shape: [], draw: label(4), dtype: 'int64' },
  }),
  scene(
    'nll',
    23,
    s.nllLoss,
    { input: { shape: [4], draw: (r) => -positive(r), dtype: 'float64' }, target: { shape: [], draw: label(4), dtype: 'int64' } },
    { weight: Float64Array.from(weight) },
  ),
  scene(
    'focal of classes',
    19,
    s.softmaxFocalLoss,
    { input: { shape: [4, 3], draw: normal }, target: { shape: [3], draw: label(4), dtype: 'int64' } },
    { weight },
  ),
  scene(
    'BCE with logits',
    21,
    s.binaryCrossEntropyWithLogits,
    { input: { shape: [3], draw: normal }, target: { shape: [3], draw: soft } },
    { posWeight: Float32Array.of(1, 4, 9) },
  ),
  scene('BCE with logits, a weight per element', 21, s.binaryCrossEntropyWithLogits, {
    input: { shape: [3], draw: wild },
    target: { shape: [3], draw: binary },
    weight: { shape: [3], draw: positive },
  }),
  scene('BCE', 33, s.binaryCrossEntropy, {
    input: { shape: [], draw: unit, dtype: 'float64' },
    target: { shape: [], draw: binary, dtype: 'float64' },
  }),
  scene('MSE', 12, s.mseLoss, { input: { shape: [3, 4, 2], draw: normal }, target: { shape: [3, 4, 2], draw: normal } }),
  scene('MSE, wild', 41, s.mseLoss, { input: { shape: [2], draw: wild }, target: { shape: [2], draw: wild } }),
  scene('MSE, weights', 14, s.mseLoss, {
    input: { shape: [5], draw: normal, dtype: 'float64' },
    target: { shape: [5], draw: normal, dtype: 'float64' },
    weight: { shape: [5], draw: positive, dtype: 'float64' },
  }),
  scene('Poisson', 18, s.poissonNllLoss, { input: { shape: [2], draw: normal }, target: { shape: [2], draw: count } }, { full: true }),
  scene('Gaussian', 15, s.gaussianNllLoss, {
    input: { shape: [2], draw: normal },
    target: { shape: [2], draw: normal },
    var: { shape: [2], draw: positive },
  }),
  scene(
    'KL, batchmean',
    16,
    s.klDiv,
    { input: { shape: [4], draw: (r) => -positive(r) }, target: { shape: [4], draw: unit } },
    { reduction: 'batchmean' },
  ),
  scene(
    'soft margin, a sum',
    20,
    s.softMarginLoss,
    { input: { shape: [], draw: normal }, target: { shape: [], draw: sign } },
    { reduction: 'sum' },
  ),
  scene(
    'Dice per image',
    6,
    s.diceLoss,
    { input: { shape: [3, 4, 4], draw: normal }, target: { shape: [4, 4], draw: label(3, 255), dtype: 'int64' } },
    { perImage: true, ignoreIndex: 255, absent: 'skip', classes: [2, 0] },
  ),
  scene('SSIM', 4, s.ssimLoss, { input: { shape: [1, 12, 12], draw: unit }, target: { shape: [1, 12, 12], draw: unit } }),
  scene(
    'boxes',
    13,
    s.generalizedBoxIouLoss,
    { boxes1: { shape: [4], draw: unit }, boxes2: { shape: [4], draw: unit } },
    { reduction: 'mean' },
  ),
  scene(
    'margins',
    11,
    s.multiMarginLoss,
    { input: { shape: [4], draw: normal }, target: { shape: [], draw: (r) => Math.floor(4 * r()), dtype: 'int64' } },
    { weight },
  ),
  scene('triplets', 10, s.tripletMarginLoss, {
    anchor: { shape: [3], draw: normal },
    positive: { shape: [3], draw: normal },
    negative: { shape: [3], draw: normal },
  }),
  scene(
    'a loss of your own',
    26,
    s.pointwise({
      name: 'quartic',
      value: (m, { input: x, target: t }) => m.mul(m.mul(m.sub(x, t), m.sub(x, t)), m.mul(m.sub(x, t), m.sub(x, t))),
      slope: {},
    }),
    { input: { shape: [2], draw: normal }, target: { shape: [2], draw: normal } },
  ),
]
