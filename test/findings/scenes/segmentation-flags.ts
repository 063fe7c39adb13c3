import type { Random } from '../../../oracle/random.ts'
import { diceLoss, jaccardLoss, lovaszSoftmaxLoss, softmax, tensor } from '../../../src/index.ts'
import { binary, classes, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

const oneHot = (random: Random, [n, c, h, w]: readonly [number, number, number, number]) => {
  const mask = new Float32Array(n * c * h * w)
  for (let i = 0; i < n * h * w; i++) mask[(Math.floor(i / (h * w)) * c + random.integer(c)) * h * w + (i % (h * w))] = 1
  return tensor(mask, { shape: [n, c, h, w] })
}

export const segmentationFlags: Scene = {
  code: 'segmentation-flags',
  mistaken: {
    'a softmax before Dice': (random) => call(diceLoss, softmax(normals(random, [2, 3, 6, 6], 2), 1), classes(random, [2, 6, 6], 3)),
    'a softmax before Lovász': (random) =>
      call(lovaszSoftmaxLoss, softmax(normals(random, [2, 4, 5, 5]), 1), classes(random, [2, 5, 5], 4)),
    'classes compared as one': (random) => call(diceLoss, normals(random, [2, 3, 6, 6]), oneHot(random, [2, 3, 6, 6]), { mode: 'binary' }),
    'a sigmoid each for classes that exclude each other': (random) =>
      call(jaccardLoss, normals(random, [2, 3, 6, 6]), oneHot(random, [2, 3, 6, 6]), { mode: 'multilabel' }),
  },
  honest: {
    'scores and class indices': (random) => call(diceLoss, normals(random, [2, 3, 6, 6], 2), classes(random, [2, 6, 6], 3)),
    'probabilities that are said to be so': (random) =>
      call(diceLoss, softmax(normals(random, [2, 3, 6, 6], 2), 1), classes(random, [2, 6, 6], 3), { fromLogits: false }),
    'labels of several classes': (random) =>
      call(diceLoss, normals(random, [2, 3, 6, 6]), binary(random, [2, 3, 6, 6]), { mode: 'multilabel' }),
    'one mask': (random) => call(jaccardLoss, normals(random, [2, 1, 6, 6]), binary(random, [2, 1, 6, 6]), { mode: 'binary' }),
    'masks without an axis of classes': (random) =>
      call(jaccardLoss, normals(random, [2, 6, 6]), binary(random, [2, 6, 6]), { mode: 'binary' }),
  },
}
