import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { conventions, segmentationPage, withConventions } from '../scripts/segmentation.ts'
import {
  add,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  diceCrossEntropyLoss,
  diceLoss,
  focalTverskyLoss,
  jaccardLoss,
  lovaszHingeLoss,
  lovaszSoftmaxLoss,
  mul,
  report,
  softmax,
  tensor,
  tverskyLoss,
} from '../src/index.ts'
import { refused } from './support.ts'

describe('the page on conventions', () => {
  test('has the numbers of the losses (npm run docs)', () => {
    const text = readFileSync(segmentationPage, 'utf8')
    expect(text).toContain('TverskyLoss')
    expect(text).toBe(withConventions(text))
  })

  // theirs are kept to nine digits
  test.each(Object.entries(conventions).flatMap(([library, rows]) => rows.map((row) => [library, row.theirs, row] as const)))(
    '%s: %s',
    (_, __, { here, value }) => {
      expect(Math.abs(here().item() - value)).toBeLessThan(1e-9)
    },
  )
})

const scores = tensor(
  [
    [
      [2, -1, 0, 1],
      [0, 1.5, -1, 0],
      [-1, 0, 1, 0.5],
    ],
    [
      [1, 2, 0, -1],
      [0, -1, 2, 1.5],
      [-2, 0, 0.5, 1],
    ],
  ],
  { dtype: 'float64' },
)
const labels = [
  [0, 1, 2, 0],
  [0, 0, 1, 1],
]
const close = (a: number, b: number) => expect(a).toBeCloseTo(b, 12)

