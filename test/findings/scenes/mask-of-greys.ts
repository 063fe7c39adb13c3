import { crossEntropy, diceLoss, nllLoss, tensor } from '../../../src/index.ts'
import { classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const maskOfGreys: Scene = {
  code: 'mask-of-greys',
  mistaken: {
    'void around the objects of VOC': (random) =>
      call(
        random.pick([crossEntropy, nllLoss, diceLoss]),
        normals(random, [2, 21, 4, 5]),
        longs([2, 4, 5], (i) => (i === 7 || random.chance(0.1) ? 255 : random.integer(21))),
      ),
    'a black and white mask': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 2, 4, 5]),
        longs([2, 4, 5], (i) => (i === 7 || random.chance(0.5) ? 255 : 0)),
      ),
    'grey levels': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 4, 5]),
        longs([2, 4, 5], (i) => (i === 7 ? 255 : random.pick([0, 122, 255]))),
      ),
    'a white mask': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 2, 4, 5]),
        longs([2, 4, 5], () => 255),
      ),
  },
  honest: {
    '255 ignored': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 4, 5]),
        longs([2, 4, 5], () => (random.chance(0.2) ? 255 : random.integer(3))),
        { ignoreIndex: 255 },
      ),
    '256 classes': (random) => call(crossEntropy, normals(random, [4, 256]), tensor(classes(random, [4], 256))),
    labels: (random) => call(crossEntropy, normals(random, [2, 3, 4, 5]), classes(random, [2, 4, 5], 3)),
  },
}
