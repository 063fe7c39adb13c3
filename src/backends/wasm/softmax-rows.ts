import type { Algebra } from '../../algebra/algebra.ts'
import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { expOfNegative32 } from './elementary.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { RowSum, type Span, type Step, sweep } from './row-sweep.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'

/** The statistics of a row, as `RowStatistics` of the family has them. */
interface Statistics<V> {
  readonly picked: V
  readonly uniform: V
  readonly logp: V
  readonly weight: V
  readonly lse: V
}

/** What a kernel of one value per row of scores is made of. */
export interface RowsShape {
  readonly value: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V
  readonly slopePicked: <V, B>(m: Algebra<V, B>, row: Statistics<V>) => V | number
  /** ∂ value / ∂ uniform, or null where `uniform` is not looked at. */
  readonly slopeUniform: number | null
  /** ∂ value / ∂ lse, or null where `lse` is not looked at. */
  readonly slopeLse: (<V, B>(m: Algebra<V, B>, row: Statistics<V>) => V | number) | null
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
  ['weight', 'i32'],
  ['upstream', 'i32'],
  ['values', 'i32'],
  ['gradient', 'i32'],
  ['targetGradient', 'i32'],
  ['scale', 'f64'],
  ['weightSum', 'f64'],
] as const satisfies readonly (readonly [string, ValueType])[]

export type RowsParameter = (typeof rowsParameters)[number][0]

/** Where only the values of long rows are wanted, a row is read from memory once: in pieces that stay in the nearest cache for two sweeps. */
const pieceBytes = 16384

