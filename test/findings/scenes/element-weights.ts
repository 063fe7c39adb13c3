import { binaryCrossEntropy, binaryCrossEntropyWithLogits, sigmoid } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const elementWeights: Scene = {
  code: 'element-weights',
  mistaken: {
    'one weight per class of images': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [2, 3, 4, 5]), binary(random, [2, 3, 4, 5]), { posWeight: [1, 2, 3] }),
    'the same where the width is the number of classes': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [2, 3, 4, 3]), binary(random, [2, 3, 4, 3]), { posWeight: [1, 2, 3] }),
    'one weight per sample, of as many classes': (random) =>
      call(binaryCrossEntropy, sigmoid(normals(random, [4, 4])), binary(random, [4, 4]), { weight: [1, 2, 1, 3] }),
    'one weight for all': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [16]), binary(random, [16]), { weight: [2 + random.integer(9)] }),
    'a weight for no and one for yes': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [16, 1]), binary(random, [16, 1]), { weight: [0.6, 0.4] }),
    'the same for two columns': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [16, 2]), binary(random, [16, 2]), { weight: [0.6, 0.4] }),
    'positives / negatives': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [100]),
        floats([100], (i) => Number(i % 10 === 0)),
        { posWeight: 10 / 90 },
      ),
  },
  honest: {
    'negatives / positives': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [100]),
        floats([100], (i) => Number(i % 10 === 0)),
        { posWeight: 9 },
      ),
    'a weight per class': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [16, 3]), binary(random, [16, 3]), { posWeight: [1, 2, 3], weight: [1, 2, 1] }),
    'on axis 1 of images': (random) =>
      call(binaryCrossEntropyWithLogits, normals(random, [2, 3, 4, 3]), binary(random, [2, 3, 4, 3]), { posWeight: [[[1]], [[2]], [[3]]] }),
    'a weight per element': (random) =>
      call(binaryCrossEntropy, sigmoid(normals(random, [6, 5])), binary(random, [6, 5]), {
        weight: floats([6, 5], () => random.uniform()),
      }),
    'even labels': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [100]),
        floats([100], (i) => i % 2),
        { posWeight: 1 },
      ),
  },
}
