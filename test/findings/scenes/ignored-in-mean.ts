import { crossEntropy, nllLoss } from '../../../src/index.ts'
import { classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const ignoredInMean: Scene = {
  code: 'ignored-in-mean',
  mistaken: {
    'void pixels': (random) =>
      call(
        random.pick([crossEntropy, nllLoss]),
        normals(random, [2, 3, 4, 4]),
        longs([2, 4, 4], (i) => (i < 5 ? 255 : random.integer(3))),
        {
          ignoreIndex: 255,
          reduction: 'none',
        },
      ),
    padding: (random) =>
      call(
        crossEntropy,
        normals(random, [2, 9, 6]),
        longs([2, 6], (i) => (i % 6 > 3 ? -100 : random.integer(9))),
        { reduction: 'none' },
      ),
  },
  honest: {
    'nothing ignored': (random) => call(crossEntropy, normals(random, [2, 3, 4, 4]), classes(random, [2, 4, 4], 3), { reduction: 'none' }),
    'a mean of its own': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 9, 6]),
        longs([2, 6], (i) => (i % 6 > 3 ? -100 : random.integer(9))),
      ),
  },
}
