import type { Random } from '../../../oracle/random.ts'
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss, nllLoss, softmax, type Tensor } from '../../../src/index.ts'
import { classes, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

/** Scores (N, C) that know their targets by a margin. */
const knowing = (random: Random, target: Tensor, c: number, margin: number): Tensor =>
  floats([target.size, c], (i) => random.normal() + (Number(target.data[Math.floor(i / c)]) === i % c ? margin : 0))

export const againstChance: Scene = {
  code: 'against-chance',
  mistaken: {
    'classes in another order': (random) => {
      const target = classes(random, [64], 10)
      return call(crossEntropy, knowing(random, target, 10, -12), target)
    },
    'the wrong sign': (random) => {
      const target = floats([64], () => random.integer(2))
      const scores = floats([64], (i) => random.normal() - 8 * (2 * Number(target.data[i]) - 1))
      return call(binaryCrossEntropyWithLogits, scores, target)
    },
    'a network that says nothing': (random) => call(crossEntropy, normals(random, [128, 10], 0.05), classes(random, [128], 10)),
    'probabilities into a loss of their logarithms': (random) =>
      call(nllLoss, softmax(normals(random, [16, 5]), 1), classes(random, [16], 5)),
    'another scale': (random) =>
      call(
        mseLoss,
        floats([3, 64], () => random.integer(256)),
        floats([3, 64], () => random.uniform()),
      ),
  },
  honest: {
    trained: (random) => {
      const target = classes(random, [64], 10)
      return call(crossEntropy, knowing(random, target, 10, 5 + 5 * random.uniform()), target)
    },
    'trained with label smoothing, at its floor': (random) => {
      const target = classes(random, [64], 10)
      // where the softmax of the scores is the smoothed target: 0.91 against 0.01
      const scores = floats([64, 10], (i) => (Number(target.data[Math.floor(i / 10)]) === i % 10 ? Math.log(91) : 0))
      return call(crossEntropy, scores, target, { labelSmoothing: 0.1 })
    },
    'perfect, and so sure that the loss is 0': (random) => {
      const target = classes(random, [64], 10)
      return call(crossEntropy, knowing(random, target, 10, 60), target)
    },
    'trained of yes or no': (random) => {
      const target = floats([64], () => random.integer(2))
      const scores = floats([64], (i) => random.normal() + (3 + random.uniform()) * (2 * Number(target.data[i]) - 1))
      return call(binaryCrossEntropyWithLogits, scores, target)
    },
    'a regression that explains something': (random) => {
      const target = normals(random, [64], 3, 100)
      return call(
        mseLoss,
        floats([64], (i) => Number(target.data[i]) + 2 * random.normal()),
        target,
      )
    },
    'an untrained network of large scores': (random) => call(crossEntropy, normals(random, [64, 10], 2), classes(random, [64], 10)),
    weights: (random) => {
      const target = classes(random, [64], 4)
      return call(crossEntropy, knowing(random, target, 4, 5), target, { weight: [1, 0, 3, 8] })
    },
  },
}
