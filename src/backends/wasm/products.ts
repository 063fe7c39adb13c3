import { FunctionBuilder, type Local } from './assembler.ts'
import { compile } from './engine.ts'
import type { CompiledKernel } from './memory.ts'
import { ConstantTable } from './simd.ts'

/** Features are padded with zeros to multiples of this. */
export const groupOfFeatures = 8

/**
 * Tokens and classes are padded to multiples of this, the rows of a tile of sums. With its operands and a spare the tile fills the sixteen
 * registers of x86; a product that is not fused with its sum takes one more.
 */
export const tileRows = (fma: boolean): 4 | 6 => (fma ? 6 : 4)

/** Engines move all loads of a loop's body to its front: unrolled, what is loaded spills from the registers where they are scarce. */
const unrolling = (fma: boolean): 1 | 2 => (fma ? 2 : 1)

/** Where the rows of the operands lie: the distances between them, in elements. */
export interface ProductsShape {
  /** Features of a token and of a class, padded; also the distance between classes. */
  readonly features: number
  /** From one token's features to the next one's. */
  readonly tokenStride: number
  /** From one token's scores to the next one's. */
  readonly scoreStride: number
  readonly fma: boolean
}

/**
 * The matrix products of a linear layer in float32, for some tokens and a block of classes. Tokens come in multiples of a tile's rows; classes too in
 * the gradients of weight and bias, elsewhere they are at least so many:
 *
 * `project(x, w, bias, scores, tokens, classes)`: scores = x·wᵀ + bias;
 * `inputGradient(g, w, dx, tokens, classes)`: dx = g·w;
 * `weightGradient(g, x, dw, tokens, classes, more)`: dw = gᵀ·x, added to what is there where `more` is not 0;
 * `biasGradient(g, db, tokens, classes)`: db = gᵀ·1;
 * `add(from, to, bytes)`: to += from.
 *
 * The distances between rows are constants of the code, so that all sums and operands of a tile are reached from two pointers.
 * Sums are made in the order of the indices, whatever the blocks, so that threads do not change them. All return 0.
 *
 * Source: K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", https://doi.org/10.1145/1356052.1356053
 */
export function productsModule(shape: ProductsShape): CompiledKernel {
  return compile([project(shape), inputGradient(shape), weightGradient(shape), biasGradient(shape), add()], new ConstantTable())
}

/** Scores: a tile of two tokens by four or six classes; the lanes of its sums hold every fourth feature, and are added at the end. */
function project({ features, tokenStride, scoreStride, fma }: ProductsShape): FunctionBuilder {
  const w = new Writer('project', 6, fma)
  const { f } = w
  const [x, weight, bias, scores, tokens, classes] = f.params
  const size = tileRows(fma)
  const [token, a, b, end, row, left, pairs] = w.i32s(7)
  const sums = [w.v128s(size), w.v128s(size)]
  const [x0, x1, y, low, lowBias, highBias] = w.v128s(6)
  const unroll = unrolling(fma)
  f.get(classes).set(left)
  f.loop(() => {
    f.get(bias).memory('v128.load').set(lowBias)
    if (size === 6) f.get(bias).memory('v128.load64_zero', 16).set(highBias)
    f.get(x).set(token)
    f.get(scores).set(row)
    w.countdown(tokens, 2, pairs, () => {
      w.zero(sums.flat())
      f.get(token)
        .tee(a)
        .i32(4 * features)
        .op('i32.add')
        .set(end)
      f.get(weight).set(b)
      f.loop(() => {
        for (let step = 0; step < unroll; step++) {
          f.get(a)
            .memory('v128.load', 16 * step)
            .set(x0)
          f.get(a)
            .memory('v128.load', 16 * step + 4 * tokenStride)
            .set(x1)
          for (let c = 0; c < size; c++) {
            f.get(b)
              .memory('v128.load', 16 * step + 4 * c * features)
              .set(y)
            w.addProduct(sums[0][c], x0, y)
            w.addProduct(sums[1][c], x1, y)
          }
        }
        w.advance(b, 16 * unroll)
        w.advance(a, 16 * unroll)
        f.get(a, end).op('i32.lt_u')
      })
      for (const [t, [s0, s1, s2, s3, s4, s5]] of sums.entries()) {
        const offset = 4 * t * scoreStride
        w.lanePairs(s0, s1).set(low)
        w.lanePairs(s2, s3).set(y)
        f.get(row).get(low, y).shuffle(lowHalves).get(low, y).shuffle(highHalves).op('f32x4.add')
        f.get(lowBias).op('f32x4.add').memory('v128.store', offset)
        if (size === 4) continue
        w.lanePairs(s4, s5).set(low)
        f.get(row).get(low, low, low).shuffle(highHalves).op('f32x4.add').get(highBias).op('f32x4.add')
        f.laneMemory('v128.store64_lane', 0, offset + 16)
      }
      w.advance(token, 8 * tokenStride)
      w.advance(row, 8 * scoreStride)
    })
    w.advance(weight, 4 * size * features)
    w.advance(bias, 4 * size)
    w.advance(scores, 4 * size)
    f.get(left).i32(size).op('i32.sub').set(left)
    // where fewer than a tile's rows are left, the last of them make one more tile, and some scores are written twice
    f.get(left)
      .i32(-1)
      .op('i32.add')
      .i32(size - 1)
      .op('i32.lt_u')
      .when(() => {
        f.get(left).i32(size).op('i32.sub').set(left)
        for (const [pointer, bytes] of [[weight, 4 * features] as const, [bias, 4] as const, [scores, 4] as const]) {
          f.get(pointer, left).i32(bytes).op('i32.mul').op('i32.add').set(pointer)
        }
        f.i32(size).set(left)
      })
    f.get(left)
  })
  f.f64(0)
  return f
}

