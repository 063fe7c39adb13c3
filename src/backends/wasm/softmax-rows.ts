import { FunctionBuilder, type Local, type ValueType } from './assembler.ts'
import { expOfNegative32, logOfSum } from './elementary.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { RowShift } from './row-shift.ts'
import { RowSum, type Span, type Step, sweep } from './row-sweep.ts'
import type { RowsShape } from './rows-shape.ts'
import { ConstantTable, type Lanes, Simd } from './simd.ts'

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

/** So many of a row's scores are looked at for its shift. */
export const firstScores = 64

/** Where only values are wanted, a row is read in pieces that stay in the nearest cache, should one have to be read again. */
const pieceBytes = 16384

/**
 * The kernel `rows(…) → total` for rows that lie in one piece, in float32 with float64 row statistics.
 *
 * Softmax is the same whatever is subtracted from all scores, as long as nothing overflows. So the maximum of a row is not found out first:
 * the largest of its first scores serves as the shift of all, in one sweep which adds up the exponentials, stores them where the gradient
 * will be, and finds the maximum on its way. A second sweep makes the gradient of them in place. Where the maximum turns out to lie beyond
 * the headroom the sweep is made again with it; without gradients only for a piece of the row, the sum so far being scaled
 * (M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax", https://arxiv.org/abs/1805.02867).
 * Target distributions and label smoothing, which need differences to the true maximum, find it first; so do short rows.
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
  // a short row is at hand; target distributions and label smoothing need differences to the true maximum
  const guesses = shape.long && !soft && !spreads
  const online = !soft && !spreads && !shape.gradient
  const i32 = () => f.local('i32')
  const f64 = () => f.local('f64')
  const v128 = () => f.local('v128')
  const [row, rowBytes, at, t] = Array.from({ length: 4 }, i32)
  const [total, max, logSum, picked, logp, uniform, lse, weightOfRow, slopeA, slopeC, factor, k, spread, peak] = Array.from(
    { length: 14 },
    f64,
  )
  const [kLanes, spreadLanes, pickLanes] = Array.from({ length: 3 }, v128)
  const shift = new RowShift(target, loaded)
  const score = f.local('f32')
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
      f.get(p.targets).memory('i32.load').set(t)
      // an ignored row has exponentials too, if there is a gradient of it
      if (shape.gradient) exponentialsOfRow()
      isCounted().when(counted, skipped)
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

  function isCounted(): FunctionBuilder {
    return f.get(t).i32(0).op('i32.ge_s')
  }

  /** An ignored row has no value. Its gradient is 0 times its softmax, as in PyTorch: NaN where the scores are not finite. */
  function skipped(): void {
    if (shape.values) f.get(p.values).f32(0).memory('f32.store')
    if (!shape.gradient) return
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
    if (guesses && online) byPieces()
    else if (soft || !shape.gradient) exponentialsOfRow()
    statistics()
    if (shape.gradient) gradient()
    if (shape.targetGradient) targetGradient()
  }

  /** Exponentials of a whole row, stored where the gradient will be, and their sums. */
  function exponentialsOfRow(): void {
    if (guesses) exponentialsByGuess()
    else {
      shift.start()
      findMax(wholeRow)
      shift.raise()
      if (!soft) isCounted().when(pickScore)
      exponentials(wholeRow)
    }
    settle()
  }

  /** In one sweep; in place scores cannot be read again, so that it is known before whether their shift will do. */
  function exponentialsByGuess(): void {
    const again = i32()
    const inPlace = (op: 'i32.eq' | 'i32.ne') => f.get(p.x, p.gradient).op(op)
    guess()
    inPlace('i32.eq').when(() => {
      findMax(wholeRow)
      shift.isExceeded()
      f.when(() => shift.raise())
      isCounted().when(pickScore)
    })
    f.loop(() => {
      exponentials(wholeRow)
      shift.isExceeded()
      f.tee(again)
        .when(() => shift.raise())
        .get(again)
    })
    // here its row is in the cache: at the start of the sweep the processor would wait for it
    isCounted()
    inPlace('i32.ne').op('i32.and').when(pickScore)
  }

  /** The largest of the first scores becomes the shift. */
  function guess(): void {
    const end = i32()
    shift.start()
    f.i32(4 * firstScores).set(end)
    findMax({ from: null, end })
    shift.raise()
  }

  function byPieces(): void {
    const [from, end, careful] = Array.from({ length: 3 }, i32)
    clear()
    guess()
    f.i32(0).tee(from).set(careful)
    f.loop(() => {
      f.get(from).i32(pieceBytes).op('i32.add').tee(end)
      f.get(rowBytes, end, rowBytes).op('i32.lt_u').op('select').set(end)
      f.get(careful).when(() => {
        findMax({ from, end })
        shift.raise(sum)
      })
      sum.keep()
      addExponentials({ from, end })
      shift.isExceeded()
      f.when(
        () => {
          sum.restore()
          f.i32(1).set(careful)
        },
        () => {
          // e^(−∞ + ∞) is no number: where there is no score above −∞ so far, nothing has been added
          shift.isFinite()
          f.op('i32.eqz').when(() => sum.restore())
          f.get(end).set(from)
        },
      )
      f.get(from, rowBytes).op('i32.lt_u')
    })
    sum.gather()
    pickScore()
    settle()
  }

  function findMax(span: Span): void {
    overRow(span, [], ({ load }) => {
      shift.see(load(p.x))
      return []
    })
  }

  /** Keeps what the largest score has added to the sum, e^(maximum − shift), and what the statistics need of the maximum. */
  function settle(): void {
    shift.maximum().op('f64.promote_f32').set(max)
    if (guesses) shift.exponential('maximum', !shape.gradient).set(peak)
  }

  /** Before exponentials overwrite the scores. */
  function pickScore(): void {
    f.get(p.x, t).i32(2).op('i32.shl').op('i32.add').memory('f32.load').set(score)
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
      const d = s.sub(load(p.x), shift.lanes)
      if (guesses) shift.see(load(p.x))
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
    f.get(sum.value)
    if (guesses) f.get(peak).op('f64.div')
    f.set(logSum)
    first(logOfSum(s, lanes(logSum))).set(logSum)
    if (soft) {
      f.get(pickedSum.value, ySum.value, logSum).op('f64.mul').op('f64.sub').tee(picked).set(logp)
      f.get(ySum.value).set(weightOfRow)
    } else {
      // in float32, as the exponentials see it
      f.get(score)
      shift.maximum().op('f32.sub').op('f64.promote_f32').get(logSum).op('f64.sub').tee(picked).set(logp)
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
    const [place, likely] = [i32(), f64()]
    if (!soft) {
      f.get(p.gradient, t).i32(2).op('i32.shl').op('i32.add').tee(place)
      f.memory('f32.load').op('f64.promote_f32').set(likely)
    }
    overRow(wholeRow, [], ({ s, load, store }) => {
      const w = shape.weighted && (soft || spreads) ? load(p.weight) : null
      let g = s.mul(load(p.gradient), { local: kLanes })
      if (spreads) g = s.add(g, w === null ? { local: spreadLanes } : s.mul(w, { local: spreadLanes }))
      if (soft) g = s.add(g, s.mul(blended(s, load(p.targets), w), { local: pickLanes }))
      store(p.gradient, g)
      return []
    })
    if (soft) return
    f.get(place)
    // p − 1 of a class that is nearly sure
    if (spreads) f.get(place).memory('f32.load').op('f64.promote_f32')
    else f.get(likely, k).op('f64.mul')
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
      const logp = s.sub(s.sub(load(p.x), shift.lanes), { local: logLanes })
      const weighted = shape.weighted ? s.mul(load(p.weight), logp) : logp
      store(p.targetGradient, s.mul(weighted, { local: wide }))
      return []
    })
  }

  function splat(value: Local, into: Local): void {
    f.get(value).op('f32.demote_f64').op('f32x4.splat').set(into)
  }

  function overRow(span: Span, sums: readonly RowSum[], body: (step: Step) => readonly Lanes[]): void {
    // without stores there are registers enough for wider groups, and without FMA not for intermediate results of several vectors
    const [widths, abreast] = online ? [[8, 4, 1], shape.fma ? 4 : 1] : [[4, 1], 4]
    sweep(target, loaded, { widths, abreast }, span, at, sums, body)
  }
}
