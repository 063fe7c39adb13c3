import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Layer,
  type LinearLayer,
  LossError,
  mseLoss,
  mul,
  nn,
  noGrad,
  onWarning,
  sub,
  type Tensor,
  tensor,
  type WarningHandler,
} from '../src/index.ts'
import { refused } from './support.ts'

/** `nn` as the seed's author writes it: a linear model, perhaps a layer, a criterion, backward. */
const input = tensor([
  [1, 2, 3],
  [-1, 0.5, 2],
])
const classes = [1, 0]
const hot = [
  [0, 1],
  [1, 0],
]
const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6))

/** torch.manual_seed(0); nn.Linear(3, 2) */
function seeded(): LinearLayer {
  const linear = nn.Linear(3, 2)
  linear.weight = tensor(
    [
      [-0.004322517663240433, 0.3097158372402191, -0.4751853346824646],
      [-0.4248946011066437, -0.2223689705133438, 0.15482072532176971],
    ],
    { requiresGrad: true },
  )
  linear.bias = tensor([-0.011439144611358643, 0.45777493715286255], { requiresGrad: true })
  return linear
}

describe("a linear model's output through each criterion", () => {
  const identity: Layer = Object.assign((x: Parameters<Layer>[0]) => tensor(x), { forward: (x: Parameters<Layer>[0]) => tensor(x) })
  // torch 2.13.0: loss.item(), weight.grad, bias.grad
  test.each<[string, Layer, (x: Tensor) => Tensor, number, number[], number[]]>([
    [
      'CrossEntropyLoss',
      identity,
      (x) => nn.CrossEntropyLoss()(x, classes),
      1.1869328,
      [0.58118141, 0.07731034, -0.4265607, -0.58118135, -0.07731028, 0.42656079],
      [-0.28686056, 0.28686059],
    ],
    [
      'LogSoftmax, NLLLoss',
      nn.LogSoftmax({ dim: 1 }),
      (x) => nn.NLLLoss()(x, classes),
      1.1869328,
      [0.58118141, 0.07731034, -0.4265607, -0.58118135, -0.07731028, 0.42656079],
      [-0.28686056, 0.28686059],
    ],
    [
      'Sigmoid, BCELoss',
      nn.Sigmoid(),
      (x) => nn.BCELoss()(x, hot),
      0.8944205,
      [0.24897502, 0.06636466, -0.1162457, -0.30838975, -0.15008754, 0.00821468],
      [-0.09629329, 0.06496382],
    ],
    [
      'BCEWithLogitsLoss',
      identity,
      (x) => nn.BCEWithLogitsLoss()(x, hot),
      0.8944204,
      [0.24897502, 0.06636466, -0.1162457, -0.30838975, -0.15008754, 0.00821468],
      [-0.09629329, 0.06496382],
    ],
    [
      'MSELoss',
      identity,
      (x) => nn.MSELoss()(x, hot),
      1.4978406,
      [0.49037176, -1.27254331, -3.03545833, -1.01426101, -0.67711383, -0.33996677],
      [-1.31225777, 0.0668655],
    ],
    [
      'Softmax, MSELoss',
      nn.Softmax({ dim: 1 }),
      (x) => nn.MSELoss()(x, hot),
      0.4200608,
      [0.16055924, 0.07254355, -0.01547216, -0.16055922, -0.07254355, 0.01547213],
      [-0.03830071, 0.03830069],
    ],
    ['ReLU, MSELoss', nn.ReLU(), (x) => nn.MSELoss()(x, hot), 0.7665982, [0, 0, 0, -1.01426101, -0.67711383, -0.33996677], [0, 0.0668655]],
    [
      'LogSigmoid, MSELoss',
      nn.LogSigmoid(),
      (x) => nn.MSELoss()(x, hot),
      2.2483988,
      [0.3382318, -1.19913375, -2.73649931, -0.36884633, -0.83017063, -1.29149485],
      [-1.16224611, -0.44282869],
    ],
  ])('%s', (_, activation, criterion, value, weight, bias) => {
    const linear = seeded()
    const loss = criterion(activation(linear(input)))
    loss.backward()
    expect(loss.item()).toBeCloseTo(value, 6)
    expect([flat(linear.weight.grad?.toArray()), linear.bias?.grad?.toArray()]).toEqual([near(weight), near(bias)])
  })

  test('forward is the call, for layers and criteria', () => {
    const linear = seeded()
    expect(nn.MSELoss().forward(linear.forward(input), hot).item()).toBe(nn.MSELoss()(linear(input), hot).item())
  })
})

