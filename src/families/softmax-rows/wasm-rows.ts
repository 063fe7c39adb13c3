import type { Outcome, Want } from '../../backends/backend.ts'
import { homeOf } from '../../backends/wasm/engine.ts'
import type { CompiledKernel } from '../../backends/wasm/memory.ts'
import { placesOf, runTiles } from '../../backends/wasm/run.ts'
import { rowsParameters } from '../../backends/wasm/softmax-rows.ts'
import { inputOf, outputOf, scratchOf } from '../../backends/wasm/tiles.ts'
import type { RowsProblem } from './problem.ts'
import { blockElements, commonArguments, outcome } from './wasm-common.ts'

const place = placesOf(rowsParameters)

/** Rows in one piece: block by block, in place where the arrays lie in kernel memory. */
export function inOnePiece(problem: RowsProblem, want: Want, kernel: CompiledKernel): Outcome {
  const { params, input, target, classes, outer, compute } = problem
  const count = params.classes
  const block = Math.max(1, Math.floor(blockElements / count))
  const memory = homeOf([input])
  const { table } = memory.instance(kernel)
  const scratch = scratchOf(memory, Math.min(block, outer) * count, compute)
  const perRow = () => scratch(block)
  const x = inputOf(input, compute, memory, scratch)
  const q = classes === null ? inputOf(target, compute, memory, scratch) : null
  const upstream = want.upstream === null ? null : inputOf(want.upstream, compute, memory, perRow)
  const output = (name: string) =>
    want.gradients.includes(name) ? outputOf(outer * count, compute, memory, want.into[name], scratch) : null
  const values = want.values ? outputOf(outer, compute, memory, undefined, perRow) : null
  // the target's gradient reads the scores once more, so these must not be overwritten then
  const inPlace = want.gradients.includes('target') && want.into.input?.buffer === input.data.buffer
  const gradient = inPlace ? outputOf(outer * count, compute, memory, undefined, scratch) : output('input')
  const targetGradient = output('target')
  const fixed = commonArguments(problem, want, table, scratch, place, rowsParameters.length)
  const marks = classes === null ? null : perRow()
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: outer,
    tile: block,
    args: (row, rows, slot) => {
      if (classes !== null && marks !== null) marks[slot].int32.set(classes.subarray(row, row + rows))
      const args = fixed.slice()
      args[place.rows] = rows
      args[place.x] = x.at(row * count, rows * count, slot)
      args[place.targets] = marks?.[slot].address ?? q?.at(row * count, rows * count, slot) ?? 0
      if (upstream !== null) args[place.upstream] = upstream.at(row, rows, slot)
      if (values !== null) args[place.values] = values.at(row, slot)
      if (gradient !== null) args[place.gradient] = gradient.at(row * count, slot)
      if (targetGradient !== null) args[place.targetGradient] = targetGradient.at(row * count, slot)
      return args
    },
    done: (row, rows, slot) => {
      values?.done(row, rows, slot)
      gradient?.done(row * count, rows * count, slot)
      targetGradient?.done(row * count, rows * count, slot)
    },
  })
  return outcome(values?.numbers, total, gradient?.numbers, targetGradient?.numbers)
}
