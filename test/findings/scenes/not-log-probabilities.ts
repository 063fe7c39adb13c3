import { ctcLoss, labelSmoothedNllLoss, log, logSoftmax, nllLoss, softmax, tensor } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

const losses = [nllLoss, labelSmoothedNllLoss]

export const notLogProbabilities: Scene = {
  code: 'not-log-probabilities',
  mistaken: {
    probabilities: (random) => call(random.pick(losses), softmax(normals(random, [8, 5]), 1), classes(random, [8], 5)),
    scores: (random) => call(random.pick(losses), normals(random, [8, 5], 0.1 + 3 * random.uniform()), classes(random, [8], 5)),
    'scores of an image': (random) => call(nllLoss, normals(random, [2, 5, 6, 6]), classes(random, [2, 6, 6], 5)),
    'untrained zeros': (random) =>
      call(
        nllLoss,
        floats([8, 5], () => 0),
        classes(random, [8], 5),
      ),
    'a log-softmax over the batch': (random) => call(nllLoss, logSoftmax(normals(random, [40, 5]), 0), classes(random, [40], 5)),
    'a recogniser of sequences that ends in scores': (random) =>
      call(
        ctcLoss,
        normals(random, [12, 2, 6]),
        longs([2, 3], (i) => 1 + (i % 5)),
        [12, 12],
        [3, 3],
      ),
  },
  honest: {
    'a recogniser of sequences': (random) =>
      call(
        ctcLoss,
        logSoftmax(normals(random, [12, 2, 6], 4), 2),
        longs([2, 3], (i) => 1 + (i % 5)),
        [12, 12],
        [3, 3],
      ),
    'a log-softmax': (random) =>
      call(random.pick(losses), logSoftmax(normals(random, [8, 5], 20 * random.uniform()), 1), classes(random, [8], 5)),
    'a log-softmax in bfloat16': (random) =>
      call(nllLoss, tensor(logSoftmax(normals(random, [8, 50], 3), 1), { dtype: 'bfloat16' }), classes(random, [8], 50)),
    'the logarithm of a clamped softmax': (random) => {
      const p = softmax(normals(random, [8, 5], 10), 1)
      return call(nllLoss, log(floats([8, 5], (i) => Math.max(Number(p.data[i]), 1e-4))), classes(random, [8], 5))
    },
    'with classes that are masked': (random) => {
      const masked = floats([8, 5], (i) => (i % 5 === 4 ? -Infinity : random.normal()))
      return call(nllLoss, logSoftmax(masked, 1), classes(random, [8], 4))
    },
  },
}
