import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomShares } from '../../scripts/why-page.ts'
import { bitsOfClasses } from '../../src/decoder/priors.ts'
import { background, score, thresholds } from '../../src/decoder/score.ts'
import { readTyped } from '../../src/decoder/typed.ts'
import { crossEntropy, type Known, why } from '../../src/index.ts'
import { refused } from '../support.ts'

const first = (value: number | string, known: Known = {}) => why(value, known).explanations[0]
const ids = (value: number | string, known: Known = {}) => why(value, known).explanations.map(({ id }) => id)

describe('what people paste', () => {
  // the numbers of the collection of mistakes, as typed there
  test.each<[string, Known, string, string]>([
    ['0.7437', { loss: 'cross-entropy', classes: 4 }, 'double-softmax-floor', 'ln(e + 4 − 1) − 1'],
    ['0.7437', {}, 'double-softmax-floor', 'ln(e + 4 − 1) − 1'],
    ['1.4612', { loss: 'CrossEntropyLoss' }, 'double-softmax-floor', 'ln(e + 10 − 1) − 1'],
    ['2.3026', {}, 'uniform-guess', 'ln 10'],
    ['3.0445', { loss: 'F.cross_entropy' }, 'uniform-guess', 'ln 21'],
    ['10.8249', {}, 'uniform-guess', 'ln 50257'],
    ['0.6931', {}, 'binary-guess', 'ln 2'],
    ['0.3133', { loss: 'bce-with-logits' }, 'double-sigmoid', 'ln(1 + 1/e)'],
    ['0.5032', { loss: 'bce-with-logits' }, 'double-sigmoid', '0.5·ln(1 + 1/e) + 0.5·ln 2'],
    ['0.5003', { loss: 'ce', labelSmoothing: 0.1 }, 'smoothing-floor', '−0.91·ln 0.91 − 9·0.01·ln 0.01'],
    ['100', { loss: 'BCELoss' }, 'bce-clamp', '100'],
    ['25', { loss: 'bce', elements: 64 }, 'bce-clamp', '100·16/64'],
    ['27.631', {}, 'log-epsilon', '−ln 1e-12'],
    ['16.118', {}, 'log-epsilon', '−ln 1e-7'],
    ['15.942', { loss: 'bce' }, 'sigmoid-steps', '−ln(2·2⁻²⁴)'],
    ['14.98', { variance: 7.49 }, 'broadcast-pairs', '2·7.49'],
    ['16256.25', {}, 'mask-255-square', '255²·1/4'],
    ['23.0259', { batch: 10, classes: 10, loss: 'ce' }, 'sum-for-mean', '10·ln 10'],
    ['3.3219', { classes: 10, loss: 'ce' }, 'bits', 'ln 10 / ln 2'],
    ['50257', { loss: 'ce' }, 'perplexity', 'e^(ln 50257)'],
    ['1.0986', { classes: 2, loss: 'ce' }, 'other-class-count', 'ln 3'],
    ['0', { loss: 'ce' }, 'one-class', 'ln 1 = 0: softmax over one class is 1'],
    ['nan', { loss: 'ce' }, 'all-ignored', '0/0'],
    ['inf', { loss: 'ctc' }, 'ctc-impossible', '−log of no alignment = ∞'],
    ['-87.08', { loss: 'BCEWithLogitsLoss' }, 'bce-impossible-target', '(1 − t)·x + ln(1 + e⁻ˣ), below 0 for t > 1 or t < 0'],
    ['-0.9922', { loss: 'dice' }, 'dice-255', '1 − 510/256'],
    ['20.17', { loss: 'psnr' }, 'psnr-of-noise', '20·log₁₀(255/25)'],
  ])('%s %o is %s', (text, known, id, derivation) => {
    expect(first(text, known)).toMatchObject({ id, derivation })
  })

  // beside the collection: numbers that people paste, and what somebody who knows says first
  test.each<[string, Known, string]>([
    ['-0.5', { loss: 'bce' }, 'bce-impossible-target'],
    ['-1.4', { loss: 'bce-with-logits' }, 'bce-impossible-target'],
    ['-9.27e+5', {}, 'bce-impossible-target'],
    ['-87.08', {}, 'bce-impossible-target'],
    ['-0.94', { loss: 'ce' }, 'nll-of-some-probabilities'],
    ['-2.5', { loss: 'ce' }, 'cross-entropy-negative-target'],
    ['-0.496', { loss: 'nll' }, 'nll-of-probabilities-guess'],
    ['-0.31', { loss: 'nll' }, 'nll-of-some-probabilities'],
    ['-2.9', { loss: 'nll' }, 'nll-of-scores'],
    ['-1.33', { loss: 'kl' }, 'kl-of-probabilities'],
    ['-0.5', { loss: 'dice' }, 'overlap-impossible'],
    ['-0.5', { loss: 'focal' }, 'bce-impossible-target'],
    ['-3', { loss: 'gaussian-nll' }, 'density'],
    ['-0.5', { loss: 'mse' }, 'likelihood-not-negated'],
    ['-28.1', { loss: 'psnr' }, 'psnr-below-0'],
    ['0.6931', { loss: 'ce' }, 'uniform-guess'],
    ['1.3863', { loss: 'ce' }, 'uniform-guess'],
    ['2.0794', {}, 'uniform-guess'],
    ['10.37', {}, 'uniform-guess'],
    ['2.4', { loss: 'ce', classes: 10 }, 'untrained-scores'],
    ['7.05', { loss: 'ce', classes: 1000 }, 'untrained-scores'],
    ['0.72', { loss: 'bce' }, 'untrained-binary-scores'],
    ['543.43', {}, 'sum-for-mean'],
    ['1.1920929e-07', {}, 'float32-step'],
    ['1.19e-07', { loss: 'ce' }, 'float32-step'],
    ['1e-7', { loss: 'ce' }, 'float32-step'],
    ['0.25', { loss: 'mse' }, 'mask-of-halves'],
    ['0.25', {}, 'mask-of-halves'],
    ['650.25', { loss: 'mse', dataRange: 1 }, 'beyond-range'],
    ['65025', {}, 'mask-255-square'],
    ['0.1667', { loss: 'mse' }, 'random-images'],
    ['0.3333', { loss: 'l1' }, 'random-images'],
    ['0.1733', { loss: 'focal' }, 'focal-guess'],
    ['0.1300', { loss: 'focal' }, 'focal-guess'],
    ['1e9', {}, 'mask-leak'],
    ['inf', { loss: 'bce' }, 'bce-without-clamp'],
    ['inf', { loss: 'mse' }, 'square-overflow'],
    ['nan', {}, 'nan-in-input'],
    ['nan', { loss: 'bce-with-logits' }, 'nan-in-input'],
    ['16.636', { loss: 'bce' }, 'sigmoid-steps'],
    ['0.0', { loss: 'mse' }, 'same-tensor'],
  ])('%s %o: first %s', (text, known, id) => {
    expect(first(text, known)?.id).toBe(id)
  })

  test('a level that is reached with noise, and a floor from above', () => {
    expect(first('2.311', { loss: 'ce', classes: 10 })).toMatchObject({ id: 'uniform-guess', match: 'near' })
    expect(first('0.7460', { loss: 'ce', classes: 4 })).toMatchObject({ id: 'double-softmax-floor', match: 'near' })
    expect(ids('0.7400', { loss: 'ce', classes: 4 })).not.toContain('double-softmax-floor')
  })

  test('cut off in place of rounded', () => {
    expect(first('0.69314', { loss: 'bce' }).match).toBe('cut')
    expect(first('0.69315', { loss: 'bce' }).match).toBe('digits')
  })

  test('one explanation by what is known beats one that has to assume it', () => {
    const known = first('0.7437', { loss: 'ce', classes: 4 })
    const assumed = first('0.7437')
    expect(known.assumes).toEqual({})
    expect(assumed.assumes).toEqual({ classes: 4 })
    expect(known.bits).toBeGreaterThan(assumed.bits + 3)
  })

  test('ln C of any C is not taken for a find', () => {
    // one of many C comes near any number of four digits: 1241 here
    expect(ids('7.1237')).toEqual([])
    expect(first('7.1237', { classes: 1241 })).toMatchObject({ id: 'uniform-guess', strength: 'strong' })
    expect(first('7.123673', { loss: 'ce' })).toMatchObject({ id: 'uniform-guess', assumes: { classes: 1241 } })
  })
})

