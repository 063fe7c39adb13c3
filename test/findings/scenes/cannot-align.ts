import { ctcLoss, logSoftmax } from '../../../src/index.ts'
import { longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const cannotAlign: Scene = {
  code: 'cannot-align',
  aboutNaN: true,
  mistaken: {
    'more labels than steps': (random) =>
      call(
        ctcLoss,
        logSoftmax(normals(random, [4, 2, 6]), 2),
        longs([2, 5], (i) => 1 + (i % 5)),
        [4, 4],
        [5, 2],
      ),
    'double letters with no step between them': (random) => call(ctcLoss, logSoftmax(normals(random, [3, 1, 6]), 2), [[2, 2, 3]], [3], [3]),
    'the same, counted as 0': (random) =>
      call(ctcLoss, logSoftmax(normals(random, [3, 1, 6]), 2), [[2, 2, 3]], [3], [3], { zeroInfinity: true }),
    'padding of blanks that the lengths do not leave out': (random) =>
      call(
        ctcLoss,
        logSoftmax(normals(random, [9, 2, 6]), 2),
        [
          [1, 2, 0],
          [3, 4, 5],
        ],
        [9, 9],
        [3, 3],
      ),
  },
  honest: {
    'labels that fit': (random) => {
      const labels = 1 + random.integer(4)
      return call(
        ctcLoss,
        logSoftmax(normals(random, [9, 2, 6]), 2),
        longs([2, 4], () => 1 + random.integer(5)),
        [9, 9],
        [labels, labels],
      )
    },
    'labels that just fit': (random) => call(ctcLoss, logSoftmax(normals(random, [4, 1, 6]), 2), [[2, 2, 3]], [4], [3]),
    'no labels': (random) => call(ctcLoss, logSoftmax(normals(random, [4, 1, 6]), 2), [[2, 2, 3]], [4], [0]),
  },
}
