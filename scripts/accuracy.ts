// `npm run accuracy`: the worst errors of the SIMD elementary functions over every float32 of their domains; an hour or so. `npm run accuracy -- 97 log` tries every 97th for the functions so named.
import { expOfNegative32, logOfSum } from '../src/backends/wasm/elementary.ts'
import { allowFma, features } from '../src/backends/wasm/engine.ts'
import { KernelMemory } from '../src/backends/wasm/memory.ts'
import { pointwiseModule } from '../src/backends/wasm/pointwise.ts'
import type { Lanes, Simd } from '../src/backends/wasm/simd.ts'

interface Sweep {
  readonly name: string
  readonly formula: (s: Simd, x: Lanes) => Lanes
  readonly truth: (x: number) => number
  /** The domain, as floats from which to which. */
  readonly from: number
  readonly to: number
}

const ofNegative = (s: Simd, x: Lanes): Lanes => s.exp(s.neg(s.abs(x)))
const towardsZero = (x: number): number => Math.exp(-Math.abs(x))
/** Below this, e^-x rounds to 1. */
const least = 2 ** -26

export const sweeps: readonly Sweep[] = [
  { name: 'exp(x), x in [-87.33, 88.72]', formula: (s, x) => s.exp(x), truth: Math.exp, from: -87.33654, to: 88.72283 },
  { name: 'exp(-|x|), x in [2^-26, 20]', formula: ofNegative, truth: towardsZero, from: least, to: 20 },
  { name: 'exp(-|x|), x in [20, 87.33]', formula: ofNegative, truth: towardsZero, from: 20, to: 87.33654 },
  {
    name: 'exp(-|x|) as a term of a sum, x in [2^-26, 5]',
    formula: (s, x) => expOfNegative32(s, s.neg(s.abs(x)), true),
    truth: towardsZero,
    from: least,
    to: 5,
  },
  {
    name: 'exp(x) as a term of a sum, x in [2^-26, 8]',
    formula: (s, x) => expOfNegative32(s, x, true),
    truth: Math.exp,
    from: least,
    to: 8,
  },
  { name: 'log(x), x > 0', formula: (s, x) => s.log(x), truth: Math.log, from: 1.1754944e-38, to: 3.4028235e38 },
  { name: 'log(x) of a sum, x in [0.71, 2^24]', formula: logOfSum, truth: Math.log, from: Math.SQRT1_2, to: 2 ** 24 },
  { name: 'log1p(x), x in (-1, 3.4e38)', formula: (s, x) => s.log1p(x), truth: Math.log1p, from: -0.99999994, to: 3.4028235e38 },
  {
    name: 'log1p(exp(-|x|)), x in [2^-26, 20]',
    formula: (s, x) => s.log1p(ofNegative(s, x)),
    truth: (x) => Math.log1p(Math.exp(-Math.abs(x))),
    from: least,
    to: 20,
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
    // the module spells every formula in this algebra
    value: (m, { x }) => formula(m as unknown as Simd, x as Lanes) as typeof x,
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

function report(step: number, named: string): void {
  console.log('| function | FMA | worst error, ulp | at x = | floats tried |\n|---|---|---|---|---|')
  for (const each of sweeps.filter(({ name }) => name.includes(named))) {
    for (const fma of [false, true]) {
      allowFma(fma)
      if (fma && !features().fma) continue
      const { worst, at, count } = sweep(each, fma, step)
      const name = each.name.replaceAll('|', '\\|')
      console.log(`| ${name} | ${fma ? 'with' : 'without'} | ${worst.toFixed(2)} | ${at} | ${count.toLocaleString('en')} |`)
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) report(Number(process.argv[2] ?? 1), process.argv[3] ?? '')