describe('what the losses have in common', () => {
  test('terms are of classes, or of images and classes; their mean is the loss', () => {
    const terms = diceLoss(scores, labels, { reduction: 'none' })
    expect(terms.shape).toEqual([3])
    close((terms.toArray() as number[]).reduce((sum, term) => sum + term) / 3, diceLoss(scores, labels).item())
    expect(diceLoss(scores, labels, { reduction: 'none', perImage: true }).shape).toEqual([2, 3])
    expect(diceLoss(scores, labels, { reduction: 'none', classes: [2] }).shape).toEqual([1])
    const { denominator, counted, ignored } = report(diceLoss, scores, [labels[0], [0, 0, 9, 1]], { ignoreIndex: 9 })
    expect([denominator, counted, ignored]).toEqual([3, 7, 1])
  })

  test('an absent class: a term of 0, one of its own, or none', () => {
    // class 2 is absent in the second image
    const of = (absent: 'zero' | 'keep' | 'skip') =>
      diceLoss(scores, labels, { perImage: true, absent, reduction: 'none' }).toArray() as number[][]
    expect(of('zero')[1][2]).toBe(0)
    expect(of('keep')[1][2]).toBe(1)
    const mean = (absent: 'zero' | 'skip') => diceLoss(scores, labels, { perImage: true, absent }).item()
    close(mean('skip') * 5, mean('zero') * 6)
    expect(diceLoss(scores, [[9, 9, 9, 9], labels[1]], { ignoreIndex: 9, classes: [2], absent: 'skip' }).item()).toBe(0)
  })

  test('a one-hot target is the same as class indices', () => {
    const oneHot = labels.map((image) => [0, 1, 2].map((c) => image.map((label) => (label === c ? 1 : 0))))
    for (const loss of [diceLoss, jaccardLoss, tverskyLoss, focalTverskyLoss, diceCrossEntropyLoss]) {
      const [a, b] = [labels, oneHot].map((target) => (loss as typeof diceLoss).valueAndGrad(scores, target))
      close(a.loss.item(), b.loss.item())
      a.grad.data.forEach((value: number | bigint, i: number) => {
        close(Number(value), Number(b.grad.data[i]))
      })
    }
  })

  test('probabilities are taken as they are where the softmax has been taken', () => {
    const p = softmax(scores, 1)
    close(diceLoss(p, labels, { fromLogits: false }).item(), diceLoss(scores, labels).item())
    close(lovaszSoftmaxLoss(p, labels, { fromLogits: false }).item(), lovaszSoftmaxLoss(scores, labels).item())
  })

  test('an ignored pixel has no part, whatever its scores are', () => {
    const spoiled = tensor({ data: Float64Array.from(scores.data as Float64Array), shape: [2, 3, 4] })
    for (const at of [0, 4, 8]) spoiled.data[at] = at === 4 ? Number.NaN : Number.POSITIVE_INFINITY
    const partly = [[255, 1, 2, 0], labels[1]]
    for (const loss of [diceLoss, diceCrossEntropyLoss, lovaszSoftmaxLoss]) {
      const [plain, odd] = [scores, spoiled].map((input) => (loss as typeof diceLoss).valueAndGrad(input, partly, { ignoreIndex: 255 }))
      expect(odd.loss.item()).toBe(plain.loss.item())
      expect(odd.grad.toArray()).toEqual(plain.grad.toArray())
      expect([0, 4, 8].map((at) => odd.grad.data[at])).toEqual([0, 0, 0])
    }
  })

  test('many pixels, and classes in any layout', () => {
    // longer than a block, with an odd tail
    const [classes, pixels] = [3, 700]
    const numbers = Float64Array.from({ length: 2 * classes * pixels }, (_, i) => Math.sin(i * 12.9898) * 3)
    const all = Int32Array.from({ length: 2 * pixels }, (_, i) => (i * 7) % classes)
    const whole = jaccardLoss(tensor({ data: numbers, shape: [2, classes, pixels] }), tensor({ data: all, shape: [2, pixels] })).item()
    let [common, predicted] = [new Float64Array(classes), new Float64Array(classes)]
    const truth = new Float64Array(classes)
    for (let n = 0; n < 2; n++) {
      for (let i = 0; i < pixels; i++) {
        const e = [0, 1, 2].map((c) => Math.exp(numbers[(n * classes + c) * pixels + i]))
        const sum = e[0] + e[1] + e[2]
        const label = all[n * pixels + i]
        predicted = predicted.map((value, c) => value + e[c] / sum)
        common = common.map((value, c) => value + (c === label ? e[c] / sum : 0))
        truth[label]++
      }
    }
    const terms = [0, 1, 2].map((c) => 1 - common[c] / (predicted[c] + truth[c] - common[c]))
    close(whole, (terms[0] + terms[1] + terms[2]) / 3)
    const last = tensor({ data: numbers, shape: [2, classes, pixels], strides: [1, 2, 2 * classes] })
    const packed = tensor({
      data: Float64Array.from({ length: numbers.length }, (_, i) => {
        const [n, c, at] = [Math.floor(i / (classes * pixels)), Math.floor(i / pixels) % classes, i % pixels]
        return numbers[n + 2 * c + 2 * classes * at]
      }),
      shape: [2, classes, pixels],
    })
    const target = tensor({ data: all, shape: [2, pixels] })
    expect(jaccardLoss(last, target).item()).toBe(jaccardLoss(packed, target).item())
  })

  test('hard masks can be compared', () => {
    const mask = tensor([[1, 0, 1, 1]], { dtype: 'bool' })
    const truth = tensor([[1, 1, 1, 0]], { dtype: 'uint8' })
    const loss = jaccardLoss(mask, truth, { mode: 'binary', fromLogits: false })
    expect([loss.dtype, loss.item()]).toEqual(['float32', 0.5])
  })
})