test('how a number is read: by its digits, and by what the arithmetic leaves open', () => {
  const half = (given: number | string, known = {}) => readTyped(given, known).half
  expect(half('0.7437')).toBeCloseTo(5e-5, 12)
  expect(half('0.70')).toBeCloseTo(5e-3, 12)
  expect(half(0.7)).toBeCloseTo(5e-5, 12)
  expect(half('1')).toBeCloseTo(5e-5, 12)
  expect(half('-9.27e+5')).toBeCloseTo(500, 9)
  expect(half('2.3025850929940455')).toBeCloseTo(2.3 * 2 ** -22, 7)
  expect(half('2.3025850929940455', { dtype: 'float64' })).toBeLessThan(1e-14)
  expect(half('0.6931', { dtype: 'bfloat16' })).toBeGreaterThan(5e-3)
  expect(readTyped('tensor(0.7437, device="cuda:0", grad_fn=<NllLossBackward0>)', {}).value).toBe(0.7437)
  expect(readTyped('tensor(nan)', {}).value).toBeNaN()
  expect(readTyped(' −0.5 ', {}).value).toBe(-0.5)
  expect(readTyped('-Inf', {}).value).toBe(-Infinity)
})

describe('the score', () => {
  test('the probabilities of all numbers of classes add up to 1', () => {
    let sum = 0
    for (let C = 2; C <= 300_000; C++) sum += 2 ** -bitsOfClasses(C)
    // the rest is beyond: 0.5·ln 2/ln 300001
    expect(sum + (0.5 * Math.LN2) / Math.log(300_001)).toBeCloseTo(1, 9)
  })

  test('the digits of all positive numbers add up to 1', () => {
    let sum = 0
    for (let k = 1; k < 100_000; k++) sum += 2 ** background({ text: '', value: k / 100, half: 0.005 })
    // what is below 0.005 and beyond 1000: arctan on both sides
    const beyond = (x: number) => 0.5 - Math.atan2(Math.abs(Math.log(x)), Math.log(20)) / Math.PI
    expect(sum + beyond(0.005) + beyond(1000)).toBeCloseTo(1, 3)
  })

  test('more digits save more, another digit nothing at all', () => {
    const bits = (text: string) => score(readTyped(text, {}), Math.LN10, 'exact', 0)?.bits ?? -Infinity
    expect(bits('2.302585')).toBeGreaterThan(bits('2.3026') + 6)
    expect(bits('2.3026')).toBeGreaterThan(bits('2.30') + 6)
    expect(bits('2.3036')).toBe(-Infinity)
  })

  test('a random number seldom agrees: the shares that docs/why.md states', () => {
    for (const { strong, likely } of randomShares(200)) {
      // Markov's bound, over all signatures together
      expect(strong).toBeLessThanOrEqual(2 ** -thresholds.strong)
      expect(likely).toBeLessThanOrEqual(2 ** -thresholds.likely)
    }
  })
})

