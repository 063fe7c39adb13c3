import { describe, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import { lossesFor, tensor } from '../../src/index.ts'
import * as losses from '../../src/losses/index.ts'
import { classes, normals } from './batches.ts'
import { pairs } from './pairs.ts'

const random = new Random(5)

describe.each(Object.entries(pairs))('the likeliest loss: %s', (_, rows) => {
  test.each(rows)('%s: %s', (name, _what, arrays) => {
    for (let seed = 1; seed <= 5; seed++) expect(lossesFor(arrays(new Random(seed)))[0].loss.spec.name).toBe(name)
  })
})

test('every loss is judged: it fits, or there is a reason', () => {
  for (const [, , arrays] of Object.values(pairs).flat()) {
    const fits = lossesFor(arrays(random))
    expect(fits).toHaveLength(Object.keys(losses).length)
    for (const { fits: good, why, refusal } of fits) expect([why === null, good && refusal !== null]).toEqual([good, false])
  }
})

test('a loss that fits takes the arrays', () => {
  for (const fit of lossesFor([normals(random, [4, 3]), classes(random, [4], 3)]))
    if (fit.fits) expect(() => fit.loss(tensor(normals(random, [4, 3])), classes(random, [4], 3))).not.toThrow()
})

test('a loss without the option does not fit', () => {
  const names = (options: object) =>
    lossesFor([normals(random, [4, 3]), classes(random, [4], 3)], { ...options }).flatMap((fit) => (fit.fits ? [fit.loss.spec.name] : []))
  expect(names({})).toContain('multiMarginLoss')
  expect(names({ ignoreIndex: 2 })).toContain('crossEntropy')
  expect(names({ ignoreIndex: 2 })).not.toContain('multiMarginLoss')
})

test('the reason tells the mistake', () => {
  const why = (topic: string, what: string, loss: string) => {
    const [, , arrays] = pairs[topic].find(([, title]) => title === what) ?? []
    return lossesFor(arrays?.(random) ?? []).find((fit) => fit.loss.spec.name === loss)?.why
  }
  expect(why('classification', 'the label first', 'crossEntropy')).toBe('the arrays are the other way round: input, target is the order')
  expect(why('classification', 'scores all below 0', 'nllLoss')).toMatch(/^input: .* their exponentials do not add up to 1$/)
  expect(why('segmentation', 'one channel, 0/255 of float32', 'binaryCrossEntropyWithLogits')).toBe(
    'target: values from 0 to 255 are not in [0, 1]',
  )
  expect(why('distributions as targets', 'two logarithms of a softmax', 'klDiv')).toMatch(
    /logarithms of probabilities, which logTarget is for$/,
  )
})
