import type { FunctionBuilder, Local } from './assembler.ts'
import { type Lanes, Simd, type SimdTarget } from './simd.ts'

/** Byte offsets into a row: where a sweep starts (0 if null), and where groups of four vectors, vectors, and elements end. */
export interface Span {
  readonly from: Local | null
  readonly groups: Local
  readonly vectors: Local
  readonly end: Local
}

/** One vector of a sweep, or one element in lane 0. */
export interface Step {
  readonly s: Simd
  load(stream: Local): Lanes
  store(stream: Local, lanes: Lanes): void
}

/** A sum over a row in float64: what a sweep's groups, vectors and elements add to it. */
export class RowSum {
  private readonly f: FunctionBuilder
  private readonly even: Local
  private readonly odd: Local
  /** The sum, after `gather`. */
  readonly value: Local

  constructor(f: FunctionBuilder) {
    this.f = f
    this.even = f.local('v128')
    this.odd = f.local('v128')
    this.value = f.local('f64')
  }

  clear(zero: Lanes): void {
    this.f.get(zero.local).set(this.even).get(zero.local).set(this.odd).f64(0).set(this.value)
  }

  /** Multiplies what has been added so far. */
  scale(factor: Local): void {
    const lanes = this.f.local('v128')
    this.f.get(factor).op('f64x2.splat').set(lanes)
    for (const sum of [this.even, this.odd]) this.f.get(sum, lanes).op('f64x2.mul').set(sum)
  }

  /** Pairs in float32, then float64: two roundings of float32 on the way cost a sum of many nothing. */
  addVectors(vectors: readonly Lanes[]): void {
    const { f, even, odd } = this
    let level = vectors.map(({ local }) => local)
    while (level.length > 1) {
      const pairs: Local[] = []
      for (let i = 0; i < level.length; i += 2) {
        const pair = f.local('v128')
        f.get(level[i], level[i + 1]).op('f32x4.add').set(pair)
        pairs.push(pair)
      }
      level = pairs
    }
    addToHalves(f, level[0], even, odd)
  }

  addElement({ local }: Lanes): void {
    this.f.get(this.value, local).lane('f32x4.extract_lane', 0).op('f64.promote_f32').op('f64.add').set(this.value)
  }

  gather(): void {
    const { f, even, odd, value } = this
    f.get(even, odd).op('f64x2.add').set(even)
    f.get(value, even).lane('f64x2.extract_lane', 0).op('f64.add').get(even).lane('f64x2.extract_lane', 1).op('f64.add').set(value)
  }
}

/** Adds the lower two float32 of a vector to one pair of float64, and the upper two to another. */
export function addToHalves(f: FunctionBuilder, vector: Local, even: Local, odd: Local): void {
  f.get(even, vector).op('f64x2.promote_low_f32x4').op('f64x2.add').set(even)
  f.get(odd, vector, vector).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
  f.op('f64x2.promote_low_f32x4').op('f64x2.add').set(odd)
}

/** Writes the loops of a sweep: four vectors at a time, so that their long chains of instructions overlap; vectors; elements. */
export function sweep(
  target: SimdTarget,
  loaded: Map<string, Lanes>,
  { from, groups, vectors, end }: Span,
  at: Local,
  sums: readonly RowSum[],
  body: (step: Step) => readonly Lanes[],
): void {
  const { f } = target
  const write = (offset: number, whole: boolean): readonly Lanes[] => {
    const read = new Map<Local, Lanes>()
    return body({
      s: new Simd(target, loaded),
      load: (stream) => {
        const known = read.get(stream)
        if (known !== undefined) return known
        const local = f.local('v128')
        f.get(stream, at)
          .op('i32.add')
          .memory(whole ? 'v128.load' : 'v128.load32_splat', offset)
          .set(local)
        read.set(stream, { local })
        return { local }
      },
      store: (stream, lanes) => {
        f.get(stream, at).op('i32.add').get(lanes.local)
        if (whole) f.memory('v128.store', offset)
        else f.laneMemory('v128.store32_lane', 0, offset)
      },
    })
  }
  const loop = (limit: Local, bytes: number, turn: () => void) => {
    f.get(at, limit)
      .op('i32.lt_u')
      .when(() =>
        f.loop(() => {
          turn()
          f.get(at).i32(bytes).op('i32.add').tee(at).get(limit).op('i32.lt_u')
        }),
      )
  }
  if (from === null) f.i32(0).set(at)
  else f.get(from).set(at)
  loop(groups, 64, () => {
    const steps = f.interleave([0, 16, 32, 48].map((offset) => () => write(offset, true)))
    for (const [i, sum] of sums.entries()) sum.addVectors(steps.map((lanes) => lanes[i]))
  })
  loop(vectors, 16, () => {
    const lanes = write(0, true)
    for (const [i, sum] of sums.entries()) sum.addVectors([lanes[i]])
  })
  loop(end, 4, () => {
    const lanes = write(0, false)
    for (const [i, sum] of sums.entries()) sum.addElement(lanes[i])
  })
}
