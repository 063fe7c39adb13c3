import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  diceLoss,
  lovaszHingeLoss,
  qualityFocalLoss,
  sigmoid,
  sigmoidFocalLoss,
} from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const impossibleTarget: Scene = {
  code: 'impossible-target',
  mistaken: {
    'a mask of 0 and 255': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [2, 1, 8, 8]),
        floats([2, 1, 8, 8], () => 255 * random.integer(2)),
      ),
    'the same where PyTorch refuses it': (random) =>
      call(
        binaryCrossEntropy,
        sigmoid(normals(random, [64])),
        floats([64], () => 255 * random.integer(2)),
      ),
    'labels −1 and 1': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [40]),
        floats([40], () => (random.chance(0.5) ? 1 : -1)),
      ),
    'class ids': (random) =>
      call(
        sigmoidFocalLoss,
        normals(random, [64]),
        floats([64], () => random.integer(4)),
      ),
    'grey levels': (random) =>
      call(
        diceLoss,
        normals(random, [1, 1, 16, 16]),
        floats([1, 1, 16, 16], () => random.integer(256)),
        { mode: 'binary' },
      ),
    'void pixels in a mask of yes and no': (random) =>
      call(
        lovaszHingeLoss,
        normals(random, [2, 8, 8]),
        floats([2, 8, 8], () => random.pick([0, 1, 255])),
      ),
  },
  honest: {
    'zeros and ones': (random) => {
      const n = 1 + random.integer(100)
      return call(binaryCrossEntropyWithLogits, normals(random, [n], 5), binary(random, [n], random.uniform()))
    },
    'smoothed and mixed labels': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [32, 4]),
        floats([32, 4], () => random.pick([0.05, 0.95, random.uniform()])),
      ),
    qualities: (random) =>
      call(
        qualityFocalLoss,
        normals(random, [200]),
        floats([200], () => (random.chance(0.1) ? random.uniform() : 0)),
      ),
    'void pixels that are said to be so': (random) =>
      call(
        diceLoss,
        normals(random, [1, 1, 8, 8]),
        floats([1, 1, 8, 8], () => random.pick([0, 1, 255])),
        { mode: 'binary', ignoreIndex: 255 },
      ),
    'scores where probabilities are wanted, which is another mistake': (random) =>
      call(binaryCrossEntropy, normals(random, [32], 3), binary(random, [32])),
  },
}
