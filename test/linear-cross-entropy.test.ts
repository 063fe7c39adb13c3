import { afterEach, describe, expect, test } from 'vitest'
import { lastBackend, useBackend } from '../src/backends/choose.ts'
import { allowFma, features } from '../src/backends/wasm/engine.ts'
import { type KernelMemory, KernelMemory as Memory } from '../src/backends/wasm/memory.ts'
import { add, init, matmul, type Tensor, tensor } from '../src/index.ts'
import { crossEntropy } from '../src/losses/cross-entropy.ts'
import { linearCrossEntropy } from '../src/losses/linear-cross-entropy.ts'
import { transpose } from '../src/ops/matrices.ts'
import type { DType } from '../src/tensor/dtype.ts'
import { sizeOf } from '../src/tensor/shape.ts'

interface Case {
  readonly dtype: 'float32' | 'float64'
  /** Null for a single token without a batch axis. */
  readonly n: number | null
  readonly d: number
  readonly c: number
  readonly axes?: readonly number[]
  readonly bias?: boolean
  readonly weight?: boolean
  readonly reduction?: 'mean' | 'sum' | 'none'
  readonly ignoreIndex?: number
  readonly labelSmoothing?: number
  readonly probabilities?: boolean
}

/** Multiples of 1/64 in [−2, 2]. */
const numbers = (shape: readonly number[], seed: number, change = (value: number) => value): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, (_, i) => change((((i * 7919 + seed * 104729) % 257) - 128) / 64))

/** The operands of a case, each a leaf. */
function operandsOf({ n, d, c, axes = [], bias, weight, probabilities, ...rest }: Case, dtype: DType = rest.dtype) {
  const leaf = (shape: readonly number[], seed: number, change?: (value: number) => number) =>
    tensor(numbers(shape, seed, change), { shape, dtype, requiresGrad: true })
  const batch = n === null ? [] : [n]
  const input = leaf([...batch, d], 1)
  const linearWeight = leaf([c, ...axes, d], 2)
  const shape = probabilities ? [...batch, c, ...axes] : [...batch, ...axes]
  const target = probabilities
    ? leaf(shape, 5, (value) => (value + 2) / 4)
    : tensor(
        BigInt64Array.from({ length: sizeOf(shape) }, (_, i) => BigInt((i * 31 + 7) % c)),
        { shape },
      )
  const half = (value: number) => (value + 2) / 2
  const { reduction, ignoreIndex, labelSmoothing } = rest
  return {
    input,
    linearWeight,
    target,
    options: {
      ...(bias ? { linearBias: leaf([c, ...axes], 3) } : {}),
      ...(weight ? { weight: probabilities ? leaf([c], 4, half) : tensor(numbers([c], 4, half), { dtype }) } : {}),
      ...(reduction === undefined ? {} : { reduction }),
      ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
      ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    },
  }
}

const operands = ['input', 'linearWeight', 'linearBias'] as const

/** The largest difference, as a part of the largest number expected. */
function differenceOf(actual: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint | null>): number {
  let [difference, size] = [actual.length === expected.length ? 0 : Infinity, 1e-30]
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [Number(actual[i]), expected[i] === null ? Number.NaN : Number(expected[i])]
    if (Number.isNaN(a) !== Number.isNaN(e)) difference = Infinity
    if (Number.isNaN(e) || a === e) continue
    difference = Math.max(difference, Math.abs(a - e))
    size = Math.max(size, Math.abs(e))
  }
  return difference / size
}

/** A sum of D products and one of N·C others, each rounded once: a few units in the last place of the largest number. */
const tolerances = { float32: 4e-6, float64: 1e-13 }

afterEach(() => {
  allowFma(true)
  useBackend(null)
})

const backends = [
  ['reference', 'reference', true],
  ['wasm', 'wasm', true],
  ['wasm without FMA', 'wasm', false],
] as const

