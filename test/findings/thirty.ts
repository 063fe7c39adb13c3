import type { Random } from '../../oracle/random.ts'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  diceLoss,
  klDiv,
  type LossFunction,
  mseLoss,
  nllLoss,
  poissonNllLoss,
  sigmoid,
  sigmoidFocalLoss,
  softmax,
  ssimLoss,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import { classes, floats, longs, normals } from './batches.ts'

/** A mistake as a user commits it. */
export interface Committed {
  readonly loss: LossFunction
  readonly inputs: readonly Tensor[]
  readonly options?: Readonly<Record<string, unknown>>
  /** Where one way of committing it is named otherwise than the others. */
  readonly codes?: readonly string[]
}

const of = (
  loss: unknown,
  inputs: readonly Tensor[],
  options: Readonly<Record<string, unknown>> = {},
  codes?: readonly string[],
): Committed => ({
  loss: loss as LossFunction,
  inputs,
  options,
  ...(codes === undefined ? {} : { codes }),
})

const bits = (random: Random, shape: readonly number[]) => floats(shape, () => random.integer(2))

/** Scores (N, C, …) that know their targets by a margin, as those of a trained network do. */
function trained(random: Random, target: Tensor, c: number, margin: number): Tensor {
  const [n, ...rest] = target.shape
  const inner = rest.reduce((size, extent) => size * extent, 1)
  return floats([n, c, ...rest], (i) => {
    const [row, k, place] = [Math.floor(i / (c * inner)), Math.floor(i / inner) % c, i % inner]
    return random.normal() + (Number(target.data[row * inner + place]) === k ? margin : 0)
  })
}

