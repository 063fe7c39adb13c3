import { describe, expect, test } from 'vitest'
import {
  abs,
  cosineSimilarity,
  matmul,
  mean,
  mul,
  nn,
  noGrad,
  pairwiseDistance,
  report,
  sqrt,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from '../src/index.ts'
import { refused } from './support.ts'

const float64 = (values: TensorLike, requiresGrad = false) => tensor(values, { dtype: 'float64', requiresGrad })
const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])
/** Right but for the roundings of some steps in float64. */
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12 - Math.ceil(Math.log10(1 + Math.abs(value)))))

const a = [
  [0.3, -1.2, 0.8],
  [1.7, -0.4, 2.1],
]
const b = [[1.1, 0.5, -2]]
const c = [
  [[0.2], [1.5]],
  [[-0.6], [0.9]],
]

describe('values and gradients of PyTorch', () => {
  // torch 2.13.0, float64: F.pairwise_distance and F.cosine_similarity, then backward(arange(1, n + 1)/2)
  const cases: [string, (x: Tensor, y: Tensor) => Tensor, TensorLike, TensorLike, number[], number[][]][] = [
    [
      'pairwiseDistance',
      (x, y) => pairwiseDistance(x, y),
      a,
      b,
      [2],
      [
        [3.3719431489873903, 4.2402839055896955],
        [-0.1186258137596779, -0.25208002105707467, 0.41519101542990916, 0.14150019511878836, -0.2122497030950189, 0.9669166242843387],
        [-0.022874381359110463, 0.46432972415209356, -1.3821076397142478],
      ],
    ],
    [
      'pairwiseDistance, p 1, keepdim',
      (x, y) => pairwiseDistance(x, y, { p: 1, keepdim: true }),
      a,
      b,
      [2, 1],
      [
        [5.299999, 5.600001],
        [-0.5, -0.5, 0.5, 1, -1, 1],
        [-0.5, 1.5, -1.5],
      ],
    ],
    [
      'pairwiseDistance, p 3, eps',
      nn.PairwiseDistance({ p: 3, eps: 0.5 }),
      a,
      b,
      [2],
      [
        [3.352867523231364, 4.621871270848791],
        [-0.004002945944641076, -0.0640471351142572, 0.48435645930157006, 0.05664344772895076, -0.007490042674902583, 0.9905581437558663],
        [-0.052640501784309686, 0.07153717778915979, -1.4749146030574363],
      ],
    ],
    [
      'cosineSimilarity',
      (x, y) => cosineSimilarity(x, y),
      a,
      b,
      [2],
      [
        [-0.5432696182294633, -0.3964192961432285],
        [0.19733838124897826, -0.07758316956158946, -0.1903766473107511, 0.2626930526371668, 0.05708800808090024, -0.20178237440515398],
        [0.4445361287820122, -0.17580897911971638, 0.20054262605017767],
      ],
    ],
    [
      'cosineSimilarity, dim 0',
      nn.CosineSimilarity({ dim: 0 }),
      a,
      b,
      [3],
      [
        [0.8192319205190405, -0.8944271909999157, -0.9125093245149511],
        [0.16357147406336547, -0.11180339887498947, -0.25515368275102246, -0.028865554246476216, 0.3354101966249684, 0.09720140295277063],
        [0, 0, 0],
      ],
    ],
    [
      'cosineSimilarity, three axes and two, dim -2',
      (x, y) => cosineSimilarity(x, y, { dim: -2 }),
      c,
      [
        [0.7, -0.4],
        [1.1, 0.3],
      ],
      [2, 2],
      [
        [0.9072162676454296, 0.48900576433676646, 0.4041638483209414, 0.9429903335828896],
        [-0.43359058259706995, 0.057812077679609386, 0.5433766697475905, 0.36225111316505965],
        [-1.02388140367204, 1.8455049456851929, 0.6515608932458433, 2.4606732609135897],
      ],
    ],
    [
      'cosineSimilarity, lengths below ε, through which the gradient goes on',
      (x, y) => cosineSimilarity(x, y, { eps: 2 }),
      a,
      b,
      [2],
      [
        [-0.40014306049770354, -0.3964192961432285],
        [0.13806174612410593, -0.027995381170555368, -0.15965328443251012, 0.2626930526371668, 0.05708800808090024, -0.20178237440515398],
        [0.4186378784627799, -0.1364394332352433, 0.19614097484571816],
      ],
    ],
    [
      'cosineSimilarity with a vector of zeros',
      (x, y) => cosineSimilarity(x, y),
      [
        [0, 0],
        [3, 4],
      ],
      [
        [1, 2],
        [0, 0],
      ],
      [2],
      [
        [0, 0],
        [22360679.774997897, 44721359.549995795, 0, 0],
        [0, 0, 60000000, 80000000],
      ],
    ],
  ]
  test.each(cases)('%s', (_, op, x, y, shape, expected) => {
    const [left, right] = [float64(x, true), float64(y, true)]
    const out = op(left, right)
    expect(out.shape).toEqual(shape)
    const upstream = Float64Array.from({ length: out.size }, (_, i) => (i + 1) / 2)
    out.backward(tensor(upstream, { shape }))
    expect([out, left.grad, right.grad].map((t) => flat(t?.toArray()))).toEqual(expected.map(near))
  })

  test('of vectors without a batch', () => {
    expect(pairwiseDistance(float64(a[0]), float64(b[0])).item()).toBeCloseTo(3.3719431489873903, 13)
    expect(cosineSimilarity(float64(a[0]), float64(b[0]), { dim: 0 }).item()).toBeCloseTo(-0.5432696182294633, 13)
  })
})

