import { allocateNumbers, type Numbers, readElement } from '../../tensor/dtype.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { isContiguous, type View } from '../../tensor/view.ts'
import { type KernelMemory, memoryOf, type Tile } from './memory.ts'
import { slotCount } from './run.ts'

export type Compute = 'float32' | 'float64'

/** Elements of an operand, tile by tile, at addresses of a kernel memory: in place where they lie there, else copied to scratch. */
export interface Input {
  /** The address of elements `start` to `start + count`; a copy goes to the slot's scratch. */
  at(start: number, count: number, slot: number): number
}

/** Elements of a result, tile by tile. */
export interface Output {
  readonly numbers: Numbers
  /** Where elements from `start` are to be written. */
  at(start: number, slot: number): number
  /** Takes them from there, if they are not in place. */
  done(start: number, count: number, slot: number): void
}

/** Gives the streams of a kernel their scratch tiles, one per slot, of so many elements: all of one length if none is asked for. */
export type Scratch = (length?: number) => readonly Tile[]

export function scratchOf(memory: KernelMemory, length: number): Scratch {
  const slots = slotCount()
  let next = 0
  return (own = length) => {
    const tiles: Tile[] = []
    for (let slot = 0; slot < slots; slot++) tiles.push(memory.scratch(next++, own * 8))
    return tiles
  }
}

export function inputOf(view: View, compute: Compute, memory: KernelMemory, scratch: Scratch): Input {
  const plain = view.dtype === compute && isContiguous(view)
  const data = view.data as Numbers
  if (plain && memoryOf(data) === memory) {
    const base = data.byteOffset + view.offset * data.BYTES_PER_ELEMENT
    return { at: (start) => base + start * data.BYTES_PER_ELEMENT }
  }
  const tiles = scratch()
  return {
    at: (start, count, slot) => {
      const tile = tiles[slot][compute]
      if (plain) tile.set(data.subarray(view.offset + start, view.offset + start + count))
      else gather(view, start, count, tile)
      return tiles[slot].address
    },
  }
}

export function outputOf(length: number, compute: Compute, memory: KernelMemory, into: Numbers | undefined, scratch: Scratch): Output {
  const numbers = into ?? allocateNumbers(compute, length)
  if (memoryOf(numbers) === memory) {
    return { numbers, at: (start) => numbers.byteOffset + start * numbers.BYTES_PER_ELEMENT, done: () => undefined }
  }
  const tiles = scratch()
  return {
    numbers,
    at: (_, slot) => tiles[slot].address,
    done: (start, count, slot) => numbers.set(tiles[slot][compute].subarray(0, count), start),
  }
}

/** Elements `start` to `start + count` of a view in row-major order, converted to numbers. */
function gather({ data, dtype, shape, strides, offset }: View, start: number, count: number, target: Numbers): void {
  const rank = shape.length
  const at = new Array<number>(rank).fill(0)
  let rest = start
  let index = offset
  for (let axis = rank - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
    index += at[axis] * strides[axis]
  }
  if (rank === 0 || sizeOf(shape) === 0) {
    for (let i = 0; i < count; i++) target[i] = readElement(data, dtype, index)
    return
  }
  for (let i = 0; i < count; i++) {
    target[i] = readElement(data, dtype, index)
    for (let axis = rank - 1; axis >= 0; axis--) {
      index += strides[axis]
      if (++at[axis] < shape[axis]) break
      index -= strides[axis] * shape[axis]
      at[axis] = 0
    }
  }
}
