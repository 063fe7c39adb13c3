import { binaryCrossEntropyWithLogits, diceLoss, sigmoid, sigmoidFocalLoss, softMarginLoss } from '../../../src/index.ts'
import { binary, floats, normals, untrained } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const sigmoidTwice: Scene = {
  code: 'sigmoid-twice',
  mistaken: {
    'sigmoid at the end of a trained classifier': (random) => {
      const n = 64 + random.integer(500)
      return call(binaryCrossEntropyWithLogits, sigmoid(normals(random, [n], 3 + 2 * random.uniform())), binary(random, [n]))
    },
    'of a network at the start of its training': (random) =>
      call(binaryCrossEntropyWithLogits, sigmoid(normals(random, [32, 4], 0.05 + 0.1 * random.uniform())), binary(random, [32, 4])),
    'before the focal loss': (random) => call(sigmoidFocalLoss, sigmoid(normals(random, [200, 3], 4)), binary(random, [200, 3])),
    'before Dice from scores': (random) =>
      call(diceLoss, sigmoid(normals(random, [2, 1, 16, 16], 4)), binary(random, [2, 1, 16, 16]), { mode: 'binary' }),
    'before the soft margin loss': (random) =>
      call(
        softMarginLoss,
        sigmoid(normals(random, [128], 4)),
        floats([128], () => (random.chance(0.5) ? 1 : -1)),
      ),
  },
  honest: {
    'raw scores': (random) => {
      const n = 1 + random.integer(64)
      return call(binaryCrossEntropyWithLogits, normals(random, [n], 0.02 + 3 * random.uniform()), binary(random, [n]))
    },
    'a ReLU at the end': (random) => {
      const n = 16 + random.integer(64)
      const spread = 0.3 * random.uniform()
      return call(
        binaryCrossEntropyWithLogits,
        floats([n], () => Math.max(0, spread * random.normal())),
        binary(random, [n]),
      )
    },
    'an untrained network, whose scores lie near each other': (random) => {
      const [n, h] = [1 + random.integer(4), 4 + random.integer(12)]
      return call(binaryCrossEntropyWithLogits, untrained(random, [n, 1, h, h]), binary(random, [n, 1, h, h]))
    },
    'the same score everywhere': (random) => {
      const score = random.pick([0, 0.5, 1, random.uniform()])
      return call(
        sigmoidFocalLoss,
        floats([64], () => score),
        binary(random, [64]),
      )
    },
    'decisions in place of scores': (random) => call(binaryCrossEntropyWithLogits, binary(random, [64]), binary(random, [64])),
    'Dice of probabilities, said to be so': (random) =>
      call(diceLoss, sigmoid(normals(random, [2, 1, 8, 8], 4)), binary(random, [2, 1, 8, 8]), { mode: 'binary', fromLogits: false }),
  },
}
