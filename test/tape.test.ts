import { describe, expect, test } from 'vitest'
import {
  add,
  exp,
  matmul,
  mean,
  mseLoss,
  mul,
  noGrad,
  reshape,
  sum,
  type Tensor,
  type TensorLike,
  type TensorOptions,
  tensor,
} from '../src/index.ts'
import { transpose } from '../src/ops/index.ts'
import { refused } from './support.ts'

/** The tape: where gradients go, once each, and what they share. */
const leaf = (values: TensorLike, options: TensorOptions = {}) => tensor(values, { ...options, requiresGrad: true })
const gradOf = (x: Tensor) => x.grad?.toArray()

describe('backward', () => {
  test('accumulates into grad, until grad is set to null', () => {
    const x = leaf([1, 2])
    for (const expected of [
      [3, 3],
      [6, 6],
    ]) {
      sum(mul(x, 3)).backward()
      expect(gradOf(x)).toEqual(expected)
    }
    x.grad = null
    sum(x).backward()
    expect(gradOf(x)).toEqual([1, 1])
  })

  test('a tensor used twice takes both parts: x·x, a diamond, and one of unequal arms', () => {
    const x = leaf(3)
    mul(x, x).backward()
    expect(gradOf(x)).toBe(6)
    const z = leaf(2)
    const y = mul(z, z) // its gradient must be complete before it is passed on
    add(mul(y, 5), mul(mul(y, z), y)).backward() // 5z² + z⁵
    expect(gradOf(z)).toBe(10 * 2 + 5 * 16)
  })

  test('takes a gradient of its own shape, converts it, and leaves it alone', () => {
    const x = leaf([1, 2])
    const gradient = tensor(Float64Array.of(10, 100), { requiresGrad: true })
    mul(x, 2).backward(gradient)
    expect([x.grad?.dtype, gradOf(x), x.grad?.requiresGrad]).toEqual(['float32', [20, 200], false])
    mul(x, 2).backward(tensor([1n, 1n])) // PyTorch takes integers too
    expect([gradOf(x), gradient.grad]).toEqual([[22, 202], null])
  })

  test('of one element, of any shape, needs no gradient', () => {
    const x = leaf([[3]])
    mul(x, x).backward()
    expect(gradOf(x)).toEqual([[6]])
    const self = leaf(5)
    self.backward()
    expect(gradOf(self)).toBe(1)
  })

  test('gradients have the dtype and shape of their tensor, also where operands were promoted and repeated', () => {
    const a = leaf([[1], [2]], { dtype: 'float16' })
    const b = leaf([1, 2, 3], { dtype: 'float64' })
    const c = leaf(2, { dtype: 'bfloat16' })
    const out = mul(mul(a, b), c)
    expect(out.dtype).toBe('float64')
    sum(out).backward()
    expect([a, b, c].map((t) => [t.grad?.dtype, gradOf(t)])).toEqual([
      ['float16', [[12], [12]]],
      ['float64', [6, 6, 6]],
      ['bfloat16', 18],
    ])
  })

  test('float16 gradients accumulate in float16', () => {
    const x = leaf([1], { dtype: 'float16' })
    mul(x, 2048).backward()
    mul(x, 1).backward() // 2049 has no float16
    expect(gradOf(x)).toEqual([2048])
  })

  test('an operand repeated along an empty axis has gradient 0', () => {
    const row = leaf([[1, 2, 3]])
    sum(add(tensor([], { shape: [0, 3] }), row)).backward()
    expect(gradOf(row)).toEqual([[0, 0, 0]])
  })

  test('100,000 operations do not overflow the stack', () => {
    const x = leaf(1)
    let y: Tensor = x
    for (let i = 0; i < 100_000; i++) y = add(y, x)
    y.backward()
    expect(gradOf(x)).toBe(100_001)
  })

  test('a graph of 2^40 paths is walked once per operation', () => {
    const x = leaf(1, { dtype: 'float64' })
    let y: Tensor = x
    for (let i = 0; i < 40; i++) y = add(y, y)
    y.backward()
    expect(gradOf(x)).toBe(2 ** 40)
  })
})

