import { sigmoid } from '../../algebra/algebra.ts'
import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { features } from '../../backends/wasm/engine.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import { rowMajor, type Shape } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'
import type { PointwiseFormula } from '../pointwise/problem.ts'
import { runPointwise } from '../pointwise/wasm.ts'
import type { RowFormula } from '../softmax-rows/problem.ts'
import { runRows } from '../softmax-rows/wasm.ts'
import { addSums } from './classes.ts'
import { addElements } from './elements.ts'
import type { OverlapProblem } from './problem.ts'
import { overlapOf, type Sums } from './reference.ts'

/** The gradient of log Σ eˣ is the softmax itself; beside it the cross-entropy of a pixel. */
const probabilities: RowFormula = {
  value: (m, { picked }) => m.sub(0, picked),
  slope: { picked: () => 0, uniform: () => null, lse: () => 1 },
  blend: () => ({ scale: 1, shift: 0 }),
}

/** σ(−|x|). */
const sigmoids: PointwiseFormula = { value: (m, { x }) => sigmoid(m, m.neg(m.abs(x))), slope: {} }

/** The kernel on WebAssembly: the probabilities in SIMD, of classes that exclude each other image by image; their sums in float64. */
export function runOverlap(problem: OverlapProblem, want: Want): Outcome {
  const { activation, compute, crossEntropy, target, pixels } = problem
  if (!features().simd) throw new Unsupported('no SIMD')
  if (activation === 'none' || compute !== 'float32' || pixels === 0) throw new Unsupported('not spelled in SIMD')
  if (crossEntropy !== null && !('labels' in target)) throw new Unsupported('few ask for this cross-entropy')
  return overlapOf(problem, want, softmaxSums, sigmoidSums)
}

function sigmoidSums(problem: OverlapProblem, x: Numbers, sums: Sums, kept: Numbers | null): void {
  const shape = [x.length]
  const { values } = runPointwise(
    { formula: sigmoids, params: {}, shape, operands: { x: viewOf(x, shape) }, compute: 'float32' },
    { values: true, total: false, gradients: [], scale: 1, upstream: null, into: {} },
  )
  const small = values as Numbers
  kept?.set(small)
  addElements(problem, x, sums, small)
}

function softmaxSums(problem: OverlapProblem, x: Numbers, sums: Sums, kept: Numbers | null): void {
  const { images, classes, pixels, target, crossEntropy } = problem
  const size = classes * pixels
  const scratch = kept === null ? new Float32Array(size) : null
  const anyClass = new Int32Array('labels' in target ? 0 : pixels)
  const weight = crossEntropy?.weight ?? null
  for (let image = 0; image < images; image++) {
    const first = image * size
    const p = scratch ?? (kept as Numbers).subarray(first, first + size)
    const labels = 'labels' in target ? target.labels.subarray(image * pixels, (image + 1) * pixels) : null
    const input = viewOf(x.subarray(first, first + size), [1, classes, pixels])
    const { total } = runRows(
      {
        formula: probabilities,
        params: { classes, distributions: false },
        input,
        outer: 1,
        inner: pixels,
        classes: labels ?? anyClass,
        target: input,
        weight: weight === null ? null : viewOf(weight, [classes]),
        normalised: false,
        compute: 'float32',
      },
      { values: false, total: crossEntropy !== null, gradients: ['input'], scale: 1, upstream: null, into: { input: p } },
    )
    // a pixel that is not counted has none, whatever its scores are
    if (labels !== null) {
      for (let i = 0; i < pixels; i++) if (labels[i] < 0) for (let at = i; at < size; at += pixels) p[at] = 0
    }
    if (crossEntropy !== null) sums.crossEntropy += total
    addSums(problem, image, p, sums)
  }
}

const viewOf = (data: Numbers, shape: Shape): View => ({ data, dtype: 'float32', shape, strides: rowMajor(shape), offset: 0 })
