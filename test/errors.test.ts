import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  LossError,
  matmul,
  mean,
  mergeReports,
  mseLoss,
  nllLoss,
  nn,
  report,
  reshape,
  softmax,
  tensor,
} from '../src/index.ts'

const scores = tensor([
  [0.5, -1.2, 2],
  [1, 0.3, -0.7],
])
const images = tensor(new Float32Array(2 * 3 * 4 * 5), { shape: [2, 3, 4, 5] })
const ones = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), { shape })
const indices = (...shape: number[]) => tensor(new BigInt64Array(shape.reduce((a, b) => a * b, 1)), { shape })
const wrong = (value: unknown) => value as never
const apply = (f: unknown, ...args: readonly unknown[]) => (f as (...args: readonly unknown[]) => unknown)(...args)

/** One call per way of being refused, and sometimes a few more; the page of all texts is the snapshot. */
const mistakes: Record<string, () => unknown> = {
  'no input': () => crossEntropy(wrong(null), [0]),
  'no target': () => mseLoss(scores, wrong(undefined)),
  'a string': () => nllLoss(scores, wrong('labels')),
  'a tfjs tensor': () => mseLoss(wrong({ shape: [2], dtype: 'float32', dataSync: () => new Float32Array(2) }), [1, 2]),
  'reports of two losses': () => mergeReports(report(mseLoss, [1], [0]), report(crossEntropy, [[1, 2]], [0])),
  'no report': () => mergeReports(wrong({ value: 0.5 })),
  'too many arguments': () => apply(crossEntropy, scores, [0, 1], {}, {}),
  'a tensor for the options': () => crossEntropy(scores, [0, 1], wrong(ones(3))),
  'the constructor forgotten': () => nn.CrossEntropyLoss(wrong(scores)),
  'options at the call': () => apply(nn.MSELoss(), scores, scores, { reduction: 'sum' }),
  'numbers and bigints mixed': () => tensor(wrong([1, 2n])),
  'ragged arrays': () => tensor([[1, 2], [3]]),
  'data that do not fill the shape': () => tensor(new Float32Array(5), { shape: [2, 3] }),
  'strides out of the data': () => mseLoss({ data: new Float32Array(4), shape: [2, 2], strides: [3, 1] }, ones(2, 2)),
  'a reshape of another size': () => reshape(scores, [4]),
  'a Uint16Array': () => crossEntropy(wrong(new Uint16Array(3)), 0),
  'class indices as float32': () => crossEntropy(scores, new Float32Array([0, 1])),
  'class indices as int32': () => crossEntropy(scores, new Int32Array([0, 1])),
  'class indices as uint8 for an image': () => crossEntropy(images, tensor(new Uint8Array(40), { shape: [2, 4, 5] })),
  'a one-hot target of int64': () => crossEntropy(scores, indices(2, 3)),
  'integer scores': () => crossEntropy(indices(2, 3), indices(2)),
  'integers in both of mseLoss': () => mseLoss(indices(2), indices(2)),
  'labels of int64 in binaryCrossEntropy': () => binaryCrossEntropy(ones(2), indices(2)),
  'labels of int64 in binaryCrossEntropyWithLogits': () => binaryCrossEntropyWithLogits(ones(2), indices(2)),
  'labels of bool in binaryCrossEntropyWithLogits': () => binaryCrossEntropyWithLogits(ones(2), [true, false]),
  'a weight of another dtype': () => crossEntropy(scores, [0, 1], { weight: new Float64Array(3) }),
  'the mean of integers': () => mean(indices(2)),
  'a misspelt option': () => crossEntropy(scores, [0, 1], wrong({ labelSmothing: 0.1 })),
  "PyTorch's spelling": () => crossEntropy(scores, [0, 1], wrong({ ignore_index: 255 })),
  'an option of the function only': () => nn.MSELoss(wrong({ weight: [1, 2] })),
  'ignoreIndex with a fraction': () => crossEntropy(scores, [0, 1], { ignoreIndex: 1.5 }),
  'labelSmoothing as text': () => crossEntropy(scores, [0, 1], { labelSmoothing: wrong('0.1') }),
  'labelSmoothing beyond 1': () => crossEntropy(scores, [0, 1], { labelSmoothing: 1.5 }),
  'ignoreIndex with probabilities': () => crossEntropy(scores, scores, { ignoreIndex: 0 }),
  'an axis that is not there': () => softmax(scores, 2),
  'a reduction that is not there': () => mseLoss(scores, scores, { reduction: wrong('avg') }),
  'wrt of nothing': () => mseLoss.valueAndGrad(scores, scores, { wrt: wrong('inputs') }),
  'wrt that is no name': () => mseLoss.valueAndGrad(scores, scores, { wrt: wrong(1) }),
  'a gradient for the class weights': () => crossEntropy(scores, [0, 1], { weight: tensor([1, 2, 3], { requiresGrad: true }) }),
  'a gradient for integers': () => tensor(new Int32Array(2), { requiresGrad: true }),
  'unequal shapes that broadcast': () => mseLoss(ones(3, 1), ones(3)),
  'unequal shapes that do not': () => mseLoss(ones(2, 3), ones(3, 2)),
  'unequal shapes in binaryCrossEntropy': () => binaryCrossEntropy(ones(3, 1), ones(3)),
  'unequal shapes in binaryCrossEntropyWithLogits': () => binaryCrossEntropyWithLogits(ones(3, 1), ones(3)),
  'another batch size': () => crossEntropy(scores, [0, 1, 2]),
  'a target of (N, 1)': () => crossEntropy(scores, [[0], [1]]),
  'a 1-D input with two targets': () => crossEntropy(ones(3), indices(2)),
  'a target of (N, 1, H, W)': () => crossEntropy(images, indices(2, 1, 4, 5)),
  'a target of other size': () => crossEntropy(images, indices(2, 5, 4)),
  'channels last': () => crossEntropy(reshape(images, [2, 4, 5, 3]), indices(2, 4, 5)),
  'a sequence (N, L, C)': () => crossEntropy(ones(2, 4, 3), indices(2, 4)),
  'a 0-D input': () => nllLoss(tensor(1), tensor(0)),
  'class weights of another length': () => crossEntropy(scores, [0, 1], { weight: [1, 2, 3, 4] }),
  'class weights of another length for an image': () => crossEntropy(images, indices(2, 4, 5), { weight: [1, 2] }),
  'class weights of another length for probabilities': () => crossEntropy(scores, scores, { weight: [1, 2] }),
  'posWeight per class for an image': () => binaryCrossEntropyWithLogits(images, images, { posWeight: [1, 2, 3] }),
  'weight larger than the input': () => binaryCrossEntropy(ones(2, 3), ones(2, 3), { weight: ones(4, 2, 3) }),
  'weight that does not broadcast': () => binaryCrossEntropy(ones(2, 3), ones(2, 3), { weight: ones(2) }),
  'weights of another shape in mseLoss': () => mseLoss(ones(2, 3), ones(2, 3), { weight: ones(3) }),
  'matrices that do not fit': () => matmul(scores, scores),
  'a label beyond the classes': () => crossEntropy(scores, [0, 7]),
  'labels from 1': () => crossEntropy(scores, [1, 3]),
  'a void label': () => crossEntropy(scores, [0, 255]),
  'a label of -1': () => nllLoss(scores, [0, -1]),
  'logits in binaryCrossEntropy': () => binaryCrossEntropy([0.2, 3.5], [0, 1]),
  'a rounding slip in binaryCrossEntropy': () => binaryCrossEntropy([0.2, 1.0000001], [0, 1]),
  'a mask of 255 in binaryCrossEntropy': () => binaryCrossEntropy([0.2, 0.5], [0, 255]),
  'item of many': () => scores.item(),
  'item of a huge int64': () => tensor(2n ** 60n).item(),
  'backward of many': () => mseLoss(tensor([1, 2], { requiresGrad: true }), [0, 0], { reduction: 'none' }).backward(),
  'backward outside the tape': () => mseLoss([1], [2]).backward(),
  'a gradient of another shape': () => mseLoss(tensor([1, 2], { requiresGrad: true }), [0, 0], { reduction: 'none' }).backward(ones(3)),
  'backward twice': () => {
    const loss = mseLoss(tensor([1], { requiresGrad: true }), [0])
    loss.backward()
    loss.backward()
  },
}

