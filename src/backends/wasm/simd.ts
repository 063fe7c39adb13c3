import type { Algebra } from '../../algebra/algebra.ts'
import type { FunctionBuilder, Local, Op } from './assembler.ts'
import { exp32, exp64, expOfNegative32, log1p32, log1p64, log32, log64 } from './elementary.ts'

/** Four float32 or two float64, in a local of the function being written. */
export interface Lanes {
  readonly local: Local
  /** What is known of the value, so that cheaper code may serve: at most 0, or in [0, 1]. */
  readonly known?: 'nonpositive' | 'unit'
  /** Where the value is a constant times another. */
  readonly product?: { readonly constant: number; readonly of: Lanes }
}

/** A truth value per lane: all bits set, or none. */
export type Mask = Lanes

/** Constants that a function loads once, at entry, from a table in memory: engines re-make inline ones in every turn of a loop. */
export class ConstantTable {
  private readonly words: bigint[] = []

  /** The byte offset of a constant of 32 or 64 bits. */
  offsetOf(word: bigint): number {
    const found = this.words.indexOf(word)
    return 8 * (found >= 0 ? found : this.words.push(word) - 1)
  }

  get bytes(): Uint8Array {
    return new Uint8Array(BigUint64Array.from(this.words).buffer)
  }
}

export interface SimdTarget {
  readonly f: FunctionBuilder
  /** Where the table of constants lies in memory: an i32 local. */
  readonly table: Local
  readonly constants: ConstantTable
  /** Whether multiply-add may be one instruction with one rounding. */
  readonly fma: boolean
  readonly compute: 'float32' | 'float64'
}

/**
 * The algebra spelled in SIMD instructions.
 *
 * Every result gets a local of its own, and the same operation on the same operands is written once. So a value and its slopes share what
 * they have in common, as the exponential of a sigmoid.
 */
export class Simd implements Algebra<Lanes, Mask> {
  readonly f: FunctionBuilder
  readonly target: SimdTarget
  readonly wide: 'f32x4' | 'f64x2'
  private readonly loaded: Map<string, Lanes>
  private readonly written = new Map<string, Lanes>()

  /** `loaded` holds the constants of the function, to be shared where a formula is written several times in it. */
  constructor(target: SimdTarget, loaded: Map<string, Lanes> = new Map()) {
    this.target = target
    this.f = target.f
    this.wide = target.compute === 'float32' ? 'f32x4' : 'f64x2'
    this.loaded = loaded
  }

  /** A constant in every lane. */
  constant(value: number): Lanes {
    if (this.wide === 'f32x4') return this.word(BigInt(new Uint32Array(Float32Array.of(value).buffer)[0]), 32)
    return this.word(new BigUint64Array(Float64Array.of(value).buffer)[0], 64)
  }

  /** An integer of 32 bits (a number) or of 64 (a bigint) in every lane. */
  bits(value: number | bigint): Lanes {
    return typeof value === 'number' ? this.word(BigInt.asUintN(32, BigInt(value)), 32) : this.word(BigInt.asUintN(64, value), 64)
  }

  /** `a` times a factor of the function, which joins a constant that `a` was multiplied by already. */
  scaled(a: Lanes, factor: Local): Lanes {
    const { product } = a
    if (product === undefined) return this.mul(a, { local: factor })
    const key = `${product.constant} × local ${factor.index}`
    let joint = this.loaded.get(key)
    if (joint === undefined) {
      const constant = this.constant(product.constant)
      joint = { local: this.f.local('v128') }
      const { local } = joint
      this.f.atEntry(() => this.f.get(constant.local, factor).op(`${this.wide}.mul`).set(local))
      this.loaded.set(key, joint)
    }
    return this.mul(product.of, joint)
  }

  private word(word: bigint, width: 32 | 64): Lanes {
    const key = `${width} bits ${word}`
    const known = this.loaded.get(key)
    if (known !== undefined) return known
    const local = this.f.local('v128')
    const offset = this.target.constants.offsetOf(word)
    this.f.atEntry(() => {
      this.f
        .get(this.target.table)
        .memory(width === 32 ? 'v128.load32_splat' : 'v128.load64_splat', offset)
        .set(local)
    })
    const lanes = { local }
    this.loaded.set(key, lanes)
    return lanes
  }

