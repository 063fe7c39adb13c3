import { expect, test } from 'vitest'
import { Random } from '../oracle/random.ts'
import { drawExtents, edgeExtents, hasAxes, shapeOf } from '../oracle/shapes.ts'
import type { Outcome, Want } from '../src/backends/backend.ts'
import { axesText, card } from '../src/card.ts'
import { type LossError, onWarning, report, type TensorLike, tensor } from '../src/index.ts'
import { defineLoss, type Plan } from '../src/loss.ts'
import { denominatorOf } from '../src/reduce.ts'
import { type LossSpec, type OptionTable, pythonFunction, pythonModule } from '../src/spec.ts'
import { sizeOf } from '../src/tensor/shape.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { numbersOf } from '../src/tensor/view.ts'
import { refused } from './support.ts'

/** The sum of squares of its first argument: the least that a loss of any spec can be. */
function squares<const T extends OptionTable>(options: T, data: Partial<LossSpec<T>> = {}) {
  const spec: LossSpec<T> & { readonly module: string } = {
    name: 'squareLoss',
    pytorch: null,
    module: 'SquareLoss',
    aliases: [],
    summary: 'Squares.',
    formula: 'x²',
    inside: 'nothing',
    mean: 'elements',
    inputs: [{ name: 'image', domain: 'real', help: 'an image' }],
    options,
    ...data,
  }
  const kernel = { family: 'squares', about: 'one value per element', reference }
  return defineLoss<[image: TensorLike], T, string, string>(
    spec,
    (call, reduction): Plan<Tensor> => {
      const { image } = call.tensors
      const elements = sizeOf(image.shape)
      const counts = { elements, positions: elements, targetWeights: elements, weights: elements, batch: image.shape[0] ?? 1 }
      return {
        kernel,
        problem: image,
        shape: image.shape,
        dtype: image.dtype,
        reduction,
        denominator: denominatorOf(spec.mean, counts, reduction),
        counted: elements,
        ignored: 0,
        differentiable: { image },
        native: null,
      }
    },
    kernel,
  )
}

function reference(image: Tensor, want: Want): Outcome {
  const x = numbersOf(image)
  const values = Float64Array.from(x, (value) => value * value)
  const gradient = Float64Array.from(x, (value) => 2 * value * want.scale)
  return {
    values: want.values ? values : null,
    total: values.reduce((sum, value) => sum + value, 0),
    gradients: want.gradients.length === 0 ? {} : { image: gradient },
  }
}

const reduction = { kind: 'reduction', choices: ['none', 'mean', 'sum', 'batchmean'], help: 'How.' } as const
const rows = [
  [1, 2],
  [3, 4],
]

test('one argument, under its own name: it is what a gradient is taken by if nothing else is said', () => {
  const loss = squares({ reduction })
  const { loss: value, grad } = loss.valueAndGrad(rows)
  expect(value.item()).toBe(7.5)
  expect((grad as Tensor).toArray()).toEqual([
    [0.5, 1],
    [1.5, 2],
  ])
  expect(refused(() => (loss as unknown as () => void)())).toMatchObject({ code: 'argument-type', argument: 'image', pytorch: null })
})

test('batchmean divides by the first axis, in value, gradient and report', () => {
  const loss = squares({ reduction })
  const { loss: value, grad } = loss.valueAndGrad(rows, { reduction: 'batchmean' })
  expect(value.item()).toBe(15)
  expect((grad as Tensor).data).toEqual(Float32Array.of(1, 2, 3, 4))
  expect(report(loss, rows, { reduction: 'batchmean' })).toMatchObject({ value: 15, denominator: 2, reduction: 'batchmean', shape: [] })
})

test('a reduction of its own by default', () => {
  const loss = squares({ reduction: { ...reduction, default: 'none' } as const })
  expect(loss(rows).toArray()).toEqual([
    [1, 4],
    [9, 16],
  ])
  expect(refused(() => loss(rows, { reduction: 'avg' as 'mean' }))).toMatchObject({
    code: 'reduction',
    repair: "reduction: 'none' (the default)",
  })
  // null is no word either
  expect(refused(() => loss(rows, { reduction: null as unknown as 'mean' })).code).toBe('reduction')
})

