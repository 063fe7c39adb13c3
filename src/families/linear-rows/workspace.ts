import { cached, features } from '../../backends/wasm/engine.ts'
import { type CompiledKernel, type KernelMemory, memoryOf, type Tile } from '../../backends/wasm/memory.ts'
import { groupOfFeatures, productsModule, tileRows } from '../../backends/wasm/products.ts'
import { runTiles, slotCount } from '../../backends/wasm/run.ts'
import { inputOf } from '../../backends/wasm/tiles.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import type { View } from '../../tensor/view.ts'

/**
 * How many tokens' scores are held at a time, by the shape alone. Each such chunk reads all of the weight twice and its gradient once: more
 * tokens cost memory, fewer cost time. At most 1/42 of all scores and 32 MB, but never less than 24 rows.
 */
export function tokensAtOnce(tokens: number, classes: number): number {
  const most = Math.min(tokens / 42, 2 ** 23 / classes, 192)
  return Math.max(24, 12 * Math.floor(most / 12)) // a multiple of every tile's rows
}

/** Classes of a call: a block of the weight stays in the L2 cache. A multiple of every tile's rows. */
const classesAtOnce = 96

/** Scratch tiles of this family: beyond those that kernels called meanwhile take. */
const firstTile = 1000

/** How many scratch tiles the loss of the scores takes at most, and of how many elements, unless a row is longer; and the constants of its kernels. */
const lossTiles = 12
const lossTile = 32768
const lossTables = 65536

const products = {}

/** A piece of scratch memory. Asked for each time: a memory that is not shared detaches its views when it grows. */
type Area = () => Tile

/** Where rows of the weight lie for a call. */
export interface WeightRows {
  at(first: number, count: number, slot: number): number
}

/** Where rows of the weight's gradient are added up. */
export interface WeightGradientRows {
  at(first: number, count: number, slot: number, more: boolean): number
  done(first: number, count: number, slot: number): void
  /** Zeros for all rows. */
  clear(): void
}

/** The scratch memory of a chunk of tokens, and the matrix products on it. */
export class Workspace {
  private readonly memory: KernelMemory
  private readonly kernel: CompiledKernel
  private readonly classes: number
  private readonly depth: number
  private readonly width: number
  private readonly tile: number
  private readonly tokenStride: number
  private readonly tokens: Area
  private readonly scores: Area
  private readonly slopes: Area
  private readonly blocks: readonly Readonly<Record<'weight' | 'narrow' | 'gradient' | 'slopes' | 'bias', Area>>[]

  constructor(
    memory: KernelMemory,
    { tokens, classes, depth }: { readonly tokens: number; readonly classes: number; readonly depth: number },
  ) {
    const { fma } = features()
    this.memory = memory
    this.classes = classes
    this.depth = depth
    this.width = Math.ceil(depth / groupOfFeatures) * groupOfFeatures
    this.tile = tileRows(fma)
    this.tokenStride = this.width + 16 // so that tokens do not lie a power of two apart and compete for the same cache lines
    const shape = { features: this.width, tokenStride: this.tokenStride, scoreStride: classes, fma }
    this.kernel = cached(products, Object.values(shape), () => productsModule(shape))
    const { width } = this
    let next = firstTile
    const area = (length: number): Area => {
      const name = next++
      const bytes = 8 * Math.ceil(length / 2)
      memory.scratch(name, bytes)
      return () => memory.scratch(name, bytes)
    }
    this.tokens = area(tokens * this.tokenStride)
    this.slopes = area(tokens * this.tokenStride)
    this.scores = area(tokens * classes + this.tile) // gradients of the last classes are read in whole tiles
    this.blocks = Array.from({ length: slotCount() }, () => {
      const weight = area(classesAtOnce * width)
      return {
        weight,
        narrow: width === depth ? weight : area(classesAtOnce * depth),
        gradient: area(classesAtOnce * width),
        slopes: area(tokens * this.tokenStride),
        bias: area(classesAtOnce + 8),
      }
    })
    memory.instance(this.kernel)
    // the scores stand in this memory while their loss takes scratch from it, which must not detach them; tiles that have to grow double
    if (!memory.lasting) memory.makeRoom(lossTables + lossTiles * (256 + 16 * Math.max(lossTile, classes)))
    this.tokens().float32.fill(0)
    // only padded features have to be 0; what is not touched takes no memory
    if (width !== depth) for (const { weight } of this.blocks) weight().float32.fill(0)
  }

  /** Gathers the features of some tokens. */
  loadTokens(x: Numbers, tokens: readonly number[]): void {
    const { depth, tokenStride } = this
    const { float32 } = this.tokens()
    tokens.forEach((n, i) => {
      float32.set(x.subarray(n * depth, (n + 1) * depth), i * tokenStride)
    })
    float32.fill(0, tokens.length * tokenStride)
  }

  /** The scores of the first `tokens`, in place. */
  scoresOf(tokens: number): View {
    const { classes } = this
    const data = this.scores().float32.subarray(0, tokens * classes)
    return { data, dtype: 'float32', shape: [tokens, classes], strides: [classes, 1], offset: 0 }
  }