describe('what PyTorch refuses', () => {
  const integers = tensor([[1n, 2n]])
  test.each<[string, () => unknown, string, string | null]>([
    [
      'a cosine of integers',
      () => cosineSimilarity(integers, integers),
      'dtype',
      'RuntimeError: expected common dtype to be floating point, yet common dtype is Long',
    ],
    [
      'an axis that is not there',
      () => cosineSimilarity([1, 2], [1, 2]),
      'option-range',
      'IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)',
    ],
    [
      'shapes that do not broadcast',
      () => pairwiseDistance([[1, 2]], [1, 2, 3]),
      'shape',
      'RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1',
    ],
    [
      'the largest of nothing',
      () => pairwiseDistance(tensor([], { shape: [2, 0] }), tensor([], { shape: [2, 0] }), { p: Infinity }),
      'shape',
      'RuntimeError: linalg.vector_norm cannot compute the inf norm on the dimension 1because this dimension is empty and the operation does not have an identity',
    ],
    [
      'text',
      () => cosineSimilarity([1], 'b' as never),
      'argument-type',
      "TypeError: cosine_similarity(): argument 'x2' (position 2) must be Tensor, not str",
    ],
    [
      'an option of another',
      () => pairwiseDistance([1], [1], { dim: 1 } as never),
      'option-unknown',
      "TypeError: pairwise_distance() got an unexpected keyword argument 'dim'",
    ],
    [
      'differences below 0 in uint8, which PyTorch wraps around',
      () => pairwiseDistance(Uint8Array.of(1), Uint8Array.of(2)),
      'value-unsafe',
      null,
    ],
  ])('%s', (_, call, code, pytorch) => {
    expect(refused(call)).toMatchObject({ code, pytorch })
  })
})

describe('sums along an axis', () => {
  test('have the shape without it, and give their gradient back to each element', () => {
    const x = float64(a, true)
    const rows = sum(x, -1)
    expect([rows.shape, flat(rows.toArray())]).toEqual([[2], near([-0.1, 3.4])])
    mul(rows, [2, 3]).backward(float64([1, 1]))
    expect(x.grad?.toArray()).toEqual([
      [2, 2, 2],
      [3, 3, 3],
    ])
    expect(flat(mean(float64(a), 0).toArray())).toEqual(near([1, -0.8, 1.45]))
    expect(sum(tensor([[1n, 2n], [3n, 4n]]), 0)).toMatchObject({ dtype: 'int64', shape: [2] }) // biome-ignore format: one line
    expect(flat(mean(tensor([], { shape: [2, 0] }), 1).toArray())).toEqual([Number.NaN, Number.NaN])
    expect(refused(() => sum(x, 2)).pytorch).toBe('IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)')
  })
})

