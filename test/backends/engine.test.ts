import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { lastBackend, useBackend } from '../../src/backends/choose.ts'
import { Arena, binaryCrossEntropyWithLogits, crossEntropy, init, mseLoss, pointwise, type Tensor, tensor } from '../../src/index.ts'

afterEach(() => {
  init({ threads: 1, fma: true, backend: null })
})

const wave = (length: number, step: number) => Float32Array.from({ length }, (_, i) => 4 * Math.sin(i * step))
const bits = (t: Tensor) => [...new Int32Array((t.data as Float32Array).slice(t.offset, t.offset + t.size).buffer)]

/** The losses of each kernel, over several tiles and with odd ends. */
const [rows, classes, pixels] = [301, 257, 37]
const labels = (count: number, of: number) => BigInt64Array.from({ length: count }, (_, i) => (i % 11 === 5 ? -100n : BigInt((i * 7) % of)))
const x = wave(100_003, 0.37)
const t = Float32Array.from(x, (value) => (value > 0.5 ? 1 : 0))
const scores = wave(rows * classes, 0.11)
const image = wave(3 * 21 * pixels * pixels, 0.23)
type Place = (data: Float32Array, shape: readonly number[]) => Tensor
const runs: Record<string, (place: Place) => { loss: Tensor; grad: Tensor }> = {
  mseLoss: (place) => mseLoss.valueAndGrad(place(x, [x.length]), place(t, [t.length])),
  binaryCrossEntropyWithLogits: (place) => binaryCrossEntropyWithLogits.valueAndGrad(place(x, [x.length]), place(t, [t.length])),
  'crossEntropy of long rows': (place) => crossEntropy.valueAndGrad(place(scores, [rows, classes]), labels(rows, classes)),
  'crossEntropy of few classes': (place) => crossEntropy.valueAndGrad(place(x.subarray(0, 100_000), [10_000, 10]), labels(10_000, 10)),
  'crossEntropy of an image': (place) =>
    crossEntropy.valueAndGrad(
      place(image, [3, 21, pixels, pixels]),
      tensor(labels(3 * pixels * pixels, 21), { shape: [3, pixels, pixels] }),
    ),
}
const copied: Place = (data, shape) => tensor(data, { shape })

describe.each(Object.entries(runs))('%s gives the same bits', (_, run) => {
  const once = run(copied)

  test('and it was the fast path', () => {
    run(copied)
    expect(lastBackend()).toBe('wasm')
  })

  test('in an arena as copied', () => {
    const arena = new Arena()
    const there = run((data, shape) => arena.tensor(data, { shape }))
    expect(bits(there.grad)).toEqual(bits(once.grad))
    expect(there.loss.item()).toBe(once.loss.item())
  })

  test.each([2, 3])('on %i threads', (threads) => {
    expect(init({ threads }).threads).toBe(threads)
    const many = run(copied)
    expect(bits(many.grad)).toEqual(bits(once.grad))
    expect(many.loss.item()).toBe(once.loss.item())
  })

  test('nearly, as the reference', () => {
    useBackend('reference')
    const slow = run(copied)
    expect(lastBackend()).toBe('reference')
    expect(once.loss.item()).toBeCloseTo(slow.loss.item(), 6)
    const [a, b] = [once.grad.data, slow.grad.data] as Float32Array[]
    const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (let i = 0; i < a.length; i++) if (Math.abs(a[i] - b[i]) > 4e-6 * largest) expect(a[i], `element ${i}`).toBe(b[i])
  })
})

describe('rows longer than a piece', () => {
  const length = 10_007
  const rising = Float32Array.from({ length }, (_, i) => i / 500)
  const falling = rising.map((value) => -value)
  const masked = rising.map((value, i) => (i < 9000 ? -Infinity : value))
  const all = new Float32Array(3 * length)
  all.set(rising)
  all.set(falling, length)
  all.set(masked, 2 * length)

  test('are added up as the reference does, wherever the largest score lies', () => {
    const target = [length - 1, 0, 9500]
    const fast = crossEntropy(tensor(all, { shape: [3, length] }), target, { reduction: 'none' })
    expect(lastBackend()).toBe('wasm')
    useBackend('reference')
    const slow = crossEntropy(tensor(all, { shape: [3, length] }), target, { reduction: 'none' })
    for (const i of [0, 1, 2]) expect(Math.abs((fast.data[i] as number) - Number(slow.data[i]))).toBeLessThan(3e-7 * Number(slow.data[i]))
  })
})

