/**
 * A small WebAssembly assembler: functions are written instruction by instruction, and come out as a module's bytes.
 *
 * It knows the instructions that the kernels use, with 128-bit SIMD and relaxed SIMD among them.
 *
 * Source: https://webassembly.github.io/spec/core/binary/, https://github.com/WebAssembly/relaxed-simd
 */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

const typeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** Opcodes without immediates of their own. SIMD instructions follow the prefix 0xfd. */
const plain = {
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_u': 0x4b,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.and': 0x71,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'f32.lt': 0x5d,
  'f32.gt': 0x5e,
  'f32.add': 0x92,
  'f32.sub': 0x93,
  'f32.mul': 0x94,
  'f32.div': 0x95,
  'f64.abs': 0x99,
  'f64.neg': 0x9a,
  'f64.add': 0xa0,
  'f64.sub': 0xa1,
  'f64.mul': 0xa2,
  'f64.div': 0xa3,
  'f32.demote_f64': 0xb6,
  'f64.convert_i32_s': 0xb7,
  'f64.promote_f32': 0xbb,
  select: 0x1b,
  drop: 0x1a,
  return: 0x0f,
} as const

const simd = {
  'i32x4.splat': 17,
  'f32x4.splat': 19,
  'f64x2.splat': 20,
  'f32x4.eq': 65,
  'f32x4.lt': 67,
  'f32x4.gt': 68,
  'f32x4.le': 69,
  'f32x4.ge': 70,
  'f64x2.eq': 71,
  'f64x2.lt': 73,
  'f64x2.gt': 74,
  'f64x2.le': 75,
  'f64x2.ge': 76,
  'v128.not': 77,
  'v128.and': 78,
  'v128.andnot': 79,
  'v128.or': 80,
  'v128.xor': 81,
  'v128.bitselect': 82,
  'v128.any_true': 83,
  'f32x4.demote_f64x2_zero': 94,
  'f64x2.promote_low_f32x4': 95,
  'i32x4.eq': 55,
  'i32x4.lt_u': 58,
  'i32x4.shl': 171,
  'i32x4.shr_s': 172,
  'i32x4.shr_u': 173,
  'i32x4.add': 174,
  'i32x4.sub': 177,
  'i32x4.mul': 181,
  'i32x4.max_s': 184,
  'i64x2.shl': 203,
  'i64x2.shr_s': 204,
  'i64x2.shr_u': 205,
  'i64x2.add': 206,
  'i64x2.sub': 209,
  'f32x4.abs': 224,
  'f32x4.neg': 225,
  'f32x4.sqrt': 227,
  'f32x4.add': 228,
  'f32x4.sub': 229,
  'f32x4.mul': 230,
  'f32x4.div': 231,
  'f32x4.pmin': 234,
  'f32x4.pmax': 235,
  'f64x2.abs': 236,
  'f64x2.neg': 237,
  'f64x2.sqrt': 239,
  'f64x2.add': 240,
  'f64x2.sub': 241,
  'f64x2.mul': 242,
  'f64x2.div': 243,
  'f64x2.pmin': 246,
  'f64x2.pmax': 247,
  'i32x4.trunc_sat_f32x4_s': 248,
  'f32x4.convert_i32x4_s': 250,
  'f32x4.relaxed_madd': 261,
  'f32x4.relaxed_nmadd': 262,
  'f64x2.relaxed_madd': 263,
  'f64x2.relaxed_nmadd': 264,
} as const

/** Loads and stores, with the power of two of their alignment. */
const memory = {
  'i32.load': [[0x28], 2],
  'f32.load': [[0x2a], 2],
  'f64.load': [[0x2b], 3],
  'i32.store': [[0x36], 2],
  'f32.store': [[0x38], 2],
  'f64.store': [[0x39], 3],
  'v128.load': [[0xfd, 0], 2],
  'v128.load32_splat': [[0xfd, 9], 2],
  'v128.load64_splat': [[0xfd, 10], 3],
  'v128.load32_zero': [[0xfd, 92], 2],
  'v128.load64_zero': [[0xfd, 93], 3],
  'v128.store': [[0xfd, 11], 2],
} as const satisfies Readonly<Record<string, readonly [readonly number[], number]>>

/** Loads and stores of one lane. */
const laneMemory = { 'v128.load32_lane': 86, 'v128.load64_lane': 87, 'v128.store32_lane': 90, 'v128.store64_lane': 91 } as const

const lanes = { 'f32x4.extract_lane': 31, 'f32x4.replace_lane': 32, 'f64x2.extract_lane': 33, 'i32x4.extract_lane': 27 } as const

export type Op = keyof typeof plain | keyof typeof simd
export type MemoryOp = keyof typeof memory
export type LaneMemoryOp = keyof typeof laneMemory
export type LaneOp = keyof typeof lanes

/** A local variable of a function. */
export interface Local {
  readonly index: number
  readonly type: ValueType
}

/** Writes one function. Every method appends instructions; operands come first, as on the stack. */
export class FunctionBuilder {
  private code: number[] = []
  private readonly entry: number[] = []
  /** Statements written so far, while they are kept apart. */
  private statements: number[][] | null = null
  private readonly locals: ValueType[] = []
  readonly params: readonly Local[]
  readonly results: readonly ValueType[]
  readonly name: string
  /** The parameters' types. */
  readonly signature: readonly ValueType[]