describe('a distance of your own', () => {
  const leaves = () =>
    [
      [[1, 2], [0.5, -1]],
      [[1.5, 1], [0, -1]],
      [[2, 2], [0.5, 0]],
    ].map((values) => float64(values, true)) as [Tensor, Tensor, Tensor] // biome-ignore format: one line
  const matrix = () => float64([[1, 0.5], [0.25, 2]], true) // biome-ignore format: one line
  const learned = (w: Tensor) => (x: Tensor, y: Tensor) => {
    const moved = matmul(sub(x, y), w)
    return sqrt(sum(mul(moved, moved), 1))
  }
  // torch 2.13.0
  const value = 0.824866482108237
  const slopes = [
    [0.7357936896715843, 1.5312888185064504, 0, 0],
    [-0.1767766952966369, -0.9722718241315029, 0, 0],
    [-0.5590169943749475, -0.5590169943749475, 0, 0],
  ]
  const byMatrix = [-0.41185825644063057, -0.47109417116527064, -0.07071067811865475, 0.4949747468305833]

  test('is differentiated through, and so is what it has learned', () => {
    const [triple, w] = [leaves(), matrix()]
    const loss = nn.TripletMarginWithDistanceLoss({ distanceFunction: learned(w), swap: true })(...triple)
    expect(loss.item()).toBeCloseTo(value, 13)
    loss.backward()
    expect(triple.map(({ grad }) => flat(grad?.toArray()).map((x) => x + 0))).toEqual(slopes.map(near))
    expect(flat(w.grad?.toArray())).toEqual(near(byMatrix))
  })

  test('valueAndGrad leaves that alone, within noGrad too, and twice', () => {
    const [triple, w] = [leaves(), matrix()]
    const scaled = mul(w, 1) // on a tape of its own, which has to stay
    const wrt = ['anchor', 'positive', 'negative'] as const
    const once = () => tripletMarginWithDistanceLoss.valueAndGrad(...triple, { distanceFunction: learned(scaled), swap: true, wrt })
    for (const { loss, grad } of [once(), noGrad(once)]) {
      expect(loss.item()).toBeCloseTo(value, 13)
      expect(loss.requiresGrad).toBe(false)
      expect(wrt.map((name) => flat(grad[name].toArray()).map((x) => x + 0))).toEqual(slopes.map(near))
    }
    expect([...triple, w].map(({ grad }) => grad)).toEqual([null, null, null, null])
    const into = float64([[0, 0], [0, 0]]) // biome-ignore format: one line
    const { grad } = tripletMarginWithDistanceLoss.valueAndGrad(...triple, { distanceFunction: learned(scaled), swap: true, into })
    expect(grad).toBe(into)
    expect(flat(into.toArray()).map((x) => x + 0)).toEqual(near(slopes[0]))
  })

  test('left out, it is the loss of the euclidean distance', () => {
    const triple = leaves()
    expect(tripletMarginWithDistanceLoss(...triple).item()).toBe(tripletMarginLoss(...triple).item())
    expect(report(tripletMarginWithDistanceLoss, ...triple, { reduction: 'none' })).toMatchObject({
      counted: 2,
      denominator: 2,
      shape: [2],
    })
  })

  test('may give a matrix of distances, or one', () => {
    const [x, y, z] = leaves()
    const each = tripletMarginWithDistanceLoss(x, y, z, { distanceFunction: (s, t) => abs(sub(s, t)), reduction: 'none' })
    expect(each.toArray()).toEqual([
      [0.5, 2],
      [1.5, 0],
    ])
    expect(tripletMarginWithDistanceLoss(x, y, z, { distanceFunction: (s, t) => sum(abs(sub(s, t))) }).item()).toBe(1 + 2 - 2)
  })

  test('is asked for what it cannot give', () => {
    const triple = leaves()
    const call = (distanceFunction: unknown, wrt: 'anchor' | 'negative' = 'anchor') =>
      refused(() => tripletMarginWithDistanceLoss.valueAndGrad(...triple, { distanceFunction: distanceFunction as never, wrt }))
    expect(call('cosine')).toMatchObject({ code: 'option-type', pytorch: "TypeError: 'str' object is not callable" })
    expect(call(() => 1)).toMatchObject({ code: 'option-type', argument: 'distanceFunction', received: 'a function that gives a number' })
    expect(call((x: Tensor) => tensor([x.size > 0, true]))).toMatchObject({ code: 'dtype', argument: 'distanceFunction' })
    expect(call((x: Tensor, y: Tensor) => pairwiseDistance(x.detach(), y.detach()))).toMatchObject({ code: 'gradient-missing' })
    expect(call((x: Tensor) => sum(x, 1), 'negative')).toMatchObject({ code: 'gradient-missing', argument: 'negative' })
  })

  test('distances of unequal shapes are refused, though PyTorch broadcasts them in silence', () => {
    const [x, y, z] = leaves()
    const distanceFunction = (s: Tensor, t: Tensor) => pairwiseDistance(s, t, { keepdim: t === z })
    expect(refused(() => tripletMarginWithDistanceLoss(x, y, z, { distanceFunction }))).toMatchObject({ code: 'shape-broadcast', argument: 'distanceFunction' }) // biome-ignore format: one line
    expect(tripletMarginWithDistanceLoss(x, y, z, { distanceFunction, broadcast: true, reduction: 'none' }).shape).toEqual([2, 2])
    expect(refused(() => tripletMarginWithDistanceLoss(x, y, float64([[1, 2]])))).toMatchObject({ code: 'shape-broadcast', argument: 'negative' }) // biome-ignore format: one line
  })

  test('an error of the usual distance names the arguments', () => {
    const [x, y] = leaves()
    expect(refused(() => tripletMarginWithDistanceLoss(x, y, float64([[1, 2, 3]])))).toMatchObject({ fn: 'tripletMarginWithDistanceLoss', argument: 'negative' }) // biome-ignore format: one line
  })
})

