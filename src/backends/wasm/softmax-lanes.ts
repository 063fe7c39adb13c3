import { FunctionBuilder, type Local } from './assembler.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'
import { type RowsParameter, type RowsShape, rowsParameters } from './softmax-rows.ts'

/**
 * The kernel `rows(…) → total` on tiles (classes, positions), positions a multiple of 16, for few classes, or classes that are not the last axis: neighbouring positions side by side in the lanes.
 *
 * A tile of scores stays in the nearest cache for its passes over the classes: maximum; exponentials, stored where the gradient will be, and
 * their sum; gradient. `toTile` and `fromTile` transpose rows of few classes into such a tile and back.
 */
export function lanesModule(shape: RowsShape): CompiledKernel {
  const f = new FunctionBuilder(
    'rows',
    rowsParameters.map(([, type]) => type),
    ['f64'],
  )
  const p = Object.fromEntries(rowsParameters.map(([name], i) => [name, f.params[i]])) as Record<RowsParameter, Local>
  const constants = new ConstantTable()
  const loaded = new Map<string, Lanes>()
  const target = { f, table: p.table, constants, fma: shape.fma, compute: 'float32' as const }
  const soft = shape.blend !== null
  const v128 = () => f.local('v128')
  const i32 = () => f.local('i32')
  const [position, end, line, at, c, chosen] = [i32(), i32(), i32(), i32(), i32(), i32()]
  const [even, odd, scaleLanes, weightSum] = [v128(), v128(), v128(), v128()]
  const splatEntry = (value: Local, into: Local) => f.atEntry(() => f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into))
  splatEntry(p.scale, scaleLanes)
  splatEntry(p.weightSum, weightSum)

  f.get(p.rows).i32(2).op('i32.shl').tee(line).set(end)
  f.get(end).when(() =>
    f.loop(() => {
      group(4)
      f.get(position).i32(64).op('i32.add').tee(position).get(end).op('i32.lt_u')
    }),
  )
  f.get(even, odd).op('f64x2.add').tee(even).lane('f64x2.extract_lane', 0).get(even).lane('f64x2.extract_lane', 1).op('f64.add')
  return compile([f, transpose('toTile', true), transpose('fromTile', false)], constants)

  /** `vectors` vectors of positions from `position` on. */
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
      for (const [vector, local] of maxima.entries()) f.get(local, load(p.x, vector).local).op('f32x4.pmax').set(local)
    })
    for (const local of [...sums, ...(soft ? [...picked, ...ySums] : []), ...(shape.slopeUniform === null ? [] : uniforms)])
      set(local, s.constant(0))
    overClasses((load, store, w) => {
      for (let vector = 0; vector < vectors; vector++) {
        const inner = new Simd(target, loaded)
        const d = inner.sub(load(p.x, vector), { local: maxima[vector] })
        const e = inner.exp({ ...d, known: 'nonpositive' })
        if (shape.gradient) store(p.gradient, vector, e)
        set(sums[vector], inner.add({ local: sums[vector] }, e))
        if (soft) {
          const y = blended(inner, load(p.targets, vector), w)
          set(picked[vector], inner.fma(y, d, { local: picked[vector] }))
          set(ySums[vector], inner.add({ local: ySums[vector] }, y))
        }
        if (shape.slopeUniform !== null) {
          set(uniforms[vector], w === null ? inner.add({ local: uniforms[vector] }, d) : inner.fma(w, d, { local: uniforms[vector] }))
        }
      }
    })

    const results = each((vector) => statistics(vector, maxima[vector], sums[vector], picked[vector], ySums[vector], uniforms[vector]))
    if (shape.gradient) {
      overClasses((load, store, w) => {
        results.forEach(({ k, spread, pick }, vector) => {
          const inner = new Simd(target, loaded)
          let g = inner.mul(load(p.gradient, vector), k)
          if (spread !== null) g = inner.add(g, w === null ? spread : inner.mul(w, spread))
          if (soft) g = inner.fma(blended(inner, load(p.targets, vector), w), pick, g)
          store(p.gradient, vector, g)
        })
      })
      if (!soft) for (const [vector, { pick }] of results.entries()) scatter(vector, pick)
    }
    if (shape.targetGradient) {
      overClasses((load, store, w) => {
        results.forEach(({ pick, logSum }, vector) => {
          const inner = new Simd(target, loaded)
          const logp = inner.sub(inner.sub(load(p.x, vector), { local: maxima[vector] }), logSum)
          const slope = inner.mul(inner.mul(logp, pick), shape.blend?.scale ?? 1)
          store(p.targetGradient, vector, w === null ? slope : inner.mul(w, slope))
        })
      })
    }
  }

  function statistics(vector: number, max: Local, sum: Local, pickedSum: Local, ySumSoft: Local, uniformSum: Local) {
    const s = new Simd(target, loaded)
    const logSum = s.log({ local: sum })
    let picked: Lanes
    let ySum: Lanes
    const mark = v128()
    f.get(p.counted, position)
      .op('i32.add')
      .memory('v128.load', 16 * vector)
      .set(mark)
    const counted = s.write('v128.not', [s.write('i32x4.shr_s', [{ local: mark }], 31)])
    if (soft) {
      ySum = { local: ySumSoft }
      picked = s.sub({ local: pickedSum }, s.mul(ySum, logSum))
    } else {
      const x = gatherAt(p.x, vector, line, true)
      const logp = s.sub(s.sub(x, { local: max }), logSum)
      ySum = shape.weighted
        ? s.write('v128.and', [gatherAt(p.weight, vector, null, false), counted])
        : s.write('v128.and', [s.constant(1), counted])
      picked = shape.weighted ? s.mul(ySum, logp) : logp
    }
    const uniform = shape.slopeUniform === null ? s.constant(0) : s.sub({ local: uniformSum }, s.mul({ local: weightSum }, logSum))
    const row = { picked, uniform }
    const bare = shape.value(s, row)
    const value = s.write('v128.and', [bare, counted])
    f.get(even, value.local).op('f64x2.promote_low_f32x4').op('f64x2.add').set(even)
    f.get(odd, value.local, value.local).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
    f.op('f64x2.promote_low_f32x4').op('f64x2.add').set(odd)
    if (shape.values)
      f.get(p.values, position)
        .op('i32.add')
        .get(value.local)
        .memory('v128.store', 16 * vector)
    let factor: Lanes = { local: scaleLanes }
    if (shape.upstream) {
      const upstream = v128()
      f.get(p.upstream, position)
        .op('i32.add')
        .memory('v128.load', 16 * vector)
        .set(upstream)
      factor = s.mul(factor, { local: upstream })
    }
    factor = s.write('v128.and', [factor, counted])
    const a = shape.slopePicked(s, row)
    const pick = s.mul(factor, a)
    const slopes = s.mul(a, ySum)
    const all = shape.slopeUniform === null ? slopes : s.add(slopes, s.mul(shape.slopeUniform, { local: weightSum }))
    return {
      logSum,
      k: s.neg(s.div(s.mul(factor, all), { local: sum })),
      spread: shape.slopeUniform === null ? null : s.mul(factor, shape.slopeUniform),
      pick: soft || !shape.weighted ? pick : s.mul(factor, s.mul(a, ySum)),
    }
  }

  function blended(s: Simd, q: Lanes, w: Lanes | null): Lanes {
    const { scale, shift } = shape.blend ?? { scale: 1, shift: 0 }
    const y = scale === 1 && shift === 0 ? q : s.add(s.mul(scale, q), shift)
    return w === null ? y : s.mul(w, y)
  }

  /** The address of the target class's entry in a table or tile, of one lane; class 0 where the lane is ignored. */
  function targetAddress(base: Local, vector: number, lane: number, stride: Local | null, tiled: boolean): void {
    // the class on the stack, or 0 where it is below 0
    f.get(p.targets, position)
      .op('i32.add')
      .memory('i32.load', 16 * vector + 4 * lane)
      .tee(chosen)
    f.i32(0).get(chosen).i32(0).op('i32.ge_s').op('select').set(chosen)
    f.get(base, chosen)
    if (stride === null) f.i32(2).op('i32.shl')
    else f.get(stride).op('i32.mul')
    f.op('i32.add')
    if (tiled)
      f.get(position)
        .op('i32.add')
        .i32(16 * vector + 4 * lane)
        .op('i32.add')
  }

  function gatherAt(base: Local, vector: number, stride: Local | null, tiled: boolean): Lanes {
    const local = v128()
    for (let lane = 0; lane < 4; lane++) {
      targetAddress(base, vector, lane, stride, tiled)
      f.get(local).laneMemory('v128.load32_lane', lane).set(local)
    }
    return { local }
  }

  /** Adds each lane to the gradient at its target class. */
  function scatter(vector: number, pick: Lanes): void {
    for (let lane = 0; lane < 4; lane++) {
      targetAddress(p.gradient, vector, lane, line, true)
      f.set(at).get(at, at).memory('f32.load').get(pick.local).lane('f32x4.extract_lane', lane).op('f32.add').memory('f32.store')
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
      f.get(at, line).op('i32.add').set(at)
      f.get(c).i32(1).op('i32.add').tee(c).get(p.classes).op('i32.lt_u')
    })
  }
}

/** `toTile(rows, tile, count, classes, positions)`: rows (count, classes) ↔ tile (classes, positions). */
function transpose(name: string, toTile: boolean): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32'], [])
  const [rows, tile, count, classes, positions] = f.params
  const [row, c, from, to] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  f.get(rows).set(from)
  f.get(count).when(() =>
    f.loop(() => {
      f.get(tile, row).i32(2).op('i32.shl').op('i32.add').set(to)
      f.i32(0).set(c)
      f.loop(() => {
        if (toTile) f.get(to, from).memory('f32.load').memory('f32.store')
        else f.get(from, to).memory('f32.load').memory('f32.store')
        f.get(from).i32(4).op('i32.add').set(from)
        f.get(to, positions).i32(2).op('i32.shl').op('i32.add').set(to)
        f.get(c).i32(1).op('i32.add').tee(c).get(classes).op('i32.lt_u')
      })
      f.get(row).i32(1).op('i32.add').tee(row).get(count).op('i32.lt_u')
    }),
  )
  return f
}
