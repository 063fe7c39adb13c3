import { crossEntropy, mseLoss, nllLoss } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const nothingCounted: Scene = {
  code: 'nothing-counted',
  aboutNaN: true,
  mistaken: {
    'a crop that is void': (random) =>
      call(
        random.pick([crossEntropy, nllLoss]),
        normals(random, [2, 3, 4, 4]),
        longs([2, 4, 4], () => 255),
        { ignoreIndex: 255 },
      ),
    'a prompt longer than the context': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 9, 6]),
        longs([2, 6], () => -100),
      ),
    'an empty batch': () =>
      call(
        crossEntropy,
        floats([0, 3], () => 0),
        longs([0], () => 0),
      ),
    'an empty batch of pixels': () =>
      call(
        mseLoss,
        floats([0, 3], () => 0),
        floats([0, 3], () => 0),
      ),
    'weights of 0 for all that occurs': (random) =>
      call(
        crossEntropy,
        normals(random, [4, 3]),
        longs([4], () => 2),
        { weight: [1, 1, 0] },
      ),
    'a sum over nothing': (random) =>
      call(
        crossEntropy,
        normals(random, [4, 3]),
        longs([4], () => -100),
        { reduction: 'sum' },
      ),
  },
  honest: {
    'one pixel counted': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 4, 4]),
        longs([2, 4, 4], (i) => (i === 9 ? 1 : 255)),
        { ignoreIndex: 255 },
      ),
    'weights that cancel to little': (random) =>
      call(crossEntropy, normals(random, [4, 3]), classes(random, [4], 3), { weight: [1, 0.001, 2] }),
    'no perfect loss': (random) => call(mseLoss, normals(random, [3]), normals(random, [3])),
  },
}
