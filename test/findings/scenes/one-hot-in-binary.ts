import { binaryCrossEntropy, binaryCrossEntropyWithLogits, sigmoid, sigmoidFocalLoss } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const oneHotInBinary: Scene = {
  code: 'one-hot-in-binary',
  mistaken: {
    'a classifier': (random) => {
      const labels = Array.from({ length: 40 }, () => random.integer(5))
      return call(
        random.pick([binaryCrossEntropyWithLogits, sigmoidFocalLoss]),
        normals(random, [40, 5]),
        floats([40, 5], (i) => Number(labels[Math.floor(i / 5)] === i % 5)),
      )
    },
    'a segmentation': (random) => {
      const labels = Array.from({ length: 64 }, () => random.integer(3))
      return call(
        binaryCrossEntropyWithLogits,
        normals(random, [1, 3, 8, 8]),
        floats([1, 3, 8, 8], (i) => Number(labels[i % 64] === Math.floor(i / 64))),
      )
    },
    'a classifier with sigmoids': (random) => {
      const labels = Array.from({ length: 40 }, () => random.integer(5))
      return call(
        binaryCrossEntropy,
        sigmoid(normals(random, [40, 5])),
        floats([40, 5], (i) => Number(labels[Math.floor(i / 5)] === i % 5)),
      )
    },
  },
  honest: {
    'a heat map': (random) =>
      call(
        binaryCrossEntropy,
        sigmoid(normals(random, [40, 5])),
        floats([40, 5], () => random.uniform()),
      ),
    tags: (random) => call(binaryCrossEntropyWithLogits, normals(random, [40, 5]), binary(random, [40, 5], 0.2)),
    'two columns of yes or no': (random) => call(binaryCrossEntropyWithLogits, normals(random, [40, 2]), binary(random, [40, 2])),
    'a few rows': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [8, 3]),
        floats([8, 3], (i) => Number(i % 3 === 0)),
      ),
    'one column': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [40, 1]),
        floats([40, 1], () => 1),
      ),
  },
}
