import { crossEntropy, logSoftmax, nllLoss, softmax } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const scoresNotFinite: Scene = {
  code: 'scores-not-finite',
  aboutNaN: true,
  mistaken: {
    'a NaN': (random) => {
      const at = random.integer(160)
      return call(
        crossEntropy,
        floats([2, 5, 4, 4], (i) => (i === at ? Number.NaN : random.normal())),
        classes(random, [2, 4, 4], 5),
      )
    },
    'a NaN in a row that is ignored': (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i === 4 ? Number.NaN : random.normal())),
        longs([4], (i) => (i === 1 ? -100 : 1)),
      ),
    overflow: (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i === 7 ? Infinity : random.normal())),
        classes(random, [4], 3),
      ),
    'the right class masked': (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i % 3 === 1 ? -Infinity : random.normal())),
        longs([4], (i) => i % 2),
      ),
    'masked classes with label smoothing': (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i % 3 === 1 ? -Infinity : random.normal())),
        longs([4], () => 0),
        { labelSmoothing: 0.1 },
      ),
    'masked classes with probabilities': (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i % 3 === 1 ? -Infinity : random.normal())),
        floats([4, 3], (i) => Number(i % 3 === 0)),
      ),
    'a row masked wholly': (random) =>
      call(
        crossEntropy,
        floats([4, 3], (i) => (i < 3 ? -Infinity : random.normal())),
        classes(random, [4], 3),
      ),
    'a logarithm of 0': (random) =>
      call(
        nllLoss,
        floats([4, 2], (i) => (i % 2 === 1 ? -Infinity : 0)),
        longs([4], (i) => (i === 0 ? 1 : random.integer(2))),
      ),
    'a NaN among soft labels': (random) =>
      call(
        crossEntropy,
        normals(random, [4, 3]),
        floats([4, 3], (i) => (i === 4 ? Number.NaN : 1 / 3)),
      ),
  },
  honest: {
    scores: (random) => call(crossEntropy, normals(random, [8, 5], 10 ** (6 * random.uniform())), classes(random, [8], 5)),
    'masked classes': (random) =>
      call(
        crossEntropy,
        floats([8, 5], (i) => (i % 5 > 2 ? -Infinity : random.normal())),
        classes(random, [8], 3),
      ),
    'masked classes of log-probabilities': (random) =>
      call(
        nllLoss,
        logSoftmax(
          floats([8, 5], (i) => (i % 5 > 2 ? -Infinity : random.normal())),
          1,
        ),
        classes(random, [8], 3),
      ),
    'a NaN weight of a class that does not occur': (random) =>
      call(crossEntropy, normals(random, [8, 3]), classes(random, [8], 2), { weight: [1, 2, Number.NaN] }),
    'soft labels': (random) => call(crossEntropy, normals(random, [8, 3], 1e4), softmax(normals(random, [8, 3], 100), 1)),
  },
}
