import { binaryCrossEntropy, binaryCrossEntropyWithLogits, sigmoid } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const swappedArguments: Scene = {
  code: 'swapped-arguments',
  mistaken: {
    'the order of Keras': (random) => call(binaryCrossEntropy, binary(random, [64]), sigmoid(normals(random, [64], 2))),
    'the same with scores': (random) => call(binaryCrossEntropyWithLogits, binary(random, [32, 3]), normals(random, [32, 3], 2)),
  },
  honest: {
    'PyTorch’s order': (random) => {
      const n = 1 + random.integer(64)
      return call(binaryCrossEntropy, sigmoid(normals(random, [n], 4)), binary(random, [n]))
    },
    'decisions and labels': (random) => call(binaryCrossEntropy, binary(random, [64]), binary(random, [64])),
    'decisions and smoothed labels': (random) =>
      call(
        binaryCrossEntropy,
        binary(random, [64]),
        floats([64], () => random.pick([0.05, 0.95])),
      ),
    'scores of a head that is 0, and soft labels': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        floats([64], () => 0),
        floats([64], () => random.uniform()),
      ),
    'a few soft labels': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        binary(random, [6]),
        floats([6], () => random.uniform()),
      ),
  },
}
