import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { gather } from '../../tensor/runs.ts'
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

export function scratchOf(memory: KernelMemory, length: number, compute: Compute): Scratch {
  const slots = slotCount()
  const bytes = compute === 'float64' ? 8 : 4
  let next = 0
  return (own = length) => {
    const tiles: Tile[] = []
    // whole float64, so that every kind of view fits
    for (let slot = 0; slot < slots; slot++) tiles.push(memory.scratch(next++, 8 * Math.ceil((own * bytes) / 8)))
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
