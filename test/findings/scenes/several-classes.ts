import { crossEntropy, tensor } from '../../../src/index.ts'
import { classes, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const severalClasses: Scene = {
  code: 'several-classes',
  mistaken: {
    tags: (random) =>
      call(
        crossEntropy,
        normals(random, [8, 6]),
        floats([8, 6], (i) => Number(i < 3 || random.chance(0.3))),
      ),
    'tags as integers': (random) =>
      call(
        crossEntropy,
        normals(random, [8, 6]),
        tensor(
          floats([8, 6], (i) => Number(i < 3 || random.chance(0.3))),
          { dtype: 'int64' },
        ),
      ),
    'overlapping masks': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 4, 4]),
        floats([2, 3, 4, 4], (i) => Number(i % 16 === 0 || random.chance(0.3))),
      ),
    'everything true': (random) =>
      call(
        crossEntropy,
        normals(random, [4, 3]),
        floats([4, 3], () => 1),
      ),
  },
  honest: {
    'one-hot': (random) => {
      const labels = Array.from({ length: 8 }, () => random.integer(6))
      return call(
        crossEntropy,
        normals(random, [8, 6]),
        floats([8, 6], (i) => Number(labels[Math.floor(i / 6)] === i % 6)),
      )
    },
    'one-hot with rows that count for nothing': (random) =>
      call(
        crossEntropy,
        normals(random, [8, 6]),
        floats([8, 6], (i) => Number(i % 12 === 0)),
      ),
    'mixed samples': (random) => {
      const share = random.uniform()
      return call(
        crossEntropy,
        normals(random, [8, 6]),
        floats([8, 6], (i) => (i % 6 === 1 ? share : i % 6 === 4 ? 1 - share : 0)),
      )
    },
    labels: (random) => call(crossEntropy, normals(random, [8, 6]), classes(random, [8], 6)),
  },
}
