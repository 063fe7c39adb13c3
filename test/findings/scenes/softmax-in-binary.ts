import { binaryCrossEntropy, binaryCrossEntropyWithLogits, sigmoid, softmax } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const softmaxInBinary: Scene = {
  code: 'softmax-in-binary',
  mistaken: {
    'a softmax for tags': (random) => call(binaryCrossEntropy, softmax(normals(random, [8, 5], 2), 1), binary(random, [8, 5], 0.3)),
    'of an image': (random) => call(binaryCrossEntropy, softmax(normals(random, [2, 3, 4, 4]), 1), binary(random, [2, 3, 4, 4])),
    'a softmax and a sigmoid': (random) => call(binaryCrossEntropyWithLogits, softmax(normals(random, [8, 5]), 1), binary(random, [8, 5])),
    'two columns': (random) => call(binaryCrossEntropy, softmax(normals(random, [16, 2]), 1), binary(random, [16, 2])),
  },
  honest: {
    sigmoids: (random) => call(binaryCrossEntropy, sigmoid(normals(random, [2, 3], 2 * random.uniform())), binary(random, [2, 3])),
    'an untrained head of two columns': (random) =>
      call(
        binaryCrossEntropy,
        floats([16, 2], () => 0.5),
        binary(random, [16, 2]),
      ),
    'an untrained head of sigmoids near one half': (random) =>
      call(binaryCrossEntropy, sigmoid(normals(random, [4, 2], 0.01)), binary(random, [4, 2])),
    'one column': (random) => call(binaryCrossEntropy, sigmoid(normals(random, [16, 1])), binary(random, [16, 1])),
    'raw scores': (random) => call(binaryCrossEntropyWithLogits, normals(random, [16, 3]), binary(random, [16, 3])),
  },
}
