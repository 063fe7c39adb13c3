import { klDiv, log, logSoftmax, softmax } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

const batch = { reduction: 'batchmean' }

export const divergenceInputs: Scene = {
  code: 'divergence-inputs',
  mistaken: {
    'probabilities on both sides': (random) => call(klDiv, softmax(normals(random, [8, 5]), 1), softmax(normals(random, [8, 5]), 1), batch),
    'raw scores': (random) => call(klDiv, normals(random, [8, 5]), softmax(normals(random, [8, 5]), 1), batch),
    'the two in each other’s place': (random) =>
      call(klDiv, softmax(normals(random, [8, 5]), 1), logSoftmax(normals(random, [8, 5]), 1), batch),
    'logarithms as a target': (random) =>
      call(klDiv, logSoftmax(normals(random, [8, 5]), 1), logSoftmax(normals(random, [8, 5]), 1), batch),
    'probabilities as a target that is said to be logarithms': (random) =>
      call(klDiv, logSoftmax(normals(random, [8, 5]), 1), softmax(normals(random, [8, 5]), 1), { ...batch, logTarget: true }),
    'a target that was not divided by its sum': (random) =>
      call(
        klDiv,
        logSoftmax(normals(random, [8, 5]), 1),
        floats([8, 5], () => random.uniform()),
        batch,
      ),
  },
  honest: {
    'log-softmax and softmax': (random) => {
      const [n, c] = [1 + random.integer(8), 2 + random.integer(10)]
      const spread = 10 * random.uniform()
      return call(klDiv, logSoftmax(normals(random, [n, c], spread), 1), softmax(normals(random, [n, c], spread), 1), batch)
    },
    'logarithms on both sides': (random) =>
      call(klDiv, logSoftmax(normals(random, [4, 6]), 1), logSoftmax(normals(random, [4, 6]), 1), { ...batch, logTarget: true }),
    'sequences, classes last': (random) =>
      call(klDiv, logSoftmax(normals(random, [2, 7, 9]), 2), softmax(normals(random, [2, 7, 9]), 2), batch),
    'one-hot targets, and masked rows of zeros': (random) =>
      call(
        klDiv,
        logSoftmax(normals(random, [4, 3], 8), 1),
        floats([4, 3], (i) => (i < 3 ? 0 : Number(i % 3 === 1))),
        batch,
      ),
    'probabilities with a little added before the logarithm': (random) => {
      const p = softmax(normals(random, [8, 5], 3), 1)
      return call(klDiv, log(floats([8, 5], (i) => Number(p.data[i]) + 1e-4)), softmax(normals(random, [8, 5]), 1), batch)
    },
    'one sample without an axis for it': (random) =>
      call(klDiv, logSoftmax(normals(random, [5]), 0), softmax(normals(random, [5]), 0), batch),
  },
}
