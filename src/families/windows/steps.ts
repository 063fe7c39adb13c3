import { FunctionBuilder, type Local, type ValueType } from '../../backends/wasm/assembler.ts'
import { compile } from '../../backends/wasm/engine.ts'
import type { CompiledKernel } from '../../backends/wasm/memory.ts'
import { ConstantTable, type Lanes, Simd } from '../../backends/wasm/simd.ts'
import { type Constants, slopesOf, unlikeness } from './unlikeness.ts'

/** What the code is made for. */
export interface WindowModule extends Constants {
  readonly weights: readonly number[]
  /** From a row to the next one of its signal, in bytes. */
  readonly stride: number
  /** From a signal's ring of rows to the next signal's, in bytes. */
  readonly apart: number
  readonly slopes: boolean
  readonly map: boolean
  readonly fma: boolean
}

/**
 * A comparison of two planes, row by row, two float64 at a time; `table` is the address of the constants, counts are of elements.
 *
 * `split(table, count, x, y, uv)`: u = x + y and v = x − y, each into a ring that holds every row twice, so that a window's rows lie in order.
 * `down(table, count, uv, means)`: the means of u, v, u² and v² over a window's height.
 * `across(table, count, means, slopes, map) → sum`: the means over the whole window, the value, and its slopes into a ring of the same kind.
 * `back(table, count, slopes, sums)` and `pixels(table, count, sums, uv, dx, dy)`: the slopes on their way back, by the same two steps.
 *
 * The window is symmetric, so that one product serves two pixels.
 */
export function windowModule(shape: WindowModule): CompiledKernel {
  const constants = new ConstantTable()
  const steps = [split(shape, constants), down(shape, constants), across(shape, constants)]
  return compile(shape.slopes ? [...steps, back(shape, constants), pixels(shape, constants)] : steps, constants)
}

function split(shape: WindowModule, constants: ConstantTable): FunctionBuilder {
  const row = new Row('split', 3, shape, constants)
  const [x, y, uv] = row.streams
  return row.write((s, at) => {
    const [a, b] = [at.load(x), at.load(y)]
    for (const copy of [0, shape.weights.length * shape.stride]) {
      at.store(uv, copy, s.add(a, b))
      at.store(uv, copy + shape.apart, s.sub(a, b))
    }
  })
}

function down(shape: WindowModule, constants: ConstantTable): FunctionBuilder {
  const row = new Row('down', 2, shape, constants)
  const [uv, means] = row.streams
  return row.write((s, at) => {
    for (const signal of [0, 1]) {
      const load = (t: number) => at.load(uv, signal * shape.apart + t * shape.stride)
      at.store(means, signal * shape.stride, weighted(s, shape, load))
      at.store(means, (2 + signal) * shape.stride, weighted(s, shape, load, true))
    }
  })
}

function across(shape: WindowModule, constants: ConstantTable): FunctionBuilder {
  const row = new Row('across', 3, shape, constants, true)
  const [from, slopes, map] = row.streams
  return row.write((s, at) => {
    const [u, v, uu, vv] = [0, 1, 2, 3].map((signal) => weighted(s, shape, (t) => at.load(from, signal * shape.stride + 8 * t)))
    const means = { u, v, uu, vv }
    const parts = unlikeness(s, means, shape)
    at.add(parts.value)
    if (shape.map) at.store(map, 0, parts.value)
    if (!shape.slopes) return
    const slope = slopesOf(s, means, parts, shape)
    for (const [signal, lanes] of [slope.u, slope.v, slope.uu, slope.vv].entries()) {
      for (const copy of [0, shape.weights.length * shape.stride]) at.store(slopes, copy + signal * shape.apart, lanes)
    }
  })
}

function back(shape: WindowModule, constants: ConstantTable): FunctionBuilder {
  const row = new Row('back', 2, shape, constants)
  const [slopes, sums] = row.streams
  return row.write((s, at) => {
    for (const signal of [0, 1, 2, 3]) {
      const sum = weighted(s, shape, (t) => at.load(slopes, signal * shape.apart + t * shape.stride))
      at.store(sums, signal * shape.stride, sum)
    }
  })
}

