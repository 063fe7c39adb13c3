import {
  crossEntropy,
  diceLoss,
  linearCrossEntropy,
  lovaszSoftmaxLoss,
  multiMarginLoss,
  nllLoss,
  softmaxFocalLoss,
  tensor,
} from '../../../src/index.ts'
import { classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const classOutOfRange: Scene = {
  code: 'class-out-of-range',
  mistaken: {
    'labels that begin at 1': (random) =>
      call(
        random.pick([crossEntropy, nllLoss, softmaxFocalLoss, multiMarginLoss]),
        normals(random, [12, 4]),
        longs([12], (i) => (i < 4 ? i + 1 : 1 + random.integer(4))),
      ),
    'plain labels that begin at 1': (random) => call(crossEntropy, normals(random, [5, 3]), [1, 3, 2, 1, 1 + random.integer(3)]),
    '−1 for what has no label': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 4]),
        longs([12], (i) => (i === 3 ? -1 : random.integer(4))),
      ),
    '−1 and 1': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 2]),
        longs([12], (i) => (i === 0 ? -1 : random.pick([-1, 1]))),
      ),
    'the background forgotten': (random) =>
      call(
        random.pick([crossEntropy, diceLoss, lovaszSoftmaxLoss]),
        normals(random, [2, 4, 5, 5]),
        longs([2, 5, 5], (i) => (i < 5 ? i : random.integer(5))),
      ),
    'ids of another list': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 3]),
        longs([12], () => random.pick([3, 17, 90])),
      ),
    'a vocabulary that has grown': (random) =>
      call(
        linearCrossEntropy,
        normals(random, [12, 8]),
        normals(random, [50, 8]),
        longs([12], (i) => (i === 5 ? 51 : random.integer(50))),
      ),
    'PyTorch’s default mark beside another ignoreIndex': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 4]),
        longs([12], (i) => (i === 3 ? -100 : random.integer(4))),
        { ignoreIndex: -1 },
      ),
    '255 beside more classes than bytes': (random) => call(crossEntropy, normals(random, [4, 300]), tensor([1n, 2n, 300n, 5n])),
  },
  honest: {
    labels: (random) => call(crossEntropy, normals(random, [12, 4]), classes(random, [12], 4)),
    'class 0 absent': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 4]),
        longs([12], () => 1 + random.integer(3)),
      ),
    'an ignoreIndex outside': (random) =>
      call(
        crossEntropy,
        normals(random, [12, 4]),
        longs([12], (i) => (i === 3 ? -1 : random.integer(4))),
        { ignoreIndex: -1 },
      ),
  },
}
