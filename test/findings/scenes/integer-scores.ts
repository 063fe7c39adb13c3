import { crossEntropy, relu, tensor } from '../../../src/index.ts'
import { classes, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const integerScores: Scene = {
  code: 'integer-scores',
  mistaken: {
    'the one-hot of an argmax': (random) => {
      const decided = Array.from({ length: 32 }, () => random.integer(4))
      return call(
        crossEntropy,
        floats([32, 4], (i) => Number(decided[Math.floor(i / 4)] === i % 4)),
        classes(random, [32], 4),
      )
    },
    'rounded scores': (random) =>
      call(
        crossEntropy,
        floats([32, 4], (i) => (i === 0 ? 3 : Math.round(3 * random.normal()))),
        classes(random, [32], 4),
      ),
    'a one-hot mask': (random) =>
      call(
        crossEntropy,
        floats([2, 2, 8, 8], (i) => Number((i % 3 === 0) === (Math.floor(i / 64) % 2 === 0))),
        classes(random, [2, 8, 8], 2),
      ),
  },
  honest: {
    scores: (random) => call(crossEntropy, normals(random, [32, 4]), classes(random, [32], 4)),
    'a head of zeros': (random) =>
      call(
        crossEntropy,
        floats([32, 4], () => 0),
        classes(random, [32], 4),
      ),
    'a ReLU at the end': (random) => call(crossEntropy, relu(normals(random, [32, 4], 3, -2)), classes(random, [32], 4)),
    'large numbers in bfloat16': (random) =>
      call(crossEntropy, tensor(normals(random, [32, 4], 10, 400), { dtype: 'bfloat16' }), classes(random, [32], 4)),
    'a few typed by hand': (random) =>
      call(
        crossEntropy,
        [
          [2, 1, 0],
          [0, 3, 1],
        ],
        classes(random, [2], 3),
      ),
  },
}