test('jobs of few and of many calls take turns on more threads than there are cores', () => {
  const sizes = [3, 17, 5, 40]
  const sums = () => sizes.map((tiles) => mseLoss(wave(tiles * 32768 + 7, 0.3), wave(tiles * 32768 + 7, 0.7), { reduction: 'sum' }).item())
  const alone = sums()
  init({ threads: 4 })
  for (let i = 0; i < 12; i++) expect(sums()).toEqual(alone)
})

describe('into', () => {
  test('writes the gradient where it is told to', () => {
    const into = tensor(new Float32Array(x.length))
    const { grad } = mseLoss.valueAndGrad(x, t, { into })
    expect(grad).toBe(into)
    expect(bits(into)).toEqual(bits(mseLoss.valueAndGrad(x, t).grad))
  })

  test.each(Object.keys(runs).filter((name) => name.startsWith('crossEntropy')))('may be the input: %s', (name) => {
    const arena = new Arena()
    let input: Tensor | undefined
    const place: Place = (data, shape) => {
      input ??= arena.tensor(data, { shape })
      return input
    }
    const apart = runs[name](place)
    expect(input).toBeDefined()
    if (input === undefined) return
    const target = name.includes('image')
      ? tensor(labels(3 * pixels * pixels, 21), { shape: [3, pixels, pixels] })
      : name.includes('few')
        ? labels(10_000, 10)
        : labels(rows, classes)
    const { loss } = crossEntropy.valueAndGrad(input, target, { into: input })
    expect(loss.item()).toBe(apart.loss.item())
    expect(bits(input)).toEqual(bits(apart.grad))
  })

  test('is refused where it does not fit', () => {
    expect(() => mseLoss.valueAndGrad(x, t, { into: tensor(new Float32Array(3)) })).toThrow(/into\.input/)
    expect(() => mseLoss.valueAndGrad([1, 2], [0, 0], { into: tensor([1, 2], { dtype: 'float64' }) })).toThrow(/into\.input/)
  })
})

test("a loss of the user's own gets the SIMD kernel too", () => {
  const charbonnier = pointwise({
    name: 'charbonnier',
    options: { eps: { kind: 'number', default: 1e-3, examples: [1e-3], help: 'Where the root is round.' } },
    value: (m, { input, target }, p) => m.sqrt(m.add(m.mul(m.sub(input, target), m.sub(input, target)), Number(p.eps) ** 2)),
    slope: {
      input: (m, { input, target }, p) =>
        m.div(m.sub(input, target), m.sqrt(m.add(m.mul(m.sub(input, target), m.sub(input, target)), Number(p.eps) ** 2))),
    },
  })
  const { loss, grad } = charbonnier.valueAndGrad([3, 0], [0, 0], { eps: 4, reduction: 'sum' })
  expect(lastBackend()).toBe('wasm')
  expect(loss.item()).toBe(9)
  expect((grad.toArray() as number[])[0]).toBeCloseTo(0.6, 6)
  expect(() => charbonnier([1], [1], { epps: 1 } as never)).toThrow(/did you mean eps/)
})

/** Runs a script on the built library in a process of its own. */
const script = (code: string): string => {
  const library = new URL('../../dist/index.js', import.meta.url).href
  const source = code.replace("'surprisal'", JSON.stringify(library))
  return execFileSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
    timeout: 30_000,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
}

test('a script that used threads ends by itself', () => {
  const code = `
    const { init, mseLoss } = await import('surprisal')
    init({ threads: 2 })
    const x = new Float32Array(200_000).fill(2)
    console.log(mseLoss(x, new Float32Array(200_000)).item())`
  expect(script(code)).toBe('4\n')
})

test.each([
  ['WebAssembly is missing', 'delete globalThis.WebAssembly'],
  [
    'a content security policy forbids it',
    "WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('blocked by CSP') } }",
  ],
])('where %s the reference does the work', (_, before) => {
  const code = `
    ${before}
    const { init, crossEntropy, Arena } = await import('surprisal')
    const input = new Arena().tensor([[2, 1, 0.1], [0.5, 2.5, -1]])
    console.log(init().simd, crossEntropy(input, [0, 1]).item().toFixed(6))`
  expect(script(code)).toBe('false 0.285104\n')
})
