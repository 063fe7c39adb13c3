import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { cached, features, homeOf } from '../../backends/wasm/engine.ts'
import type { CompiledKernel } from '../../backends/wasm/memory.ts'
import { pointwiseModule } from '../../backends/wasm/pointwise.ts'
import { runTiles } from '../../backends/wasm/run.ts'
import { inputOf, outputOf, scratchOf } from '../../backends/wasm/tiles.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { expandView, sumTo } from '../../tensor/view.ts'
import type { PointwiseProblem } from './problem.ts'

/** How many elements are summed in one go; sums of such tiles are added exactly, so that no cut into tiles or threads shows. */
const tile = 32768

/** The kernel on WebAssembly: tile by tile, each tile one call of a module made for this formula and these options. */
export function runPointwise(problem: PointwiseProblem, want: Want): Outcome {
  if (!features().simd) throw new Unsupported('no SIMD')
  const { shape, operands, compute } = problem
  const size = sizeOf(shape)
  const { weight, ...inputs } = operands
  const names = Object.keys(inputs)
  const kernel = compiled(problem, want, names)
  const memory = homeOf(Object.values(operands))
  const { table } = memory.instance(kernel)
  const scratch = scratchOf(memory, Math.min(tile, size), compute)
  const views = [
    ...names.map((name) => inputs[name]),
    ...(weight === undefined ? [] : [weight]),
    ...(want.upstream === null ? [] : [want.upstream]),
  ]
  const streams = views.map((view) => inputOf(expandView(view, shape), compute, memory, scratch))
  const values = want.values ? outputOf(size, compute, memory, undefined, scratch) : null
  const slopes = want.gradients.map((name) => outputOf(size, compute, memory, want.into[name], scratch))
  const outputs = values === null ? slopes : [values, ...slopes]
  const total = runTiles(memory, {
    kernel,
    name: 'run',
    size,
    tile,
    args: (start, count, slot) => {
      const args = [table, count, want.scale]
      for (const stream of streams) args.push(stream.at(start, count, slot))
      for (const output of outputs) args.push(output.at(start, slot))
      return args
    },
    done: (start, count, slot) => {
      for (const output of outputs) output.done(start, count, slot)
    },
  })
  const gradients = Object.fromEntries(want.gradients.map((name, i) => [name, sumTo(slopes[i].numbers, shape, operands[name].shape)]))
  return { values: values === null ? null : values.numbers, total, gradients }
}

function compiled({ formula, params, operands, compute }: PointwiseProblem, want: Want, names: readonly string[]): CompiledKernel {
  const { fma } = features()
  const weighted = operands.weight !== undefined
  const upstream = want.upstream !== null
  const parts: unknown[] = [compute, fma, want.values, want.total, upstream, weighted, ...want.gradients, '', ...names]
  for (const name in params) parts.push(params[name])
  return cached(formula, parts, () =>
    pointwiseModule({
      operands: names,
      value: (m, at) => formula.value(m, at, params),
      slopes: want.gradients.map((name) =>
        name === 'weight'
          ? { formula: (m, at) => formula.value(m, at, params), weighted: false }
          : { formula: (m, at) => formula.slope[name](m, at, params), weighted: true },
      ),
      weighted,
      upstream,
      values: want.values,
      total: want.total,
      compute,
      fma,
    }),
  )
}
