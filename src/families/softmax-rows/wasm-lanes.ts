import type { Outcome, Want } from '../../backends/backend.ts'
import { homeOf } from '../../backends/wasm/engine.ts'
import { type CompiledKernel, type KernelMemory, memoryOf } from '../../backends/wasm/memory.ts'
import { placesOf, runTiles } from '../../backends/wasm/run.ts'
import { lanesParameters, tilesBytes } from '../../backends/wasm/softmax-lanes.ts'
import { type Scratch, scratchOf } from '../../backends/wasm/tiles.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowsProblem } from './problem.ts'
import { blockElements, commonArguments, outcome } from './wasm-common.ts'

/** Scores of a tile of rows: 16 KiB, so that a tile and its neighbours stay in the nearest cache. */
const rowsTile = { elements: 4096, positions: 256 }
/** Where positions lie side by side in memory, long runs of them count more, and the second cache serves. */
const linesTile = { elements: 16_384, positions: 1024 }

/** Vectors are taken four at a time. */
const padded = (positions: number): number => (positions + 15) & ~15

const place = placesOf(lanesParameters)

/** Positions side by side in the lanes: block by block of (classes, positions), in place where the arrays lie in kernel memory. */
export function besideEachOther(problem: RowsProblem, want: Want, kernel: CompiledKernel): Outcome {
  const { params, input, target, classes, outer, inner, compute } = problem
  const count = params.classes
  const rows = outer * inner
  // few classes: the rows are the positions; else the axes behind the classes are, and no block reaches over two samples
  const length = inner === 1 ? outer : inner
  const samples = inner === 1 ? 1 : outer
  const block = Math.min(Math.max(16, Math.floor(blockElements / count) & ~15), padded(length))
  const perSample = Math.ceil(length / block)
  const memory = homeOf([input])
  const { table } = memory.instance(kernel)
  const { elements, positions } = inner === 1 ? rowsTile : linesTile
  const strip = Math.min(Math.max(16, Math.floor(elements / count) & ~15), positions, padded(length))
  const scratch = scratchOf(memory, block * count, compute)
  const tiles = scratch(tilesBytes(count, 4 * strip) / 4)
  const blocks = { count, inner, block, memory, scratch }
  const x = arrayAt(numbersOf(input, compute), blocks)
  const q = classes === null ? arrayAt(numbersOf(target, compute), blocks) : null
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const output = (name: string) => (want.gradients.includes(name) ? (want.into[name] ?? allocateNumbers(compute, rows * count)) : null)
  const gradient = output('input')
  const targetGradient = output('target')
  const gradientAt = gradient === null ? null : arrayAt(gradient, blocks)
  const targetGradientAt = targetGradient === null ? null : arrayAt(targetGradient, blocks)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const marks = scratch(block)
  const factors = upstream === null ? null : scratch(block)
  const results = values === null ? null : scratch(block)
  const fixed = commonArguments(problem, want, table, scratch, place, lanesParameters.length)
  fixed[place.strip] = 4 * strip
  const blockAt = (index: number): Block => {
    const [n, start] = [Math.floor(index / perSample), (index % perSample) * block]
    return { n, start, size: Math.min(block, length - start) }
  }
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: samples * perSample,
    tile: 1,
    args: (index, _, slot) => {
      const at = blockAt(index)
      const { n, start, size } = at
      const row = n * inner + start
      const wide = padded(size)
      const mark = marks[slot].int32
      if (classes === null) mark.fill(0, 0, size)
      else mark.set(classes.subarray(row, row + size))
      mark.fill(-1, size, wide)
      if (upstream !== null) factors?.[slot].float32.fill(0, size, wide).set(upstream.subarray(row, row + size))
      const scores = x.read(at, slot)
      const distributions = q?.read(at, slot)
      const slopes = gradientAt?.write(at, slot)
      const targetSlopes = targetGradientAt?.write(at, slot)
      const args = fixed.slice()
      args[place.rows] = size
      args[place.targets] = marks[slot].address
      args[place.tiles] = tiles[slot].address
      args[place.x] = scores.address
      args[place.xStride] = scores.stride
      if (factors !== null) args[place.upstream] = factors[slot].address
      if (results !== null) args[place.values] = results[slot].address
      if (distributions !== undefined) {
        args[place.q] = distributions.address
        args[place.qStride] = distributions.stride
      }
      if (slopes !== undefined) {
        args[place.gradient] = slopes.address
        args[place.gradientStride] = slopes.stride
      }
      if (targetSlopes !== undefined) {
        args[place.targetGradient] = targetSlopes.address
        args[place.targetGradientStride] = targetSlopes.stride
      }
      return args
    },
    done: (index, _, slot) => {
      const at = blockAt(index)
      if (results !== null) values?.set(results[slot].float32.subarray(0, at.size), at.n * inner + at.start)
      gradientAt?.done(at, slot)
      targetGradientAt?.done(at, slot)
    },
  })
  return outcome(values, total, gradient, targetGradient)
}

/** Positions `start` to `start + size` of a sample. */
interface Block {
  readonly n: number
  readonly start: number
  readonly size: number
}

/** Where a block's first score lies, and how many bytes further that of the next class (or row, where classes are the last axis). */
interface Where {
  readonly address: number
  readonly stride: number
}

interface BlockedArray {
  /** The block as it is in the array; a copy of it in the slot's scratch, if the array lies elsewhere. */
  read(block: Block, slot: number): Where
  /** Where the block is to be written. */
  write(block: Block, slot: number): Where
  /** Takes what was written, if it is not in place. */
  done(block: Block, slot: number): void
}

interface Blocks {
  readonly count: number
  readonly inner: number
  readonly block: number
  readonly memory: KernelMemory
  readonly scratch: Scratch
}

function arrayAt(array: Numbers, { count, inner, block, memory, scratch }: Blocks): BlockedArray {
  const rowwise = inner === 1
  const first = ({ n, start }: Block): number => (rowwise ? start * count : n * count * inner + start)
  if (memoryOf(array) === memory) {
    const at = (block: Block): Where => ({ address: array.byteOffset + 4 * first(block), stride: 4 * (rowwise ? count : inner) })
    return { read: at, write: at, done: () => undefined }
  }
  const tiles = scratch()
  const stride = 4 * (rowwise ? count : block)
  return {
    read: (at, slot) => {
      const { address, float32 } = tiles[slot]
      const from = first(at)
      if (rowwise) float32.set(array.subarray(from, from + at.size * count))
      else for (let c = 0; c < count; c++) float32.set(array.subarray(from + c * inner, from + c * inner + at.size), c * block)
      return { address, stride }
    },
    write: (_, slot) => ({ address: tiles[slot].address, stride }),
    done: (at, slot) => {
      const { float32 } = tiles[slot]
      const into = first(at)
      if (rowwise) array.set(float32.subarray(0, at.size * count), into)
      else for (let c = 0; c < count; c++) array.set(float32.subarray(c * block, c * block + at.size), into + c * inner)
    },
  }
}
