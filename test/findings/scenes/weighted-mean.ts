import { crossEntropy, nllLoss, softmax } from '../../../src/index.ts'
import { classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

const weight = [1, 5, 0.5]

export const weightedMean: Scene = {
  code: 'weighted-mean',
  mistaken: {
    'a batch of one': (random) => call(random.pick([crossEntropy, nllLoss]), normals(random, [1, 3]), classes(random, [1], 3), { weight }),
    'crops of one class': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 4, 4]),
        longs([2, 4, 4], () => 1),
        { weight },
      ),
    'weights that are all 2': (random) => call(crossEntropy, normals(random, [9, 3]), classes(random, [9], 3), { weight: [2, 2, 2] }),
    'with probabilities': (random) => call(crossEntropy, normals(random, [9, 3]), softmax(normals(random, [9, 3]), 1), { weight }),
  },
  honest: {
    'two classes or more': (random) =>
      call(
        crossEntropy,
        normals(random, [9, 3]),
        longs([9], (i) => (i < 2 ? i : random.integer(3))),
        { weight },
      ),
    'a sum': (random) => call(crossEntropy, normals(random, [1, 3]), classes(random, [1], 3), { weight, reduction: 'sum' }),
    'no weights': (random) => call(crossEntropy, normals(random, [1, 3]), classes(random, [1], 3)),
    'label smoothing, by the weights of all classes': (random) =>
      call(crossEntropy, normals(random, [1, 3]), classes(random, [1], 3), { weight, labelSmoothing: 0.1 }),
  },
}
