import type { FunctionBuilder, Local } from './assembler.ts'
import { expOfNegative32 } from './elementary.ts'
import type { RowSum } from './row-sweep.ts'
import { type Lanes, Simd, type SimdTarget } from './simd.ts'

/**
 * How far a score may lie above the shift: far from overflow, but the difference, and without FMA its exponent too, are rounded the more the
 * larger they are. Of 16 the last bit is worth 2^-20, as it is in scores that are so far from each other, most often.
 */
const headroom = (fma: boolean): number => (fma ? 16 : 8)

/** What is subtracted from the scores of a row before their exponentials are taken, and the largest score seen so far. */
export class RowShift {
  private readonly f: FunctionBuilder
  private readonly target: SimdTarget
  private readonly loaded: Map<string, Lanes>
  /** The largest scores of each lane; of all, in every lane; and the shift, in every lane. */
  private readonly maxima: Local
  private readonly max: Local
  private readonly shift: Local

  constructor(target: SimdTarget, loaded: Map<string, Lanes>) {
    const { f } = target
    this.f = f
    this.target = target
    this.loaded = loaded
    this.maxima = f.local('v128')
    this.max = f.local('v128')
    this.shift = f.local('v128')
  }

  get lanes(): Lanes {
    return { local: this.shift }
  }

  start(): void {
    this.f.get(new Simd(this.target, this.loaded).constant(-Infinity).local).set(this.maxima)
  }

  /** Looks at four scores. */
  see({ local }: Lanes): void {
    this.f.get(this.maxima, local).op('f32x4.pmax').set(this.maxima)
  }

  /** Makes the largest score the shift; a sum that has begun is scaled. */
  raise(begun?: RowSum): void {
    const { f, max, shift } = this
    this.gather()
    if (begun !== undefined) {
      this.isFinite()
      this.lane0(shift)
      this.maximum()
        .op('f32.lt')
        .op('i32.and')
        .when(() => {
          const factor = f.local('f64')
          this.exponential('shift', true).set(factor)
          begun.scale(factor)
        })
    }
    f.get(max).set(shift)
  }

  /** Whether a score lies too far above the shift. The maximum is known after it. */
  isExceeded(): FunctionBuilder {
    this.gather()
    this.maximum()
    return this.lane0(this.shift).f32(headroom(this.target.fma)).op('f32.add').op('f32.gt')
  }

  /** Whether there is a shift above −∞. */
  isFinite(): FunctionBuilder {
    return this.lane0(this.shift).f32(-Infinity).op('f32.gt')
  }

  /** The largest score, when it was last gathered: a float32. */
  maximum(): FunctionBuilder {
    return this.lane0(this.max)
  }

  /** e^(maximum − shift), with the very bits that it has in the sum; or e^(shift − maximum). In float64. */
  exponential(of: 'maximum' | 'shift', forSum: boolean): FunctionBuilder {
    const s = new Simd(this.target, this.loaded)
    const [a, b] = of === 'maximum' ? [this.max, this.shift] : [this.shift, this.max]
    const power = expOfNegative32(s, s.sub({ local: a }, { local: b }), forSum)
    return this.lane0(power.local).op('f64.promote_f32')
  }

  private gather(): void {
    const { f, maxima, max } = this
    f.get(maxima, maxima, maxima).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]).op('f32x4.pmax').tee(maxima)
    f.get(maxima, maxima).shuffle([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]).op('f32x4.pmax').tee(maxima).set(max)
  }

  private lane0(lanes: Local): FunctionBuilder {
    return this.f.get(lanes).lane('f32x4.extract_lane', 0)
  }
}