describe('nn.Linear', () => {
  test('starts within ±1/√inFeatures, of the random numbers it is given', () => {
    const drawn = nn.Linear(4, 100)
    const values = flat([drawn.weight.toArray(), drawn.bias?.toArray()])
    expect(values).toHaveLength(500)
    expect([Math.min(...values) >= -0.5, Math.max(...values) <= 0.5, Math.max(...values) > 0.4, new Set(values).size > 400]).toEqual([
      true,
      true,
      true,
      true,
    ])
    const [low, high] = [nn.Linear(4, 1, { random: () => 0 }), nn.Linear(4, 1, { random: () => 0.75, bias: false, dtype: 'float64' })]
    expect([low.weight.toArray(), low.bias?.toArray(), low.weight.dtype]).toEqual([[[-0.5, -0.5, -0.5, -0.5]], [-0.5], 'float32'])
    expect([high.weight.toArray(), high.bias, high.weight.dtype]).toEqual([[[0.25, 0.25, 0.25, 0.25]], null, 'float64'])
    expect([low.weight.requiresGrad, low.bias?.requiresGrad]).toEqual([true, true])
    expect(nn.Linear(0, 2, { random: () => 0.75 }).bias?.toArray()).toEqual([0, 0])
  })

  test('takes a vector, and any axes before the features', () => {
    const linear = seeded()
    const rows = linear(input).toArray() as number[][]
    expect(linear([1, 2, 3]).toArray()).toEqual(rows[0])
    expect(linear(tensor(input, { shape: [2, 1, 1, 3] })).toArray()).toEqual(rows.map((row) => [[row]]))
    expect(linear(tensor([], { shape: [0, 3] })).shape).toEqual([0, 2])
  })

  test('steps of gradient descent are those of torch.optim.SGD', () => {
    const linear = nn.Linear(3, 2)
    linear.weight = tensor(
      [
        [0.1, -0.2, 0.3],
        [-0.3, 0.2, -0.1],
      ],
      { requiresGrad: true },
    )
    linear.bias = tensor([0, 0], { requiresGrad: true })
    const step = (t: Tensor) =>
      tensor(
        noGrad(() => sub(t, mul(0.5, t.grad ?? 0))),
        { requiresGrad: true },
      )
    const losses = Array.from({ length: 5 }, () => {
      const loss = nn.CrossEntropyLoss()(linear(input), classes)
      loss.backward()
      linear.weight = step(linear.weight)
      if (linear.bias !== null) linear.bias = step(linear.bias)
      return loss.item()
    })
    // torch 2.13.0: the same, with optimizer = SGD(lr=0.5)
    expect(losses).toEqual(near([0.8846198320388794, 0.6179012656211853, 0.32145851850509644, 0.23055994510650635, 0.17429141700267792]))
  })
})