/** A tile of four or six tokens by eight features; the sums run over the classes. */
function inputGradient({ features, tokenStride, scoreStride, fma }: ProductsShape): FunctionBuilder {
  const w = new Writer('inputGradient', 5, fma)
  const { f } = w
  const [g, weight, dx, tokens, classes] = f.params
  const [column, a, b, out, row, end, groups] = w.i32s(7)
  const size = tileRows(fma)
  const sums = Array.from({ length: size }, () => w.v128s(2))
  const [y0, y1, factor] = w.v128s(3)
  const unroll = unrolling(fma)
  const steps = (count: number) => {
    for (let step = 0; step < count; step++) {
      f.get(b)
        .memory('v128.load', 4 * step * features)
        .set(y0)
      f.get(b)
        .memory('v128.load', 4 * step * features + 16)
        .set(y1)
      for (let t = 0; t < size; t++) {
        f.get(a)
          .memory('v128.load32_splat', 4 * step + 4 * t * scoreStride)
          .set(factor)
        w.addProduct(sums[t][0], factor, y0)
        w.addProduct(sums[t][1], factor, y1)
      }
    }
    w.advance(b, 4 * count * features)
    w.advance(a, 4 * count)
  }
  f.i32(0).set(column)
  f.loop(() => {
    f.get(g).set(row)
    f.get(dx, column).op('i32.add').set(out)
    w.countdown(tokens, size, groups, () => {
      w.zero(sums.flat())
      f.get(row).tee(a).get(classes).i32(-unroll).op('i32.and').i32(2).op('i32.shl').op('i32.add').set(end)
      f.get(weight, column).op('i32.add').set(b)
      f.get(a, end)
        .op('i32.lt_u')
        .when(() => {
          f.loop(() => {
            steps(unroll)
            f.get(a, end).op('i32.lt_u')
          })
        })
      if (unroll > 1)
        f.get(classes)
          .i32(1)
          .op('i32.and')
          .when(() => steps(1))
      for (let t = 0; t < size; t++) {
        f.get(out, sums[t][0]).memory('v128.store', 4 * t * tokenStride)
        f.get(out, sums[t][1]).memory('v128.store', 4 * t * tokenStride + 16)
      }
      w.advance(row, 4 * size * scoreStride)
      w.advance(out, 4 * size * tokenStride)
    })
    w.advance(column, 4 * groupOfFeatures)
    f.get(column)
      .i32(4 * features)
      .op('i32.lt_u')
  })
  f.f64(0)
  return f
}