describe('what is refused, in words that fit', () => {
  const triple = [[[1, 2]], [[3, 4]], [[5, 6]]] as const

  test('options that are no numbers, which would be NaN or nothing in silence', () => {
    const wrong = (options: object) => options as never
    expect(refused(() => pairwiseDistance([1], [2], wrong({ p: '2' })))).toMatchObject({ argument: 'p', received: "'2'" })
    expect(refused(() => pairwiseDistance([1], [2], wrong({ eps: null })))).toMatchObject({ argument: 'eps', received: 'null' })
    expect(refused(() => cosineSimilarity([[1]], [[2]], wrong({ eps: 'z' })))).toMatchObject({ argument: 'eps', code: 'option-type' })
  })

  test('bytes whose difference wraps around, with the name of the argument in the repair too', () => {
    const bytes = (value: number) => tensor(Uint8Array.of(value), { shape: [1, 1] })
    const error = refused(() => tripletMarginWithDistanceLoss(bytes(1), bytes(2), bytes(0)))
    expect(error).toMatchObject({ argument: 'anchor', repair: "tensor(anchor, { dtype: 'float32' })" })
  })

  test.each([
    ['a promise', () => Promise.resolve(1)],
    ['an array', () => [1]],
    ['an object', () => ({})],
    ['a number', () => 1],
  ])('a distance function that gives %s', (what, given) => {
    const error = refused(() => tripletMarginWithDistanceLoss(...triple, { distanceFunction: given as never }))
    expect(error.received).toBe(`a function that gives ${what}`)
  })

  test('a boolean that is none, and axes that are no integers', () => {
    const wrong = (options: object) => options as never
    const texts = [
      refused(() => pairwiseDistance([1], [2], wrong({ keepdim: 1 }))),
      refused(() => pairwiseDistance([1], [2], wrong({ p: '2' }))),
      refused(() => pairwiseDistance([1], [2], wrong({ q: 1 }))),
      refused(() => cosineSimilarity([[1]], [[2]], wrong({ dim: 0.5 }))),
      refused(() => nn.PairwiseDistance(wrong({ keepDim: true }))),
      refused(() => nn.CosineSimilarity(wrong({ q: 1 }))),
    ].map(({ pytorch }) => pytorch)
    // torch 2.13.0
    expect(texts).toEqual([
      "TypeError: pairwise_distance(): argument 'keepdim' must be bool, not int",
      "TypeError: pairwise_distance(): argument 'p' must be float, not str",
      "TypeError: pairwise_distance() got an unexpected keyword argument 'q'",
      "TypeError: cosine_similarity(): argument 'dim' must be int, not float",
      "TypeError: PairwiseDistance.__init__() got an unexpected keyword argument 'keep_dim'",
      "TypeError: CosineSimilarity.__init__() got an unexpected keyword argument 'q'",
    ])
  })

  // torch 2.13.0: nn.L1Loss('sum') takes 'sum' as size_average; nn.L1Loss(x, y) fails on a tensor
  test('a reduction in place of the options of a module', () => {
    const error = refused(() => nn.L1Loss('sum' as never))
    expect(error).toMatchObject({ repair: "nn.L1Loss({ reduction: 'mean' })", pytorch: null })
    expect(refused(() => nn.L1Loss([1, 2] as never)).pytorch).toContain('Boolean value of Tensor')
  })
})
