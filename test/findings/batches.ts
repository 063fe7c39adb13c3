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
