import { gaussianNllLoss, klDiv, logSoftmax, mseLoss, poissonNllLoss, smoothL1Loss, softmax } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const broadcastPairs: Scene = {
  code: 'broadcast-pairs',
  mistaken: {
    'a column of predictions beside a row of labels': (random) => {
      const n = 2 + random.integer(60)
      return call(mseLoss, normals(random, [n, 1]), normals(random, [n]))
    },
    'the same on request': (random) => call(smoothL1Loss, normals(random, [12, 1]), normals(random, [12]), { broadcast: true }),
    'images with and without a channel axis': (random) => call(mseLoss, normals(random, [3, 1, 4, 5]), normals(random, [3, 4, 5])),
    'counts, of which PyTorch says nothing': (random) =>
      call(
        poissonNllLoss,
        normals(random, [9, 1]),
        floats([9], () => random.integer(5)),
      ),
    'log-probabilities of one axis too many': (random) =>
      call(klDiv, logSoftmax(normals(random, [4, 1, 5]), 2), softmax(normals(random, [4, 5]), 1), { reduction: 'batchmean' }),
    'a variance per sample and means in a column': (random) =>
      call(
        gaussianNllLoss,
        normals(random, [6, 1]),
        normals(random, [6]),
        floats([6, 1], () => 0.5 + random.uniform()),
      ),
  },
  honest: {
    'one shape': (random) => {
      const shape = [1 + random.integer(5), 1 + random.integer(5)]
      return call(mseLoss, normals(random, shape), normals(random, shape))
    },
    'many predictions of one target, on request': (random) =>
      call(mseLoss, normals(random, [8, 5]), normals(random, [5]), { broadcast: true }),
    'one number for all, on request': (random) => call(smoothL1Loss, normals(random, [8, 5]), 0.5, { broadcast: true }),
    'shapes that do not broadcast': (random) => call(mseLoss, normals(random, [8, 5]), normals(random, [8, 4])),
    'one sample': (random) => call(mseLoss, normals(random, [1, 1]), normals(random, [1]), { broadcast: true }),
  },
}