  constructor(name: string, signature: readonly ValueType[], results: readonly ValueType[]) {
    this.name = name
    this.signature = signature
    this.results = results
    this.params = signature.map((type, index) => ({ index, type }))
  }

  local(type: ValueType): Local {
    this.locals.push(type)
    return { index: this.signature.length + this.locals.length - 1, type }
  }

  get(...locals: readonly Local[]): this {
    for (const { index } of locals) this.code.push(0x20, ...unsigned(index))
    return this
  }

  set({ index }: Local): this {
    this.code.push(0x21, ...unsigned(index))
    return this.endStatement()
  }

  tee({ index }: Local): this {
    this.code.push(0x22, ...unsigned(index))
    return this
  }

  i32(value: number): this {
    this.code.push(0x41, ...signed(value))
    return this
  }

  f32(value: number): this {
    this.code.push(0x43, ...new Uint8Array(Float32Array.of(value).buffer))
    return this
  }

  f64(value: number): this {
    this.code.push(0x44, ...new Uint8Array(Float64Array.of(value).buffer))
    return this
  }

  op(name: Op): this {
    if (name in plain) this.code.push(plain[name as keyof typeof plain])
    else this.code.push(0xfd, ...unsigned(simd[name as keyof typeof simd]))
    return this
  }

  /** A load or store; `align` overrides the hint, as the power of two. */
  memory(name: MemoryOp, offset = 0): this {
    const [opcode, align] = memory[name]
    this.code.push(...opcode, align, ...unsigned(offset))
    return name.includes('store') ? this.endStatement() : this
  }

  laneMemory(name: LaneMemoryOp, lane: number, offset = 0): this {
    this.code.push(0xfd, laneMemory[name], name.includes('64') ? 3 : 2, ...unsigned(offset), lane)
    return name.includes('store') ? this.endStatement() : this
  }

  lane(name: LaneOp, lane: number): this {
    this.code.push(0xfd, lanes[name], lane)
    return this
  }

  shuffle(bytes: readonly number[]): this {
    this.code.push(0xfd, 13, ...bytes)
    return this
  }

  v128(bytes: readonly number[]): this {
    this.code.push(0xfd, 12, ...bytes)
    return this
  }

  call(functionIndex: number): this {
    this.code.push(0x10, ...unsigned(functionIndex))
    return this
  }

  /** Repeats `body` while the condition that it leaves on the stack holds; runs it at least once. */
  loop(body: () => void): this {
    this.code.push(0x03, 0x40)
    body()
    this.code.push(0x0d, 0, 0x0b)
    return this
  }

  /** Runs `body` where the condition on the stack holds. */
  when(body: () => void, otherwise?: () => void): this {
    this.code.push(0x04, 0x40)
    body()
    if (otherwise !== undefined) {
      this.code.push(0x05)
      otherwise()
    }
    this.code.push(0x0b)
    return this
  }

  /** Writes `body` before everything else: what need not be repeated in a loop. */
  atEntry(body: () => void): this {
    const { code, statements } = this
    this.code = this.entry
    this.statements = null
    body()
    this.code = code
    this.statements = statements
    return this
  }

  /**
   * Writes several sequences of statements in turns, one statement of each: a processor finds independent work near at hand, where it would
   * otherwise wait for one long chain after the other. A statement ends with `set` or a store.
   */
  interleave<T>(parts: readonly (() => T)[]): T[] {
    const { code, statements } = this
    const results: T[] = []
    const written = parts.map((part) => {
      const own: number[][] = []
      this.code = []
      this.statements = own
      results.push(part())
      own.push(this.code)
      return own
    })
    this.code = code
    this.statements = statements
    const longest = Math.max(0, ...written.map((own) => own.length))
    for (let i = 0; i < longest; i++) for (const own of written) if (i < own.length) code.push(...own[i])
    return results
  }

  private endStatement(): this {
    if (this.statements !== null) {
      this.statements.push(this.code)
      this.code = []
    }
    return this
  }

  /** The function's body in the binary format. */
  body(): number[] {
    const declared = this.locals.flatMap((type) => [1, typeCode[type]])
    const body = [...unsigned(this.locals.length), ...declared, ...this.entry, ...this.code, 0x0b]
    return [...unsigned(body.length), ...body]
  }
}

export interface MemoryImport {
  /** In pages of 64 KiB. */
  readonly maximum: number
  readonly shared: boolean
}

/** The bytes of a module that imports its memory as `m.m` and exports every function by its name. */
export function assemble(functions: readonly FunctionBuilder[], imported: MemoryImport): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ signature, results }) => [
    0x60,
    ...vector(signature.map((type) => [typeCode[type]])),
    ...vector(results.map((type) => [typeCode[type]])),
  ])
  const limits = [imported.shared ? 3 : 1, ...unsigned(1), ...unsigned(imported.maximum)]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('m'), ...text('m'), 0x02, ...limits]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map((builder) => builder.body()))),
  ])
}

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content]

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]

const text = (name: string): number[] => [...unsigned(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))]

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest === 0 ? low : low | 128)
  } while (rest !== 0)
  return bytes
}

function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}