describe.each(backends)('linearCrossEntropy on %s', (_, backend, fma) => {
  // around the edges of a chunk of tokens (36), a block of classes (96), a tile (4 or 6) and a vector (4, 8)
  const shapes = [
    [1, 1, 6],
    [35, 8, 95],
    [36, 7, 96],
    [37, 16, 97],
    [73, 9, 193],
    [4, 33, 290],
    [80, 24, 7],
    [1400, 3, 6],
  ] as const
  const variants: readonly Partial<Case>[] = [
    {},
    { bias: true, weight: true, ignoreIndex: 3 },
    { bias: true, labelSmoothing: 0.1, reduction: 'sum', ignoreIndex: 0 },
    { weight: true, labelSmoothing: 0.3, reduction: 'none' },
    { probabilities: true, labelSmoothing: 0.1, weight: true },
    { bias: true, axes: [2, 3], ignoreIndex: 1, reduction: 'none' },
    { bias: true, axes: [2], probabilities: true },
  ]
  test.each(shapes)('equals linear + crossEntropy in float64: N = %i, D = %i, C = %i', (n, d, c) => {
    for (const variant of variants) {
      const given: Case = { dtype: 'float32', n, d, c, ...variant }
      const wanted = unfused(given)
      allowFma(fma)
      useBackend(backend)
      const { input, linearWeight, target, options } = operandsOf(given)
      const names = given.bias ? operands : operands.slice(0, 2)
      const { loss, grad } = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { ...options, wrt: names })
      expect(lastBackend()).toBe(features().simd ? backend : 'reference')
      expect(differenceOf(loss.data, wanted.loss.data), JSON.stringify(variant)).toBeLessThan(tolerances.float32)
      for (const name of names) {
        const difference = differenceOf(grad[name].data, wanted.gradients[name].data)
        expect(difference, `${JSON.stringify(variant)} ${name}`).toBeLessThan(tolerances.float32)
      }
    }
  })

  test('gives no gradient to ignored tokens, and does not look at them', () => {
    useBackend(backend)
    const input = tensor(numbers([40, 8], 1), { shape: [40, 8], dtype: 'float32' })
    const spoiled = tensor(input.data.slice() as Float32Array, { shape: [40, 8] })
    const target = BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i % 3 === 0 ? -100 : i % 8))
    for (let i = 0; i < 40; i += 3) spoiled.data[8 * i] = Number.NaN
    const linearWeight = tensor(numbers([8, 8], 2), { shape: [8, 8], dtype: 'float32' })
    const wrt = ['input', 'linearWeight'] as const
    const clean = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { wrt })
    const skipped = linearCrossEntropy.valueAndGrad(spoiled, linearWeight, target, { wrt })
    expect(skipped.loss.item()).toBe(clean.loss.item())
    expect(skipped.grad.linearWeight.data).toEqual(clean.grad.linearWeight.data)
    expect(skipped.grad.input.data).toEqual(clean.grad.input.data)
    expect([...skipped.grad.input.data.slice(0, 8)].map(Number)).toEqual(new Array(8).fill(0))
  })

  test('float16 and bfloat16 are computed in float32 and rounded once', () => {
    useBackend(backend)
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const given = { dtype: 'float32', n: 5, d: 9, c: 11, bias: true } as const
      const half = operandsOf(given, dtype)
      const single = linearCrossEntropy(
        ...([half.input, half.linearWeight].map((t) => tensor(t, { dtype: 'float32' })) as [Tensor, Tensor]),
        half.target,
        { linearBias: tensor(half.options.linearBias as Tensor, { dtype: 'float32' }) },
      )
      const loss = linearCrossEntropy(half.input, half.linearWeight, half.target, half.options)
      expect(loss.dtype).toBe(dtype)
      expect(loss.item()).toBe(tensor(single, { dtype }).item())
    }
  })
})

/** linear, then crossEntropy, in float64, for each position of the further axes. */
function unfused(given: Case) {
  useBackend('reference')
  const { axes = [], n, d, c } = given
  const { input, linearWeight, target, options } = operandsOf(given, 'float64')
  const { linearBias, ...rest } = options
  if (axes.length > 0) {
    // the reference kernel makes a position's scores by itself: it is held to PyTorch above
    const names = linearBias === undefined ? operands.slice(0, 2) : operands
    const { loss, grad } = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { ...options, wrt: names })
    return { loss, gradients: grad }
  }
  expect([n, d, c]).toEqual([input.shape[0], input.shape[1], linearWeight.shape[0]])
  const product = matmul(input, transpose(linearWeight))
  const loss = crossEntropy(linearBias === undefined ? product : add(product, linearBias), target, rest)
  loss.backward(loss.rank > 0 ? tensor(new Float64Array(loss.size).fill(1), { shape: loss.shape }) : undefined)
  const gradients: Record<string, Tensor> = {}
  for (const [name, leaf] of Object.entries({ input, linearWeight, linearBias })) if (leaf?.grad) gradients[name] = leaf.grad
  return { loss, gradients }
}

