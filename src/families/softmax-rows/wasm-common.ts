import type { Outcome, Want } from '../../backends/backend.ts'
import type { Scratch } from '../../backends/wasm/tiles.ts'
import { exactSum } from '../../exact-sum.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowsProblem } from './problem.ts'

/** Scores of a block of rows, whose values are summed in one go: blocks depend on the shape alone, so that no cut into copies shows. */
export const blockElements = 32768

/** What does not change from block to block. */
export function commonArguments({ params, weight, compute }: RowsProblem, want: Want, table: number, scratch: Scratch) {
  const weights = weight === null ? null : numbersOf(weight, compute)
  let address = 0
  if (weights !== null) {
    const [tile] = scratch()
    tile[compute].set(weights)
    address = tile.address
  }
  const weightSum = weights === null ? params.classes : exactSum(weights)
  return { table, classes: params.classes, weight: address, scale: want.scale, weightSum }
}

export const outcome = (values: Numbers | null | undefined, total: number, input?: Numbers | null, target?: Numbers | null): Outcome => ({
  values: values ?? null,
  total,
  gradients: { ...(input ? { input } : {}), ...(target ? { target } : {}) },
})