describe('Dice and cross-entropy', () => {
  test('is the sum of both', () => {
    const weight = [1, 2, 0.5]
    const options = { lambdaDice: 0.25, lambdaCe: 2 }
    const both = diceCrossEntropyLoss.valueAndGrad(scores, labels, { ...options, weight })
    const x = tensor(scores, { requiresGrad: true })
    const sum = add(mul(0.25, diceLoss(x, labels)), mul(2, crossEntropy(x, labels, { weight })))
    close(both.loss.item(), sum.item())
    sum.backward()
    both.grad.data.forEach((value: number | bigint, i: number) => {
      close(Number(value), Number(x.grad?.data[i]))
    })
  })

  test('in mode binary it is that of a sigmoid', () => {
    const [x, t] = [
      [0.5, -1, 2],
      [1, 0, 0],
    ]
    const both = diceCrossEntropyLoss(x, t, { mode: 'binary' }).item()
    expect(both).toBeCloseTo(diceLoss(x, t, { mode: 'binary' }).item() + binaryCrossEntropyWithLogits(x, t).item(), 6)
  })

  test('of nothing that counts is NaN, as the cross-entropy, and has no slope', () => {
    const { loss, grad } = diceCrossEntropyLoss.valueAndGrad(
      scores,
      [
        [9, 9, 9, 9],
        [9, 9, 9, 9],
      ],
      { ignoreIndex: 9 },
    )
    expect(loss.item()).toBeNaN()
    expect((grad.toArray() as number[][][]).flat(2).every((value) => value === 0)).toBe(true)
  })
})

describe('Lovász', () => {
  test('of hard predictions is 1 − IoU', () => {
    const p = tensor(
      [
        [
          [1, 0, 0, 1],
          [0, 1, 1, 0],
        ],
      ],
      { dtype: 'float64' },
    )
    // class 0: 1 of 3, class 1: 1 of 3
    close(lovaszSoftmaxLoss(p, [[0, 1, 0, 1]], { fromLogits: false }).item(), 1 - 1 / 3)
  })

  test('sorts any number of errors', () => {
    const count = 3000
    for (const dtype of ['float32', 'float64'] as const) {
      const x = tensor(
        Float64Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 78.233) * 2)),
        { dtype },
      )
      const truth = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 1 : 0))
      const order = truth
        .map((t, i) => [t, t === 1 ? 1 - Number(x.data[i]) : 1 + Number(x.data[i])])
        .filter(([, error]) => error > 0)
        .sort(([, a], [, b]) => b - a)
      let [value, hits, union] = [0, count / 3, count / 3]
      let before = 0
      for (const [t, error] of order) {
        if (t === 1) hits--
        else union++
        const jaccard = 1 - hits / union
        value += error * (jaccard - before)
        before = jaccard
      }
      expect(lovaszHingeLoss(x, truth).item()).toBeCloseTo(value, dtype === 'float64' ? 11 : 6)
    }
  })

  test('of an absent class that is kept is its largest error', () => {
    const p = tensor(
      [
        [
          [0.9, 0.4],
          [0.1, 0.6],
        ],
      ],
      { dtype: 'float64' },
    )
    close(lovaszSoftmaxLoss(p, [[0, 0]], { fromLogits: false, classes: [1], absent: 'keep' }).item(), 0.6)
    expect(lovaszSoftmaxLoss(p, [[0, 0]], { fromLogits: false, classes: [1] }).item()).toBe(0)
  })

  test('one value per image', () => {
    const values = lovaszHingeLoss(
      [
        [2, -1],
        [0.5, 0.5],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      { perImage: true, reduction: 'none' },
    )
    expect(values.shape).toEqual([2])
    expect(lovaszHingeLoss([[2, -1]], [[1, 0]], { reduction: 'none' }).shape).toEqual([])
  })
})

