import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  l1Loss,
  mseLoss,
  multiMarginLoss,
  nllLoss,
  sigmoid,
  tensor,
} from '../../../src/index.ts'
import { binary, classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const wrongDType: Scene = {
  code: 'wrong-dtype',
  mistaken: {
    'labels as floats': (random) =>
      call(
        random.pick([crossEntropy, nllLoss, multiMarginLoss]),
        normals(random, [8, 5]),
        tensor(classes(random, [8], 5), { dtype: 'float32' }),
      ),
    'labels as int32, from TensorFlow': (random) =>
      call(crossEntropy, normals(random, [8, 5]), tensor(classes(random, [8], 5), { dtype: 'int32' })),
    'a mask of booleans for two classes': (random) =>
      call(crossEntropy, normals(random, [2, 2, 4, 4]), tensor(classes(random, [2, 4, 4], 2), { dtype: 'bool' })),
    'a mask of bytes': (random) =>
      call(crossEntropy, normals(random, [2, 5, 4, 4]), tensor(classes(random, [2, 4, 4], 5), { dtype: 'uint8' })),
    'yes and no as integers': (random) =>
      call(
        binaryCrossEntropy,
        sigmoid(normals(random, [8, 1])),
        longs([8, 1], () => random.integer(2)),
      ),
    'yes and no as integers, of logits': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [8]),
        longs([8], () => random.integer(2)),
      ),
    'yes and no as booleans': (random) =>
      call(
        binaryCrossEntropyWithLogits,
        normals(random, [8]),
        tensor(
          longs([8], () => random.integer(2)),
          { dtype: 'bool' },
        ),
      ),
    'float64 from NumPy': (random) =>
      call(binaryCrossEntropy, sigmoid(normals(random, [8])), tensor(binary(random, [8]), { dtype: 'float64' })),
    'two arrays of bytes': () => call(mseLoss, Uint8Array.of(1, 2, 3), Uint8Array.of(3, 2, 1)),
    'input and target exchanged': (random) => call(crossEntropy, classes(random, [8], 5), normals(random, [8, 5])),
    'weights of another precision': (random) =>
      call(crossEntropy, normals(random, [8, 3]), classes(random, [8], 3), { weight: Float64Array.of(1, 2, 3) }),
  },
  honest: {
    int64: (random) => call(crossEntropy, normals(random, [8, 5]), classes(random, [8], 5)),
    'plain numbers': (random) => call(crossEntropy, [[1, 2]], [random.integer(2)]),
    'bytes for one axis': (random) =>
      call(
        crossEntropy,
        normals(random, [8, 5]),
        Uint8Array.from({ length: 8 }, () => random.integer(5)),
      ),
    'floats of two precisions, which promote': (random) => call(l1Loss, normals(random, [4]), Float64Array.of(1, 2, 3, 4)),
    'pairs of floats': (random) => call(binaryCrossEntropyWithLogits, normals(random, [8]), binary(random, [8])),
  },
}
