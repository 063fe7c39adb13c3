import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import type { DType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { checkCosine, checkTriplet } from './check.ts'
import { referenceCosine } from './cosine.ts'
import type { CosineProblem, TripletProblem } from './problem.ts'
import { referenceTriplet } from './triplet.ts'

const vectors = { family: 'vectors', about: 'one value per row of vectors, from their distances' } as const
const cosineKernel: Kernel<CosineProblem> = { ...vectors, reference: referenceCosine }
const tripletKernel: Kernel<TripletProblem> = { ...vectors, reference: referenceTriplet }

type Definition<T extends OptionTable, M extends string, N extends string> = LossSpec<T, N> & { readonly module: M }

/** Makes a loss of the cosine of two vectors per row. */
export function cosineOfVectors<const T extends OptionTable, const M extends string, const N extends string>(
  definition: Definition<T, M, N>,
): LossFunction<[input1: TensorLike, input2: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, planCosine, cosineKernel)
}

/** Makes a loss of the distances among three vectors per row. */
export function distancesOfVectors<const T extends OptionTable, const M extends string, const N extends string>(
  definition: Definition<T, M, N>,
): LossFunction<[anchor: TensorLike, positive: TensorLike, negative: TensorLike], T, M, N> {
  return defineLoss(definition, planTriplet, tripletKernel)
}

function planCosine(call: Call, reduction: Reduction): Plan<CosineProblem> {
  const { input1, input2, target } = call.tensors
  const { shape, dtypes } = checkCosine(call)
  return {
    ...common(call, reduction, shape, dtypes.cosine),
    kernel: cosineKernel,
    problem: { input1, input2, target, shape, dtypes, margin: Number(call.values.margin) },
    differentiable: { input1, input2 },
  }
}

export function planTriplet(call: Call, reduction: Reduction): Plan<TripletProblem> {
  const { anchor, positive, negative } = call.tensors
  const { margin, p = 2, eps = 1e-6, swap } = call.values
  const { shape, dtypes } = checkTriplet(call)
  return {
    ...common(call, reduction, shape, dtypes.result),
    kernel: tripletKernel,
    problem: { anchor, positive, negative, shape, dtypes, margin: Number(margin), p: Number(p), eps: Number(eps), swap: swap === true },
    differentiable: { anchor, positive, negative },
  }
}

function common(call: Call, reduction: Reduction, shape: Shape, dtype: DType) {
  const rows = sizeOf(shape)
  const denominator = denominatorOf(call.spec.mean, { elements: rows, positions: rows, targetWeights: rows, weights: rows })
  return { shape, dtype, reduction, denominator, counted: rows, ignored: 0, native: call.spec.native?.name ?? null }
}
