import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { expOfNegative32 } from './elementary.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { addToHalves, upTo } from './row-sweep.ts'
import type { RowsShape } from './rows-shape.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'
import { copyLines, copyRows } from './tile-copies.ts'

/** The parameters of `rows`, in order; addresses are 0 where the specialisation has no use for them. Strides are in bytes. */
export const lanesParameters = [
  ['table', 'i32'],
  ['rows', 'i32'], // how many positions
  ['classes', 'i32'], // how many
  ['x', 'i32'],
  ['xStride', 'i32'], // from class to class, or where rows lie in one piece from row to row
  ['q', 'i32'], // target distributions
  ['qStride', 'i32'],
  ['targets', 'i32'], // class indices, −1 where ignored and in the padding; 0 or −1 beside distributions
  ['weight', 'i32'],
  ['upstream', 'i32'],
  ['values', 'i32'],
  ['gradient', 'i32'],
  ['gradientStride', 'i32'],
  ['targetGradient', 'i32'],
  ['targetGradientStride', 'i32'],
  ['tiles', 'i32'], // scratch for four tiles
  ['strip', 'i32'], // bytes of the positions of a tile, a multiple of 64
  ['scale', 'f64'],
  ['weightSum', 'f64'],
] as const satisfies readonly (readonly [string, ValueType])[]

export type LanesParameter = (typeof lanesParameters)[number][0]

/** Beside a tile, so that tiles of a power of two do not compete for the same cache lines. */
export const tilePadding = 192

/**
 * The kernel `rows(…) → total` for few classes, or classes that are not the last axis: neighbouring positions side by side in the lanes.
 *
 * Strip by strip, scores are copied (rows in one piece: transposed) into a tile (classes, positions) that stays in the nearest cache for the
 * passes over the classes: maximum; exponentials, which overwrite the scores, and their sum; gradient, which is copied out.
 * Positions per strip are a multiple of 16; those of `targets`, `upstream` and `values` are padded to it.
 */
