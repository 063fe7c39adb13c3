import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { cached, features } from '../../backends/wasm/engine.ts'
import type { CompiledKernel } from '../../backends/wasm/memory.ts'
import type { RowsShape } from '../../backends/wasm/rows-shape.ts'
import { lanesModule } from '../../backends/wasm/softmax-lanes.ts'
import { firstScores, rowsModule } from '../../backends/wasm/softmax-rows.ts'
import type { RowsProblem } from './problem.ts'
import { referenceRows } from './reference.ts'
import { besideEachOther } from './wasm-lanes.ts'
import { inOnePiece } from './wasm-rows.ts'

/** Up to so many classes, rows are laid side by side in the lanes. */
const fewClasses = 32

/** The kernels on WebAssembly, each made for this formula and these options. */
export function runRows(problem: RowsProblem, want: Want): Outcome {
  if (!features().simd) throw new Unsupported('no SIMD')
  const { compute, normalised, inner, params } = problem
  if (compute !== 'float32' || normalised || params.classes === 0) throw new Unsupported('not spelled in SIMD')
  if (want.gradients.includes('weight')) return withWeightGradient(problem, want)
  if (inner === 1 && params.classes > fewClasses) return inOnePiece(problem, want, compiled(problem, want, rowsModule, 'rows'))
  const layout = inner === 1 ? 'rows' : 'lines'
  const kernel = compiled(problem, want, (shape) => lanesModule(shape, layout), `lanes of ${layout}`)
  return besideEachOther(problem, want, kernel)
}

/** The gradient of the class weights, which few ask for, comes from the reference. */
function withWeightGradient(problem: RowsProblem, want: Want): Outcome {
  // first, since the input's gradient may overwrite the input
  const { weight } = referenceRows(problem, { ...want, values: false, total: false, gradients: ['weight'] }).gradients
  const rest = runRows(problem, { ...want, gradients: want.gradients.filter((name) => name !== 'weight') })
  return { ...rest, gradients: { ...rest.gradients, weight } }
}

function compiled(
  { formula, params, classes, weight }: RowsProblem,
  want: Want,
  make: (shape: RowsShape) => CompiledKernel,
  layout: string,
): CompiledKernel {
  const { fma } = features()
  const soft = classes === null
  const parts: unknown[] = [layout, fma, soft, weight !== null, want.values, want.upstream !== null, ...want.gradients, '']
  for (const name in params) parts.push(params[name])
  return cached(formula, parts, () =>
    make({
      value: (m, row) => formula.value(m, row, params),
      slopePicked: (m, row) => formula.slope.picked(m, row, params),
      slopeUniform: formula.slope.uniform(params),
      slopeLse: formula.slope.lse === undefined ? null : (m, row) => formula.slope.lse?.(m, row, params) ?? 0,
      blend: soft ? formula.blend(params) : null,
      long: params.classes > firstScores,
      weighted: weight !== null,
      upstream: want.upstream !== null,
      values: want.values,
      gradient: want.gradients.includes('input'),
      targetGradient: want.gradients.includes('target'),
      fma,
    }),
  )
}