describe('refusals', () => {
  const input = [
    [
      [0.2, 0.7],
      [0.8, 0.3],
    ],
  ]
  const cases: readonly [string, () => unknown, string, string, RegExp][] = [
    ['one channel of classes', () => diceLoss([[[1, 2]]], [[0, 0]]), 'shape', 'input', /mode: 'binary'/],
    ['no axis of classes', () => diceLoss([1, 2], [0, 1]), 'shape', 'input', /reshape/],
    [
      'classes on the last axis',
      () =>
        diceLoss(
          [
            [
              [1, 2],
              [3, 4],
              [5, 6],
            ],
          ],
          [[0, 1, 1]],
        ),
      'shape',
      'target',
      /permute/,
    ],
    ['class indices in another mode', () => diceLoss(input, [[0, 1]], { mode: 'multilabel' }), 'shape', 'target', /multiclass/],
    ['a target of another size', () => diceLoss(input, [[0, 1, 1]]), 'shape', 'target', /one class index per pixel/],
    ['a class that does not exist', () => diceLoss(input, [[0, 2]]), 'target-range', 'target', /remap|outputs/],
    ['void pixels', () => diceLoss(input, [[0, 255]]), 'target-range', 'target', /ignoreIndex: 255/],
    ['labels of floats', () => diceLoss(input, new Float32Array([0, 1])), 'shape', 'target', /reshape/],
    ['labels of floats, shaped', () => diceLoss(input, tensor([[0, 1]], { dtype: 'float32' })), 'dtype', 'target', /integer/],
    ['scores of integers', () => diceLoss(tensor(input, { dtype: 'int32' }), [[0, 1]]), 'dtype', 'input', /fromLogits: false/],
    [
      'scores for probabilities',
      () =>
        diceLoss(
          [
            [
              [3, -1],
              [0, 1],
            ],
          ],
          [[0, 1]],
          { fromLogits: false },
        ),
      'input-range',
      'input',
      /softmax is inside/,
    ],
    ['a mask of 255', () => diceLoss([[1, 2]], [[0, 255]], { mode: 'binary' }), 'target-range', 'target', /divide it by 255/],
    [
      'several classes per pixel',
      () =>
        diceLoss(input, [
          [
            [1, 0],
            [1, 1],
          ],
        ]),
      'target-range',
      'target',
      /multilabel/,
    ],
    ['ignoreIndex with probabilities', () => diceLoss(input, input, { ignoreIndex: 0 }), 'option-range', 'ignoreIndex', /leave/],
    ['a class too many', () => diceLoss(input, [[0, 1]], { classes: [2] }), 'option-range', 'classes', /classes: \[1\]/],
    ['no classes', () => diceLoss(input, [[0, 1]], { classes: [] }), 'option-range', 'classes', /leave/],
    ['classes of yes and no', () => diceLoss([1], [1], { mode: 'binary', classes: [0] }), 'option-range', 'classes', /leave/],
    ['a mode that does not exist', () => diceLoss(input, [[0, 1]], { mode: 'multi' as 'binary' }), 'option-range', 'mode', /multi/],
    ['a weight of another size', () => diceCrossEntropyLoss(input, [[0, 1]], { weight: [1] }), 'shape', 'weight', /2 weights/],
    [
      'a weight of yes and no',
      () => diceCrossEntropyLoss([1], [1], { mode: 'binary', weight: [1] }),
      'option-range',
      'weight',
      /posWeight/,
    ],
    [
      'one-hot for Lovász',
      () =>
        lovaszSoftmaxLoss(input, [
          [
            [1, 0],
            [0, 1],
          ],
        ]),
      'shape',
      'target',
      /argmax/,
    ],
    ['probabilities for the hinge', () => lovaszHingeLoss([[1, 2]], [[0.5, 1]]), 'target-range', 'target', /round/],
    [
      'a gradient of the target',
      () => diceLoss.valueAndGrad([[1, 2]], [[0, 1]], { mode: 'binary', wrt: 'target' as 'input' }),
      'not-differentiable',
      'target',
      /detach/,
    ],
  ]
  test.each(cases)('%s', (_, call, code, argument, repair) => {
    const error = refused(call)
    expect([error.code, error.argument, error.pytorch]).toEqual([code, argument, null])
    expect(error.repair).toMatch(repair)
  })
})
