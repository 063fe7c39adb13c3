import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  mseLoss,
  poissonNllLoss,
  sigmoid,
  smoothL1Loss,
  tensor,
} from '../../../src/index.ts'
import { binary, floats, normals, signs } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const notFinite: Scene = {
  code: 'not-finite',
  aboutNaN: true,
  mistaken: {
    'a NaN among the predictions': (random) => {
      const at = random.integer(24)
      return call(
        mseLoss,
        floats([4, 6], (i) => (i === at ? Number.NaN : random.normal())),
        normals(random, [4, 6]),
      )
    },
    'a NaN among probabilities, which PyTorch calls out of range': (random) =>
      call(
        binaryCrossEntropy,
        floats([8], (i) => (i === 3 ? Number.NaN : random.uniform())),
        binary(random, [8]),
      ),
    'an infinite score, be it right': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        floats([8], (i) => (i === 5 ? Infinity : random.normal())),
        floats([8], (i) => (i === 5 ? 1 : random.integer(2))),
      ),
    'squares of differences that float16 cannot hold': (random) =>
      call(
        mseLoss,
        tensor(
          Float32Array.from({ length: 16 }, () => 300 + 100 * random.uniform()),
          { dtype: 'float16' },
        ),
        tensor(new Float32Array(16), { dtype: 'float16' }),
      ),
    'a sum that float16 cannot hold': (random) =>
      call(
        smoothL1Loss,
        tensor(
          Float32Array.from({ length: 400 }, () => 200 + 100 * random.uniform()),
          { dtype: 'float16' },
        ),
        tensor(new Float32Array(400), { dtype: 'float16' }),
        { reduction: 'sum' },
      ),
    'rates whose exponentials float32 cannot hold': (random) =>
      call(
        poissonNllLoss,
        floats([8], () => 100 + random.uniform()),
        floats([8], () => random.integer(5)),
      ),
  },
  honest: {
    'finite numbers': (random) => call(mseLoss, normals(random, [4, 6], 100), normals(random, [4, 6], 1e4)),
    'saturated probabilities, whose loss is cut off': (random) =>
      call(binaryCrossEntropy, sigmoid(normals(random, [32], 100)), binary(random, [32])),
    'no elements at all': () => call(mseLoss, tensor(new Float32Array(0)), tensor(new Float32Array(0))),
    'vectors of zeros': (random) =>
      call(
        cosineEmbeddingLoss,
        floats([4, 3], () => 0),
        normals(random, [4, 3]),
        signs(random, [4]),
      ),
    'float16 within its range': (random) =>
      call(
        mseLoss,
        tensor(
          Float32Array.from({ length: 64 }, () => 100 * random.normal()),
          { dtype: 'float16' },
        ),
        tensor(new Float32Array(64), { dtype: 'float16' }),
      ),
  },
}
