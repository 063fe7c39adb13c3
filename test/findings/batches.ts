import type { Random } from '../../oracle/random.ts'
import { type Tensor, tensor } from '../../src/index.ts'

/** Normal numbers of a spread, float32: raw scores of a network. */
export const normals = (random: Random, shape: readonly number[], spread = 1, mean = 0): Tensor =>
  floats(shape, () => mean + spread * random.normal())

export const floats = (shape: readonly number[], draw: (position: number) => number): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, (_, i) => draw(i)),
    { shape },
  )

/** int64 class indices, as .npy files from Python have them. */
export const classes = (random: Random, shape: readonly number[], below: number): Tensor => longs(shape, () => random.integer(below))

export const longs = (shape: readonly number[], draw: (position: number) => number): Tensor =>
  tensor(
    BigInt64Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, (_, i) => BigInt(draw(i))),
    { shape },
  )

/** Labels 0 and 1 as float32. */
export const binary = (random: Random, shape: readonly number[], positives = 0.5): Tensor =>
  floats(shape, () => (random.chance(positives) ? 1 : 0))

/** Labels −1 and 1 as float32. */
export const signs = (random: Random, shape: readonly number[]): Tensor => floats(shape, () => (random.chance(0.5) ? 1 : -1))

/**
 * What a last 1×1 convolution of PyTorch's first weights makes of features after a ReLU: one weight per feature and a bias, both uniform within
 * 1/√features. The scores of a picture lie near each other, often on one side of 0.
 */
export function untrained(random: Random, shape: readonly number[]): Tensor {
  const features = random.pick([8, 16, 64, 256])
  const bound = 1 / Math.sqrt(features)
  const draw = () => bound * (2 * random.uniform() - 1)
  const weights = Float64Array.from({ length: features }, draw)
  const bias = draw()
  const means = Float64Array.from({ length: features }, () => random.normal())
  const spread = random.uniform()
  return floats(shape, () => weights.reduce((sum, weight, k) => sum + weight * Math.max(0, means[k] + spread * random.normal()), bias))
}
