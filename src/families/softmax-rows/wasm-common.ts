import type { Outcome, Want } from '../../backends/backend.ts'
import type { Scratch } from '../../backends/wasm/tiles.ts'
import { exactSum } from '../../exact-sum.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowsProblem } from './problem.ts'

/** Scores of a block of rows, whose values are summed in one go: blocks depend on the shape alone, so that no cut into copies shows. */
export const blockElements = 32768

/** The arguments, of which those that do not change from block to block are filled in; the others are 0. */
export function commonArguments(
  { params, weight, compute }: RowsProblem,
  want: Want,
  table: number,
  scratch: Scratch,
  place: Readonly<Record<'table' | 'classes' | 'weight' | 'scale' | 'weightSum', number>>,
  parameters: number,
): number[] {
  const args = new Array<number>(parameters).fill(0)
  args[place.table] = table
  args[place.classes] = params.classes
  args[place.scale] = want.scale
  args[place.weightSum] = params.classes
  if (weight !== null) {
    const weights = numbersOf(weight, compute)
    const [tile] = scratch(weights.length)
    tile[compute].set(weights)
    args[place.weight] = tile.address
    args[place.weightSum] = exactSum(weights)
  }
  return args
}

export const outcome = (values: Numbers | null | undefined, total: number, input?: Numbers | null, target?: Numbers | null): Outcome => ({
  values: values ?? null,
  total,
  gradients: { ...(input ? { input } : {}), ...(target ? { target } : {}) },
})
