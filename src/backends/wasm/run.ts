import { ExactSum } from '../../exact-sum.ts'
import type { CompiledKernel, KernelMemory } from './memory.ts'

/** Calls of one kernel function that have been handed out, in whatever order and to whatever thread. */
export interface Job {
  /** Waits for all of them; gives their results in the order of the calls. Has to be read before the next job begins. */
  finish(): ArrayLike<number>
}

/** Begins a job. One at a time: the last one has to be finished before. */
export type Dispatch = (memory: KernelMemory, kernel: CompiledKernel, name: string, calls: readonly (readonly number[])[]) => Job

export const functionOf = (memory: KernelMemory, kernel: CompiledKernel, name: string) =>
  // the cast is sound: all exported functions of kernels take numbers and give one
  memory.instance(kernel).exports[name] as (...args: readonly number[]) => number

/** One call after the other, on this thread. */
export const serial: Dispatch = (memory, kernel, name, calls) => {
  const run = functionOf(memory, kernel, name)
  return { finish: () => calls.map((args) => run(...args)) }
}

let dispatch: Dispatch = serial
let slots = 1

/** How kernels are run from now on, and how many tiles are made ready at a time. */
export function dispatchWith(next: Dispatch | null, tilesAtOnce: number): void {
  dispatch = next ?? serial
  slots = next === null ? 1 : tilesAtOnce
}

/** The number of scratch tiles that each stream of a kernel needs: one for each tile that is made ready at a time. */
export const slotCount = (): number => slots

/** The place of each parameter among the arguments. */
export const placesOf = <N extends string>(parameters: readonly (readonly [N, unknown])[]): Readonly<Record<N, number>> =>
  // the cast is sound: every name of N is a parameter's
  Object.fromEntries(parameters.map(([name], place) => [name, place])) as Record<N, number>

/** A loop over tiles: what is called for each, and what is done before and after. */
export interface TileLoop {
  readonly kernel: CompiledKernel
  /** The exported function, of which the result is a sum. */
  readonly name: string
  readonly size: number
  readonly tile: number
  /** Makes a tile ready in a slot and gives the arguments of its call. */
  args(start: number, count: number, slot: number): readonly number[]
  /** Takes the results out of the slot. */
  done(start: number, count: number, slot: number): void
}

/** Runs the loop and adds up the results exactly, so that neither the order nor the number of threads shows. */
export function runTiles(memory: KernelMemory, loop: TileLoop): number {
  const { kernel, name, size, tile, args, done } = loop
  if (size <= tile && size > 0) {
    const result = functionOf(memory, kernel, name)(...args(0, size, 0))
    done(0, size, 0)
    return result
  }
  return slots === 1 ? oneByOne(memory, loop) : inBatches(memory, loop)
}

/** On this thread alone, which leaves nothing behind for the garbage collector but the arguments. */
function oneByOne(memory: KernelMemory, { kernel, name, size, tile, args, done }: TileLoop): number {
  const run = functionOf(memory, kernel, name)
  const total = new ExactSum()
  for (let start = 0; start < size; start += tile) {
    const count = Math.min(tile, size - start)
    total.add(run(...args(start, count, 0)))
    done(start, count, 0)
  }
  return total.value()
}

/** While the other threads are at one batch of tiles, this one takes the results of the last out and makes the next ready. */
function inBatches(memory: KernelMemory, { kernel, name, size, tile, args, done }: TileLoop): number {
  const total = new ExactSum()
  const together = Math.floor(slots / 2)
  const slotOf = (start: number): number => (start / tile) % (2 * together)
  const each = (first: number, visit: (start: number, count: number, slot: number) => void) => {
    const end = Math.min(size, first + together * tile)
    for (let start = first; start < end; start += tile) visit(start, Math.min(tile, size - start), slotOf(start))
  }
  const ready = (first: number): (readonly number[])[] => {
    const calls: (readonly number[])[] = []
    each(first, (start, count, slot) => calls.push(args(start, count, slot)))
    return calls
  }
  let job = dispatch(memory, kernel, name, ready(0))
  for (let first = 0; first < size; first += together * tile) {
    const next = first + together * tile
    const calls = next < size ? ready(next) : null
    total.addAll(job.finish())
    if (calls !== null) job = dispatch(memory, kernel, name, calls)
    each(first, done)
  }
  return total.value()
}