/** A tile of four or six classes by eight features; the sums run over the tokens. */
function weightGradient({ features, tokenStride, scoreStride, fma }: ProductsShape): FunctionBuilder {
  const w = new Writer('weightGradient', 6, fma)
  const { f } = w
  const [g, x, dw, tokens, classes, more] = f.params
  const [column, a, b, out, row, left, groups] = w.i32s(7)
  const size = tileRows(fma)
  const sums = Array.from({ length: size }, () => w.v128s(2))
  const [y0, y1, factor] = w.v128s(3)
  const unroll = unrolling(fma)
  f.i32(0).set(column)
  f.loop(() => {
    f.get(g).set(row)
    f.get(dw, column).op('i32.add').set(out)
    w.countdown(classes, size, groups, () => {
      f.get(more).when(
        () => {
          for (let c = 0; c < size; c++) {
            f.get(out)
              .memory('v128.load', 4 * c * features)
              .set(sums[c][0])
            f.get(out)
              .memory('v128.load', 4 * c * features + 16)
              .set(sums[c][1])
          }
        },
        () => w.zero(sums.flat()),
      )
      f.get(row).set(a)
      f.get(x, column).op('i32.add').set(b)
      w.countdown(tokens, unroll, left, () => {
        for (let step = 0; step < unroll; step++) {
          f.get(b)
            .memory('v128.load', 4 * step * tokenStride)
            .set(y0)
          f.get(b)
            .memory('v128.load', 4 * step * tokenStride + 16)
            .set(y1)
          for (let c = 0; c < size; c++) {
            f.get(a)
              .memory('v128.load32_splat', 4 * c + 4 * step * scoreStride)
              .set(factor)
            w.addProduct(sums[c][0], factor, y0)
            w.addProduct(sums[c][1], factor, y1)
          }
        }
        w.advance(a, 4 * unroll * scoreStride)
        w.advance(b, 4 * unroll * tokenStride)
      })
      for (let c = 0; c < size; c++) {
        f.get(out, sums[c][0]).memory('v128.store', 4 * c * features)
        f.get(out, sums[c][1]).memory('v128.store', 4 * c * features + 16)
      }
      w.advance(row, 4 * size)
      w.advance(out, 4 * size * features)
    })
    w.advance(column, 4 * groupOfFeatures)
    f.get(column)
      .i32(4 * features)
      .op('i32.lt_u')
  })
  f.f64(0)
  return f
}

/** Two classes at a time. */
function biasGradient({ scoreStride }: ProductsShape): FunctionBuilder {
  const w = new Writer('biasGradient', 4, false)
  const { f } = w
  const [g, db, tokens, classes] = f.params
  const [a, left, pairs] = w.i32s(3)
  const [sum] = w.v128s(1)
  w.countdown(classes, 2, pairs, () => {
    w.zero([sum])
    f.get(g).set(a)
    w.countdown(tokens, 1, left, () => {
      f.get(sum, a).memory('v128.load64_zero').op('f32x4.add').set(sum)
      w.advance(a, 4 * scoreStride)
    })
    f.get(db, sum).laneMemory('v128.store64_lane', 0)
    w.advance(g, 8)
    w.advance(db, 8)
  })
  f.f64(0)
  return f
}

function add(): FunctionBuilder {
  const w = new Writer('add', 3, false)
  const { f } = w
  const [from, to, bytes] = f.params
  const [left] = w.i32s(1)
  w.countdown(bytes, 16, left, () => {
    f.get(to).get(to).memory('v128.load').get(from).memory('v128.load').op('f32x4.add').memory('v128.store')
    w.advance(from, 16)
    w.advance(to, 16)
  })
  f.f64(0)
  return f
}

const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const highHalves = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]
const lowPairs = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]
const highPairs = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]

/** A function of addresses and counts, with the turns of phrase that the products share. */
class Writer {
  readonly f: FunctionBuilder
  private readonly fma: boolean

  constructor(name: string, params: number, fma: boolean) {
    this.f = new FunctionBuilder(name, new Array<'i32'>(params).fill('i32'), ['f64'])
    this.fma = fma
  }

  i32s = (count: number): Local[] => Array.from({ length: count }, () => this.f.local('i32'))
  v128s = (count: number): Local[] => Array.from({ length: count }, () => this.f.local('v128'))

  zero(locals: readonly Local[]): void {
    for (const local of locals) this.f.v128(new Array(16).fill(0)).set(local)
  }

  advance(pointer: Local, bytes: number): void {
    this.f.get(pointer).i32(bytes).op('i32.add').set(pointer)
  }

  /** sum += a·b. */
  addProduct(sum: Local, a: Local, b: Local): void {
    if (this.fma) this.f.get(a, b, sum).op('f32x4.relaxed_madd').set(sum)
    else this.f.get(sum, a, b).op('f32x4.mul').op('f32x4.add').set(sum)
  }

  /** (a₀ + a₂, b₀ + b₂, a₁ + a₃, b₁ + b₃). */
  lanePairs(a: Local, b: Local): FunctionBuilder {
    return this.f.get(a, b).shuffle(lowPairs).get(a, b).shuffle(highPairs).op('f32x4.add')
  }

  /** Runs `body` once for every `step` of `count`, which is a multiple of it; not at all for 0. */
  countdown(count: Local, step: number, left: Local, body: () => void): void {
    this.f
      .get(count)
      .tee(left)
      .when(() => {
        this.f.loop(() => {
          body()
          this.f.get(left).i32(step).op('i32.sub').tee(left)
        })
      })
  }
}
