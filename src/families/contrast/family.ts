import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType, resultType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { checkNegatives, checkPairs } from './check.ts'
import type { ContrastProblem } from './problem.ts'
import { referenceContrast } from './reference.ts'
import { runContrast } from './wasm.ts'

const contrastKernel: Kernel<ContrastProblem> = {
  family: 'contrast',
  about: 'one value per vector, from its similarity to one candidate and to others',
  simd: ['float32'],
  reference: referenceContrast,
  wasm: runContrast,
}

type Definition<T extends OptionTable, M extends string, N extends string> = LossSpec<T, N> & { readonly module: M }

/** Options of all losses of this family. */
export const normalizeOption = {
  kind: 'boolean',
  default: true,
  help: 'Divide every vector by its length first, so that the similarity is a cosine; else it is the product.',
} as const

/** Makes a loss of queries, of which each has a key of its own, and negatives: those given, or the keys of the others. */
export function queriesAndKeys<const T extends OptionTable, const M extends string, const N extends string>(
  definition: Definition<T, M, N>,
): LossFunction<[query: TensorLike, positiveKey: TensorLike], T, M, N> {
  return defineLoss(definition, planKeys, contrastKernel)
}

/** Makes a loss of two views of each sample: all others of the batch are negatives. */
export function twoViews<const T extends OptionTable, const M extends string, const N extends string>(
  definition: Definition<T, M, N>,
): LossFunction<[view1: TensorLike, view2: TensorLike], T, M, N> {
  return defineLoss(definition, planViews, contrastKernel)
}

function planKeys(call: Call, reduction: Reduction): Plan<ContrastProblem> {
  const { rows, width } = checkPairs(call, 'query', 'positiveKey')
  const negatives = checkNegatives(call, rows, width)
  // numbered are the queries, then the keys, then the negatives
  const comparison = (row: number) => {
    if (negatives === null) return { positive: rows + row, start: rows, end: 2 * rows, self: -1 }
    const start = 2 * rows + (negatives.own ? row * negatives.count : 0)
    return { positive: rows + row, start, end: start + negatives.count, self: -1 }
  }
  const columns = negatives?.own === true ? null : { start: rows, end: 2 * rows + (negatives?.count ?? 0) }
  return plan(call, reduction, { rows, width, comparison, columns })
}

function planViews(call: Call, reduction: Reduction): Plan<ContrastProblem> {
  const { rows: samples, width } = checkPairs(call, 'view1', 'view2')
  const rows = 2 * samples
  const comparison = (row: number) => ({ positive: (row + samples) % rows, start: 0, end: rows, self: row })
  return plan(call, reduction, { rows, width, comparison, columns: { start: 0, end: rows } })
}

function plan(
  call: Call,
  reduction: Reduction,
  problem: Pick<ContrastProblem, 'rows' | 'width' | 'comparison' | 'columns'>,
): Plan<ContrastProblem> {
  const { rows } = problem
  const { tensors: operands, values } = call
  const dtype = resultType(Object.values(operands))
  return {
    kernel: contrastKernel,
    problem: {
      ...problem,
      operands,
      temperature: Number(values.temperature),
      normalize: values.normalize === true,
      compute: computeDType(dtype),
    },
    shape: [rows],
    dtype,
    reduction,
    denominator: denominatorOf(call.spec.mean, { elements: rows, positions: rows, targetWeights: rows, weights: rows }),
    counted: rows,
    ignored: 0,
    differentiable: operands,
    native: null,
  }
}
