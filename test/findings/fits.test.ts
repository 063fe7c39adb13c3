import { describe, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { logSoftmax, lossesFor, sigmoid, softmax, type TensorLike, tensor } from '../../src/index.ts'
import * as losses from '../../src/losses/index.ts'
import { classes, floats, normals } from './batches.ts'

const random = new Random(5)
const likeliest = (...inputs: TensorLike[]) => lossesFor(inputs)[0].loss.spec.name
const bits = (shape: readonly number[]) => floats(shape, () => random.integer(2))

describe('the likeliest loss', () => {
  test.each<[string, string, () => TensorLike[]]>([
    ['crossEntropy', 'scores and class indices', () => [normals(random, [32, 10]), classes(random, [32], 10)]],
    [
      'crossEntropy',
      'a softmax of scores: wrong, and said so by the checks',
      () => [softmax(normals(random, [32, 10]), 1), classes(random, [32], 10)],
    ],
    ['crossEntropy', 'scores and a mask', () => [normals(random, [2, 3, 8, 8]), classes(random, [2, 8, 8], 3)]],
    ['crossEntropy', 'channels last', () => [normals(random, [2, 8, 8, 3]), classes(random, [2, 8, 8], 3)]],
    ['crossEntropy', 'labels out of range', () => [normals(random, [32, 10]), classes(random, [32], 40)]],
    ['crossEntropy', 'labels in a column', () => [normals(random, [32, 10]), classes(random, [32, 1], 10)]],
    ['crossEntropy', 'labels of float32', () => [normals(random, [32, 10]), floats([32], () => random.integer(10))]],
    ['crossEntropy', 'distributions', () => [normals(random, [32, 10]), softmax(normals(random, [32, 10]), 1)]],
    ['nllLoss', 'log-probabilities', () => [logSoftmax(normals(random, [32, 10]), 1), classes(random, [32], 10)]],
    ['binaryCrossEntropyWithLogits', 'scores and yes or no', () => [normals(random, [32, 1]), bits([32, 1])]],
    ['binaryCrossEntropyWithLogits', 'the same as integers', () => [normals(random, [32, 1]), classes(random, [32, 1], 2)]],
    ['binaryCrossEntropy', 'probabilities of yes', () => [sigmoid(normals(random, [32, 1])), bits([32, 1])]],
    ['mseLoss', 'real numbers', () => [normals(random, [32, 5]), normals(random, [32, 5])]],
    ['mseLoss', 'a column and a row', () => [normals(random, [32, 1]), normals(random, [32])]],
    ['mseLoss', 'two images', () => [floats([2, 3, 16, 16], () => random.uniform()), floats([2, 3, 16, 16], () => random.uniform())]],
    [
      'completeBoxIouLoss',
      'boxes',
      () => [floats([8, 4], (i) => (i % 4) * 3 + random.uniform()), floats([8, 4], (i) => (i % 4) * 3 + random.uniform())],
    ],
  ])('%s: %s', (name, _, inputs) => {
    expect(likeliest(...inputs())).toBe(name)
  })
})

test('every loss is judged: it fits, or there is a reason', () => {
  const fits = lossesFor([normals(random, [4, 3]), classes(random, [4], 3)])
  expect(fits).toHaveLength(Object.keys(losses).length)
  for (const { fits: good, why, refusal } of fits) expect([why === null, good && refusal !== null]).toEqual([good, false])
  for (const fit of fits) if (fit.fits) expect(() => fit.loss(tensor(normals(random, [4, 3])), classes(random, [4], 3))).not.toThrow()
})

test('a loss without the option does not fit', () => {
  const names = (options: object) =>
    lossesFor([normals(random, [4, 3]), classes(random, [4], 3)], { ...options }).flatMap((fit) => (fit.fits ? [fit.loss.spec.name] : []))
  expect(names({})).toContain('multiMarginLoss')
  expect(names({ ignoreIndex: 2 })).toContain('crossEntropy')
  expect(names({ ignoreIndex: 2 })).not.toContain('multiMarginLoss')
})
