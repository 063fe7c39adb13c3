import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { rowMajor } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import { referenceRows } from '../softmax-rows/reference.ts'
import type { LinearRowsProblem } from './problem.ts'

/** The kernel on plain numbers: the scores of one token at a time, their loss, and the gradients from theirs. */
export function referenceLinearRows({ rows, input, linearWeight, linearBias }: LinearRowsProblem, want: Want): Outcome {
  const { compute, outer, inner, params, classes } = rows
  const features = input.shape[input.shape.length - 1]
  const outputs = params.classes * inner
  const x = numbersOf(input, compute)
  const w = numbersOf(linearWeight, compute)
  const bias = linearBias === null ? null : numbersOf(linearBias, compute)
  const target = classes === null ? numbersOf(rows.target, compute) : null
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, outer * inner) : null
  const total = new ExactSum()
  const sums = (name: string, length: number) => (want.gradients.includes(name) ? new Float64Array(length) : null)
  const dInput = sums('input', x.length)
  const dWeight = sums('linearWeight', w.length)
  const dBias = sums('linearBias', outputs)
  const dTarget = sums('target', outer * outputs)
  const dClassWeight = sums('weight', params.classes)
  const scores = allocateNumbers(compute, outputs)
  const view = (numbers: Numbers, shape: readonly number[]): View => ({
    data: numbers,
    dtype: compute,
    shape,
    strides: rowMajor(shape),
    offset: 0,
  })
  const wanted = ['input', ...want.gradients.filter((name) => name === 'target' || name === 'weight')]

  for (let n = 0; n < outer; n++) {
    const isCounted = (output: number) => classes === null || classes[n * inner + (output % inner)] >= 0
    for (let output = 0; output < outputs; output++) {
      let score = bias === null ? 0 : bias[output]
      for (let k = 0; k < features; k++) score += x[n * features + k] * w[output * features + k]
      scores[output] = isCounted(output) ? score : 0 // an ignored token has no part in anything, not even with a NaN
    }
    const { gradients, ...outcome } = referenceRows(
      {
        ...rows,
        input: view(scores, [1, params.classes, inner]),
        outer: 1,
        classes: classes === null ? null : classes.subarray(n * inner, (n + 1) * inner),
        target: target === null ? rows.target : view(target.subarray(n * outputs, (n + 1) * outputs), [1, params.classes, inner]),
      },
      {
        ...want,
        gradients: want.gradients.length === 0 ? [] : wanted,
        upstream: upstream === null ? null : view(upstream.subarray(n * inner, (n + 1) * inner), [1, inner]),
        into: {},
      },
    )
    if (outcome.values !== null) values?.set(outcome.values, n * inner)
    total.add(outcome.total)
    if (want.gradients.length === 0) continue
    dTarget?.set(gradients.target, n * outputs)
    if (dClassWeight !== null) for (let c = 0; c < params.classes; c++) dClassWeight[c] += gradients.weight[c]
    for (let output = 0; output < outputs; output++) {
      if (!isCounted(output)) continue
      const slope = gradients.input[output]
      if (dBias !== null) dBias[output] += slope
      for (let k = 0; k < features; k++) {
        if (dInput !== null) dInput[n * features + k] += slope * w[output * features + k]
        if (dWeight !== null) dWeight[output * features + k] += slope * x[n * features + k]
      }
    }
  }
  const all = { input: dInput, linearWeight: dWeight, linearBias: dBias, target: dTarget, weight: dClassWeight }
  const gradients: Record<string, Numbers> = {}
  for (const [name, sum] of Object.entries(all)) if (sum !== null) gradients[name] = compute === 'float64' ? sum : Float32Array.from(sum)
  return { values, total: total.value(), gradients }
}
