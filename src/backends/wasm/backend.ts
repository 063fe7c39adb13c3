import type { Numbers } from '../../tensor/dtype.ts'
import { type Backend, type Outcome, Unsupported, type Want } from '../backend.ts'

/**
 * SIMD kernels made at run time, each for its loss and its options.
 *
 * They add and multiply in an order of their own, which can make ∞ − ∞ of an infinite weight or target where PyTorch's order does not. So what
 * is not finite is computed once more by the reference, whose order is PyTorch's.
 */
export const wasmBackend: Backend = {
  name: 'wasm',
  run: (kernel, problem, want) => {
    if (kernel.wasm === undefined) throw new Unsupported(`${kernel.family} has no wasm kernel`)
    const outcome = kernel.wasm(problem, want)
    if (settledAlready(outcome, want) || Object.values(want.into).some((numbers) => numbers !== undefined)) return outcome
    const again = kernel.reference(problem, want)
    if (want.total) return again
    // a part at a time, so that values and gradients come out alike whether they were asked for together or not
    const settled = (fast: Numbers, slow: Numbers) => (allFinite(fast) ? fast : slow)
    return {
      values: outcome.values === null || again.values === null ? null : settled(outcome.values, again.values),
      total: outcome.total,
      gradients: Object.fromEntries(want.gradients.map((name) => [name, settled(outcome.gradients[name], again.gradients[name])])),
    }
  },
}

function settledAlready({ values, total, gradients }: Outcome, want: Want): boolean {
  if (want.total) return Number.isFinite(total)
  return (values === null || allFinite(values)) && Object.values(gradients).every(allFinite)
}

/** Whether every element is finite: then the sum of their differences from themselves is 0. */
function allFinite(numbers: Numbers): boolean {
  let sum = 0
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] - numbers[i]
  return sum === 0
}
