import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { features, homeOf } from '../../backends/wasm/engine.ts'
import { tileRows } from '../../backends/wasm/products.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { rowMajor, type Shape } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import { Workspace } from '../linear-rows/workspace.ts'
import type { RowFormula } from '../softmax-rows/problem.ts'
import { runRows } from '../softmax-rows/wasm.ts'
import { Pool } from './pool.ts'
import type { Comparison, ContrastProblem } from './problem.ts'

/** −log p of the positive. */
const formula: RowFormula = {
  value: (m, { logp }) => m.sub(0, logp),
  slope: { picked: () => -1, uniform: () => null },
  blend: () => ({ scale: 1, shift: 0 }),
}

/** How many scores are held at a time, but for 24 rows of them: they stay in the L2 cache. */
const scoresAtOnce = 2 ** 17

/** Beyond this, products of float32 come near its largest number. */
const tame = 1e30

/**
 * The kernel on WebAssembly, for rows that share their candidates: matrix products of vectors in float32, as a linear layer's, and the softmax
 * of a chunk of rows in place. Lengths, and the gradients through them, are in float64.
 *
 * Vectors that a row is not compared with have a score of −∞; so have zeros that only fill up a tile.
 */
export function runContrast(problem: ContrastProblem, want: Want): Outcome {
  const { fma, simd } = features()
  if (!simd) throw new Unsupported('no SIMD')
  const { operands, rows, width, comparison, columns, temperature, normalize, compute } = problem
  if (compute !== 'float32' || columns === null || width === 0 || rows === 0) throw new Unsupported('not spelled in SIMD')
  const { start, end } = columns
  const wanted = want.gradients.length > 0
  const pool = new Pool(operands, width, normalize, wanted)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const most = largest(pool.units)
  if (!(Math.max(most, 1) * most * width < tame * temperature && (upstream === null || largest(upstream) < tame))) {
    throw new Unsupported('infinite, NaN or too large: left to float64')
  }
  const count = Math.max(end - start, tileRows(fma))
  const queries = scaled(pool.units, rows * width, 1 / temperature)
  const candidates = new Float32Array(count * width)
  candidates.set(pool.units.subarray(start * width, end * width))
  const values = want.values ? allocateNumbers(compute, rows) : null
  const total = new ExactSum()
  const chunk = Math.max(24, 12 * Math.floor(Math.min(rows + 11, scoresAtOnce / count) / 12)) // a multiple of every tile's rows
  const work = new Workspace(homeOf([], true), { tokens: chunk, classes: count, depth: width })
  const weights = work.weights(viewOf(candidates, [count, width]))
  const byQuery = new Float32Array(wanted ? queries.length : 0)
  const byCandidate = new Float32Array(wanted ? candidates.length : 0)
  const candidateGradients = wanted ? work.weightGradients(byCandidate, 1, 0) : null

  for (let first = 0; first < rows; first += chunk) {
    const tokens = Array.from({ length: Math.min(chunk, rows - first) }, (_, i) => first + i)
    const comparisons = tokens.map(comparison)
    work.loadTokens(queries, tokens)
    work.project(weights, null, tokens.length)
    const scores = work.scoresOf(tokens.length)
    const data = scores.data as Float32Array
    for (const [i, each] of comparisons.entries()) mask(data.subarray(i * count, (i + 1) * count), start, each)
    const outcome = runRows(
      {
        formula,
        params: { classes: count, distributions: false },
        input: scores,
        outer: tokens.length,
        inner: 1,
        classes: Int32Array.from(comparisons, ({ positive }) => positive - start),
        target: scores,
        weight: null,
        normalised: false,
        compute,
      },
      {
        ...want,
        gradients: wanted ? ['input'] : [],
        upstream: upstream === null ? null : viewOf(upstream.slice(first, first + tokens.length), [tokens.length]),
        into: { input: data },
      },
    )
    total.add(outcome.total)
    if (outcome.values !== null) values?.set(outcome.values, first)
    if (candidateGradients === null) continue
    work.padScores(tokens.length)
    work.addInputGradient(weights, tokens, byQuery)
    work.addWeightGradient(candidateGradients, tokens.length, first > 0)
  }
  pool.add(0, byQuery, 1 / temperature)
  pool.add(start * width, byCandidate.subarray(0, (end - start) * width), 1)
  const gradients = Object.fromEntries(want.gradients.map((name) => [name, pool.gradient(name, operands[name])]))
  return { values, total: total.value(), gradients }
}

/** Takes out of a row's scores, the first of which is that of vector `from`, what it is not compared with. */
function mask(scores: Float32Array, from: number, { positive, start, end, self }: Comparison): void {
  const own = scores[positive - from]
  scores.fill(-Infinity, 0, start - from)
  scores.fill(-Infinity, end - from)
  if (self >= 0) scores[self - from] = -Infinity
  scores[positive - from] = own
}

/** The first numbers, times a factor. (`from` with a function is many times slower.) */
function scaled(numbers: Float64Array, count: number, factor: number): Float32Array {
  const made = new Float32Array(count)
  for (let i = 0; i < count; i++) made[i] = numbers[i] * factor
  return made
}

/** NaN where one is. */
function largest(numbers: Numbers): number {
  let most = 0
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i])
    if (Number.isNaN(size)) return size
    if (size > most) most = size
  }
  return most
}

const viewOf = (data: Numbers, shape: Shape): View => ({ data, dtype: 'float32', shape, strides: rowMajor(shape), offset: 0 })