describe('who has a gradient', () => {
  test('leaves that require one; not what lies between, nor constants', () => {
    const [x, constant] = [leaf([1, 2]), tensor([3, 4])]
    const y = mul(x, constant)
    sum(y).backward()
    expect([gradOf(x), y.grad, constant.grad]).toEqual([[3, 4], null, null])
    expect([x.requiresGrad, y.requiresGrad, mul(constant, 2).requiresGrad, y.detach().requiresGrad]).toEqual([true, true, false, false])
  })

  test('detach cuts: x · detach(x) has slope x', () => {
    const x = leaf(3)
    mul(x, x.detach()).backward()
    expect(gradOf(x)).toBe(3)
  })

  test('noGrad records nothing, passes on the result, and ends with an error too', () => {
    const x = leaf(3)
    expect(noGrad(() => mul(x, x)).requiresGrad).toBe(false)
    expect(noGrad(() => noGrad(() => 1) + mul(x, x).item())).toBe(10)
    expect(() =>
      noGrad(() => {
        throw new Error('out')
      }),
    ).toThrow('out')
    expect(mul(x, x).requiresGrad).toBe(true)
    expect(noGrad(() => mseLoss(x, tensor(1))).requiresGrad).toBe(false)
  })

  test('backward itself records nothing', () => {
    const x = leaf([1, 2])
    exp(reshape(mul(x, x), [2, 1])).backward(leaf([[1], [1]]))
    const [a, b] = [leaf([[1, 2]]), leaf([[3], [4]])]
    matmul(a, b).backward()
    for (const t of [x, a, b]) expect([t.grad?.requiresGrad, t.grad?.node]).toEqual([false, null])
  })
})

describe('the graph is freed', () => {
  test('after one backward, for all that went through it', () => {
    const x = leaf(2)
    const y = mul(x, x)
    const [first, second] = [mul(y, 2), mul(y, 3)]
    first.backward()
    for (const again of [first, second]) {
      const error = refused(() => again.backward())
      expect([error.code, error.pytorch?.slice(0, 72)]).toEqual([
        'gradient-twice',
        'RuntimeError: Trying to backward through the graph a second time (or dir',
      ])
    }
    expect(first.node?.inputs).toEqual([]) // so that a list of losses does not keep all activations alive
  })

  test('unless retainGraph is set', () => {
    const x = leaf(2)
    const y = mul(x, x)
    y.backward(undefined, { retainGraph: true })
    y.backward()
    expect(gradOf(x)).toBe(8)
    expect(refused(() => y.backward()).code).toBe('gradient-twice')
  })
})

describe("PyTorch's refusals", () => {
  const x = leaf([1, 2])
  test.each<[string, () => unknown, string, string]>([
    [
      'no gradient for two elements',
      () => mul(x, 2).backward(),
      'gradient-missing',
      'grad can be implicitly created only for scalar outputs',
    ],
    ['null is none', () => mul(x, 2).backward(null as never), 'gradient-missing', 'grad can be implicitly created only for scalar outputs'],
    [
      'another shape',
      () => mul(x, 2).backward(tensor([1, 2, 3])),
      'gradient-shape',
      'Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2]).',
    ],
    ['an array', () => mul(x, 2).backward([1, 2] as never), 'argument-type', 'gradients can be either Tensors or None, but got float'],
    [
      'outside the tape',
      () => tensor(1).backward(),
      'gradient-missing',
      'element 0 of tensors does not require grad and does not have a grad_fn',
    ],
    ['under noGrad', () => noGrad(() => mean(x)).backward(), 'gradient-missing', 'element 0 of tensors does not require grad'],
  ])('%s', (_, call, code, pytorch) => {
    const error = refused(call)
    expect([error.code, error.pytorch]).toEqual([code, expect.stringContaining(pytorch)])
  })
})

describe('grad shares its memory with nothing that is seen again', () => {
  const spoil = (t: Tensor | null) => t?.data.fill(99 as never)

  test('not with the gradient that was passed in', () => {
    const x = leaf([1, 2])
    const gradient = tensor([3, 4])
    for (const y of [x, reshape(x, [2])]) {
      x.grad = null
      y.backward(gradient)
      spoil(x.grad)
      expect(gradient.toArray()).toEqual([3, 4])
    }
  })

  test('not with the gradient of another tensor', () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])]
    add(a, b).backward(tensor([1, 1]))
    spoil(a.grad)
    expect(gradOf(b)).toEqual([1, 1])
  })

  test('not with what a retained graph computes from', () => {
    const x = leaf([1, 2])
    for (const y of [mseLoss(x, tensor([0, 0])), sum(mul(x, x))]) {
      x.grad = null
      y.backward(undefined, { retainGraph: true })
      const first = gradOf(x)
      spoil(x.grad)
      x.grad = null
      y.backward()
      expect(gradOf(x)).toEqual(first)
    }
  })

  test('and is row-major, as data are, though it came through a transposition', () => {
    const w = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ])
    matmul(tensor([[1, 10, 100]]), transpose(w)).backward(tensor([[1, 2]]))
    expect(w.grad?.data).toEqual(Float32Array.of(1, 10, 100, 2, 20, 200))
    const turned = leaf({ data: [1, 2, 3, 4], shape: [2, 2], strides: [1, 2] })
    sum(
      mul(
        turned,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).backward()
    expect([turned.grad?.data, gradOf(turned)]).toEqual([
      Float32Array.of(1, 2, 3, 4),
      [
        [1, 2],
        [3, 4],
      ],
    ])
  })
})