export function lanesModule(shape: RowsShape, layout: 'rows' | 'lines'): CompiledKernel {
  const f = new FunctionBuilder(
    'rows',
    lanesParameters.map(([, type]) => type),
    ['f64'],
  )
  const p = Object.fromEntries(lanesParameters.map(([name], i) => [name, f.params[i]])) as Record<LanesParameter, Local>
  const constants = new ConstantTable()
  const loaded = new Map<string, Lanes>()
  const target = { f, table: p.table, constants, fma: shape.fma, compute: 'float32' as const }
  const soft = shape.blend !== null
  const v128 = () => f.local('v128')
  const i32 = () => f.local('i32')
  const [start, end, live, padded, position, first, at, c, memory] = Array.from({ length: 9 }, i32)
  const [scores, exponentials, distributions, targetSlopes] = Array.from({ length: 4 }, i32)
  const [even, odd, scaleLanes, weightSum] = Array.from({ length: 4 }, v128)
  f.atEntry(() => {
    for (const [value, into] of [
      [p.scale, scaleLanes],
      [p.weightSum, weightSum],
    ])
      f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into)
    f.get(p.tiles).set(scores)
    let previous = scores
    // the target's gradient looks at the scores again, which then are not overwritten
    if (shape.targetGradient) previous = tileAfter(previous, exponentials)
    else f.get(scores).set(exponentials)
    previous = tileAfter(previous, distributions)
    tileAfter(previous, targetSlopes)
  })

  f.get(p.rows).i32(2).op('i32.shl').set(end)
  f.get(end).when(() =>
    f.loop(() => {
      strip()
      f.get(start, p.strip).op('i32.add').tee(start).get(end).op('i32.lt_u')
    }),
  )
  f.get(even, odd).op('f64x2.add').tee(even).lane('f64x2.extract_lane', 0).get(even).lane('f64x2.extract_lane', 1).op('f64.add')
  return compile([f], constants)

  function tileAfter(tile: Local, into: Local): Local {
    f.get(p.classes, p.strip).op('i32.mul').i32(tilePadding).op('i32.add').get(tile).op('i32.add').set(into)
    return into
  }

  function strip(): void {
    const rest = i32()
    f.get(end, start).op('i32.sub').tee(rest)
    f.get(p.strip, rest, p.strip).op('i32.lt_u').op('select').tee(live)
    f.i32(63).op('i32.add').i32(-64).op('i32.and').set(padded)
    const copy = (array: Local, stride: Local, tile: Local, into: 'tile' | 'memory') => {
      f.get(array, start)
      // rows lie one after the other: `start` is four bytes per row
      if (layout === 'rows') f.i32(2).op('i32.shr_u').get(stride).op('i32.mul')
      f.op('i32.add').set(memory)
      const strided = { f, memory, stride, tile, line: p.strip, classes: p.classes, live, padded }
      if (layout === 'rows') copyRows(strided, into)
      else copyLines(strided, into)
    }
    copy(p.x, p.xStride, scores, 'tile')
    if (soft) copy(p.q, p.qStride, distributions, 'tile')
    f.i32(0).set(position)
    upTo(f, position, padded, 64, () => {
      f.get(start, position).op('i32.add').set(first)
      group(4)
    })
    if (shape.gradient) copy(p.gradient, p.gradientStride, exponentials, 'memory')
    if (shape.targetGradient) copy(p.targetGradient, p.targetGradientStride, targetSlopes, 'memory')
  }

  /** `vectors` vectors of positions, from `position` of the strip on, which is `first` of all. */
  function group(vectors: number): void {
    const s = new Simd(target, loaded)
    const each = <T>(make: (vector: number) => T): T[] => Array.from({ length: vectors }, (_, vector) => make(vector))
    const set = (into: Local, lanes: Lanes) => f.get(lanes.local).set(into)
    const maxima = each(v128)
    const sums = each(v128)
    const picked = each(v128)
    const ySums = each(v128)
    const uniforms = each(v128)

    for (const local of maxima) set(local, s.constant(-Infinity))
    overClasses((load) => {
      for (const [vector, local] of maxima.entries()) f.get(local, load(scores, vector).local).op('f32x4.pmax').set(local)
    })
    const differences = soft ? null : each((vector) => s.sub(gather(scores, vector, true), { local: maxima[vector] }))
    for (const local of [...sums, ...(soft ? [...picked, ...ySums] : []), ...(shape.slopeUniform === null ? [] : uniforms)])
      set(local, s.constant(0))
    overClasses((load, store, w) => {
      const exponential = (vector: number) => {
        const inner = new Simd(target, loaded)
        const d = inner.sub(load(scores, vector), { local: maxima[vector] })
        const e = expOfNegative32(inner, d, false)
        if (shape.gradient) store(exponentials, vector, e)
        set(sums[vector], inner.add({ local: sums[vector] }, e))
        if (soft) {
          const y = blended(inner, load(distributions, vector), w)
          set(picked[vector], inner.fma(y, d, { local: picked[vector] }))
          set(ySums[vector], inner.add({ local: ySums[vector] }, y))
        }
        if (shape.slopeUniform !== null) {
          set(uniforms[vector], w === null ? inner.add({ local: uniforms[vector] }, d) : inner.fma(w, d, { local: uniforms[vector] }))
        }
      }
      f.interleave(each((vector) => () => exponential(vector)))
    })

    const statisticsOf = (vector: number) => {
      const difference = differences === null ? null : differences[vector]
      const [max, sum, pickedSum, ySum, uniform] = [maxima, sums, picked, ySums, uniforms].map((locals) => ({ local: locals[vector] }))
      return statistics(vector, { max, sum, difference, pickedSum, ySum, uniform })
    }
    const results = f.interleave(each((vector) => () => statisticsOf(vector)))
    if (shape.targetGradient) {
      overClasses((load, store, w) => {
        results.forEach(({ pick, logSum }, vector) => {
          const inner = new Simd(target, loaded)
          const logp = inner.sub(inner.sub(load(scores, vector), { local: maxima[vector] }), logSum)
          const slope = inner.mul(inner.mul(logp, pick), shape.blend?.scale ?? 1)
          store(targetSlopes, vector, w === null ? slope : inner.mul(w, slope))
        })
      })
    }
    if (!shape.gradient) return
    overClasses((load, store, w) => {
      results.forEach(({ k, spread, pick }, vector) => {
        const inner = new Simd(target, loaded)
        let g = inner.mul(load(exponentials, vector), k)
        if (spread !== null) g = inner.add(g, w === null ? spread : inner.mul(w, spread))
        if (soft) g = inner.fma(blended(inner, load(distributions, vector), w), pick, g)
        store(exponentials, vector, g)
      })
    })
    if (!soft) for (const [vector, { pick }] of results.entries()) scatter(vector, pick)
  }

  interface Sums {
    readonly max: Lanes
    readonly sum: Lanes
    /** x[t] − max, where the target is a class. */
    readonly difference: Lanes | null
    readonly pickedSum: Lanes
    readonly ySum: Lanes
    readonly uniform: Lanes
  }

  function statistics(vector: number, sums: Sums) {
    const s = new Simd(target, loaded)
    const logSum = s.log(sums.sum)
    const counted = s.write('v128.not', [s.write('i32x4.shr_s', [beside(p.targets, vector)], 31)])
    let logp: Lanes
    let picked: Lanes
    let weight: Lanes
    if (sums.difference === null) {
      weight = sums.ySum
      picked = s.sub(sums.pickedSum, s.mul(weight, logSum))
      logp = picked
    } else {
      logp = s.sub(sums.difference, logSum)
      weight = s.write('v128.and', [shape.weighted ? gather(p.weight, vector, false) : s.constant(1), counted])
      picked = shape.weighted ? s.mul(weight, logp) : logp
    }
    const uniform = shape.slopeUniform === null ? s.constant(0) : s.sub(sums.uniform, s.mul({ local: weightSum }, logSum))
    const row = { picked, uniform, logp, weight, lse: s.add(sums.max, logSum) }
    const value = s.write('v128.and', [shape.value(s, row), counted])
    addToHalves(f, value.local, even, odd)
    if (shape.values)
      f.get(p.values, first)
        .op('i32.add')
        .get(value.local)
        .memory('v128.store', 16 * vector)
    if (!shape.gradient && !shape.targetGradient) return { logSum, k: value, spread: null, pick: value }
    const scaled = shape.upstream ? s.mul({ local: scaleLanes }, beside(p.upstream, vector)) : { local: scaleLanes }
    const factor = s.write('v128.and', [scaled, counted])
    const a = shape.slopePicked(s, row)
    const pick = s.mul(factor, a)
    let all = s.mul(a, weight)
    if (shape.slopeUniform !== null) all = s.add(all, s.mul(shape.slopeUniform, { local: weightSum }))
    if (shape.slopeLse !== null) all = s.sub(all, shape.slopeLse(s, row))
    return {
      logSum,
      k: s.neg(s.div(s.mul(factor, all), sums.sum)),
      spread: shape.slopeUniform === null ? null : s.mul(factor, shape.slopeUniform),
      pick: soft || !shape.weighted ? pick : s.mul(factor, s.mul(a, weight)),
    }
  }

  function blended(s: Simd, q: Lanes, w: Lanes | null): Lanes {
    const { scale, shift } = shape.blend ?? { scale: 1, shift: 0 }
    const y = scale === 1 && shift === 0 ? q : s.add(s.mul(scale, q), shift)
    return w === null ? y : s.mul(w, y)
  }

  /** The vector of an array with one entry per position. */
  function beside(array: Local, vector: number): Lanes {
    const local = v128()
    f.get(array, first)
      .op('i32.add')
      .memory('v128.load', 16 * vector)
      .set(local)
    return { local }
  }

  /** The addresses of the target classes' entries in a tile or in a table of one entry per class; those of class 0 where ignored. */
  function targetAddresses(base: Local, vector: number, tiled: boolean): Local {
    const s = new Simd(target, loaded)
    const class0 = s.write('i32x4.max_s', [beside(p.targets, vector), s.bits(0)])
    const addresses = v128()
    f.get(class0.local)
    if (tiled) f.get(p.strip).op('i32x4.splat').op('i32x4.mul')
    else f.i32(2).op('i32x4.shl')
    f.get(base)
    if (tiled)
      f.get(position)
        .op('i32.add')
        .i32(16 * vector)
        .op('i32.add')
    f.op('i32x4.splat').op('i32x4.add').set(addresses)
    return addresses
  }

  function gather(base: Local, vector: number, tiled: boolean): Lanes {
    const addresses = targetAddresses(base, vector, tiled)
    const local = v128()
    for (let lane = 0; lane < 4; lane++) {
      f.get(addresses)
        .lane('i32x4.extract_lane', lane)
        .get(local)
        .laneMemory('v128.load32_lane', lane, tiled ? 4 * lane : 0)
        .set(local)
    }
    return { local }
  }

  /** Adds each lane to the gradient at its target class. */
  function scatter(vector: number, pick: Lanes): void {
    const addresses = targetAddresses(exponentials, vector, true)
    for (let lane = 0; lane < 4; lane++) {
      f.get(addresses).lane('i32x4.extract_lane', lane).tee(at)
      f.get(at).memory('f32.load', 4 * lane)
      f.get(pick.local)
        .lane('f32x4.extract_lane', lane)
        .op('f32.add')
        .memory('f32.store', 4 * lane)
    }
  }

  /** Writes a pass over the classes; `w` is the weight of the class at hand, where it is wanted. */
  function overClasses(
    body: (
      load: (tile: Local, vector: number) => Lanes,
      store: (tile: Local, vector: number, lanes: Lanes) => void,
      w: Lanes | null,
    ) => void,
  ): void {
    const weights = shape.weighted && (soft || shape.slopeUniform !== null)
    f.get(position).set(at).i32(0).set(c)
    f.loop(() => {
      const w = weights ? v128() : null
      if (w !== null) f.get(p.weight, c).i32(2).op('i32.shl').op('i32.add').memory('v128.load32_splat').set(w)
      const load = (tile: Local, vector: number): Lanes => {
        const local = v128()
        f.get(tile, at)
          .op('i32.add')
          .memory('v128.load', 16 * vector)
          .set(local)
        return { local }
      }
      const store = (tile: Local, vector: number, lanes: Lanes) =>
        f
          .get(tile, at)
          .op('i32.add')
          .get(lanes.local)
          .memory('v128.store', 16 * vector)
      body(load, store, w === null ? null : { local: w })
      f.get(at, p.strip).op('i32.add').set(at)
      f.get(c).i32(1).op('i32.add').tee(c).get(p.classes).op('i32.lt_u')
    })
  }
}