test('no reduction at all', () => {
  const loss = squares({}, { mean: 'nothing' })
  const image = tensor(rows, { requiresGrad: true })
  const value = loss(image)
  value.backward()
  expect([value.item(), value.shape, (image.grad as Tensor).toArray()]).toEqual([30, [], [[2, 4], [6, 8]]]) // biome-ignore format: one line
  expect(report(loss, rows)).toMatchObject({ value: 30, sum: 30, denominator: 1, reduction: 'mean' })
  expect(refused(() => (loss as (...all: unknown[]) => unknown)(rows, { reduction: 'sum' }))).toMatchObject({
    code: 'option-unknown',
    pytorch: null,
  })
})

test('options of choices and of numbers', () => {
  const options = {
    window: { kind: 'choice', choices: ['gaussian', 'uniform'], default: 'gaussian', help: 'Which.' },
    weights: { kind: 'numbers', default: [0.5, 0.5], examples: [[0.5, 0.5], [1]], help: 'How much.' },
    range: { kind: 'number', default: null, examples: [1], help: 'How far.' },
  } as const
  const loss = squares(options, { mean: 'nothing' })
  expect(loss(rows, { window: 'uniform', weights: [1, 2, 3], range: null }).item()).toBe(30)
  const wrong = (options: object): LossError => refused(() => (loss as (...all: unknown[]) => unknown)(rows, options))
  expect(wrong({ window: 'gausian' })).toMatchObject({ code: 'option-range', argument: 'window', repair: "window: 'gaussian'" })
  expect(wrong({ window: null })).toMatchObject({ code: 'option-range', received: 'null' })
  expect(wrong({ weights: 1 })).toMatchObject({ code: 'option-type', repair: 'weights: [0.5, 0.5], for instance' })
  expect(wrong({ weights: [1, '2'] })).toMatchObject({ code: 'option-type' })
  expect(wrong({ weights: null })).toMatchObject({ code: 'option-type' })
  expect(wrong({ range: '1' })).toMatchObject({ code: 'option-type', expected: 'a number' })
})

test('what PyTorch has not, does not speak with its voice', () => {
  const heard: string[] = []
  const before = onWarning((message) => heard.push(message))
  const loss = squares({ reduction })
  expect(refused(() => (loss as (...all: unknown[]) => unknown)('rows'))).toMatchObject({ pytorch: null })
  expect(refused(() => loss(rows, { reduction: 'elementwise_mean' as 'mean' }))).toMatchObject({ code: 'reduction', pytorch: null })
  onWarning(before)
  expect(heard).toEqual([])
  expect(card(loss).python).toEqual({ function: null, module: null })
  const { spec } = squares({}, { pytorch: 'square_loss', library: 'torchvision.ops' })
  expect([pythonFunction(spec), pythonModule(spec)]).toEqual(['torchvision.ops.square_loss', null])
})

test('axes in words, and as shapes', () => {
  expect(axesText('?N D')).toBe('(D) or (N, D)')
  expect(axesText(['?N …', '?N C …'])).toBe('(…) or (N, …) or (C, …) or (N, C, …)')
  const extents = { letters: { N: 2, C: 3 }, optional: true, further: [5, 6] }
  expect(shapeOf('?N C …', extents)).toEqual([2, 3, 5, 6])
  expect(shapeOf('… 4', { ...extents, optional: false })).toEqual([5, 6, 4])
  expect(shapeOf('?N C', { ...extents, optional: false })).toEqual([3])
})

test('edges have each extent 0 and 1 in turn; draws keep what letters share', () => {
  const { spec } = squares(
    { bias: { kind: 'tensor', domain: 'real', shape: 'same', axes: 'C', help: 'A bias.' } },
    { inputs: [{ name: 'a', domain: 'real', axes: '?N C', help: '' }, { name: 'b', domain: 'real', axes: 'C … 4', help: '' }] }, // biome-ignore format: one line
  )
  expect(hasAxes(spec)).toBe(true)
  const edges = edgeExtents(spec)
  for (const letter of ['N', 'C']) for (const extent of [0, 1]) expect(edges.some(({ letters }) => letters[letter] === extent)).toBe(true)
  expect(edges.some(({ optional }) => !optional)).toBe(true)
  expect(edges.some(({ further }) => further.length > 1)).toBe(true)
  const random = new Random(3)
  const drawn = Array.from({ length: 200 }, () => drawExtents(spec, random))
  expect(new Set(drawn.map(({ letters }) => letters.C)).size).toBeGreaterThan(3)
  expect(drawn.filter(({ optional }) => !optional).length).toBeGreaterThan(10)
})
