import { sizeOf } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'
import { Unsupported } from '../backend.ts'
import { FunctionBuilder, type Local, type Op } from './assembler.ts'
import { cached, compile, features, homeOf } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { upTo } from './row-sweep.ts'
import { runTiles } from './run.ts'
import { ConstantTable } from './simd.ts'
import { type Compute, inputOf, scratchOf } from './tiles.ts'

/** As many elements at a time as the kernels of losses take. */
const tile = 32768

/** The smallest and the largest element, NaN left out, and whether there is one. */
export function runRange(view: View, compute: Compute): readonly [min: number, max: number, nan: boolean] {
  const { memory, kernel, size, scratch } = ready(view, compute)
  const input = inputOf(view, compute, memory, scratch)
  const width = compute === 'float64' ? 2 : 4
  const results = scratch(2 * width)
  let [min, max] = [Infinity, -Infinity]
  const nans = runTiles(memory, {
    kernel,
    name: 'range',
    size,
    tile,
    args: (start, count, slot) => [count, input.at(start, count, slot), results[slot].address],
    done: (_start, _count, slot) => {
      const lanes = results[slot][compute]
      for (let lane = 0; lane < width; lane++) {
        if (lanes[lane] < min) min = lanes[lane]
        if (lanes[width + lane] > max) max = lanes[width + lane]
      }
    },
  })
  return [min, max, nans > 0]
}

/** How many elements are b, where all others are a, another number; null where there are others, as a NaN is. */
export function runCount(view: View, a: number, b: number, compute: Compute): number | null {
  const { memory, kernel, size, scratch } = ready(view, compute)
  const input = inputOf(view, compute, memory, scratch)
  const args = (start: number, count: number, slot: number) => [count, input.at(start, count, slot), a, b]
  const total = runTiles(memory, { kernel, name: 'count', size, tile, args, done: () => undefined })
  return Number.isNaN(total) ? null : total
}

function ready(view: View, compute: Compute) {
  if (!features().simd) throw new Unsupported('no SIMD')
  const size = sizeOf(view.shape)
  const memory = homeOf([view])
  return {
    size,
    memory,
    kernel: cached(scanModule, [compute], () => scanModule(compute)),
    scratch: scratchOf(memory, Math.min(tile, size), compute),
  }
}

/**
 * Kernels that read an array and no more: `range(count, input, out)` is 1 where there is a NaN, else 0, and leaves a vector of the smallest and one of the
 * largest other elements at `out`; `count(count, input, a, b)` is the number of b where all others are a, else NaN.
 */
const scanModule = (compute: Compute): CompiledKernel => compile([rangeFunction(compute), countFunction(compute)], new ConstantTable())

function rangeFunction(compute: Compute): FunctionBuilder {
  const f = new FunctionBuilder('range', ['i32', 'i32', 'i32'], ['f64'])
  const [count, input, out] = f.params
  const op = opOf(compute)
  const [least, most, real] = [turnsOf(f), turnsOf(f), turnsOf(f)]
  for (const local of least) splat(f.f64(Infinity), compute).set(local)
  for (const local of most) splat(f.f64(-Infinity), compute).set(local)
  for (const local of real) f.get(least[0], least[0]).op(op('eq')).set(local)
  forEachVector(f, compute, count, input, (x, turn) => {
    // the first operand stays, unless the second is less: a NaN never is
    f.get(least[turn], x).op(op('pmin')).set(least[turn])
    f.get(most[turn], x).op(op('pmax')).set(most[turn])
    f.get(x, x).op(op('eq')).get(real[turn]).op('v128.and').set(real[turn])
  })
  f.get(out, ...least)
    .op(op('pmin'))
    .op(op('pmin'))
    .memory('v128.store')
  f.get(out, ...most)
    .op(op('pmax'))
    .op(op('pmax'))
    .memory('v128.store', 16)
  return f
    .get(...real)
    .op('v128.and')
    .op('v128.and')
    .op('v128.not')
    .op('v128.any_true')
    .op('f64.convert_i32_s')
}

function countFunction(compute: Compute): FunctionBuilder {
  const f = new FunctionBuilder('count', ['i32', 'i32', 'f64', 'f64'], ['f64'])
  const [count, input, ...wanted] = f.params
  const op = opOf(compute)
  const seen = wanted.map((value) => {
    const constant = f.local('v128')
    splat(f.get(value), compute).set(constant)
    return { constant, counts: turnsOf(f) }
  })
  forEachVector(f, compute, count, input, (x, turn) => {
    // a mask is −1 in each lane where it is true
    for (const { constant, counts } of seen)
      f.get(counts[turn], x, constant)
        .op(op('eq'))
        .op(compute === 'float64' ? 'i64x2.sub' : 'i32x4.sub')
        .set(counts[turn])
  })
  const [as, bs] = seen.map(({ counts: [even, odd, rest] }) => {
    const total = f.local('i32')
    f.get(even, odd).op('i32x4.add').set(even)
    f.get(rest).lane('i32x4.extract_lane', 0)
    for (let lane = 0; lane < 4; lane += compute === 'float64' ? 2 : 1) f.get(even).lane('i32x4.extract_lane', lane).op('i32.add')
    f.set(total)
    return total
  })
  return f.get(bs).op('f64.convert_i32_s').f64(Number.NaN).get(as, bs).op('i32.add').get(count).op('i32.eq').op('select')
}

type Word = 'pmin' | 'pmax' | 'eq'

const opOf =
  (compute: Compute) =>
  (name: Word): Op =>
    compute === 'float64' ? `f64x2.${name}` : `f32x4.${name}`

const splat = (f: FunctionBuilder, compute: Compute): FunctionBuilder =>
  compute === 'float64' ? f.op('f64x2.splat') : f.op('f32.demote_f64').op('f32x4.splat')

/** Two of what is kept, in turns, so that no instruction waits for the one before it; and one for what is left over. */
const turnsOf = (f: FunctionBuilder): readonly Local[] => [f.local('v128'), f.local('v128'), f.local('v128')]

/** Writes `visit` for every vector, four at a time; of what is left over each element by itself, in all lanes, in a third turn. */
function forEachVector(f: FunctionBuilder, compute: Compute, count: Local, input: Local, visit: (x: Local, turn: number) => void): void {
  const bytes = compute === 'float64' ? 8 : 4
  const unroll = 4
  const vectors = Array.from({ length: unroll }, () => f.local('v128'))
  const [at, whole, end] = [f.local('i32'), f.local('i32'), f.local('i32')]
  f.get(input).set(at)
  const endOf = (elements: () => void, limit: Local) => {
    elements()
    f.i32(bytes).op('i32.mul').get(input).op('i32.add').set(limit)
  }
  endOf(
    () =>
      f
        .get(count)
        .i32((-16 * unroll) / bytes)
        .op('i32.and'),
    whole,
  )
  endOf(() => f.get(count), end)
  upTo(f, at, whole, 16 * unroll, () => {
    for (const [i, x] of vectors.entries())
      f.get(at)
        .memory('v128.load', 16 * i)
        .set(x)
    for (const [i, x] of vectors.entries()) visit(x, i % 2)
  })
  const [x] = vectors
  upTo(f, at, end, bytes, () => {
    f.get(at)
      .memory(compute === 'float64' ? 'v128.load64_splat' : 'v128.load32_splat')
      .set(x)
    visit(x, 2)
  })
}
