import type { Outcome, Want } from '../../backends/backend.ts'
import { homeOf } from '../../backends/wasm/engine.ts'
import type { CompiledKernel } from '../../backends/wasm/memory.ts'
import { runTiles } from '../../backends/wasm/run.ts'
import { type RowsParameter, rowsParameters } from '../../backends/wasm/softmax-rows.ts'
import { inputOf, outputOf, scratchOf } from '../../backends/wasm/tiles.ts'
import type { RowsProblem } from './problem.ts'
import { blockElements, commonArguments, outcome } from './wasm-common.ts'

/** Rows in one piece: block by block, in place where the arrays lie in kernel memory. */
export function inOnePiece(problem: RowsProblem, want: Want, kernel: CompiledKernel): Outcome {
  const { params, input, target, classes, outer, compute } = problem
  const count = params.classes
  const block = Math.max(1, Math.floor(blockElements / count))
  const memory = homeOf([input])
  const { table } = memory.instance(kernel)
  const scratch = scratchOf(memory, block * count)
  const x = inputOf(input, compute, memory, scratch)
  const q = classes === null ? inputOf(target, compute, memory, scratch) : null
  const upstream = want.upstream === null ? null : inputOf(want.upstream, compute, memory, scratch)
  const output = (name: string) =>
    want.gradients.includes(name) ? outputOf(outer * count, compute, memory, want.into[name], scratch) : null
  const values = want.values ? outputOf(outer, compute, memory, undefined, scratch) : null
  // the target's gradient reads the scores once more, so these must not be overwritten then
  const inPlace = want.gradients.includes('target') && want.into.input?.buffer === input.data.buffer
  const gradient = inPlace ? outputOf(outer * count, compute, memory, undefined, scratch) : output('input')
  const targetGradient = output('target')
  const common = commonArguments(problem, want, table, scratch)
  const marks = classes === null ? null : scratch()
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: outer,
    tile: block,
    args: (row, rows, slot) => {
      if (classes !== null && marks !== null) marks[slot].int32.set(classes.subarray(row, row + rows))
      return inOrder({
        ...common,
        rows,
        x: x.at(row * count, rows * count, slot),
        targets: marks?.[slot].address ?? q?.at(row * count, rows * count, slot) ?? 0,
        upstream: upstream?.at(row, rows, slot) ?? 0,
        values: values?.at(row, slot) ?? 0,
        gradient: gradient?.at(row * count, slot) ?? 0,
        targetGradient: targetGradient?.at(row * count, slot) ?? 0,
      })
    },
    done: (row, rows, slot) => {
      values?.done(row, rows, slot)
      gradient?.done(row * count, rows * count, slot)
      targetGradient?.done(row * count, rows * count, slot)
    },
  })
  return outcome(values?.numbers, total, gradient?.numbers, targetGradient?.numbers)
}

const inOrder = (named: Readonly<Record<RowsParameter, number>>): number[] => rowsParameters.map(([name]) => named[name])
