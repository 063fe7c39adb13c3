import type { Algebra } from '../../algebra/algebra.ts'
import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'

type Formula = <V, B>(m: Algebra<V, B>, at: Readonly<Record<string, V>>) => V

/** What a kernel of one value per element is made of. */
export interface PointwiseShape {
  /** The operands of the formulas, in the order of their pointers. */
  readonly operands: readonly string[]
  readonly value: Formula
  /** Slopes to be written out, in the order of their pointers. */
  readonly slopes: readonly { readonly formula: Formula; readonly weighted: boolean }[]
  /** Whether there is a factor of the value, of every slope, and of every slope alone. */
  readonly weighted: boolean
  readonly upstream: boolean
  readonly values: boolean
  readonly total: boolean
  readonly compute: 'float32' | 'float64'
  readonly fma: boolean
}

/**
 * The kernel `run(table, count, scale, …operands, weight?, upstream?, values?, …slopes) → total`.
 *
 * One pass: a vector of each operand is loaded, the formulas are spelled on it, results are stored, and the values are added up in float64.
 */
export function pointwiseModule(shape: PointwiseShape): CompiledKernel {
  const pointers = shape.operands.length + Number(shape.weighted) + Number(shape.upstream) + Number(shape.values) + shape.slopes.length
  const signature: ValueType[] = ['i32', 'i32', 'f64', ...new Array<ValueType>(pointers).fill('i32')]
  const f = new FunctionBuilder('run', signature, ['f64'])
  const [table, count, scale, ...streams] = f.params
  const constants = new ConstantTable()
  const loaded = new Map<string, Lanes>()
  const target = { f, table, constants, fma: shape.fma, compute: shape.compute }
  const bytes = shape.compute === 'float64' ? 8 : 4
  const perVector = 16 / bytes
  const factor = f.local('v128')
  f.atEntry(() => {
    f.get(scale)
    if (bytes === 4) f.op('f32.demote_f64').op('f32x4.splat').set(factor)
    else f.op('f64x2.splat').set(factor)
  })

  const offset = f.local('i32')
  const total = f.local('f64')
  const sums = [f.local('v128'), f.local('v128')]
  /** One vector, or one element in lane 0 of one, at `offset` + 16·`step`. */
  const write = (step: number, whole: boolean): Lanes | null => {
    let summand: Lanes | null = null
    const s = new Simd(target, loaded)
    let next = 0
    const address = (stream: Local) => f.get(stream, offset).op('i32.add')
    const load = (): Lanes => {
      const local = f.local('v128')
      address(streams[next++])
      if (whole) f.memory('v128.load', 16 * step)
      else f.memory(bytes === 8 ? 'v128.load64_zero' : 'v128.load32_zero')
      f.set(local)
      return { local }
    }
    const store = (lanes: Lanes) => {
      address(streams[next++]).get(lanes.local)
      if (whole) f.memory('v128.store', 16 * step)
      else f.laneMemory(bytes === 8 ? 'v128.store64_lane' : 'v128.store32_lane', 0)
    }
    const at = Object.fromEntries(shape.operands.map((name) => [name, load()]))
    const weight = shape.weighted ? load() : null
    const upstream = shape.upstream ? load() : null
    if (shape.values || shape.total) {
      const bare = shape.value(s, at)
      const value = weight === null ? bare : s.mul(bare, weight)
      if (shape.values) store(value)
      if (shape.total && !whole) addFirst(f, value.local, total, bytes)
      if (shape.total && whole) summand = value
    }
    for (const { formula, weighted } of shape.slopes) {
      const bare = formula(s, at)
      const slope = s.scaled(weighted && weight !== null ? s.mul(bare, weight) : bare, factor)
      store(upstream === null ? slope : s.mul(slope, upstream))
    }
    return summand
  }

  const unroll = 4
  const whole = f.local('i32')
  const end = f.local('i32')
  // bytes of the elements in whole groups of vectors, and of all
  f.get(count)
    .i32(-unroll * perVector)
    .op('i32.and')
    .i32(bytes)
    .op('i32.mul')
    .set(whole)
  f.get(count).i32(bytes).op('i32.mul').set(end)
  f.get(whole).when(() => {
    f.loop(() => {
      const steps = Array.from({ length: unroll }, (_, step) => () => write(step, true))
      const values = f.interleave(steps).filter((lanes) => lanes !== null)
      if (values.length > 0) addGroup(f, values, sums, bytes)
      f.get(offset)
        .i32(16 * unroll)
        .op('i32.add')
        .tee(offset)
        .get(whole)
        .op('i32.lt_u')
    })
  })
  f.get(offset, end)
    .op('i32.lt_u')
    .when(() => {
      f.loop(() => {
        write(0, false)
        f.get(offset).i32(bytes).op('i32.add').tee(offset).get(end).op('i32.lt_u')
      })
    })
  f.get(sums[0], sums[1]).op('f64x2.add').set(sums[0])
  f.get(sums[0]).lane('f64x2.extract_lane', 0).get(sums[0]).lane('f64x2.extract_lane', 1).op('f64.add').get(total).op('f64.add')
  return compile([f], constants)
}

/**
 * Adds a group of four vectors to two float64 sums of two lanes each: the four in their own precision, pair by pair, then in float64.
 * Two roundings of float32 on the way cost a sum of many nothing: its error stays that of one rounding in 2^24.
 */
function addGroup(f: FunctionBuilder, [a, b, c, d]: readonly Lanes[], [even, odd]: readonly Local[], bytes: number): void {
  const group = f.local('v128')
  const add = bytes === 8 ? 'f64x2.add' : 'f32x4.add'
  f.get(a.local, b.local).op(add).get(c.local, d.local).op(add).op(add).set(group)
  if (bytes === 8) {
    f.get(even, group).op('f64x2.add').set(even)
    return
  }
  f.get(even, group).op('f64x2.promote_low_f32x4').op('f64x2.add').set(even)
  f.get(odd, group, group).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
  f.op('f64x2.promote_low_f32x4').op('f64x2.add').set(odd)
}

/** Adds lane 0 alone. */
function addFirst(f: FunctionBuilder, vector: Local, total: Local, bytes: number): void {
  f.get(total, vector)
  if (bytes === 8) f.lane('f64x2.extract_lane', 0)
  else f.lane('f32x4.extract_lane', 0).op('f64.promote_f32')
  f.op('f64.add').set(total)
}
