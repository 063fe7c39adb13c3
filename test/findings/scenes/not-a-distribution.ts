import { crossEntropy, linearCrossEntropy, logSoftmax, softmax, tensor } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const notADistribution: Scene = {
  code: 'not-a-distribution',
  mistaken: {
    'scores of a teacher': (random) => call(crossEntropy, normals(random, [6, 5]), normals(random, [6, 5], 3)),
    'log-probabilities of a teacher': (random) => call(crossEntropy, normals(random, [6, 5]), logSoftmax(normals(random, [6, 5]), 1)),
    'one-hot times 255': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 5]),
        floats([6, 5], (i) => (i % 5 === random.integer(5) || i % 5 === 2 ? 255 : 0)),
      ),
    'a class id for each place': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 5]),
        floats([6, 5], (i) => (i === 0 ? 4 : random.integer(5))),
      ),
    'probabilities over the other axis': (random) => call(crossEntropy, normals(random, [4, 3, 8]), softmax(normals(random, [4, 3, 8]), 2)),
    'a linear layer inside': (random) =>
      call(linearCrossEntropy, normals(random, [6, 4]), normals(random, [5, 4]), normals(random, [6, 5], 2)),
  },
  honest: {
    'a softmax': (random) => call(crossEntropy, normals(random, [6, 5]), softmax(normals(random, [6, 5], 5 * random.uniform()), 1)),
    'a softmax in bfloat16': (random) =>
      call(crossEntropy, normals(random, [6, 40]), tensor(softmax(normals(random, [6, 40]), 1), { dtype: 'bfloat16' })),
    'percentages of three digits': (random) => {
      const target = softmax(normals(random, [6, 5]), 1)
      return call(
        crossEntropy,
        normals(random, [6, 5]),
        floats([6, 5], (i) => Math.round(1000 * Number(target.data[i])) / 1000),
      )
    },
    'rows that count for nothing': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 5]),
        floats([6, 5], (i) => Number(i % 10 === 3)),
      ),
    'one row': (random) =>
      call(
        crossEntropy,
        normals(random, [1, 2]),
        floats([1, 2], (i) => (i === 0 ? 0.25 : 0.75)),
      ),
  },
}
