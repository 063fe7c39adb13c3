import type { Random } from '../../oracle/random.ts'
import { abs, exp, logSoftmax, mul, sigmoid, softmax, type Tensor, type TensorLike, tensor } from '../../src/index.ts'
import { binary, classes, floats, longs, normals, signs } from './batches.ts'

/** Arrays as people save them, and the loss that somebody who knows would name first. */
export type Pair = readonly [loss: string, what: string, arrays: (random: Random) => readonly TensorLike[]]

const to = (dtype: 'float16' | 'bfloat16' | 'float64' | 'int32' | 'uint8' | 'bool' | 'int64' | 'float32', array: Tensor) =>
  tensor(array, { dtype })
const pixels = (random: Random, shape: readonly number[], most = 1, least = 0) =>
  floats(shape, () => least + (most - least) * random.uniform())
const bytes = (random: Random, shape: readonly number[], below = 256) =>
  to(
    'uint8',
    floats(shape, () => random.integer(below)),
  )
const soft = (random: Random, shape: readonly number[]) => softmax(normals(random, shape), 1)
const logs = (random: Random, shape: readonly number[], axis = 1) => logSoftmax(normals(random, shape), axis)
const oneHot = (random: Random, shape: readonly [number, number, ...number[]]) => {
  const [samples, C, ...rest] = shape
  const inner = rest.reduce((size, extent) => size * extent, 1)
  const chosen = Array.from({ length: samples * inner }, () => random.integer(C))
  return floats(shape, (i) => Number(chosen[Math.floor(i / inner / C) * inner + (i % inner)] === Math.floor(i / inner) % C))
}
/** x1 y1 x2 y2. */
const boxes = (random: Random, count: number) => {
  const corners = Array.from({ length: count }, () => [80 * random.uniform(), 60 * random.uniform()])
  return floats([count, 4], (i) => corners[i >> 2][i % 2] + (i % 4 > 1 ? 4 + 30 * random.uniform() : 0))
}
const damaged = (random: Random, shape: readonly number[], below: number) => floats(shape, () => random.integer(below) / 255)
const blackAndWhite = (random: Random, shape: readonly number[]) => mul(binary(random, shape), 255)