describe('the result', () => {
  test('is plain data, ready for JSON, whatever the number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 1e-320, -100, 1e300)), (value) => {
        const decoded = why(value, { classes: 10 })
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded)
        expect(decoded.explanations.length).toBeLessThanOrEqual(8)
        const bits = decoded.explanations.map((each) => each.bits)
        expect(bits).toEqual([...bits].sort((a, b) => b - a))
        for (const each of decoded.explanations) {
          expect(each.bits).toBeGreaterThan(0)
          expect(each.share).toBeGreaterThan(0)
          expect(Number.isFinite(each.difference)).toBe(true)
        }
        expect(decoded.explanations.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 200 },
    )
  })

  test('a loss that is known keeps the signatures of others out', () => {
    expect(ids('0.6931', { loss: 'mse' })).toEqual([])
    expect(ids('nan', { loss: crossEntropy })).not.toContain('bce-infinite-score')
  })

  test('says what could not be tried, and for want of what', () => {
    const { untried } = why('0.5', { loss: 'bce' })
    expect(untried.find(({ id }) => id === 'positives-prior')?.needs).toEqual(['positives'])
    expect(why('0.5', { loss: 'bce', positives: 0.1 }).untried.map(({ id }) => id)).not.toContain('positives-prior')
  })

  test('marks on the scale where nothing explains it', () => {
    const { explanations, landmarks } = why('7.12', { loss: 'ce', classes: 10 })
    expect(explanations).toEqual([])
    expect(landmarks.find(({ derivation }) => derivation === 'ln 10')?.value).toBe(Math.log(10))
  })
})

describe('what cannot be', () => {
  test.each<[unknown, Record<string, unknown>, string, string, string]>([
    ['abc', {}, 'value', 'argument-type', "why('0.7437')"],
    ['', {}, 'value', 'argument-type', "why('0.7437')"],
    ['0x10', {}, 'value', 'argument-type', "why('0.7437')"],
    [null, {}, 'value', 'argument-type', "why('0.7437')"],
    ['1', { classes: 2.5 }, 'classes', 'option-range', 'classes: 10'],
    ['1', { classes: '4' }, 'classes', 'option-type', 'classes: 10'],
    ['1', { positives: 3 }, 'positives', 'option-range', 'positives: 0.5'],
    ['1', { frequencies: [] }, 'frequencies', 'option-range', 'frequencies: [0.9, 0.1]'],
    ['1', { dtype: 'float23' }, 'dtype', 'option-range', "dtype: 'float32'"],
    ['1', { loss: 'crosentropy' }, 'loss', 'option-range', "loss: 'crossEntropy'"],
    ['1', { loss: 7 }, 'loss', 'option-type', "loss: 'cross-entropy'"],
    ['1', { label_smoothing: 0.1 }, 'label_smoothing', 'option-unknown', 'did you mean labelSmoothing?'],
  ])('%j %j', (value, known, argument, code, repair) => {
    const error = refused(() => why(value as string, known))
    expect(error).toMatchObject({ fn: 'why', argument, code, repair })
  })
})
