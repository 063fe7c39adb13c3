import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { advance, type Cursor, cursorAt, gather, type Lines, load, scatter, store } from './class-lines.ts'
import { expOfNegative32, logOfSum } from './elementary.ts'
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
const padding = 192

/** Vectors of positions in a group, and the bytes of a class's scores there. */
const groupVectors = 4
const groupBytes = 16 * groupVectors

/** How many bytes of scratch `tiles` needs for strips of so many bytes. */
export const tilesBytes = (classes: number, strip: number): number =>
  3 * strip + (classes * groupBytes + padding) + 4 * (classes * strip + padding)

/**
 * The kernel `rows(…) → total` for few classes, or classes that are not the last axis: neighbouring positions side by side in the lanes.
 *
 * Strip by strip, and in a strip group by group, it passes over the classes: maximum; exponentials, which are kept in a tile (classes,
 * positions), and their sum. The gradient of the strip is then written class by class.
 * Where positions lie side by side in memory they are read and written there, so that the processor fetches while it computes. A group's scores
 * are kept beside each other on the way, since lines that are a power of two apart compete for the same places in a cache. Rows in one piece
 * are transposed into a tile first, and back in the end; a strip that ends within a group takes that way too.
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
  // the target's gradient may be asked for in the target's place, which is read once more after it is written
  const direct = layout === 'lines' && !shape.targetGradient
  const v128 = () => f.local('v128')
  const i32 = () => f.local('i32')
  const [start, end, live, padded, position, first, c, memory, whole] = Array.from({ length: 9 }, i32)
  const [factors, spreads, picks, kept] = Array.from({ length: 4 }, i32)
  const [scores, exponentials, distributions, targetSlopes] = Array.from({ length: 4 }, i32)
  const [even, odd, scaleLanes, weightSum] = Array.from({ length: 4 }, v128)
  const [x, q, gradient] = Array.from({ length: 3 }, (): Lines => ({ start: i32(), step: i32() }))
  f.atEntry(() => {
    for (const [value, into] of [
      [p.scale, scaleLanes],
      [p.weightSum, weightSum],
    ])
      f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into)
    f.get(p.tiles).set(factors)
    f.get(factors, p.strip).op('i32.add').set(spreads)
    f.get(spreads, p.strip).op('i32.add').set(picks)
    f.get(picks, p.strip).op('i32.add').set(kept)
    f.get(p.classes).i32(groupBytes).op('i32.mul').i32(padding).op('i32.add').get(kept).op('i32.add').set(scores)
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
    f.get(p.classes, p.strip).op('i32.mul').i32(padding).op('i32.add').get(tile).op('i32.add').set(into)
    return into
  }

  function strip(): void {
    const rest = i32()
    f.get(end, start).op('i32.sub').tee(rest)
    f.get(p.strip, rest, p.strip).op('i32.lt_u').op('select').tee(live)
    f.i32(groupBytes - 1).op('i32.add')
    f.i32(-groupBytes).op('i32.and').set(padded)
    if (direct) f.get(live, padded).op('i32.eq').set(whole)
    place(x, p.x, p.xStride, scores, () => copy(p.x, p.xStride, scores, 'tile'))
    if (soft) place(q, p.q, p.qStride, distributions, () => copy(p.q, p.qStride, distributions, 'tile'))
    f.i32(0).set(position)
    upTo(f, position, padded, groupBytes, () => {
      f.get(start, position).op('i32.add').set(first)
      group()
    })
    if (shape.gradient) {
      if (direct) gradientOfStrip()
      const copyOut = () => copy(p.gradient, p.gradientStride, exponentials, 'memory')
      if (direct) f.get(whole).op('i32.eqz').when(copyOut)
      else copyOut()
    }
    if (shape.targetGradient) copy(p.targetGradient, p.targetGradientStride, targetSlopes, 'memory')
  }

  /** Where a strip's lines are found: in memory itself if they may be, else in a tile. */
  function place(lines: Lines, array: Local, stride: Local, tile: Local, fill: () => void): void {
    const tiled = () => {
      fill()
      f.get(tile).set(lines.start).get(p.strip).set(lines.step)
    }
    if (direct) f.get(whole).when(() => f.get(array, start).op('i32.add').set(lines.start).get(stride).set(lines.step), tiled)
    else tiled()
  }

  function copy(array: Local, stride: Local, tile: Local, into: 'tile' | 'memory'): void {
    f.get(array, start)
    // rows lie one after the other: `start` is four bytes per row
    if (layout === 'rows') f.i32(2).op('i32.shr_u').get(stride).op('i32.mul')
    f.op('i32.add').set(memory)
    const strided = { f, memory, stride, tile, line: p.strip, classes: p.classes, live, padded }
    if (layout === 'rows') copyRows(strided, into)
    else copyLines(strided, into)
  }

  /** The positions from `position` of the strip on, which is `first` of all. */
  function group(): void {
    const s = new Simd(target, loaded)
    const each = <T>(make: (vector: number) => T): T[] => Array.from({ length: groupVectors }, (_, vector) => make(vector))
    const set = (into: Local, lanes: Lanes) => f.get(lanes.local).set(into)
    const maxima = each(v128)
    const sums = each(v128)
    const picked = each(v128)
    const ySums = each(v128)
    const uniforms = each(v128)

    for (const local of maxima) set(local, s.constant(-Infinity))
    const [from, aside] = [here(x), direct ? cursorAt(f, kept, null, groupBytes) : null]
    overClasses(aside === null ? [from] : [from, aside], () => {
      for (const [vector, local] of maxima.entries()) {
        const score = load(f, from, vector)
        if (aside !== null) store(f, aside, vector, score)
        f.get(local, score.local).op('f32x4.pmax').set(local)
      }
    })
    const again = () => (direct ? cursorAt(f, kept, null, groupBytes) : here(x))
    const differences = soft
      ? null
      : each((vector) => s.sub(gather(s, again(), classesAt(vector), 16 * vector, 4), { local: maxima[vector] }))
    for (const local of [...sums, ...(soft ? [...picked, ...ySums] : []), ...(shape.slopeUniform === null ? [] : uniforms)])
      set(local, s.constant(0))
    const [score, exponential, distribution] = [again(), cursorAt(f, exponentials, position, p.strip), here(q)]
    overClasses([score, ...(shape.gradient ? [exponential] : []), ...(soft ? [distribution] : [])], (w) => {
      const turn = (vector: number) => {
        const inner = new Simd(target, loaded)
        const d = inner.sub(load(f, score, vector), { local: maxima[vector] })
        const e = expOfNegative32(inner, d, false)
        if (shape.gradient) store(f, exponential, vector, e)
        set(sums[vector], inner.add({ local: sums[vector] }, e))
        if (soft) {
          const y = blended(inner, load(f, distribution, vector), w)
          set(picked[vector], inner.fma(y, d, { local: picked[vector] }))
          set(ySums[vector], inner.add({ local: ySums[vector] }, y))
        }
        if (shape.slopeUniform !== null) {
          set(uniforms[vector], w === null ? inner.add({ local: uniforms[vector] }, d) : inner.fma(w, d, { local: uniforms[vector] }))
        }
      }
      // without FMA a turn needs more registers
      const abreast = shape.fma ? groupVectors : 2
      for (let from = 0; from < groupVectors; from += abreast) {
        f.interleave(Array.from({ length: abreast }, (_, i) => () => turn(from + i)))
      }
    })

    const statisticsOf = (vector: number) => {
      const difference = differences === null ? null : differences[vector]
      const [max, sum, pickedSum, ySum, uniform] = [maxima, sums, picked, ySums, uniforms].map((locals) => ({ local: locals[vector] }))
      return statistics(vector, { max, sum, difference, pickedSum, ySum, uniform })
    }
    const results = f.interleave(each((vector) => () => statisticsOf(vector)))
    if (shape.targetGradient) {
      const [known, slopes] = [again(), cursorAt(f, targetSlopes, position, p.strip)]
      overClasses([known, slopes], (w) => {
        results.forEach(({ pick, logSum }, vector) => {
          const inner = new Simd(target, loaded)
          const logp = inner.sub(inner.sub(load(f, known, vector), { local: maxima[vector] }), logSum)
          const slope = inner.mul(inner.mul(logp, pick), shape.blend?.scale ?? 1)
          store(f, slopes, vector, w === null ? slope : inner.mul(w, slope))
        })
      })
    }
    if (!shape.gradient) return
    if (!direct) {
      gradientOfGroup(results)
      return
    }
    for (const [vector, { k, spread, pick }] of results.entries()) {
      for (const [row, lanes] of [
        [factors, k],
        [spreads, spread],
        [picks, pick],
      ] as const) {
        if (lanes !== null)
          f.get(row, position)
            .op('i32.add')
            .get(lanes.local)
            .memory('v128.store', 16 * vector)
      }
    }
  }

  /** The gradient of a group, in the place of its exponentials. */
  function gradientOfGroup(results: readonly (Slopes & { readonly pick: Lanes })[]): void {
    const [exponential, distribution] = [cursorAt(f, exponentials, position, p.strip), here(q)]
    overClasses([exponential, ...(soft ? [distribution] : [])], (w) => {
      for (const [vector, { k, spread, pick }] of results.entries()) {
        const s = new Simd(target, loaded)
        const y = soft ? blended(s, load(f, distribution, vector), w) : null
        store(f, exponential, vector, slope(s, load(f, exponential, vector), y, w, { k, spread, pick }))
      }
    })
    if (!soft)
      for (const [vector, { pick }] of results.entries())
        scatter(new Simd(target, loaded), cursorAt(f, exponentials, position, p.strip), classesAt(vector), pick, 16 * vector)
  }

  /** The gradient of the strip, line by line: in long runs, as memory likes it. */
  function gradientOfStrip(): void {
    place(gradient, p.gradient, p.gradientStride, exponentials, () => undefined)
    const [exponential, distribution, into] = [
      cursorAt(f, exponentials, null, p.strip),
      cursorAt(f, q.start, null, q.step),
      cursorAt(f, gradient.start, null, gradient.step),
    ]
    overClasses([exponential, into, ...(soft ? [distribution] : [])], (w) => {
      f.i32(0).set(position)
      upTo(f, position, padded, groupBytes, () => {
        const inLine = (line: Cursor) => cursorAt(f, line.at, position, 0)
        const [e, to, y] = [inLine(exponential), inLine(into), soft ? inLine(distribution) : null]
        const [k, spread, pick] = [factors, spreads, picks].map((row) => cursorAt(f, row, position, 0))
        for (let vector = 0; vector < groupVectors; vector++) {
          const s = new Simd(target, loaded)
          const slopes = {
            k: load(f, k, vector),
            spread: shape.slopeUniform === null ? null : load(f, spread, vector),
            pick: soft ? load(f, pick, vector) : null,
          }
          store(f, to, vector, slope(s, load(f, e, vector), y === null ? null : blended(s, load(f, y, vector), w), w, slopes))
        }
      })
    })
    if (soft) return
    f.i32(0).set(position)
    upTo(f, position, padded, 16, () => {
      f.get(start, position).op('i32.add').set(first)
      scatter(
        new Simd(target, loaded),
        cursorAt(f, gradient.start, position, gradient.step),
        classesAt(0),
        load(f, cursorAt(f, picks, position, 0), 0),
        0,
      )
    })
  }

  /** The gradient by a score, of its exponential and its share of the target. */
  function slope(s: Simd, e: Lanes, y: Lanes | null, w: Lanes | null, { k, spread, pick }: Slopes): Lanes {
    let g = s.mul(e, k)
    if (spread !== null) g = s.add(g, w === null ? spread : s.mul(w, spread))
    return y === null || pick === null ? g : s.fma(y, pick, g)
  }

  /** Of a position: the factor of the exponentials, what every class gets, and the factor of the target. */
  interface Slopes {
    readonly k: Lanes
    readonly spread: Lanes | null
    readonly pick: Lanes | null
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
    const logSum = logOfSum(s, sums.sum)
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
      weight = s.write('v128.and', [
        shape.weighted ? gather(s, { at: p.weight, step: 4 }, classesAt(vector), 0, 0) : s.constant(1),
        counted,
      ])
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

  function classesAt(vector: number): Lanes {
    return beside(p.targets, vector)
  }

  function here(lines: Lines): Cursor {
    return cursorAt(f, lines.start, position, lines.step)
  }

  /** Writes a pass over the classes, which takes the cursors along; `w` is the weight of the class at hand, where it is wanted. */
  function overClasses(cursors: readonly Cursor[], body: (w: Lanes | null) => void): void {
    const weights = shape.weighted && (soft || shape.slopeUniform !== null)
    f.i32(0).set(c)
    f.loop(() => {
      const w = weights ? v128() : null
      if (w !== null) f.get(p.weight, c).i32(2).op('i32.shl').op('i32.add').memory('v128.load32_splat').set(w)
      body(w === null ? null : { local: w })
      for (const each of cursors) advance(f, each)
      f.get(c).i32(1).op('i32.add').tee(c).get(p.classes).op('i32.lt_u')
    })
  }
}
