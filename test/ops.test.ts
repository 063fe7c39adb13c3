import { describe, expect, test } from 'vitest'
import {
  add,
  div,
  exp,
  log,
  logSigmoid,
  logSoftmax,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
} from '../src/index.ts'
import { transpose } from '../src/ops/index.ts'

/** The differentiable ops: PyTorch's values and gradients. */
type Op = (...operands: Tensor[]) => Tensor
const float64 = (values: TensorLike, requiresGrad = false) => tensor(values, { dtype: 'float64', requiresGrad })
const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])
const close = (actual: unknown, expected: unknown, digits: number) => {
  const [a, e] = [flat(actual), flat(expected)]
  expect(a).toHaveLength(e.length)
  for (const [i, value] of e.entries())
    expect(a[i], `element ${i}`).toSatisfy(
      (x: number) => Object.is(x, value) || Math.abs(x - value) <= 10 ** -digits * Math.max(1, Math.abs(value)),
    )
}

const x = [
  [-2, -0.5, 0],
  [0.25, 1, 3],
]
const positive = x.map((row) => row.map((value) => Math.abs(value) + 0.5))
const y = [0.5, -1.5, 4]
const upstream = [
  [1, -2, 0.5],
  [3, 0.25, -1],
]

describe('values and gradients of PyTorch', () => {
  // torch 2.13.0, float64: f(x, y).backward(upstream), or 1.5 for a scalar; result, gradient of x, gradient of y
  test.each<[string, Op, unknown[], unknown[]]>([
    ['add', add, [x, y], [[-1.5, -2, 4, 0.75, -0.5, 7], upstream, [4, -1.75, -0.5]]],
    ['sub', sub, [x, y], [[-2.5, 1, -4, -0.25, 2.5, -1], upstream, [-4, 1.75, 0.5]]],
    [
      'mul',
      mul,
      [x, y],
      [
        [-1, 0.75, 0, 0.125, -1.5, 12],
        [0.5, 3, 2, 1.5, -0.375, -4],
        [-1.25, 1.25, -3],
      ],
    ],
    [
      'div',
      div,
      [x, y],
      [
        [-4, 0.3333333333333333, 0, 0.5, -0.6666666666666666, 0.75],
        [2, 1.3333333333333333, 0.125, 6, -0.16666666666666666, -0.25],
        [5, -0.5555555555555556, 0.1875],
      ],
    ],
    [
      'exp',
      exp,
      [x],
      [
        [0.1353352832366127, 0.6065306597126334, 1, 1.2840254166877414, Math.E, 20.085536923187668],
        [0.1353352832366127, -1.2130613194252668, 0.5, 3.852076250063224, 0.6795704571147613, -20.085536923187668],
      ],
    ],
    [
      'log',
      log,
      [positive],
      [
        [0.9162907318741551, 0, -Math.LN2, -0.2876820724517809, 0.4054651081081644, 1.252762968495368],
        [0.4, -2, 1, 4, 0.16666666666666666, -0.2857142857142857],
      ],
    ],
    [
      'sigmoid',
      sigmoid,
      [x],
      [
        [0.11920292202211755, 0.3775406687981454, 0.5, 0.5621765008857981, 0.7310585786300049, 0.9525741268224334],
        [0.1049935854035065, -0.470007424403189, 0.125, 0.7384022482127951, 0.04915298331037046, -0.045176659730912],
      ],
    ],
    [
      'logSigmoid',
      logSigmoid,
      [x],
      [
        [-2.1269280110429727, -0.9740769841801067, -Math.LN2, -0.5759394198788436, -0.31326168751822286, -0.04858735157374206],
        [0.8807970779778824, -1.244918662403709, 0.25, 1.3134704973426057, 0.06723535534249878, -0.04742587317756679],
      ],
    ],
    [
      'relu',
      relu,
      [x],
      [
        [0, 0, 0, 0.25, 1, 3],
        [0, 0, 0, 3, 0.25, -1],
      ],
    ],
    [
      'softmax along 0',
      (a) => softmax(a, 0),
      [x],
      [
        [0.0953494648991095, 0.18242552380635632, 0.04742587317756679, 0.9046505351008906, 0.8175744761936437, 0.9525741268224334],
        [-0.172515888885126, -0.3355795171582489, 0.06776498959636822, 0.17251588888512567, 0.3355795171582489, -0.06776498959636805],
      ],
    ],
    [
      'softmax along -1',
      (a) => softmax(a, -1),
      [x],
      [
        [0.0776955791485706, 0.3482074278837349, 0.5740969929676946, 0.0533059499934703, 0.11284869702173105, 0.8338453529847988],
        [0.10346493249782168, -0.5809246265124516, 0.4774596940146299, 0.19433831900471993, 0.10108030775171105, -0.29541862675643094],
      ],
    ],
    [
      'logSoftmax along -2',
      (a) => logSoftmax(a, -2),
      [x],
      [
        [-2.350206558916747, -1.7014132779827524, -3.048587351573742, -0.10020655891674712, -0.20141327798275246, -0.048587351573741965],
        [0.618602140403562, -1.6807553333388765, 0.5237129365887834, -0.6186021404035622, 1.6807553333388765, -0.5237129365887834],
      ],
    ],
    [
      'logSoftmax along 1',
      (a) => logSoftmax(a, 1),
      [x],
      [
        [-2.554956919641991, -1.0549569196419906, -0.5549569196419906, -2.9317073218930823, -2.1817073218930823, -0.18170732189308234],
        [1.0388477895742854, -1.8258962860581325, 0.7870484964838473, 2.880061612514692, -0.003909568298894821, -2.876152044215797],
      ],
    ],
    ['sum', (t) => sum(t), [x], [1.75, [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]]],
    ['mean', (t) => mean(t), [x], [0.2916666666666667, [0.25, 0.25, 0.25, 0.25, 0.25, 0.25]]],
    [
      'matmul',
      (a, b) => matmul(a, transpose(b)),
      [x, upstream],
      [
        [-1, -6.125, -0.25, -2],
        [6, -2.625, -0.75, 6, -2.625, -0.75],
        [-2.625, 0.75, 4.5, -2.625, 0.75, 4.5],
      ],
    ],
  ])('%s', (name, op, operands, [value, ...gradients]) => {
    const leaves = operands.map((operand) => float64(operand as TensorLike, true))
    const out = op(...leaves)
    const one =
      name === 'matmul'
        ? float64([
            [1.5, 1.5],
            [1.5, 1.5],
          ])
        : float64(1.5)
    out.backward(out.rank === 2 && name !== 'matmul' ? float64(upstream) : one)
    close(out.toArray(), value, 14)
    for (const [i, gradient] of gradients.entries()) close(leaves[i].grad?.toArray(), gradient, 14)
  })

  test('softmax and logSoftmax along each axis of three', () => {
    // torch 2.13.0: c = arange(24.).reshape(2, 3, 4).sin(); (F.softmax(c, dim) * arange(24).reshape(2, 3, 4)).sum((1, 2)), and log_softmax
    const c = float64({ data: Array.from({ length: 24 }, (_, i) => Math.sin(i)), shape: [2, 3, 4] })
    const weighted = (t: Tensor) =>
      flat(
        matmul(
          reshape(mul(t, { data: Float64Array.from({ length: 24 }, (_, i) => i), shape: [2, 3, 4] }), [2, 12]),
          float64(new Float64Array(12).fill(1)),
        ).toArray(),
      )
    const expected = [
      [
        [31.278081039363, 107.193130231291],
        [-50.460594011878, -145.185666464051],
      ],
      [
        [19.954998421225, 69.406107836045],
        [-95.424494689995, -279.00675401188],
      ],
      [
        [16.449296449597, 52.520794494143],
        [-108.330011732866, -324.053223164656],
      ],
    ]
    for (const [dim, [p, logp]] of expected.entries()) {
      close(weighted(softmax(c, dim)), p, 12)
      close(weighted(logSoftmax(c, dim - 3)), logp, 12)
    }
  })

  test('far from zero, at infinity, and NaN', () => {
    const far = float64([-1000, -90, 90, 1000])
    close(sigmoid(far).toArray(), [0, 8.194012623990515e-40, 1, 1], 50)
    close(logSigmoid(far).toArray(), [-1000, -90, -8.194012623990515e-40, 0], 50)
    expect(logSoftmax([1e4, 0, -1e4], 0).toArray()).toEqual([0, -1e4, -2e4])
    expect([softmax([Infinity, 0], 0), softmax([-Infinity, -Infinity], 0), softmax([NaN, 0], 0)].map((t) => t.toArray())).toEqual([
      [NaN, NaN],
      [NaN, NaN],
      [NaN, NaN],
    ])
    const edges = tensor([-0, 0, NaN, Infinity, -Infinity, 1], { requiresGrad: true })
    sum(relu(edges)).backward()
    expect([relu(edges).toArray(), edges.grad?.toArray()]).toEqual([
      [-0, 0, NaN, Infinity, 0, 1],
      [0, 0, 1, 1, 0, 1],
    ])
    expect([sum([]).item(), mean([]).item()]).toEqual([0, NaN])
  })
})
