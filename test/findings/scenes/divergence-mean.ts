import { klDiv, logSoftmax, softmax } from '../../../src/index.ts'
import { normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const divergenceMean: Scene = {
  code: 'divergence-mean',
  mistaken: {
    'the default': (random) => call(klDiv, logSoftmax(normals(random, [4, 5]), 1), softmax(normals(random, [4, 5]), 1)),
    'the mean by its name': (random) =>
      call(klDiv, logSoftmax(normals(random, [4, 5]), 1), softmax(normals(random, [4, 5]), 1), { reduction: 'mean' }),
  },
  honest: {
    'the mean over the batch': (random) =>
      call(klDiv, logSoftmax(normals(random, [4, 5]), 1), softmax(normals(random, [4, 5]), 1), { reduction: 'batchmean' }),
    'a sum, or every value': (random) =>
      call(klDiv, logSoftmax(normals(random, [4, 5]), 1), softmax(normals(random, [4, 5]), 1), { reduction: random.pick(['sum', 'none']) }),
  },
}