describe('slips of the pen', () => {
  const make = (maker: unknown, ...given: unknown[]): unknown => Reflect.construct(maker as () => void, given)

  test('`new` works', () => {
    expect((make(nn.MSELoss) as typeof mseLoss)([3], [1]).item()).toBe(4)
    expect((make(nn.Sigmoid) as Layer)([0]).toArray()).toEqual([0.5])
    expect((make(nn.Linear, 3, 2) as LinearLayer)(input).shape).toEqual([2, 2])
    expect((make(nn.Softmax, { dim: 0 }) as Layer)([0, 0]).toArray()).toEqual([0.5, 0.5])
  })

  const call = (f: unknown, ...args: unknown[]) => (f as (...args: unknown[]) => unknown)(...args)
  const ambiguous = 'RuntimeError: Boolean value of Tensor with more than one value is ambiguous'
  test.each<[string, () => unknown, string, string, string | null]>([
    [
      'tensors to the constructor',
      () => call(nn.CrossEntropyLoss, input, classes),
      'argument-type',
      'nn.CrossEntropyLoss()(input, target)',
      ambiguous,
    ],
    ['one tensor to the constructor', () => call(nn.MSELoss, input), 'argument-type', 'nn.MSELoss()(input, target)', ambiguous],
    ['options and a tensor', () => call(nn.MSELoss, {}, input), 'argument-type', 'nn.MSELoss()(input, target)', ambiguous],
    [
      'options at the call',
      () => call(nn.MSELoss(), input, input, { reduction: 'sum' }),
      'argument-type',
      'nn.MSELoss({ … })(input, target)',
      'TypeError: MSELoss.forward() takes 3 positional arguments but 4 were given',
    ],
    [
      'the weight of the function',
      () => call(nn.MSELoss, { weight: [1, 2] }),
      'option-unknown',
      'mseLoss(input, target, { weight })',
      `TypeError: _Loss.__init__() got an unexpected keyword argument 'weight'`,
    ],
    [
      'the layer for its output',
      () => call(nn.BCELoss(), nn.Sigmoid(), hot),
      'argument-type',
      'nn.Sigmoid()(input)',
      `AttributeError: 'function' object has no attribute 'size'`,
    ],
    [
      'no target',
      () => call(nn.MSELoss(), input),
      'argument-type',
      '(input, target)',
      `TypeError: MSELoss.forward() missing 1 required positional argument: 'target'`,
    ],
  ])('%s', (_, slip, code, repair, pytorch) => {
    let caught: unknown
    try {
      slip()
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(LossError)
    expect(caught).toMatchObject({ code, pytorch, repair: expect.stringContaining(repair) })
  })
})

describe('what a constructor refuses, as PyTorch 2.13 does when the module is made', () => {
  const buffer = (type: string, name: string) =>
    `TypeError: cannot assign '${type}' object to buffer '${name}' (torch Tensor or None required)`
  test.each<[string, object, string, string | null]>([
    ['MultiMarginLoss', { p: 3 }, 'p', 'ValueError: only p == 1 and p == 2 supported'],
    ['MultiMarginLoss', { p: 3, weight: [[1, 2]] }, 'p', 'ValueError: only p == 1 and p == 2 supported'],
    [
      'MultiMarginLoss',
      { weight: [[1, 2]] },
      'weight',
      'ValueError: MultiMarginLoss: expected weight to be None or 1D tensor, got 2D instead',
    ],
    ['TripletMarginLoss', { margin: 0 }, 'margin', 'ValueError: TripletMarginLoss: expected margin to be greater than 0, got 0 instead'],
    [
      'TripletMarginLoss',
      { margin: -0.5 },
      'margin',
      'ValueError: TripletMarginLoss: expected margin to be greater than 0, got -0.5 instead',
    ],
    ['TripletMarginLoss', { margin: 'a' }, 'margin', "TypeError: '<=' not supported between instances of 'str' and 'int'"],
    [
      'TripletMarginWithDistanceLoss',
      { margin: -0.5 },
      'margin',
      'ValueError: TripletMarginWithDistanceLoss: expected margin to be greater than 0, got -0.5 instead',
    ],
    ['HuberLoss', { delta: 'a' }, 'delta', "TypeError: delta must be a float or int, got: <class 'str'>"],
    ['HuberLoss', { delta: null }, 'delta', "TypeError: delta must be a float or int, got: <class 'NoneType'>"],
    // Python's True is an int, and 1
    ['HuberLoss', { delta: true }, 'delta', null],
    ['CrossEntropyLoss', { weight: 'w.npy' }, 'weight', buffer('str', 'weight')],
    ['BCEWithLogitsLoss', { posWeight: { of: 2 } }, 'posWeight', buffer('dict', 'pos_weight')],
    ['QualityFocalLoss', { margin: 1 }, 'margin', null],
    // a number is no weight per class; PyTorch takes no number for any weight
    ['CrossEntropyLoss', { weight: 2 }, 'weight', buffer('int', 'weight')],
    ['NLLLoss', { weight: 2.5 }, 'weight', buffer('float', 'weight')],
    ['MultiMarginLoss', { weight: 2, p: 3 }, 'weight', buffer('int', 'weight')],
    ['BCELoss', { weight: 2 }, 'weight', buffer('int', 'weight')],
    ['BCEWithLogitsLoss', { posWeight: 2.5 }, 'posWeight', buffer('float', 'pos_weight')],
    ['DiceCrossEntropyLoss', { weight: 2 }, 'weight', null],
  ])('%s(%o)', (module, options, argument, pytorch) => {
    const make = (nn as unknown as Record<string, (options: object) => unknown>)[module]
    expect(refused(() => make(options))).toMatchObject({ fn: `nn.${module}`, argument, pytorch })
  })

  test('a number for the weights of a criterion with a layer', () => {
    expect(refused(() => nn.LinearCrossEntropyLoss(3, 2, { weight: 2 }))).toMatchObject({
      argument: 'weight',
      pytorch: "AttributeError: 'int' object has no attribute 'shape'",
    })
  })

  // of a module that PyTorch does not have, all that the options decide
  test.each<[string, object, string]>([
    ['InfoNCELoss', { temperature: 0 }, 'temperature'],
    ['InfoNCELoss', { temperature: Number.NaN }, 'temperature'],
    ['InfoNCELoss', { negativeKeys: [1, 2] }, 'negativeKeys'],
    ['InfoNCELoss', { reduction: 'avg' }, 'reduction'],
    ['NTXentLoss', { temperature: -1 }, 'temperature'],
    ['SSIMLoss', { windowSize: 4 }, 'windowSize'],
    ['SSIMLoss', { windowSize: 1, sampleCovariance: true }, 'sampleCovariance'],
    ['SSIMLoss', { dataRange: 0 }, 'dataRange'],
    ['SSIMLoss', { k2: -1 }, 'k2'],
    ['MSSSIMLoss', { betas: [] }, 'betas'],
    ['MSSSIMLoss', { sigma: 0 }, 'sigma'],
    ['DiceLoss', { classes: [] }, 'classes'],
    ['DiceLoss', { classes: [1], mode: 'binary' }, 'classes'],
    ['JaccardLoss', { classes: [-1] }, 'classes'],
    ['LovaszSoftmaxLoss', { classes: [0.5] }, 'classes'],
    ['LovaszHingeLoss', { reduction: 'batchmean' }, 'reduction'],
    ['DiceCrossEntropyLoss', { weight: [1, 2], mode: 'binary' }, 'weight'],
    ['DiceCrossEntropyLoss', { weight: [[1, 2]] }, 'weight'],
    ['DiceCrossEntropyLoss', { reduction: 'none' }, 'reduction'],
    ['CharbonnierLoss', { eps: -1 }, 'eps'],
    ['EdgeLoss', { eps: Infinity }, 'eps'],
    ['LabelSmoothedNLLLoss', { epsilon: 1.5 }, 'epsilon'],
    ['Poly1CrossEntropyLoss', { epsilon: Infinity }, 'epsilon'],
    ['SoftmaxFocalLoss', { gamma: -1 }, 'gamma'],
    ['SoftmaxFocalLoss', { weight: 2 }, 'weight'],
    ['ZLoss', { coefficient: Number.NaN }, 'coefficient'],
    ['SigmoidFocalLoss', { alpha: 2 }, 'alpha'],
    ['SigmoidFocalLoss', { reduction: 'avg' }, 'reduction'],
    ['CompleteBoxIoULoss', { reduction: 'avg' }, 'reduction'],
  ])('%s(%o), which PyTorch does not have', (module, options, argument) => {
    const make = (nn as unknown as Record<string, (options: object) => unknown>)[module]
    expect(refused(() => make(options))).toMatchObject({ fn: `nn.${module}`, argument })
  })

  test('a tensor without axes weighs all elements', () => {
    // torch 2.13.0: nn.BCEWithLogitsLoss(weight=torch.tensor(2.), pos_weight=torch.tensor(3.))(torch.tensor([0.]), torch.tensor([1.]))
    const weighted = nn.BCEWithLogitsLoss({ weight: tensor(2), posWeight: tensor(3) })
    expect(weighted([0], [1]).item()).toBeCloseTo(6 * Math.LN2, 6)
  })

  test('and nothing that it takes', () => {
    // torch 2.13.0 makes all of these, and refuses some of them at the call
    expect(
      nn
        .MultiMarginLoss({ p: 2, weight: [1, 2] })([[1, 2]], [0])
        .item(),
    ).toBe(2)
    expect(refused(() => nn.HuberLoss({ delta: -1 })([1], [2]))).toMatchObject({ fn: 'huberLoss', argument: 'delta' })
    expect(
      nn
        .TripletMarginLoss({ margin: Number.NaN })([[1]], [[1]], [[2]])
        .item(),
    ).toBeNaN()
    expect(refused(() => nn.CrossEntropyLoss({ labelSmoothing: 2 })([[1, 2]], [0]))).toMatchObject({ fn: 'crossEntropy' })
    expect(nn.CrossEntropyLoss({ weight: null }).options).toEqual({})
  })
})

describe('the deprecated sizeAverage and reduce', () => {
  let said: string[] = []
  let before: WarningHandler
  beforeEach(() => {
    said = []
    before = onWarning((message) => said.push(message))
  })
  afterEach(() => {
    onWarning(before)
  })

  // torch 2.13.0: nn.MSELoss(size_average, reduce, reduction='sum').reduction
  const mapping: [boolean | null, boolean | null, 'none' | 'mean' | 'sum'][] = [
    [null, null, 'sum'],
    [null, false, 'none'],
    [null, true, 'mean'],
    [false, null, 'sum'],
    [false, false, 'none'],
    [false, true, 'sum'],
    [true, null, 'mean'],
    [true, false, 'none'],
    [true, true, 'mean'],
  ]
  test.each(mapping)('sizeAverage %s, reduce %s: %s', (sizeAverage, reduce, reduction) => {
    const criterion = nn.MSELoss({ sizeAverage, reduce, reduction: 'sum' })
    const atConstruction = said.length
    const values = [criterion([3, 1], [0, 0]), criterion([3, 1], [0, 0])].map((t) => t.toArray())
    expect(values[0]).toEqual({ none: [9, 1], mean: 5, sum: 10 }[reduction])
    expect(values[1]).toEqual(values[0])
    const legacy = sizeAverage !== null || reduce !== null
    expect([atConstruction, said.length]).toEqual(legacy ? [1, 1] : [0, 0])
    if (legacy) expect(said[0]).toContain(`size_average and reduce args will be deprecated, please use reduction='${reduction}' instead.`)
  })

  test('of a function: said at the call, once', () => {
    for (let i = 0; i < 3; i++) expect(mseLoss([3, 1], [0, 0], { sizeAverage: false }).item()).toBe(10)
    expect(said).toHaveLength(1)
  })

  test("'elementwise_mean' is the mean, and said at the first call", () => {
    const criterion = nn.MSELoss({ reduction: 'elementwise_mean' as 'mean' })
    expect(said).toHaveLength(0)
    for (let i = 0; i < 2; i++) expect(criterion([3, 1], [0, 0]).item()).toBe(5)
    expect(said).toEqual([expect.stringContaining(`reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.`)])
  })

  test('a handler hears again what another has heard', () => {
    nn.MSELoss({ reduce: true })
    onWarning((message) => said.push(message))
    nn.MSELoss({ reduce: true })
    expect(said).toHaveLength(2)
  })
})
