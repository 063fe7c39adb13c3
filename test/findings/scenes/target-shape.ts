import type { Random } from '../../../oracle/random.ts'
import { crossEntropy, diceLoss, linearCrossEntropy, multiMarginLoss, nllLoss, tensor } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

const sizes = (random: Random): [number, number] => [2 + random.integer(16), 2 + random.integer(12)]

/** One-hot rows of random classes, along axis 1. */
const oneHot = (random: Random, n: number, c: number) => {
  const labels = Array.from({ length: n }, () => random.integer(c))
  return longs([n, c], (i) => Number(labels[Math.floor(i / c)] === i % c))
}

export const targetShape: Scene = {
  code: 'target-shape',
  mistaken: {
    'a column of labels': (random) => {
      const [n, c] = sizes(random)
      return call(random.pick([crossEntropy, nllLoss, multiMarginLoss]), normals(random, [n, c]), classes(random, [n, 1], c))
    },
    'a column of labels from pandas, as float64': (random) => {
      const [n, c] = sizes(random)
      return call(crossEntropy, normals(random, [n, c]), tensor(classes(random, [n, 1], c), { dtype: 'float64' }))
    },
    'one-hot integers': (random) => {
      const [n, c] = sizes(random)
      return call(crossEntropy, normals(random, [n, c]), oneHot(random, n, c))
    },
    'one-hot booleans': (random) => {
      const [n, c] = sizes(random)
      return call(crossEntropy, normals(random, [n, c]), tensor(oneHot(random, n, c), { dtype: 'bool' }))
    },
    'a mask with its channel axis': (random) =>
      call(random.pick([crossEntropy, diceLoss]), normals(random, [2, 3, 4, 5]), classes(random, [2, 1, 4, 5], 3)),
    'a mask of colours': (random) => {
      const palette = [0, 0, 0, 128, 0, 0, 0, 128, 0]
      const picture = Array.from({ length: 40 }, () => random.integer(3)).flatMap((k) => palette.slice(3 * k, 3 * k + 3))
      return call(crossEntropy, normals(random, [2, 3, 4, 5]), tensor(Uint8Array.from(picture), { shape: [2, 4, 5, 3] }))
    },
    'a mask of another size': (random) => call(crossEntropy, normals(random, [2, 3, 4, 5]), classes(random, [2, 8, 10], 3)),
    'an image without its batch axis': (random) => call(crossEntropy, normals(random, [3, 6, 5]), classes(random, [6, 5], 3)),
    'pooled scores with two axes too many': (random) => call(crossEntropy, normals(random, [7, 3, 1, 1]), classes(random, [7], 3)),
    'targets of another batch': (random) => call(crossEntropy, normals(random, [8, 5]), classes(random, [6], 5)),
    'a column beside a linear layer': (random) =>
      call(linearCrossEntropy, normals(random, [6, 4]), normals(random, [3, 4]), classes(random, [6, 1], 3)),
  },
  honest: {
    labels: (random) => {
      const [n, c] = sizes(random)
      return call(crossEntropy, normals(random, [n, c]), classes(random, [n], c))
    },
    'a mask of as many rows as classes': (random) => call(crossEntropy, normals(random, [3, 3, 3, 3]), classes(random, [3, 3, 3], 3)),
    probabilities: (random) =>
      call(
        crossEntropy,
        normals(random, [4, 2]),
        floats([4, 2], () => 0.5),
      ),
    'one sample': (random) => call(crossEntropy, normals(random, [5]), classes(random, [1], 5)),
  },
}