const caught = Object.entries(mistakes).map(([title, commit]) => {
  try {
    commit()
  } catch (error) {
    return { title, error }
  }
  return { title, error: new Error('no error was thrown') }
})

test.each(caught)('$title', ({ error }) => {
  expect(error).toBeInstanceOf(LossError)
  const { code, fn, argument, received, expected, repair } = error as LossError
  for (const field of [code, fn, argument, received, expected, repair]) expect(field).toMatch(/\S/)
})

test('the page of all errors', async () => {
  const page = caught.map(({ title, error }) => `## ${title}\n\n${(error as LossError).code}\n${(error as Error).message}\n`)
  await expect(page.join('\n')).toMatchFileSnapshot('./errors.md')
})

test('every code occurs on the page', () => {
  const declared = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm)
  const seen = new Set(caught.map(({ error }) => (error as LossError).code as string))
  expect([...declared].map((match) => match[1]).filter((code) => !seen.has(code))).toEqual([])
})

describe('an error is data', () => {
  test('toJSON has every field', () => {
    const { error } = caught.find(({ title }) => title === 'a void label') ?? {}
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: 'target-range',
      fn: 'crossEntropy',
      argument: 'target',
      received: '255 at (1,)',
      repair: 'if 255 marks what is not to be counted: { ignoreIndex: 255 }',
      pytorch: 'IndexError: Target 255 is out of bounds.',
    })
  })
})
