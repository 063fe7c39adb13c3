// `npm run accuracy`: the worst errors of the SIMD elementary functions over every float32 of their domains; takes some minutes.
import type { Algebra } from '../src/algebra/algebra.ts'
import { allowFma, features } from '../src/backends/wasm/engine.ts'
import { KernelMemory } from '../src/backends/wasm/memory.ts'
import { pointwiseModule } from '../src/backends/wasm/pointwise.ts'

interface Sweep {
  readonly name: string
  readonly formula: <V, B>(m: Algebra<V, B>, x: V) => V
  readonly truth: (x: number) => number
  /** The domain, as floats from which to which. */
  readonly from: number
  readonly to: number
}

export const sweeps: readonly Sweep[] = [
  { name: 'exp(x), x in [-87.33, 88.72]', formula: (m, x) => m.exp(x), truth: Math.exp, from: -87.33654, to: 88.72283 },
  {
    name: 'exp(-|x|), x in [0, 87.33]',
    formula: (m, x) => m.exp(m.neg(m.abs(x))),
    truth: (x) => Math.exp(-Math.abs(x)),
    from: 0,
    to: 87.33654,
  },
  { name: 'log(x), x > 0', formula: (m, x) => m.log(x), truth: Math.log, from: 1.1754944e-38, to: 3.4028235e38 },
  { name: 'log1p(x), x in (-1, 3.4e38)', formula: (m, x) => m.log1p(x), truth: Math.log1p, from: -0.99999994, to: 3.4028235e38 },
  {
    name: 'log1p(exp(-|x|)), x in [0, 87.33]',
    formula: (m, x) => m.log1p(m.exp(m.neg(m.abs(x)))),
    truth: (x) => Math.log1p(Math.exp(-Math.abs(x))),
    from: 0,
    to: 87.33654,
  },
]

const chunk = 2 ** 18
const word = new DataView(new ArrayBuffer(4))

/** Floats in their order as integers: −0 and 0 lie next to each other. */
const ordinal = (x: number): number => {
  word.setFloat32(0, x)
  const bits = word.getInt32(0)
  return bits < 0 ? -(bits & 0x7fffffff) : bits
}

/** The worst error of a function in units of the last place, over every `step`-th float32 of its domain. */
export function sweep({ formula, truth, from, to }: Sweep, fma: boolean, step: number): { worst: number; at: number; count: number } {
  const kernel = pointwiseModule({
    operands: ['x'],
    value: (m, { x }) => formula(m, x),
    slopes: [],
    weighted: false,
    upstream: false,
    values: true,
    total: false,
    compute: 'float32',
    fma,
  })
  const memory = new KernelMemory(false)
  const [input, output] = [memory.allocate(chunk * 4), memory.allocate(chunk * 4)]
  const { exports, table } = memory.instance(kernel)
  const run = exports.run as (...args: number[]) => number
  const x = new Float32Array(memory.memory.buffer, input, chunk)
  const bits = new Int32Array(memory.memory.buffer, input, chunk)
  const y = new Float32Array(memory.memory.buffer, output, chunk)
  let worst = 0
  let at = Number.NaN
  let count = 0
  const [first, last] = [ordinal(from), ordinal(to)]
  for (let start = first; start <= last; start += chunk * step) {
    const length = Math.min(chunk, Math.floor((last - start) / step) + 1)
    for (let i = 0; i < length; i++) {
      const place = start + i * step
      bits[i] = place < 0 ? -place | 0x80000000 : place
    }
    run(table, length, 1, input, output)
    for (let i = 0; i < length; i++) {
      const exact = truth(x[i])
      const size = Math.abs(exact)
      if (size < 1.1754944e-38) continue // subnormal results, which exp of what is at most 0 gives as 0
      const ulp = 2 ** (Math.floor(Math.log2(size)) - 23)
      const error = Math.abs(y[i] - exact) / ulp
      if (error > worst || Number.isNaN(error)) {
        worst = error
        at = x[i]
      }
      count++
    }
  }
  return { worst, at, count }
}

function report(step: number): void {
  console.log('| function | FMA | worst error, ulp | at x = | floats tried |\n|---|---|---|---|---|')
  for (const each of sweeps) {
    for (const fma of [false, true]) {
      allowFma(fma)
      if (fma && !features().fma) continue
      const { worst, at, count } = sweep(each, fma, step)
      const name = each.name.replaceAll('|', '\\|')
      console.log(`| ${name} | ${fma ? 'with' : 'without'} | ${worst.toFixed(2)} | ${at} | ${count.toLocaleString('en')} |`)
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) report(Number(process.argv[2] ?? 1))