describe('in kernel memory', () => {
  const inMemory = (memory: KernelMemory, values: Float32Array, shape: readonly number[]) => {
    const address = memory.allocate(values.byteLength)
    const data = new Float32Array(memory.memory.buffer, address, values.length)
    data.set(values)
    return tensor(data, { shape })
  }

  test('weight and gradient stay where they are, to the same bits', () => {
    useBackend('wasm')
    const given = { dtype: 'float32', n: 50, d: 16, c: 200, bias: true } as const
    const { input, linearWeight, target, options } = operandsOf(given)
    const wrt = ['input', 'linearWeight', 'linearBias'] as const
    const copied = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { ...options, wrt })
    const memory = new Memory(true, 64)
    const weight = inMemory(memory, linearWeight.data as Float32Array, [200, 16])
    const into = inMemory(memory, new Float32Array(3200).fill(9), [200, 16])
    const inPlace = linearCrossEntropy.valueAndGrad(input, weight, target, { ...options, wrt, into: { linearWeight: into } })
    expect(inPlace.grad.linearWeight).toBe(into)
    expect(inPlace.loss.item()).toBe(copied.loss.item())
    for (const name of wrt) expect(inPlace.grad[name].data).toEqual(copied.grad[name].data)
    const over = linearCrossEntropy.valueAndGrad(input, weight, target, { ...options, wrt, into: { linearWeight: weight } })
    expect(over.grad.linearWeight.data).toEqual(copied.grad.linearWeight.data)
  })

  test('threads do not change a bit', () => {
    useBackend('wasm')
    const { input, linearWeight, target, options } = operandsOf({ dtype: 'float32', n: 50, d: 24, c: 500, bias: true })
    const wrt = ['input', 'linearWeight', 'linearBias'] as const
    const one = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { ...options, wrt })
    init({ threads: 2 })
    const two = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { ...options, wrt })
    init({ threads: 1 })
    expect(two.loss.item()).toBe(one.loss.item())
    for (const name of wrt) expect(two.grad[name].data).toEqual(one.grad[name].data)
  })

  test('no target counts: gradients are zeros, also in memory that was used before', () => {
    useBackend('wasm')
    const { input, linearWeight } = operandsOf({ dtype: 'float32', n: 3, d: 8, c: 12 })
    const into = tensor(new Float32Array(96).fill(7), { shape: [12, 8] })
    const target = new BigInt64Array(3).fill(-100n)
    const { loss, grad } = linearCrossEntropy.valueAndGrad(input, linearWeight, target, {
      reduction: 'sum',
      wrt: ['linearWeight'],
      into: { linearWeight: into },
    })
    expect(loss.item()).toBe(0)
    expect(grad.linearWeight.data).toEqual(new Float32Array(96))
  })

  test('the gradient of the input replaces what the given array held', () => {
    useBackend('wasm')
    const { input, linearWeight } = operandsOf({ dtype: 'float32', n: 40, d: 8, c: 12 })
    const target = BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i % 12))
    const { grad: fresh } = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { wrt: 'input' })
    const into = tensor(new Float32Array(320).fill(7), { shape: [40, 8] })
    const { grad } = linearCrossEntropy.valueAndGrad(input, linearWeight, target, { wrt: 'input', into })
    expect(grad).toBe(into)
    expect(grad.data).toEqual(fresh.data)
  })

  test('a large vocabulary takes no more than 5 % of its scores', () => {
    useBackend('wasm')
    const [n, d, c] = [1024, 8, 4000]
    const memory = new Memory(true, 1)
    const values = (shape: readonly number[], seed: number) => Float32Array.from(numbers(shape, seed))
    const weight = inMemory(memory, values([c, d], 2), [c, d])
    const into = inMemory(memory, new Float32Array(c * d), [c, d])
    const before = memory.memory.buffer.byteLength
    const input = tensor(values([n, d], 1), { shape: [n, d] })
    const target = BigInt64Array.from({ length: n }, (_, i) => BigInt(i % c))
    linearCrossEntropy.valueAndGrad(input, weight, target, { wrt: ['input', 'linearWeight'], into: { linearWeight: into } })
    if (lastBackend() !== 'wasm') return
    expect(memory.memory.buffer.byteLength - before).toBeLessThan(0.05 * 4 * n * c + 2 * 2 ** 20) // pages come by the mebibyte
  })
})