/**
 * The kernel `rows(…) → total` for rows that lie in one piece, in float32 with float64 row statistics.
 *
 * Three sweeps over a row: its maximum; the exponentials, stored where the gradient will be, and their sum; and the gradient, by scaling them
 * in place. One exponential per element. Without gradients the first two go piece by piece, the sum so far being scaled when a larger
 * maximum turns up (M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax", https://arxiv.org/abs/1805.02867).
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
  const spreads = shape.slopeUniform !== null
  const online = !soft && !spreads && !shape.gradient
  const i32 = () => f.local('i32')
  const f64 = () => f.local('f64')
  const v128 = () => f.local('v128')
  const [row, rowBytes, at, t] = Array.from({ length: 4 }, i32)
  const [total, max, logSum, picked, logp, uniform, lse, weightOfRow, slopeA, slopeC, factor, k, spread] = Array.from({ length: 13 }, f64)
  const [maxima, maxLanes, kLanes, spreadLanes, pickLanes] = Array.from({ length: 5 }, v128)
  const sum = new RowSum(f)
  const pickedSum = new RowSum(f)
  const ySum = new RowSum(f)
  const uniformSum = new RowSum(f)
  const wholeRow: Span = { from: null, end: rowBytes }

  f.get(p.classes).i32(2).op('i32.shl').set(rowBytes)
  f.get(p.rows).when(() => f.loop(oneRow))
  f.get(total)
  return compile([f], constants)

  function oneRow(): void {
    if (soft) counted()
    else {
      f.get(p.targets).memory('i32.load').tee(t).i32(0).op('i32.ge_s').when(counted, skipped)
    }
    const advance = (pointer: Local, by: Local | number) => {
      f.get(pointer)
      if (typeof by === 'number') f.i32(by)
      else f.get(by)
      f.op('i32.add').set(pointer)
    }
    advance(p.x, rowBytes)
    if (shape.gradient) advance(p.gradient, rowBytes)
    if (shape.targetGradient) advance(p.targetGradient, rowBytes)
    if (shape.values) advance(p.values, 4)
    if (shape.upstream) advance(p.upstream, 4)
    advance(p.targets, soft ? rowBytes : 4)
    f.get(row).i32(1).op('i32.add').tee(row).get(p.rows).op('i32.lt_u')
  }

  /** An ignored row has no value. Its gradient is 0 times its softmax, as in PyTorch: NaN where the scores are not finite. */
  function skipped(): void {
    if (shape.values) f.get(p.values).f32(0).memory('f32.store')
    if (!shape.gradient) return
    findMax(wholeRow)
    exponentials(wholeRow)
    f.f64(0)
    if (spreads) f.get(p.weightSum).op('f64.mul')
    f.get(sum.value).op('f64.div').set(k)
    splat(k, kLanes)
    overRow(wholeRow, [], ({ s, load, store }) => {
      store(p.gradient, s.mul(load(p.gradient), { local: kLanes }))
      return []
    })
  }

  function counted(): void {
    if (online) byPieces()
    else {
      findMax(wholeRow)
      if (!soft) pickScore()
      exponentials(wholeRow)
    }
    statistics()
    if (shape.gradient) gradient()
    if (shape.targetGradient) targetGradient()
  }

  function byPieces(): void {
    const [from, end] = [i32(), i32()]
    const [before, scale] = [v128(), f64()]
    clear()
    f.get(new Simd(target, loaded).constant(-Infinity).local).tee(maxima).set(maxLanes).i32(0).set(from)
    f.loop(() => {
      f.get(from).i32(pieceBytes).op('i32.add').tee(end)
      f.get(rowBytes, end, rowBytes).op('i32.lt_u').op('select').set(end)
      f.get(maxLanes).set(before)
      findMax({ from, end })
      const s = new Simd(target, loaded)
      // nothing is there to be scaled in the first piece, nor where no score was above −∞ so far
      f.get(s.sub({ local: before }, { local: maxLanes }).local)
        .lane('f32x4.extract_lane', 0)
        .f32(0)
        .op('f32.lt')
        .get(from)
        .i32(0)
        .op('i32.gt_u')
        .op('i32.and')
        .when(() => {
          const inner = new Simd(target, loaded)
          const shrunk = expOfNegative32(inner, inner.sub({ local: before }, { local: maxLanes }), true)
          f.get(shrunk.local).lane('f32x4.extract_lane', 0).op('f64.promote_f32').set(scale)
          sum.scale(scale)
        })
      f.get(maxLanes)
        .lane('f32x4.extract_lane', 0)
        .f32(-Infinity)
        .op('f32.gt')
        .when(() => addExponentials({ from, end }))
      f.get(end).tee(from).get(rowBytes).op('i32.lt_u')
    })
    sum.gather()
    pickScore()
  }

  /** The largest score of the span, and of what `maxima` held before, in all lanes of `maxLanes`. */
  function findMax(span: Span): void {
    if (span.from === null) f.get(new Simd(target, loaded).constant(-Infinity).local).set(maxima)
    overRow(span, [], ({ load }) => {
      f.get(maxima, load(p.x).local).op('f32x4.pmax').set(maxima)
      return []
    })
    f.get(maxima, maxima, maxima).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]).op('f32x4.pmax').tee(maxima)
    f.get(maxima, maxima).shuffle([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]).op('f32x4.pmax').tee(maxima).set(maxLanes)
    f.get(maxLanes).lane('f32x4.extract_lane', 0).op('f64.promote_f32').set(max)
  }

  /** x[t] − max in float32, as the exponentials see it; before they overwrite the scores. */
  function pickScore(): void {
    f.get(p.x, t).i32(2).op('i32.shl').op('i32.add').memory('f32.load')
    f.get(maxLanes).lane('f32x4.extract_lane', 0).op('f32.sub').op('f64.promote_f32').set(picked)
  }

  function clear(): void {
    const zero = new Simd({ ...target, compute: 'float64' }, loaded64).constant(0)
    for (const each of [sum, ...(soft ? [pickedSum, ySum] : []), ...(spreads ? [uniformSum] : [])]) each.clear(zero)
  }

  function exponentials(span: Span): void {
    clear()
    addExponentials(span)
    for (const each of [sum, ...(soft ? [pickedSum, ySum] : []), ...(spreads ? [uniformSum] : [])]) each.gather()
  }

  function addExponentials(span: Span): void {
    const sums = [sum, ...(soft ? [pickedSum, ySum] : []), ...(spreads ? [uniformSum] : [])]
    overRow(span, sums, ({ s, load, store }) => {
      const d = s.sub(load(p.x), { local: maxLanes })
      const e = expOfNegative32(s, d, !shape.gradient)
      if (shape.gradient) store(p.gradient, e)
      const w = shape.weighted && (soft || spreads) ? load(p.weight) : null
      const addends = [e]
      if (soft) {
        const y = blended(s, load(p.targets), w)
        addends.push(s.mul(y, d), y)
      }
      if (spreads) addends.push(w === null ? d : s.mul(w, d))
      return addends
    })
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
    const first = (value: Lanes) => f.get(value.local).lane('f64x2.extract_lane', 0)
    first(s.log(lanes(sum.value))).set(logSum)
    if (soft) {
      f.get(pickedSum.value, ySum.value, logSum).op('f64.mul').op('f64.sub').tee(picked).set(logp)
      f.get(ySum.value).set(weightOfRow)
    } else {
      f.get(picked, logSum).op('f64.sub').tee(picked).set(logp)
      if (shape.weighted) {
        f.get(p.weight, t).i32(2).op('i32.shl').op('i32.add').memory('f32.load').op('f64.promote_f32').tee(weightOfRow)
        f.get(picked).op('f64.mul').set(picked)
      } else f.f64(1).set(weightOfRow)
    }
    if (spreads) f.get(uniformSum.value, p.weightSum, logSum).op('f64.mul').op('f64.sub').set(uniform)
    f.get(max, logSum).op('f64.add').set(lse)
    const statistics = {
      picked: lanes(picked),
      uniform: spreads ? lanes(uniform) : s.constant(0),
      logp: lanes(logp),
      weight: lanes(weightOfRow),
      lse: lanes(lse),
    }
    const value = f64()
    first(shape.value(s, statistics)).tee(value).get(total).op('f64.add').set(total)
    if (shape.values) f.get(p.values, value).op('f32.demote_f64').memory('f32.store')
    if (!shape.gradient && !shape.targetGradient) return
    const keep = (slope: Lanes | number, into: Local) => (typeof slope === 'number' ? f.f64(slope) : first(slope)).set(into)
    keep(shape.slopePicked(s, statistics), slopeA)
    if (shape.slopeLse !== null) keep(shape.slopeLse(s, statistics), slopeC)
    f.get(p.scale)
    if (shape.upstream) f.get(p.upstream).memory('f32.load').op('f64.promote_f32').op('f64.mul')
    f.set(factor)
  }

  /** e·k + spread·w, and factor·a·y more where y is not 0; with k = factor·(c − a·Σy − b·Σw)/Σe. */
  function gradient(): void {
    f.get(slopeA, weightOfRow).op('f64.mul')
    if (spreads)
      f.f64(shape.slopeUniform ?? 0)
        .get(p.weightSum)
        .op('f64.mul')
        .op('f64.add')
    if (shape.slopeLse !== null) f.get(slopeC).op('f64.sub')
    f.get(factor).op('f64.mul').op('f64.neg').get(sum.value).op('f64.div').set(k)
    splat(k, kLanes)
    if (spreads) {
      f.get(factor)
        .f64(shape.slopeUniform ?? 0)
        .op('f64.mul')
        .set(spread)
      splat(spread, spreadLanes)
    }
    f.get(factor, slopeA).op('f64.mul').set(factor)
    splat(factor, pickLanes)
    overRow(wholeRow, [], ({ s, load, store }) => {
      const w = shape.weighted && (soft || spreads) ? load(p.weight) : null
      let g = s.mul(load(p.gradient), { local: kLanes })
      if (spreads) g = s.add(g, w === null ? { local: spreadLanes } : s.mul(w, { local: spreadLanes }))
      if (soft) g = s.add(g, s.mul(blended(s, load(p.targets), w), { local: pickLanes }))
      store(p.gradient, g)
      return []
    })
    if (soft) return
    const place = i32()
    f.get(p.gradient, t).i32(2).op('i32.shl').op('i32.add').tee(place)
    f.get(place).memory('f32.load').op('f64.promote_f32')
    f.get(factor, weightOfRow).op('f64.mul').op('f64.add').op('f32.demote_f64').memory('f32.store')
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
    overRow(wholeRow, [], ({ s, load, store }) => {
      const logp = s.sub(s.sub(load(p.x), { local: maxLanes }), { local: logLanes })
      const weighted = shape.weighted ? s.mul(load(p.weight), logp) : logp
      store(p.targetGradient, s.mul(weighted, { local: wide }))
      return []
    })
  }

  function splat(value: Local, into: Local): void {
    f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into)
  }

  function overRow(span: Span, sums: readonly RowSum[], body: (step: Step) => readonly Lanes[]): void {
    // without stores there are registers enough for wider groups
    sweep(target, loaded, online ? [8, 4, 1] : [4, 1], span, at, sums, body)
  }
}
