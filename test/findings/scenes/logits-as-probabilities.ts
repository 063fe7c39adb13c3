import { binaryCrossEntropy, diceLoss, sigmoid, softmax } from '../../../src/index.ts'
import { binary, classes, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const logitsAsProbabilities: Scene = {
  code: 'logits-as-probabilities',
  mistaken: {
    'raw scores': (random) => {
      const n = 8 + random.integer(64)
      return call(binaryCrossEntropy, normals(random, [n], 2), binary(random, [n]))
    },
    'of a segmentation network': (random) =>
      call(binaryCrossEntropy, normals(random, [2, 1, 6, 6], 1), binary(random, [2, 1, 6, 6]), { reduction: 'none' }),
    'a product of probabilities that rounding takes above 1': (random) =>
      call(
        binaryCrossEntropy,
        floats([20], (i) => (i === 7 ? 1 + 2e-7 : random.uniform())),
        binary(random, [20]),
      ),
    'scores in Dice, said to be probabilities': (random) =>
      call(diceLoss, normals(random, [2, 3, 6, 6], 2), classes(random, [2, 6, 6], 3), { fromLogits: false }),
  },
  honest: {
    'sigmoids, saturated ones too': (random) => {
      const n = 1 + random.integer(64)
      return call(binaryCrossEntropy, sigmoid(normals(random, [n], 40 * random.uniform())), binary(random, [n]))
    },
    'zeros and ones': (random) => call(binaryCrossEntropy, binary(random, [32]), binary(random, [32])),
    'softmax in Dice': (random) =>
      call(diceLoss, softmax(normals(random, [2, 3, 6, 6], 2), 1), classes(random, [2, 6, 6], 3), { fromLogits: false }),
    'scores in Dice, which takes the softmax': (random) => call(diceLoss, normals(random, [2, 3, 6, 6], 2), classes(random, [2, 6, 6], 3)),
    'a target that is refused': (random) =>
      call(
        binaryCrossEntropy,
        sigmoid(normals(random, [8])),
        floats([8], () => 255 * random.integer(2) + 2),
      ),
  },
}