function pixels(shape: WindowModule, constants: ConstantTable): FunctionBuilder {
  const row = new Row('pixels', 4, shape, constants)
  const [sums, uv, dx, dy] = row.streams
  return row.write((s, at) => {
    const [u, v, uu, vv] = [0, 1, 2, 3].map((signal) => weighted(s, shape, (t) => at.load(sums, signal * shape.stride + 8 * t)))
    const du = s.fma(s.mul(2, at.load(uv)), uu, u)
    const dv = s.fma(s.mul(2, at.load(uv, shape.apart)), vv, v)
    at.store(dx, 0, s.add(du, dv))
    at.store(dy, 0, s.sub(du, dv))
  })
}

/** Σ weights·(value at t), or of its square: the two ends of the window together, then the next two, the middle last. */
function weighted(s: Simd, { weights }: WindowModule, load: (t: number) => Lanes, squared = false): Lanes {
  const last = weights.length - 1
  let sum: Lanes | null = null
  for (let t = 0; 2 * t <= last; t++) {
    const a = load(t)
    const b = 2 * t === last ? null : load(last - t)
    const one = squared ? s.mul(a, a) : a
    const both = b === null ? one : squared ? s.fma(b, b, one) : s.add(a, b)
    sum = sum === null ? s.mul(weights[t], both) : s.fma(both, weights[t], sum)
  }
  return sum ?? s.constant(0)
}

/** Reads and writes at the place in a row that the code has come to. */
interface At {
  load(stream: Local, offset?: number): Lanes
  store(stream: Local, offset: number, lanes: Lanes): void
  /** Adds to the sum that the function returns. */
  add(lanes: Lanes): void
}

/** A function over the elements of a row: its body is written for vectors, and once more for one element that may be left. */
class Row {
  readonly streams: readonly Local[]
  private readonly f: FunctionBuilder
  private readonly shape: WindowModule
  private readonly constants: ConstantTable
  private readonly sums: boolean

  constructor(name: string, streams: number, shape: WindowModule, constants: ConstantTable, sums = false) {
    const signature = new Array<ValueType>(2 + streams).fill('i32')
    this.f = new FunctionBuilder(name, signature, ['f64'])
    this.streams = this.f.params.slice(2)
    this.shape = shape
    this.constants = constants
    this.sums = sums
  }

  write(body: (s: Simd, at: At) => void): FunctionBuilder {
    const { f, constants, shape } = this
    const [table, count] = f.params
    const [whole, offset, total, partial] = [f.local('i32'), f.local('i32'), f.local('f64'), f.local('v128')]
    const loaded = new Map<string, Lanes>()
    const target = { f, table, constants, fma: shape.fma, compute: 'float64' } as const
    const step = (isWhole: boolean) => {
      const known = new Map<string, Lanes>()
      const address = (stream: Local) => f.get(stream, offset).op('i32.add')
      body(new Simd(target, loaded), {
        load: (stream, at = 0) => {
          const key = `${stream.index} ${at}`
          const lanes = known.get(key) ?? { local: f.local('v128') }
          if (known.has(key)) return lanes
          known.set(key, lanes)
          address(stream)
            .memory(isWhole ? 'v128.load' : 'v128.load64_zero', at)
            .set(lanes.local)
          return lanes
        },
        store: (stream, at, { local }) => {
          address(stream).get(local)
          if (isWhole) f.memory('v128.store', at)
          else f.laneMemory('v128.store64_lane', 0, at)
        },
        add: ({ local }) => {
          if (isWhole) f.get(partial, local).op('f64x2.add').set(partial)
          else f.get(total, local).lane('f64x2.extract_lane', 0).op('f64.add').set(total)
        },
      })
    }
    // bytes of the elements in whole vectors
    f.get(count).i32(-2).op('i32.and').i32(8).op('i32.mul').set(whole)
    f.get(whole).when(() => {
      f.loop(() => {
        step(true)
        f.get(offset).i32(16).op('i32.add').tee(offset).get(whole).op('i32.lt_u')
      })
    })
    f.get(count)
      .i32(1)
      .op('i32.and')
      .when(() => step(false))
    f.get(total)
    if (this.sums) {
      f.get(partial).lane('f64x2.extract_lane', 0).op('f64.add').get(partial).lane('f64x2.extract_lane', 1).op('f64.add')
    }
    return f
  }
}
