import { crossEntropy, linearCrossEntropy, multiMarginLoss, nllLoss } from '../../../src/index.ts'
import { binary, classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const oneClass: Scene = {
  code: 'one-class',
  mistaken: {
    'one output per image': (random) =>
      call(
        random.pick([crossEntropy, nllLoss, multiMarginLoss]),
        normals(random, [6, 1]),
        longs([6], () => 0),
      ),
    'one output, with floats beside it': (random) => call(crossEntropy, normals(random, [6, 1]), binary(random, [6, 1])),
    'one channel of a segmentation': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 1, 4, 5]),
        longs([2, 4, 5], () => 0),
      ),
    'one output, and a target of 1': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 1]),
        longs([6], (i) => i % 2),
      ),
    'a linear layer of one row': (random) =>
      call(
        linearCrossEntropy,
        normals(random, [6, 4]),
        normals(random, [1, 4]),
        longs([6], () => 0),
      ),
  },
  honest: {
    'two classes': (random) => call(crossEntropy, normals(random, [6, 2]), classes(random, [6], 2)),
    'one row of two classes': (random) => call(crossEntropy, normals(random, [1, 2]), classes(random, [1], 2)),
    'one position': (random) => call(crossEntropy, normals(random, [1, 3, 1, 1]), classes(random, [1, 1, 1], 3)),
  },
}
