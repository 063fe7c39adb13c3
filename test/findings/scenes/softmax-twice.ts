import { crossEntropy, logSoftmax, softmax } from '../../../src/index.ts'
import { classes, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const softmaxTwice: Scene = {
  code: 'softmax-twice',
  mistaken: {
    'softmax at the end of a classifier': (random) => {
      const [n, c] = [1 + random.integer(32), 2 + random.integer(20)]
      return call(crossEntropy, softmax(normals(random, [n, c], 3 * random.uniform()), 1), classes(random, [n], c))
    },
    'of a segmentation network': (random) => call(crossEntropy, softmax(normals(random, [2, 5, 4, 6]), 1), classes(random, [2, 4, 6], 5)),
    'over the batch by mistake': (random) => call(crossEntropy, softmax(normals(random, [16, 4]), 0), classes(random, [16], 4)),
  },
  honest: {
    'raw scores': (random) => {
      const [n, c] = [2 + random.integer(32), 2 + random.integer(20)]
      return call(crossEntropy, normals(random, [n, c], 3 * random.uniform()), classes(random, [n], c))
    },
    'scores that a ReLU or a scaling has put into [0, 1]': (random) => {
      const [n, c] = [2 + random.integer(8), 2 + random.integer(8)]
      return call(
        crossEntropy,
        floats([n, c], () => random.uniform()),
        classes(random, [n], c),
      )
    },
    'a log-softmax, which does no harm': (random) => call(crossEntropy, logSoftmax(normals(random, [8, 4]), 1), classes(random, [8], 4)),
  },
}