  add = (a: Lanes | number, b: Lanes | number): Lanes => this.float('add', a, b)
  sub = (a: Lanes | number, b: Lanes | number): Lanes => this.float('sub', a, b)
  mul = (a: Lanes | number, b: Lanes | number): Lanes => {
    if (a === 1) return this.lanes(b)
    if (b === 1) return this.lanes(a)
    const lanes = this.float('mul', a, b)
    if (typeof a === 'number' && typeof b !== 'number') return { ...lanes, product: { constant: a, of: b } }
    return lanes
  }
  div = (a: Lanes | number, b: Lanes | number): Lanes => this.float('div', a, b)
  abs = (a: Lanes | number): Lanes => this.float('abs', a)
  sqrt = (a: Lanes | number): Lanes => this.float('sqrt', a)
  lt = (a: Lanes | number, b: Lanes | number): Mask => this.float('lt', a, b)
  le = (a: Lanes | number, b: Lanes | number): Mask => this.float('le', a, b)
  eq = (a: Lanes | number, b: Lanes | number): Mask => this.float('eq', a, b)
  // pmin(a, b) is b < a ? b : a, the algebra's own rule; min and max proper cost several instructions on x86
  min = (a: Lanes | number, b: Lanes | number): Lanes => this.float('pmin', a, b)
  max = (a: Lanes | number, b: Lanes | number): Lanes => this.float('pmax', a, b)

  neg = (a: Lanes | number): Lanes => {
    const negated = this.float('neg', a)
    return typeof a !== 'number' && this.isAbs(a) ? { ...negated, known: 'nonpositive' } : negated
  }

  select = (condition: Mask, yes: Lanes | number, no: Lanes | number): Lanes =>
    this.write('v128.bitselect', [this.lanes(yes), this.lanes(no), condition])

  exp = (a: Lanes | number): Lanes => {
    const x = this.lanes(a)
    const nonpositive = x.known === 'nonpositive'
    const make32 = nonpositive ? () => expOfNegative32(this, x, false) : () => exp32(this, x)
    const y = this.once('exp', x, this.wide === 'f32x4' ? make32 : () => exp64(this, x))
    return nonpositive ? { ...y, known: 'unit' } : y
  }

  log = (a: Lanes | number): Lanes => {
    const x = this.lanes(a)
    return this.once('log', x, () => (this.wide === 'f32x4' ? log32(this, x) : log64(this, x)))
  }

  log1p = (a: Lanes | number): Lanes => {
    const x = this.lanes(a)
    return this.once('log1p', x, () => (this.wide === 'f32x4' ? log1p32(this, x, x.known === 'unit') : log1p64(this, x)))
  }

  /** a·b + c, in one rounding where the engine has that. */
  fma(a: Lanes | number, b: Lanes | number, c: Lanes | number): Lanes {
    if (!this.target.fma) return this.add(this.mul(a, b), c)
    return this.write(`${this.wide}.relaxed_madd`, [this.lanes(a), this.lanes(b), this.lanes(c)])
  }

  /** c₀ + x·(c₁ + x·(c₂ + …)). */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    let sum: Lanes | number = coefficients[coefficients.length - 1]
    for (let i = coefficients.length - 2; i >= 0; i--) sum = this.fma(sum, x, coefficients[i])
    return this.lanes(sum)
  }

  /** Any instruction of two operands, such as those on the bits. */
  write(op: Op, operands: readonly Lanes[], shift?: number): Lanes {
    const key = `${op} ${operands.map(({ local }) => local.index).join(' ')} ${shift ?? ''}`
    const known = this.written.get(key)
    if (known !== undefined) return known
    const local = this.f.local('v128')
    for (const operand of operands) this.f.get(operand.local)
    if (shift !== undefined) this.f.i32(shift)
    this.f.op(op).set(local)
    const lanes = { local }
    this.written.set(key, lanes)
    return lanes
  }

  lanes(a: Lanes | number): Lanes {
    return typeof a === 'number' ? this.constant(a) : a
  }

  private float(name: string, ...operands: (Lanes | number)[]): Lanes {
    return this.write(
      `${this.wide}.${name}` as Op,
      operands.map((operand) => this.lanes(operand)),
    )
  }

  private once(name: string, x: Lanes, make: () => Lanes): Lanes {
    const key = `${name} ${x.local.index}`
    const known = this.written.get(key)
    if (known !== undefined) return known
    const made = make()
    this.written.set(key, made)
    return made
  }

  private isAbs(a: Lanes): boolean {
    for (const [key, lanes] of this.written) if (lanes.local === a.local) return key.startsWith(`${this.wide}.abs`)
    return false
  }
}
