import type { Algebra } from '../../algebra/algebra.ts'
import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'

type Statistics<V> = { readonly picked: V; readonly uniform: V }

/** What a kernel of one value per row of scores is made of. */
export interface RowsShape {
  readonly value: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V
  readonly slopePicked: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V | number
  /** ∂ value / ∂ uniform, or null where `uniform` is not looked at. */
  readonly slopeUniform: number | null
  /** Target distributions are scale·q + shift; null where the target is a class per row. */
  readonly blend: { readonly scale: number; readonly shift: number } | null
  readonly weighted: boolean
  readonly upstream: boolean
  readonly values: boolean
  readonly gradient: boolean
  readonly targetGradient: boolean
  readonly fma: boolean
}

/** The parameters of `rows`, in order; addresses are 0 where the specialisation has no use for them. */
export const rowsParameters = [
  ['table', 'i32'],
  ['rows', 'i32'],
  ['classes', 'i32'], // how many
  ['x', 'i32'],
  ['targets', 'i32'], // class indices, −1 where ignored; or distributions
  ['counted', 'i32'], // below 0 where a position of a tile is ignored, or padding
  ['weight', 'i32'],
  ['upstream', 'i32'],
  ['values', 'i32'],
  ['gradient', 'i32'],
  ['targetGradient', 'i32'],
  ['scale', 'f64'],
  ['weightSum', 'f64'],
] as const satisfies readonly (readonly [string, ValueType])[]

export type RowsParameter = (typeof rowsParameters)[number][0]

/**
 * The kernel `rows(…) → total` for rows that lie in one piece, in float32 with float64 row statistics.
 *
 * Three passes over a row, which stays in the cache: its maximum; the exponentials, stored where the gradient will be, and their sum; and the
 * gradient, by scaling them in place. One exponential per element. An ignored row is read for its gradient only.
 */
