import { ExactSum } from '../../exact-sum.ts'
import type { CompiledKernel, KernelMemory } from './memory.ts'

/** Runs calls of one kernel function, in whatever order and on whatever thread; gives their results in the order of the calls. */
export type Dispatch = (
  memory: KernelMemory,
  kernel: CompiledKernel,
  name: string,
  calls: readonly (readonly number[])[],
) => ArrayLike<number>

/** One after the other, on this thread. */
const serial: Dispatch = (memory, kernel, name, calls) => {
  const run = memory.instance(kernel).exports[name] as (...args: readonly number[]) => number
  return calls.map((args) => run(...args))
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
export function runTiles(memory: KernelMemory, { kernel, name, size, tile, args, done }: TileLoop): number {
  if (size <= tile && size > 0) {
    const results = dispatch(memory, kernel, name, [args(0, size, 0)])
    done(0, size, 0)
    return results[0]
  }
  const total = new ExactSum()
  const together = slots * tile
  for (let batch = 0; batch < size; batch += together) {
    const end = Math.min(size, batch + together)
    const calls: (readonly number[])[] = []
    for (let start = batch; start < end; start += tile) calls.push(args(start, Math.min(tile, size - start), calls.length))
    total.addAll(dispatch(memory, kernel, name, calls))
    for (let start = batch, slot = 0; start < end; start += tile, slot++) done(start, Math.min(tile, size - start), slot)
  }
  return total.value()
}