export const pairs: Readonly<Record<string, readonly Pair[]>> = {
  classification: [
    ['crossEntropy', 'scores and int64 labels', (r) => [normals(r, [32, 10]), classes(r, [32], 10)]],
    ['crossEntropy', 'float16 scores', (r) => [to('float16', normals(r, [32, 10])), classes(r, [32], 10)]],
    ['crossEntropy', 'bfloat16 scores', (r) => [to('bfloat16', normals(r, [32, 10])), classes(r, [32], 10)]],
    ['crossEntropy', 'float64 scores, uint8 labels', (r) => [to('float64', normals(r, [32, 10])), bytes(r, [32], 10)]],
    ['crossEntropy', 'int32 labels', (r) => [normals(r, [32, 10]), to('int32', classes(r, [32], 10))]],
    ['crossEntropy', 'labels of float32', (r) => [normals(r, [32, 10]), floats([32], () => r.integer(10))]],
    [
      'crossEntropy',
      'labels of float64, float16 scores',
      (r) => [to('float16', normals(r, [32, 10])), to('float64', classes(r, [32], 10))],
    ],
    ['crossEntropy', 'two classes, labels of bool', (r) => [normals(r, [32, 2]), to('bool', binary(r, [32]))]],
    ['crossEntropy', 'labels 1 … C', (r) => [normals(r, [32, 10]), longs([32], () => 1 + r.integer(10))]],
    ['crossEntropy', 'labels 1 … C, float16 scores', (r) => [to('float16', normals(r, [32, 10])), longs([32], () => 1 + r.integer(10))]],
    [
      'crossEntropy',
      'labels 1 … C of float16 beside 3 classes',
      (r) => [to('float16', normals(r, [6, 3])), longs([6], (i) => 1 + (i % 3))],
    ],
    ['crossEntropy', 'labels far out of range', (r) => [normals(r, [32, 10]), classes(r, [32], 40)]],
    ['crossEntropy', 'some labels −1', (r) => [normals(r, [32, 10]), longs([32], () => r.integer(11) - 1)]],
    ['crossEntropy', 'some labels −100', (r) => [normals(r, [32, 10]), longs([32], () => (r.chance(0.3) ? -100 : r.integer(10)))]],
    ['crossEntropy', 'labels in a column', (r) => [normals(r, [32, 10]), classes(r, [32, 1], 10)]],
    ['crossEntropy', 'one label for all', (r) => [normals(r, [32, 10]), classes(r, [32], 1)]],
    ['crossEntropy', 'one sample', (r) => [normals(r, [10]), longs([], () => 3)]],
    ['crossEntropy', 'one sample, its label in brackets', (r) => [normals(r, [10]), longs([1], () => 3)]],
    ['crossEntropy', 'a batch of one', (r) => [normals(r, [1, 1000]), classes(r, [1], 1000)]],
    ['crossEntropy', 'scores all below 0', (r) => [normals(r, [32, 10], 0.5, -8), classes(r, [32], 10)]],
    ['crossEntropy', 'scores after a ReLU', (r) => [floats([32, 10], () => Math.max(0, r.normal())), classes(r, [32], 10)]],
    ['crossEntropy', 'NaN among the scores', (r) => [floats([32, 10], (i) => (i === 7 ? NaN : r.normal())), classes(r, [32], 10)]],
    ['crossEntropy', 'scores of NaN alone', (r) => [floats([32, 10], () => NaN), classes(r, [32], 10)]],
    [
      'crossEntropy',
      '−∞ where a class is masked',
      (r) => [floats([32, 10], (i) => (i % 10 === 9 ? -Infinity : r.normal())), classes(r, [32], 9)],
    ],
    ['crossEntropy', 'scores transposed', (r) => [normals(r, [10, 32]), classes(r, [32], 10)]],
    ['crossEntropy', 'batches that differ', (r) => [normals(r, [32, 10]), classes(r, [31], 10)]],
    ['crossEntropy', 'the label first', (r) => [classes(r, [32], 10), normals(r, [32, 10])]],
    ['crossEntropy', 'a softmax of scores', (r) => [soft(r, [32, 10]), classes(r, [32], 10)]],
    ['crossEntropy', 'tokens: (N, T, C)', (r) => [normals(r, [4, 12, 50]), classes(r, [4, 12], 50)]],
    ['crossEntropy', 'tokens: (N, C, T)', (r) => [normals(r, [4, 50, 12]), classes(r, [4, 12], 50)]],
    ['crossEntropy', 'an empty batch', () => [floats([0, 10], () => 0), longs([0], () => 0)]],
    ['crossEntropy', 'labels of classes, not scores, before labels', (r) => [classes(r, [32], 10), classes(r, [32], 10)]],
    ['nllLoss', 'log-probabilities and labels', (r) => [logs(r, [32, 10]), classes(r, [32], 10)]],
    ['nllLoss', 'the same in float16', (r) => [to('float16', logs(r, [32, 10])), classes(r, [32], 10)]],
    ['nllLoss', 'log-probabilities, labels 1 … C', (r) => [logs(r, [32, 10]), longs([32], () => 1 + r.integer(10))]],
    ['nllLoss', 'log-probabilities, int32 labels', (r) => [logs(r, [32, 10]), to('int32', classes(r, [32], 10))]],
    ['nllLoss', 'log-probabilities and no labels', (r) => [logs(r, [32, 10]), longs([0], () => 0)]],
    ['nllLoss', 'log-probabilities of pixels', (r) => [logs(r, [2, 3, 8, 8]), classes(r, [2, 8, 8], 3)]],
  ],
  'distributions as targets': [
    ['crossEntropy', 'soft labels', (r) => [normals(r, [32, 10]), soft(r, [32, 10])]],
    ['crossEntropy', 'one-hot, float32', (r) => [normals(r, [32, 10]), oneHot(r, [32, 10])]],
    ['crossEntropy', 'one-hot, int64', (r) => [normals(r, [32, 10]), to('int64', oneHot(r, [32, 10]))]],
    ['crossEntropy', 'one-hot, uint8', (r) => [normals(r, [32, 10]), to('uint8', oneHot(r, [32, 10]))]],
    ['crossEntropy', 'one-hot, bool, float16 scores', (r) => [to('float16', normals(r, [32, 10])), to('bool', oneHot(r, [32, 10]))]],
    ['crossEntropy', 'one-hot of pixels, int64', (r) => [normals(r, [2, 3, 8, 8]), to('int64', oneHot(r, [2, 3, 8, 8]))]],
    ['crossEntropy', 'a softmax and one-hot', (r) => [soft(r, [32, 10]), oneHot(r, [32, 10])]],
    ['crossEntropy', 'a softmax of four and one-hot', (r) => [soft(r, [32, 4]), oneHot(r, [32, 4])]],
    ['klDiv', 'logarithms of a softmax, and a softmax', (r) => [logs(r, [32, 10]), soft(r, [32, 10])]],
    ['klDiv', 'the same over the last axis', (r) => [logs(r, [4, 12, 50], 2), softmax(normals(r, [4, 12, 50]), 2)]],
    ['klDiv', 'two logarithms of a softmax', (r) => [logs(r, [32, 10]), logs(r, [32, 10])]],
  ],
  segmentation: [
    ['crossEntropy', '(N, C, H, W) and (N, H, W)', (r) => [normals(r, [2, 3, 8, 8]), classes(r, [2, 8, 8], 3)]],
    ['crossEntropy', 'a mask of uint8', (r) => [normals(r, [2, 3, 8, 8]), bytes(r, [2, 8, 8], 3)]],
    [
      'crossEntropy',
      'a mask with void 255',
      (r) => [
        normals(r, [2, 3, 8, 8]),
        to(
          'uint8',
          floats([2, 8, 8], () => (r.chance(0.1) ? 255 : r.integer(3))),
        ),
      ],
    ],
    ['crossEntropy', 'a mask with an axis of channels', (r) => [normals(r, [2, 3, 8, 8]), classes(r, [2, 1, 8, 8], 3)]],
    ['crossEntropy', 'a coloured mask', (r) => [normals(r, [2, 3, 8, 8]), bytes(r, [2, 8, 8, 3])]],
    ['crossEntropy', 'channels last', (r) => [normals(r, [2, 8, 8, 3]), classes(r, [2, 8, 8], 3)]],
    ['crossEntropy', 'one picture: (C, H, W) and (H, W)', (r) => [normals(r, [3, 8, 8]), classes(r, [8, 8], 3)]],
    ['crossEntropy', 'a mask of half the size', (r) => [normals(r, [2, 3, 8, 8]), classes(r, [2, 4, 4], 3)]],
    ['crossEntropy', 'two channels and 0/255', (r) => [normals(r, [2, 2, 8, 8]), to('uint8', blackAndWhite(r, [2, 8, 8]))]],
    [
      'crossEntropy',
      'two channels and 0/255, float16',
      (r) => [to('float16', normals(r, [2, 2, 8, 8])), to('int64', blackAndWhite(r, [2, 8, 8]))],
    ],
    ['crossEntropy', 'a mask divided by 255', (r) => [normals(r, [2, 21, 8, 8]), damaged(r, [2, 8, 8], 21)]],
    ['crossEntropy', 'a mask of background alone', (r) => [normals(r, [2, 3, 8, 8]), classes(r, [2, 8, 8], 1)]],
    ['binaryCrossEntropyWithLogits', 'one channel', (r) => [normals(r, [2, 1, 8, 8]), binary(r, [2, 1, 8, 8])]],
    ['binaryCrossEntropyWithLogits', 'one channel, a mask of uint8', (r) => [normals(r, [2, 1, 8, 8]), bytes(r, [2, 1, 8, 8], 2)]],
    ['binaryCrossEntropyWithLogits', 'one channel, a mask of bool', (r) => [normals(r, [2, 1, 8, 8]), to('bool', binary(r, [2, 1, 8, 8]))]],
    [
      'binaryCrossEntropyWithLogits',
      'one channel, 0/255 of uint8',
      (r) => [normals(r, [2, 1, 8, 8]), to('uint8', blackAndWhite(r, [2, 1, 8, 8]))],
    ],
    ['binaryCrossEntropyWithLogits', 'one channel, 0/255 of float32', (r) => [normals(r, [2, 1, 8, 8]), blackAndWhite(r, [2, 1, 8, 8])]],
    [
      'binaryCrossEntropyWithLogits',
      'one channel, 0/255 without its axis',
      (r) => [normals(r, [2, 1, 8, 8]), to('uint8', blackAndWhite(r, [2, 8, 8]))],
    ],
    ['binaryCrossEntropyWithLogits', 'one channel, a mask without its axis', (r) => [normals(r, [2, 1, 8, 8]), binary(r, [2, 8, 8])]],
    [
      'binaryCrossEntropyWithLogits',
      'one channel, an int64 mask without its axis',
      (r) => [normals(r, [2, 1, 8, 8]), classes(r, [2, 8, 8], 2)],
    ],
    ['binaryCrossEntropyWithLogits', 'one picture', (r) => [normals(r, [8, 8]), binary(r, [8, 8])]],
    ['binaryCrossEntropyWithLogits', 'several may be true of a pixel', (r) => [normals(r, [2, 5, 8, 8]), binary(r, [2, 5, 8, 8])]],
    ['binaryCrossEntropyWithLogits', 'background alone', (r) => [normals(r, [2, 1, 8, 8]), floats([2, 1, 8, 8], () => 0)]],
    ['binaryCrossEntropy', 'one channel after a sigmoid', (r) => [sigmoid(normals(r, [2, 1, 8, 8])), binary(r, [2, 1, 8, 8])]],
    [
      'binaryCrossEntropy',
      'after a sigmoid, 0/255',
      (r) => [sigmoid(normals(r, [2, 1, 8, 8])), to('uint8', blackAndWhite(r, [2, 1, 8, 8]))],
    ],
  ],
  'yes or no': [
    ['binaryCrossEntropyWithLogits', '(N)', (r) => [normals(r, [32]), binary(r, [32])]],
    ['binaryCrossEntropyWithLogits', '(N, 1)', (r) => [normals(r, [32, 1]), binary(r, [32, 1])]],
    ['binaryCrossEntropyWithLogits', '(N, 1) and (N)', (r) => [normals(r, [32, 1]), binary(r, [32])]],
    ['binaryCrossEntropyWithLogits', '(N) and (N, 1)', (r) => [normals(r, [32]), binary(r, [32, 1])]],
    ['binaryCrossEntropyWithLogits', '(N) of int64', (r) => [normals(r, [32]), classes(r, [32], 2)]],
    ['binaryCrossEntropyWithLogits', '(N, 1) and (N) of int64', (r) => [normals(r, [32, 1]), classes(r, [32], 2)]],
    ['binaryCrossEntropyWithLogits', '(N) of bool, float16', (r) => [to('float16', normals(r, [32])), to('bool', binary(r, [32]))]],
    ['binaryCrossEntropyWithLogits', 'yes alone', (r) => [normals(r, [32]), floats([32], () => 1)]],
    ['binaryCrossEntropyWithLogits', 'float64 targets', (r) => [normals(r, [32]), to('float64', binary(r, [32]))]],
    ['binaryCrossEntropy', '(N) after a sigmoid', (r) => [sigmoid(normals(r, [32])), binary(r, [32])]],
    ['binaryCrossEntropy', '(N) after a sigmoid, int64', (r) => [sigmoid(normals(r, [32])), classes(r, [32], 2)]],
    ['binaryCrossEntropy', '(N, 1) after a sigmoid and (N)', (r) => [sigmoid(normals(r, [32, 1])), binary(r, [32])]],
    ['binaryCrossEntropy', 'the label first', (r) => [binary(r, [32]), sigmoid(normals(r, [32]))]],
    ['binaryCrossEntropyWithLogits', 'labels of several', (r) => [normals(r, [32, 20]), binary(r, [32, 20], 0.2)]],
    ['binaryCrossEntropyWithLogits', 'labels of several, int64', (r) => [normals(r, [32, 20]), to('int64', binary(r, [32, 20], 0.2))]],
    ['binaryCrossEntropyWithLogits', 'labels of several, uint8', (r) => [normals(r, [32, 20]), to('uint8', binary(r, [32, 20], 0.2))]],
    ['binaryCrossEntropyWithLogits', 'labels of several, bool', (r) => [normals(r, [32, 20]), to('bool', binary(r, [32, 20], 0.2))]],
    ['binaryCrossEntropy', 'labels of several, after a sigmoid', (r) => [sigmoid(normals(r, [32, 20])), binary(r, [32, 20], 0.2)]],
  ],
  'regression and images': [
    ['mseLoss', '(N, 5)', (r) => [normals(r, [32, 5]), normals(r, [32, 5])]],
    ['mseLoss', '(N)', (r) => [normals(r, [32], 3, 20), normals(r, [32], 3, 20)]],
    ['mseLoss', '(N, 1) and (N)', (r) => [normals(r, [32, 1]), normals(r, [32])]],
    ['mseLoss', '(N) and (N, 1)', (r) => [normals(r, [32]), normals(r, [32, 1])]],
    ['mseLoss', 'float32 and float64', (r) => [normals(r, [32, 5]), to('float64', normals(r, [32, 5]))]],
    ['mseLoss', 'bfloat16', (r) => [to('bfloat16', normals(r, [32, 5])), to('bfloat16', normals(r, [32, 5]))]],
    ['mseLoss', 'counts', (r) => [pixels(r, [32], 20), floats([32], () => r.integer(20))]],
    ['mseLoss', 'prices', (r) => [exp(normals(r, [32], 1, 4)), exp(normals(r, [32], 1, 4))]],
    ['mseLoss', 'ages of int64 beside a column', (r) => [normals(r, [32, 1], 10, 40), longs([32], () => 20 + r.integer(50))]],
    ['mseLoss', 'ages of int64', (r) => [normals(r, [32], 10, 40), longs([32], () => 20 + r.integer(50))]],
    ['mseLoss', 'stars from 1 to 5 in a column', (r) => [normals(r, [32, 1], 1, 3), floats([32, 1], () => 1 + r.integer(5))]],
    ['mseLoss', 'negative alone', (r) => [normals(r, [32], 2, -20), normals(r, [32], 2, -20)]],
    ['mseLoss', 'negative alone, (N, 5)', (r) => [normals(r, [32, 5], 2, -20), normals(r, [32, 5], 2, -20)]],
    ['mseLoss', 'four numbers that are no boxes', (r) => [normals(r, [32, 4]), normals(r, [32, 4])]],
    ['mseLoss', 'shapes that do not go together', (r) => [normals(r, [32, 5]), normals(r, [32, 7])]],
    ['mseLoss', 'no values', () => [floats([0, 5], () => 0), floats([0, 5], () => 0)]],
    ['mseLoss', 'images in [0, 1]', (r) => [pixels(r, [2, 3, 16, 16]), pixels(r, [2, 3, 16, 16])]],
    ['mseLoss', 'images in [0, 1] and one channel', (r) => [pixels(r, [2, 1, 16, 16]), pixels(r, [2, 1, 16, 16])]],
    ['mseLoss', 'a restored image, a little out of [0, 1]', (r) => [pixels(r, [2, 3, 16, 16], 1.05, -0.04), pixels(r, [2, 3, 16, 16])]],
    ['mseLoss', 'images in [−1, 1]', (r) => [pixels(r, [2, 3, 16, 16], 1, -1), pixels(r, [2, 3, 16, 16], 1, -1)]],
    ['mseLoss', 'images of bytes', (r) => [bytes(r, [2, 3, 16, 16]), bytes(r, [2, 3, 16, 16])]],
    ['mseLoss', 'images of bytes, channels last', (r) => [bytes(r, [16, 16, 3]), bytes(r, [16, 16, 3])]],
    ['mseLoss', 'grey images of bytes', (r) => [bytes(r, [16, 16]), bytes(r, [16, 16])]],
    ['mseLoss', 'float32 and bytes', (r) => [pixels(r, [2, 3, 16, 16]), bytes(r, [2, 3, 16, 16])]],
    ['mseLoss', '[0, 255] and [0, 1]', (r) => [pixels(r, [2, 3, 16, 16], 255), pixels(r, [2, 3, 16, 16])]],
    ['mseLoss', 'images of float16', (r) => [to('float16', pixels(r, [2, 3, 16, 16])), to('float16', pixels(r, [2, 3, 16, 16]))]],
  ],
  'boxes, vectors, sequences': [
    ['completeBoxIouLoss', 'boxes', (r) => [boxes(r, 8), boxes(r, 8)]],
    ['completeBoxIouLoss', 'boxes of float16', (r) => [to('float16', boxes(r, 8)), to('float16', boxes(r, 8))]],
    ['mseLoss', 'one row of four numbers', (r) => [floats([1, 4], (i) => i + r.uniform()), floats([1, 4], (i) => -i)]],
    ['softMarginLoss', 'scores and ±1', (r) => [normals(r, [32]), signs(r, [32])]],
    ['softMarginLoss', 'scores and ±1 of int64', (r) => [normals(r, [32]), to('int64', signs(r, [32]))]],
    ['softMarginLoss', 'scores and ±1 of several', (r) => [normals(r, [32, 5]), signs(r, [32, 5])]],
    ['hingeEmbeddingLoss', 'distances and ±1', (r) => [abs(normals(r, [32], 2, 3)), signs(r, [32])]],
    ['cosineEmbeddingLoss', 'two vectors and ±1', (r) => [normals(r, [32, 64]), normals(r, [32, 64]), signs(r, [32])]],
    [
      'cosineEmbeddingLoss',
      'two vectors and ±1 of int64',
      (r) => [normals(r, [32, 64]), normals(r, [32, 64]), to('int64', signs(r, [32]))],
    ],
    ['cosineEmbeddingLoss', 'two vectors and 0/1', (r) => [normals(r, [32, 64]), normals(r, [32, 64]), binary(r, [32])]],
    ['cosineEmbeddingLoss', 'two vectors and 0/1 of int64', (r) => [normals(r, [32, 64]), normals(r, [32, 64]), classes(r, [32], 2)]],
    ['marginRankingLoss', 'two scores and ±1', (r) => [normals(r, [32]), normals(r, [32]), signs(r, [32])]],
    ['marginRankingLoss', 'two scores and 0/1', (r) => [normals(r, [32]), normals(r, [32]), binary(r, [32])]],
    ['tripletMarginLoss', 'three vectors', (r) => [normals(r, [32, 64]), normals(r, [32, 64]), normals(r, [32, 64])]],
    ['gaussianNllLoss', 'means, truths and variances', (r) => [normals(r, [32]), normals(r, [32]), exp(normals(r, [32]))]],
    ['linearCrossEntropy', 'features, a weight and labels', (r) => [normals(r, [32, 16]), normals(r, [10, 16]), classes(r, [32], 10)]],
    ['multilabelMarginLoss', 'labels ended by −1', (r) => [normals(r, [8, 10]), longs([8, 10], (i) => (i % 10 < 2 ? r.integer(10) : -1))]],
    [
      'ctcLoss',
      'sequences',
      (r) => [logs(r, [20, 4, 27], 2), longs([4, 6], () => 1 + r.integer(26)), longs([4], () => 20), longs([4], () => 6)],
    ],
    [
      'ctcLoss',
      'sequences of scores',
      (r) => [normals(r, [20, 4, 27]), longs([4, 6], () => 1 + r.integer(26)), longs([4], () => 20), longs([4], () => 6)],
    ],
  ],
}