export function rowsModule(shape: RowsShape): CompiledKernel {
  const f = new FunctionBuilder(
    'rows',
    rowsParameters.map(([, type]) => type),
    ['f64'],
  )
  const p = Object.fromEntries(rowsParameters.map(([name], i) => [name, f.params[i]])) as Record<RowsParameter, Local>
  const constants = new ConstantTable()
  const target = { f, table: p.table, constants, fma: shape.fma, compute: 'float32' as const }
  const loaded = new Map<string, Lanes>()
  const loaded64 = new Map<string, Lanes>()
  const soft = shape.blend !== null
  const i32 = () => f.local('i32')
  const f64 = () => f.local('f64')
  const v128 = () => f.local('v128')
  const [row, rowBytes, wholeBytes, at, end, t] = [i32(), i32(), i32(), i32(), i32(), i32()]
  const [total, max, sum, logSum, picked, ySum, uniform, weightOfRow, slopeA, factor, k, spread] = Array.from({ length: 12 }, f64)
  const [maxima, maxLanes, even, odd, kLanes, spreadLanes, pickFactor] = Array.from({ length: 7 }, v128)
  const [evenP, oddP, evenY, oddY, evenU, oddU] = Array.from({ length: 6 }, v128)

  f.get(p.classes).i32(2).op('i32.shl').set(rowBytes)
  f.get(p.classes).i32(-16).op('i32.and').i32(2).op('i32.shl').set(wholeBytes)
  f.get(p.rows).when(() => f.loop(oneRow))
  f.get(total)
  return compile([f], constants)

  function oneRow(): void {
    if (soft) counted()
    else {
      f.get(p.targets).memory('i32.load').tee(t).i32(0).op('i32.ge_s').when(counted, skipped)
    }
    f.get(p.x, rowBytes).op('i32.add').set(p.x)
    if (shape.gradient) f.get(p.gradient, rowBytes).op('i32.add').set(p.gradient)
    if (shape.targetGradient) f.get(p.targetGradient, rowBytes).op('i32.add').set(p.targetGradient)
    if (shape.values) f.get(p.values).i32(4).op('i32.add').set(p.values)
    if (shape.upstream) f.get(p.upstream).i32(4).op('i32.add').set(p.upstream)
    f.get(p.targets)
    if (soft) f.get(rowBytes)
    else f.i32(4)
    f.op('i32.add').set(p.targets)
    f.get(row).i32(1).op('i32.add').tee(row).get(p.rows).op('i32.lt_u')
  }

  /** An ignored row has no value. Its gradient is 0 times its softmax, as in PyTorch: NaN where the scores are not finite. */
  function skipped(): void {
    if (shape.values) f.get(p.values).f32(0).memory('f32.store')
    if (!shape.gradient) return
    findMax()
    exponentials()
    f.f64(0)
    if (shape.slopeUniform !== null) f.get(p.weightSum).op('f64.mul')
    f.get(sum).op('f64.div').set(k)
    splat(k, kLanes)
    overRow([p.gradient], (s, load, store) => {
      store[0](s.mul(load(0), { local: kLanes }))
      return null
    })
  }

  function counted(): void {
    findMax()
    if (!soft) pickScore()
    exponentials()
    statistics()
    if (shape.gradient) gradient()
    if (shape.targetGradient) targetGradient()
  }

  function findMax(): void {
    f.get(new Simd(target, loaded).constant(-Infinity).local).set(maxima)
    overRow([p.x], (_, load) => {
      f.get(maxima, load(0).local).op('f32x4.pmax').set(maxima)
      return null
    })
    // the largest of the four lanes, in all of them
    f.get(maxima, maxima, maxima).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]).op('f32x4.pmax').tee(maxima)
    f.get(maxima, maxima).shuffle([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]).op('f32x4.pmax').tee(maxLanes)
    f.lane('f32x4.extract_lane', 0).op('f64.promote_f32').set(max)
  }

  /** x[t] − max in float32, as the exponentials see it; before them, since they may overwrite the scores. */
  function pickScore(): void {
    f.get(p.x, t).i32(2).op('i32.shl').op('i32.add').memory('f32.load')
    f.get(maxLanes).lane('f32x4.extract_lane', 0).op('f32.sub').op('f64.promote_f32').set(picked)
  }

  function exponentials(): void {
    const zero = (locals: readonly Local[]) => {
      const { local } = new Simd({ ...target, compute: 'float64' }, loaded64).constant(0)
      for (const each of locals) f.get(local).set(each)
    }
    zero([even, odd])
    f.f64(0).set(sum)
    if (soft) {
      zero([evenP, oddP, evenY, oddY])
      f.f64(0).set(picked).f64(0).set(ySum)
    }
    if (shape.slopeUniform !== null) {
      zero([evenU, oddU])
      f.f64(0).set(uniform)
    }
    const streams = [p.x, ...(soft ? [p.targets] : []), ...(shape.weighted ? [p.weight] : [])]
    const outputs = shape.gradient ? [p.gradient] : []
    overRow([...streams, ...outputs], (s, load, store, whole) => {
      const d = s.sub(load(0), { local: maxLanes })
      const e = s.exp({ ...d, known: 'nonpositive' })
      if (shape.gradient) store[streams.length](e)
      const w = shape.weighted ? load(soft ? 2 : 1) : null
      const sums: Sum[] = [{ lanes: e, even, odd, scalar: sum }]
      if (soft) {
        const y = blended(s, load(1), w)
        sums.push({ lanes: s.mul(y, d), even: evenP, odd: oddP, scalar: picked }, { lanes: y, even: evenY, odd: oddY, scalar: ySum })
      }
      if (shape.slopeUniform !== null) sums.push({ lanes: w === null ? d : s.mul(w, d), even: evenU, odd: oddU, scalar: uniform })
      if (!whole) {
        for (const { lanes, scalar } of sums)
          f.get(scalar, lanes.local).lane('f32x4.extract_lane', 0).op('f64.promote_f32').op('f64.add').set(scalar)
        return null
      }
      return sums
    })
    gather(sum, even, odd)
    if (soft) {
      gather(picked, evenP, oddP)
      gather(ySum, evenY, oddY)
    }
    if (shape.slopeUniform !== null) gather(uniform, evenU, oddU)
  }

  function blended(s: Simd, q: Lanes, w: Lanes | null): Lanes {
    const { scale, shift } = shape.blend ?? { scale: 1, shift: 0 }
    const y = scale === 1 && shift === 0 ? q : s.add(s.mul(scale, q), shift)
    return w === null ? y : s.mul(w, y)
  }

  function statistics(): void {
    const s = new Simd({ ...target, compute: 'float64' }, loaded64)
    const lanes = (local: Local): Lanes => {
      const wide = v128()
      f.get(local).op('f64x2.splat').set(wide)
      return { local: wide }
    }
    f.get(s.log(lanes(sum)).local)
      .lane('f64x2.extract_lane', 0)
      .set(logSum)
    if (soft) f.get(picked, ySum, logSum).op('f64.mul').op('f64.sub').set(picked)
    else {
      f.get(picked, logSum).op('f64.sub').set(picked)
      if (shape.weighted) {
        f.get(p.weight, t).i32(2).op('i32.shl').op('i32.add').memory('f32.load').op('f64.promote_f32').tee(weightOfRow)
        f.get(picked).op('f64.mul').set(picked)
      } else f.f64(1).set(weightOfRow)
      f.get(weightOfRow).set(ySum)
    }
    if (shape.slopeUniform !== null) f.get(uniform, p.weightSum, logSum).op('f64.mul').op('f64.sub').set(uniform)
    const row = { picked: lanes(picked), uniform: shape.slopeUniform === null ? s.constant(0) : lanes(uniform) }
    const value = f64()
    f.get(shape.value(s, row).local).lane('f64x2.extract_lane', 0).set(value)
    f.get(total, value).op('f64.add').set(total)
    if (shape.values) f.get(p.values, value).op('f32.demote_f64').memory('f32.store')
    if (!shape.gradient && !shape.targetGradient) return
    const slope = shape.slopePicked(s, row)
    if (typeof slope === 'number') f.f64(slope).set(slopeA)
    else f.get(slope.local).lane('f64x2.extract_lane', 0).set(slopeA)
    f.get(p.scale)
    if (shape.upstream) f.get(p.upstream).memory('f32.load').op('f64.promote_f32').op('f64.mul')
    f.set(factor)
  }

  /** e·k + spread·w, and factor·a·y more where y is not 0; with k = −factor·(a·Σy + b·Σw)/Σe. */
  function gradient(): void {
    f.get(slopeA, ySum).op('f64.mul')
    if (shape.slopeUniform !== null) f.f64(shape.slopeUniform).get(p.weightSum).op('f64.mul').op('f64.add')
    f.get(factor).op('f64.mul').op('f64.neg').get(sum).op('f64.div').set(k)
    splat(k, kLanes)
    if (shape.slopeUniform !== null) {
      f.get(factor).f64(shape.slopeUniform).op('f64.mul').set(spread)
      splat(spread, spreadLanes)
    }
    f.get(factor, slopeA).op('f64.mul').set(factor)
    splat(factor, pickFactor)
    const weights = shape.weighted && (soft || shape.slopeUniform !== null)
    const streams = [p.gradient, ...(soft ? [p.targets] : []), ...(weights ? [p.weight] : [])]
    overRow(streams, (s, load, store) => {
      const w = weights ? load(soft ? 2 : 1) : null
      let g = s.mul(load(0), { local: kLanes })
      if (shape.slopeUniform !== null) g = s.add(g, w === null ? { local: spreadLanes } : s.mul(w, { local: spreadLanes }))
      if (soft) g = s.add(g, s.mul(blended(s, load(1), w), { local: pickFactor }))
      store[0](g)
      return null
    })
    if (soft) return
    const place = i32()
    f.get(p.gradient, t).i32(2).op('i32.shl').op('i32.add').tee(place)
    f.get(place)
      .memory('f32.load')
      .op('f64.promote_f32')
      .get(factor, weightOfRow)
      .op('f64.mul')
      .op('f64.add')
      .op('f32.demote_f64')
      .memory('f32.store')
  }

  /** ∂/∂q = factor·a·scale·w·ℓ; `factor` holds factor·a where the gradient came first. */
  function targetGradient(): void {
    const { scale } = shape.blend ?? { scale: 1 }
    const wide = v128()
    const logLanes = v128()
    f.get(factor)
    if (!shape.gradient) f.get(slopeA).op('f64.mul')
    f.f64(scale).op('f64.mul').set(spread)
    splat(spread, wide)
    splat(logSum, logLanes)
    const streams = [p.x, ...(shape.weighted ? [p.weight] : []), p.targetGradient]
    overRow(streams, (s, load, store) => {
      const logp = s.sub(s.sub(load(0), { local: maxLanes }), { local: logLanes })
      const weighted = shape.weighted ? s.mul(load(1), logp) : logp
      store[streams.length - 1](s.mul(weighted, { local: wide }))
      return null
    })
  }

  function splat(value: Local, into: Local): void {
    f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into)
  }

  function gather(scalar: Local, low: Local, high: Local): void {
    f.get(low, high).op('f64x2.add').set(low)
    f.get(scalar, low).lane('f64x2.extract_lane', 0).op('f64.add').get(low).lane('f64x2.extract_lane', 1).op('f64.add').set(scalar)
  }

  interface Sum {
    readonly lanes: Lanes
    readonly even: Local
    readonly odd: Local
    readonly scalar: Local
  }

  /** Writes a pass over the row: four vectors at a time, then element by element in lane 0. */
  function overRow(
    streams: readonly Local[],
    body: (s: Simd, load: (stream: number) => Lanes, store: readonly ((lanes: Lanes) => void)[], whole: boolean) => readonly Sum[] | null,
  ): void {
    const write = (step: number, whole: boolean) => {
      const s = new Simd(target, loaded)
      const read = new Map<number, Lanes>()
      const load = (stream: number): Lanes => {
        const known = read.get(stream)
        if (known !== undefined) return known
        const local = v128()
        f.get(streams[stream], at)
          .op('i32.add')
          .memory(whole ? 'v128.load' : 'v128.load32_splat', whole ? 16 * step : 0)
          .set(local)
        read.set(stream, { local })
        return { local }
      }
      const store = streams.map((stream) => (lanes: Lanes) => {
        f.get(stream, at).op('i32.add').get(lanes.local)
        if (whole) f.memory('v128.store', 16 * step)
        else f.laneMemory('v128.store32_lane', 0)
      })
      return body(s, load, store, whole)
    }
    f.i32(0).set(at)
    f.get(wholeBytes).when(() => {
      f.loop(() => {
        const groups = [0, 1, 2, 3].map((step) => write(step, true))
        const [first] = groups
        first?.forEach((sum, i) => {
          addGroup(
            groups.map((sums) => (sums === null ? sum.lanes : sums[i].lanes)),
            sum,
          )
        })
        f.get(at).i32(64).op('i32.add').tee(at).get(wholeBytes).op('i32.lt_u')
      })
    })
    f.get(rowBytes).set(end)
    f.get(at, end)
      .op('i32.lt_u')
      .when(() => {
        f.loop(() => {
          write(0, false)
          f.get(at).i32(4).op('i32.add').tee(at).get(end).op('i32.lt_u')
        })
      })
  }

  function addGroup([a, b, c, d]: readonly Lanes[], { even: low, odd: high }: Sum): void {
    const group = v128()
    f.get(a.local, b.local).op('f32x4.add').get(c.local, d.local).op('f32x4.add').op('f32x4.add').set(group)
    f.get(low, group).op('f64x2.promote_low_f32x4').op('f64x2.add').set(low)
    f.get(high, group, group).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
    f.op('f64x2.promote_low_f32x4').op('f64x2.add').set(high)
  }
}
