import type { FunctionBuilder, Local } from './assembler.ts'
import { type Lanes, Simd, type SimdTarget } from './simd.ts'

/** Byte offsets into a row: where a sweep starts (0 if null), a multiple of 128, and where it ends. */
export interface Span {
  readonly from: Local | null
  readonly end: Local
}

/** One vector of a sweep, or one element in lane 0. */
export interface Step {
  readonly s: Simd
  load(stream: Local): Lanes
  store(stream: Local, lanes: Lanes): void
}

/** So many bytes of a row are added up in float32, in eight lanes, before float64 takes over: 32 additions each. */
const chunkBytes = 1024

/** A sum over a row: vectors are added in float32 for a short while, then in float64. */
export class RowSum {
  private readonly f: FunctionBuilder
  private readonly parts: readonly [Local, Local]
  private readonly even: Local
  private readonly odd: Local
  private kept: readonly (readonly [Local, Local])[] | null = null
  /** The sum, after `gather`. */
  readonly value: Local

  constructor(f: FunctionBuilder) {
    this.f = f
    this.parts = [f.local('v128'), f.local('v128')]
    this.even = f.local('v128')
    this.odd = f.local('v128')
    this.value = f.local('f64')
  }

  clear(zero: Lanes): void {
    for (const lanes of [...this.parts, this.even, this.odd]) this.f.get(zero.local).set(lanes)
    this.f.f64(0).set(this.value)
  }

  /** Multiplies what has been added so far. */
  scale(factor: Local): void {
    const lanes = this.f.local('v128')
    this.f.get(factor).op('f64x2.splat').set(lanes)
    for (const sum of [this.even, this.odd]) this.f.get(sum, lanes).op('f64x2.mul').set(sum)
  }

  /** Remembers what has been added so far; nothing may wait in float32. */
  keep(): void {
    this.kept ??= [this.even, this.odd, this.value].map((local) => [local, this.f.local(local === this.value ? 'f64' : 'v128')])
    for (const [local, copy] of this.kept) this.f.get(local).set(copy)
  }

  /** Back to what was kept. */
  restore(): void {
    for (const [local, copy] of this.kept ?? []) this.f.get(copy).set(local)
  }

  /** Vectors of even and odd place in a group are added to one part each. */
  addVectors(vectors: readonly Lanes[], first: number): void {
    for (const [i, { local }] of vectors.entries()) {
      const part = this.parts[(first + i) % 2]
      this.f.get(part, local).op('f32x4.add').set(part)
    }
  }

  /** Carries what float32 holds over to float64. */
  flush(zero: Lanes): void {
    const [a, b] = this.parts
    const both = this.f.local('v128')
    this.f.get(a, b).op('f32x4.add').set(both)
    addToHalves(this.f, both, this.even, this.odd)
    for (const part of this.parts) this.f.get(zero.local).set(part)
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

/** Writes the loops of a sweep: groups of so many vectors, widest first, then elements. `abreast` vectors at a time are interleaved. */
export function sweep(
  target: SimdTarget,
  loaded: Map<string, Lanes>,
  { widths, abreast }: { readonly widths: readonly number[]; readonly abreast: number },
  { from, end }: Span,
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
  const group = (vectors: number) => {
    const offsets = Array.from({ length: vectors }, (_, i) => 16 * i)
    for (let first = 0; first < vectors; first += abreast) {
      const steps = f.interleave(offsets.slice(first, first + abreast).map((offset) => () => write(offset, true)))
      for (const [i, sum] of sums.entries())
        sum.addVectors(
          steps.map((lanes) => lanes[i]),
          first,
        )
    }
  }
  const zero = sums.length > 0 ? new Simd(target, loaded).constant(0) : null
  const flush = () => {
    if (zero !== null) for (const sum of sums) sum.flush(zero)
  }
  if (from === null) f.i32(0).set(at)
  else f.get(from).set(at)
  for (const vectors of widths) {
    const bytes = 16 * vectors
    const limit = f.local('i32')
    f.get(end).i32(-bytes).op('i32.and').set(limit)
    if (sums.length === 0 || vectors < 4) upTo(f, at, limit, bytes, () => group(vectors))
    else {
      const stop = f.local('i32')
      f.get(at, limit)
        .op('i32.lt_u')
        .when(() =>
          f.loop(() => {
            f.get(at).i32(chunkBytes).op('i32.add').tee(stop)
            f.get(limit, stop, limit).op('i32.lt_u').op('select').set(stop)
            upTo(f, at, stop, bytes, () => group(vectors))
            flush()
            f.get(at, limit).op('i32.lt_u')
          }),
        )
    }
  }
  flush()
  upTo(f, at, end, 4, () => {
    const lanes = write(0, false)
    for (const [i, sum] of sums.entries()) sum.addElement(lanes[i])
  })
}

/** Writes a loop: `body` while `at` is below `limit`, `step` more each time. */
export function upTo(f: FunctionBuilder, at: Local, limit: Local, step: number, body: () => void): void {
  f.get(at, limit)
    .op('i32.lt_u')
    .when(() =>
      f.loop(() => {
        body()
        f.get(at).i32(step).op('i32.add').tee(at).get(limit).op('i32.lt_u')
      }),
    )
}