/** Ways of committing each of the thirty, by number. */
export const committed: Readonly<Record<number, Readonly<Record<string, (random: Random) => Committed>>>> = {
  1: {
    'nn.Softmax at the end of a classifier': (random) =>
      of(crossEntropy, [softmax(normals(random, [32, 10], 3), 1), classes(random, [32], 10)]),
    'of a segmentation network': (random) =>
      of(crossEntropy, [softmax(normals(random, [2, 4, 8, 8], 2), 1), classes(random, [2, 8, 8], 4)]),
  },
  2: {
    'labels from 1 to C': (random) => of(crossEntropy, [normals(random, [30, 3]), longs([30], (i) => 1 + (i % 3))]),
    '−1 for what has no label': (random) => of(crossEntropy, [normals(random, [30, 3]), longs([30], (i) => (i % 3) - 1)]),
    'one class too few in the network': (random) => of(nllLoss, [normals(random, [30, 10], 1, -3), classes(random, [30], 11)]),
  },
  3: {
    'a column of labels': (random) => of(crossEntropy, [normals(random, [8, 3]), classes(random, [8, 1], 3)]),
    'an integer one-hot': (random) =>
      of(crossEntropy, [normals(random, [8, 3]), longs([8, 3], (i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0))]),
    'a mask with a channel': (random) => of(crossEntropy, [normals(random, [2, 3, 4, 5]), classes(random, [2, 1, 4, 5], 3)]),
    'an RGB mask': (random) => of(crossEntropy, [normals(random, [2, 4, 5, 6]), classes(random, [2, 5, 6, 3], 256)]),
  },
  4: {
    'labels of float32': (random) => of(crossEntropy, [normals(random, [8, 3]), floats([8], () => random.integer(3))]),
    'integers for probabilities': (random) => of(binaryCrossEntropyWithLogits, [normals(random, [8]), classes(random, [8], 2)]),
    'the same for BCE': (random) => of(binaryCrossEntropy, [sigmoid(normals(random, [8])), classes(random, [8], 2)]),
  },
  5: {
    'nn.Sigmoid at the end': (random) => of(binaryCrossEntropyWithLogits, [sigmoid(normals(random, [64, 1], 2)), bits(random, [64, 1])]),
  },
  6: {
    'no sigmoid': (random) => of(binaryCrossEntropy, [normals(random, [64]), bits(random, [64])]),
  },
  7: {
    'a column against a row': (random) => of(mseLoss, [normals(random, [100, 1]), normals(random, [100])]),
    'an image with a channel against one without': (random) => of(mseLoss, [normals(random, [4, 1, 8, 8]), normals(random, [4, 8, 8])]),
    'where PyTorch says nothing': (random) => of(poissonNllLoss, [normals(random, [16, 1]), floats([16], () => random.integer(5))]),
  },
  8: {
    'void of VOC and Cityscapes': (random) =>
      of(crossEntropy, [normals(random, [2, 3, 8, 8]), longs([2, 8, 8], () => (random.integer(5) === 0 ? 255 : random.integer(3)))]),
    'black and white': (random) => of(crossEntropy, [normals(random, [2, 2, 8, 8]), longs([2, 8, 8], () => 255 * random.integer(2))]),
  },
  9: {
    'channels last': (random) => of(crossEntropy, [normals(random, [2, 8, 8, 3]), classes(random, [2, 8, 8], 3)]),
    'a sequence of (N, L, C)': (random) => of(crossEntropy, [normals(random, [4, 7, 5]), classes(random, [4, 7], 5)]),
    'sizes that are all equal, of a trained network': (random) => {
      const target = classes(random, [6, 6, 6], 6)
      const right = trained(random, target, 6, 5)
      // (N, C, H, W) read as (N, H, W, C)
      const last = floats([6, 6, 6, 6], (i) => {
        const [n, h, w, c] = [Math.floor(i / 216), Math.floor(i / 36) % 6, Math.floor(i / 6) % 6, i % 6]
        return Number(right.data[n * 216 + c * 36 + h * 6 + w])
      })
      return of(crossEntropy, [last, target])
    },
  },
  10: { 'cannot be seen from one call': (random) => of(crossEntropy, [normals(random, [3, 4]), classes(random, [3], 4)]) },
  11: {
    'a batch of one': (random) => of(crossEntropy, [normals(random, [1, 3]), classes(random, [1], 3)], { weight: [1, 5, 1] }),
    'weights that are all alike': (random) => of(crossEntropy, [normals(random, [9, 3]), classes(random, [9], 3)], { weight: [2, 2, 2] }),
  },
  12: {
    'one weight per class on the last axis of images': (random) =>
      of(binaryCrossEntropyWithLogits, [normals(random, [2, 3, 4, 5]), bits(random, [2, 3, 4, 5])], { posWeight: [1, 2, 3] }),
    'where W = C in silence': (random) =>
      of(binaryCrossEntropyWithLogits, [normals(random, [2, 3, 5, 3]), bits(random, [2, 3, 5, 3])], { posWeight: [1, 2, 3] }),
  },
  13: {
    'several labels to cross-entropy': (random) => of(crossEntropy, [normals(random, [16, 5]), bits(random, [16, 5])]),
    'softmax before BCE': (random) => of(binaryCrossEntropy, [softmax(normals(random, [16, 5]), 1), bits(random, [16, 5])]),
    'one class to BCE': (random) =>
      of(binaryCrossEntropyWithLogits, [normals(random, [64, 5]), floats([64, 5], (i) => (i % 5 === (Math.floor(i / 5) * 7) % 5 ? 1 : 0))]),
  },
  14: {
    'one output channel': (random) => of(crossEntropy, [normals(random, [2, 1, 8, 8]), longs([2, 8, 8], () => 0)]),
  },
  15: {
    'a crop of void': (random) => of(crossEntropy, [normals(random, [2, 3, 4, 4]), longs([2, 4, 4], () => 255)], { ignoreIndex: 255 }),
    'a prompt without an answer': (random) => of(crossEntropy, [normals(random, [6, 9]), longs([6], () => -100)]),
  },
  16: {
    'no sigmoid, and fromLogits false': (random) =>
      of(diceLoss, [normals(random, [2, 1, 8, 8], 3), classes(random, [2, 1, 8, 8], 2)], { mode: 'binary', fromLogits: false }),
    'a softmax before the softmax': (random) =>
      of(diceLoss, [softmax(normals(random, [2, 3, 8, 8], 3), 1), classes(random, [2, 8, 8], 3)], { mode: 'multiclass' }, [
        'segmentation-flags',
      ]),
  },
  17: {
    'a mask of 0 and 255': (random) =>
      of(binaryCrossEntropyWithLogits, [normals(random, [2, 1, 8, 8]), floats([2, 1, 8, 8], () => 255 * random.integer(2))]),
    'targets −1 and 1': (random) =>
      of(binaryCrossEntropyWithLogits, [normals(random, [32]), floats([32], () => 2 * random.integer(2) - 1)]),
    'class ids': (random) => of(binaryCrossEntropyWithLogits, [normals(random, [32]), floats([32], () => random.integer(3))]),
  },
  18: {
    'a mask through ToTensor': (random) =>
      of(crossEntropy, [normals(random, [2, 21, 4, 4]), floats([2, 4, 4], () => random.integer(21) / 255)]),
    'and then through long()': (random) => of(crossEntropy, [normals(random, [4, 5, 16, 16]), longs([4, 16, 16], () => 0)]),
  },
  19: {
    'rows that do not add up to 1': (random) => of(crossEntropy, [normals(random, [8, 4]), floats([8, 4], () => 3 * random.uniform())]),
    'negative probabilities': (random) => of(crossEntropy, [normals(random, [8, 4]), normals(random, [8, 4])]),
  },
  20: {
    'padding that is counted': (random) =>
      of(crossEntropy, [
        normals(random, [6, 42, 12]),
        longs([6, 12], (i) => (i % 12 < 3 + 1.8 * Math.floor(i / 12) ? 2 + random.integer(40) : 1)),
      ]),
  },
  21: {
    'labels that were not shifted': (random) => {
      const target = classes(random, [6, 24], 20)
      const scores = trained(
        random,
        longs([6, 24], (i) => (i % 24 < 23 ? Number(target.data[i + 1]) : 0)),
        20,
        5,
      )
      return of(crossEntropy, [scores, target])
    },
  },
  22: {
    'one image in [0, 1], the other in [0, 255]': (random) =>
      of(mseLoss, [floats([1, 3, 16, 16], () => random.uniform()), floats([1, 3, 16, 16], () => random.integer(256))]),
    'a data range of 1 for 0 to 255': (random) =>
      of(
        ssimLoss,
        [floats([1, 3, 16, 16], () => random.integer(256)), floats([1, 3, 16, 16], () => random.integer(256))],
        {
          dataRange: 1,
        },
        ['refused'],
      ),
  },
  23: {
    probabilities: (random) =>
      of(klDiv, [softmax(normals(random, [8, 5]), 1), softmax(normals(random, [8, 5]), 1)], { reduction: 'batchmean' }),
  },
  24: {
    probabilities: (random) => of(nllLoss, [softmax(normals(random, [8, 5]), 1), classes(random, [8], 5)]),
    scores: (random) => of(nllLoss, [normals(random, [8, 5]), classes(random, [8], 5)]),
  },
  25: {
    'a sigmoid of 20': () => of(binaryCrossEntropy, [sigmoid(tensor([20, -3, 18, 2])), tensor([0, 0, 0, 1])]),
  },
  26: {
    'none with ignored pixels': (random) =>
      of(crossEntropy, [normals(random, [2, 3, 4, 4]), longs([2, 4, 4], (i) => (i % 2 ? 255 : 1))], {
        ignoreIndex: 255,
        reduction: 'none',
      }),
  },
  27: { 'cannot be seen from one call': (random) => of(mseLoss, [normals(random, [8, 5]), normals(random, [8, 5])], { reduction: 'sum' }) },
  28: {
    '−inf on the true class': () =>
      of(crossEntropy, [
        tensor([
          [2, -Infinity, 0.1],
          [0.5, 2.5, -1],
        ]),
        longs([2], () => 1),
      ]),
    'NaN among the scores': () =>
      of(crossEntropy, [
        tensor([
          [2, NaN, 0.1],
          [0.5, 2.5, -1],
        ]),
        longs([2], () => 0),
      ]),
    'an infinite logit of BCE': () => of(binaryCrossEntropyWithLogits, [tensor([Infinity, 1]), tensor([1, 0])]),
    'a difference that float16 cannot square': () =>
      of(mseLoss, [tensor([600, 1], { dtype: 'float16' }), tensor([0, 0], { dtype: 'float16' })]),
  },
  29: {
    'a sigmoid before it': (random) => of(sigmoidFocalLoss, [sigmoid(normals(random, [64, 1], 2)), bits(random, [64, 1])], {}),
  },
  30: {
    'worse than chance by far': (random) => {
      const target = classes(random, [64], 10)
      return of(crossEntropy, [trained(random, target, 10, -8), target])
    },
  },
}