  /** Rows of the weight: in place where they lie so in this memory, else copied block by block. */
  weights(view: View): WeightRows {
    const { depth, width, blocks } = this
    const rows = inputOf(view, 'float32', this.memory, () => blocks.map(({ narrow }) => narrow()))
    if (width === depth) return { at: (first, count, slot) => rows.at(first * depth, count * depth, slot) }
    return {
      at: (first, count, slot) => {
        const from = rows.at(first * depth, count * depth, slot)
        const narrow = new Float32Array(this.memory.memory.buffer, from, count * depth)
        const { float32, address } = blocks[slot].weight()
        for (let row = 0; row < count; row++) float32.set(narrow.subarray(row * depth, (row + 1) * depth), row * width)
        return address
      },
    }
  }

  /** Rows of the weight's gradient at a position of (C, inner, D). */
  weightGradients(into: Numbers, inner: number, position: number): WeightGradientRows {
    const { depth, width, blocks, tile, classes } = this
    const whole = inner === 1 && width === depth
    const here = whole && memoryOf(into) === this.memory
    const place = (first: number) => (first * inner + position) * depth
    const inPlace = (count: number) => here && count % tile === 0
    return {
      at: (first, count, slot, more) => {
        if (inPlace(count)) return into.byteOffset + 4 * place(first)
        const { float32: numbers, address } = blocks[slot].gradient()
        if (!more) return address
        if (whole) numbers.set(into.subarray(place(first), place(first + count)))
        else for (let row = 0; row < count; row++) numbers.set(into.subarray(place(first + row), place(first + row) + depth), row * width)
        return address
      },
      done: (first, count, slot) => {
        if (inPlace(count)) return
        const { float32: numbers } = blocks[slot].gradient()
        if (whole) into.set(numbers.subarray(0, count * depth), place(first))
        else for (let row = 0; row < count; row++) into.set(numbers.subarray(row * width, row * width + depth), place(first + row))
      },
      clear: () => {
        for (let row = 0; row < classes; row++) into.fill(0, place(row), place(row) + depth)
      },
    }
  }

  /** scores = tokens·weightᵀ + bias. */
  project(weights: WeightRows, bias: Float32Array | null, tokens: number): void {
    const { blocks, classes, scores, tile } = this
    for (const { bias } of blocks) bias().float32.fill(0)
    this.overClasses(
      'project',
      (start, count, slot) => {
        const first = Math.min(start, classes - tile) // a call takes a tile's rows at least
        const size = start + count - first
        const { float32, address } = blocks[slot].bias()
        if (bias !== null) float32.set(bias.subarray(first, first + size))
        return [this.tokens().address, weights.at(first, size, slot), address, scores().address + 4 * first, this.padded(tokens), size]
      },
      () => undefined,
    )
  }

  /** Zeros for the scores of tokens that only fill up the last tile. */
  padScores(tokens: number): void {
    this.scores().float32.fill(0, tokens * this.classes, this.padded(tokens) * this.classes)
  }

  /** Adds scores·weight to the rows of `into` that belong to `tokens`. */
  addInputGradient(weights: WeightRows, tokens: readonly number[], into: Numbers): void {
    const { blocks, depth, scores, slopes, tokenStride, memory, kernel } = this
    const add = memory.instance(kernel).exports.add as (from: number, to: number, bytes: number) => void
    const padded = this.padded(tokens.length)
    slopes().float32.fill(0)
    this.overClasses(
      'inputGradient',
      (start, count, slot) => [scores().address + 4 * start, weights.at(start, count, slot), blocks[slot].slopes().address, padded, count],
      (_, __, slot) => add(blocks[slot].slopes().address, slopes().address, 4 * padded * tokenStride),
    )
    tokens.forEach((n, i) => {
      for (let k = 0; k < depth; k++) into[n * depth + k] += slopes().float32[i * tokenStride + k]
    })
  }

  /** Adds scoresᵀ·tokens to the rows; writes it there unless there is more already. */
  addWeightGradient(rows: WeightGradientRows, tokens: number, more: boolean): void {
    const { scores } = this
    const padded = this.padded(tokens)
    this.overClasses(
      'weightGradient',
      (start, count, slot) => [
        scores().address + 4 * start,
        this.tokens().address,
        rows.at(start, count, slot, more),
        padded,
        this.padded(count),
        more ? 1 : 0,
      ],
      (start, count, slot) => rows.done(start, count, slot),
    )
  }

  /** Gives the sum of the scores over the tokens, class by class. */
  addBiasGradient(tokens: number, add: (c: number, slope: number) => void): void {
    const { blocks, scores } = this
    this.overClasses(
      'biasGradient',
      (start, count, slot) => [scores().address + 4 * start, blocks[slot].bias().address, this.padded(tokens), this.padded(count)],
      (start, count, slot) => {
        for (let c = 0; c < count; c++) add(start + c, blocks[slot].bias().float32[c])
      },
    )
  }

  private padded(count: number): number {
    return Math.ceil(count / this.tile) * this.tile
  }

  private overClasses(
    name: string,
    args: (start: number, count: number, slot: number) => readonly number[],
    done: (start: number, count: number, slot: number) => void,
  ): void {
    runTiles(this.memory, { kernel: this.kernel, name, size: this.classes, tile: classesAtOnce, args, done })
  }
}
