import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { features, homeOf } from '../../backends/wasm/engine.ts'
import { tileRows } from '../../backends/wasm/products.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers, type Storage } from '../../tensor/dtype.ts'
import { rowMajor, sizeOf } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import { runRows } from '../softmax-rows/wasm.ts'
import type { LinearRowsProblem } from './problem.ts'
import { tokensAtOnce, Workspace } from './workspace.ts'

/**
 * The kernel on WebAssembly, chunk by chunk of counted tokens: their scores in a scratch memory (one matrix product), the loss with the
 * scores' gradient in the same place, and the gradients of input, weight and bias from that (two products).
 */
export function runLinearRows(problem: LinearRowsProblem, want: Want): Outcome {
  const { fma, simd } = features()
  if (!simd) throw new Unsupported('no SIMD')
  const { rows, input, linearWeight, linearBias } = problem
  const { compute, outer, inner, params, classes } = rows
  const depth = input.shape[input.shape.length - 1]
  if (compute !== 'float32' || params.classes < tileRows(fma) || depth === 0) throw new Unsupported('not spelled in SIMD')
  if (want.gradients.includes('target') || want.gradients.includes('weight')) throw new Unsupported('few ask for these gradients')

  const x = numbersOf(input, compute)
  const bias = linearBias === null ? null : numbersOf(linearBias, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, outer * inner) : null
  const wants = (name: string) => want.gradients.includes(name)
  const dInput = wants('input') ? (freeOf(want.into.input, input)?.fill(0) ?? allocateNumbers(compute, x.length)) : null
  const dWeight = wants('linearWeight')
    ? (freeOf(want.into.linearWeight, linearWeight) ?? allocateNumbers(compute, sizeOf(linearWeight.shape)))
    : null
  const dBias = wants('linearBias') ? new Float64Array(params.classes * inner) : null
  const total = new ExactSum()
  const chunk = tokensAtOnce(outer, params.classes)
  const work = new Workspace(homeOf([linearWeight], true), { tokens: chunk, classes: params.classes, depth })

  for (let position = 0; position < inner; position++) {
    const counted = Array.from({ length: outer }, (_, n) => n).filter((n) => classes === null || classes[n * inner + position] >= 0)
    const weights = work.weights(positionOf(linearWeight, position, 1))
    const weightGradients = dWeight === null ? null : work.weightGradients(dWeight, inner, position)
    if (counted.length === 0) weightGradients?.clear()
    const biases = bias === null ? null : Float32Array.from({ length: params.classes }, (_, c) => bias[c * inner + position])
    for (let first = 0; first < counted.length; first += chunk) {
      const tokens = counted.slice(first, first + chunk)
      work.loadTokens(x, tokens)
      work.project(weights, biases, tokens.length)
      const scores = work.scoresOf(tokens.length)
      const at = (n: number) => n * inner + position
      const outcome = runRows(
        {
          ...rows,
          input: scores,
          outer: tokens.length,
          inner: 1,
          classes: classes === null ? null : Int32Array.from(tokens, (n) => classes[at(n)]),
          target: classes === null ? someRows(positionOf(rows.target, position, 2), tokens) : rows.target,
        },
        {
          ...want,
          gradients: want.gradients.length === 0 ? [] : ['input'],
          upstream: upstream === null ? null : vector(Float32Array.from(tokens, (n) => upstream[at(n)])),
          into: { input: scores.data as Numbers },
        },
      )
      total.add(outcome.total)
      if (outcome.values !== null) for (const [i, n] of tokens.entries()) (values as Numbers)[at(n)] = outcome.values[i]
      if (want.gradients.length === 0) continue
      work.padScores(tokens.length)
      if (dInput !== null) work.addInputGradient(weights, tokens, dInput)
      if (weightGradients !== null) work.addWeightGradient(weightGradients, tokens.length, first > 0)
      if (dBias !== null) work.addBiasGradient(tokens.length, (c, slope) => (dBias[c * inner + position] += slope))
    }
  }
  const gradients: Record<string, Numbers> = {}
  if (dInput !== null) gradients.input = dInput
  if (dWeight !== null) gradients.linearWeight = dWeight
  if (dBias !== null) gradients.linearBias = Float32Array.from(dBias)
  return { values, total: total.value(), gradients }
}

/** (C, d1, …, D) or (N, C, d1, …) at one position of the axes d: two axes are left. `axis` is the first of d. */
function positionOf({ data, dtype, shape, strides, offset }: View, position: number, axis: 1 | 2): View {
  const end = axis === 1 ? shape.length - 1 : shape.length
  let rest = position
  let at = offset
  for (let d = end - 1; d >= axis; d--) {
    at += (rest % shape[d]) * strides[d]
    rest = Math.floor(rest / shape[d])
  }
  const kept = axis === 1 ? [0, end] : shape.length === 1 ? [0] : [0, 1]
  return { data, dtype, shape: kept.map((d) => shape[d]), strides: kept.map((d) => strides[d]), offset: at }
}

/** Consecutive rows of a matrix, or its one row where it is a vector. (All rows count where the target is distributions.) */
const someRows = (matrix: View, rows: readonly number[]): View =>
  matrix.shape.length === 1
    ? matrix
    : { ...matrix, shape: [rows.length, matrix.shape[1]], offset: matrix.offset + rows[0] * matrix.strides[0] }

const vector = (data: Float32Array): View => ({
  data,
  dtype: 'float32',
  shape: [data.length],
  strides: rowMajor([data.length]),
  offset: 0,
})

/** Where a gradient is to be written, unless what it is the gradient of lies there and is still to be read. */
const freeOf = (into: Numbers | undefined, { data }: { readonly data: Storage }): Numbers | undefined =>
  into === undefined || overlap(into, data) ? undefined : into

const overlap = (a: Storage, b: Storage): boolean =>
  a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
