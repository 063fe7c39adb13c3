import { crossEntropy, diceLoss, mul, reshape, tensor } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const damagedMask: Scene = {
  code: 'damaged-mask',
  mistaken: {
    'ToTensor on a mask': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 21, 4, 5]),
        floats([2, 4, 5], (i) => (i === 3 ? 20 : random.integer(21)) / 255),
      ),
    'ToTensor, with its channel axis': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 21, 4, 5]),
        floats([2, 1, 4, 5], (i) => (i === 3 ? 20 : random.integer(21)) / 255),
      ),
    'ToTensor in float16': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 5, 4, 5]),
        tensor(
          floats([2, 4, 5], (i) => (i === 3 ? 4 : random.integer(5)) / 255),
          { dtype: 'float16' },
        ),
      ),
    'a bilinear resize': (random) => {
      const row = () => random.integer(5)
      return call(
        random.pick([crossEntropy, diceLoss]),
        normals(random, [2, 5, 4, 5]),
        floats([2, 4, 5], (i) => (i === 0 ? 1.5 : row() + 0.25 * random.integer(4))),
      )
    },
    'the cast after ToTensor': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 5, 32, 32]),
        tensor(mul(tensor(classes(random, [2, 32, 32], 5), { dtype: 'float32' }), 1 / 255), { dtype: 'int64' }),
      ),
  },
  honest: {
    'a mask': (random) => call(crossEntropy, normals(random, [2, 5, 32, 32]), classes(random, [2, 32, 32], 5)),
    'one picture of background': (random) =>
      call(
        crossEntropy,
        normals(random, [1, 5, 32, 32]),
        longs([1, 32, 32], () => 0),
      ),
    'small crops of background': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 5, 4, 4]),
        longs([2, 4, 4], () => 0),
      ),
    'labels of one class': (random) =>
      call(
        crossEntropy,
        normals(random, [1200, 3]),
        reshape(
          longs([1200], () => 0),
          [1200],
        ),
      ),
    'soft labels': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 2]),
        floats([6, 2], (i) => (i % 2 === 0 ? 51 : 204) / 255),
      ),
    'whole numbers as floats': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 5, 4, 5]),
        floats([2, 4, 5], () => random.integer(5)),
      ),
  },
}
