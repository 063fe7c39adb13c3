import type { Kernel, Outcome, Want } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineComposed } from '../../composed-loss.ts'
import { LossError } from '../../errors.ts'
import type { LossFunction, Plan } from '../../loss.ts'
import { numbersIn } from '../../ops/rounding.ts'
import { denominatorOf } from '../../reduce.ts'
import type { Composition, LossSpec, OptionTable, Reduction } from '../../spec.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { expandView, sumTo } from '../../tensor/view.ts'
import { checkTriple } from './check.ts'
import { checkDistances, type GivenTypes } from './given.ts'
import { type Distances, marginsOf } from './margins.ts'

/** Distances that a function of the user's has given, on the tape. */
interface GivenProblem extends GivenTypes {
  readonly near: Tensor
  readonly far: Tensor
  readonly swapped: Tensor | null
  readonly margin: number
}

const givenKernel: Kernel<GivenProblem> = {
  family: 'vectors',
  about: 'one value per row of vectors, from their distances',
  reference: referenceGiven,
}

/** Makes a loss of the distances among three vectors per row that the option `distanceFunction` gives, or else `usual`. */
export function composedDistances<const T extends OptionTable, const M extends string, const N extends string>(
  definition: LossSpec<T, N> & { readonly module: M },
  usual: Composition,
): LossFunction<[anchor: TensorLike, positive: TensorLike, negative: TensorLike], T, M, N> {
  return defineComposed(definition, (call, reduction) => planGiven(call, reduction, usual), givenKernel)
}

function planGiven(call: Call, reduction: Reduction, usual: Composition): Plan<GivenProblem> {
  checkTriple(call)
  const { anchor, positive, negative } = call.tensors
  const measure = measureOf(call, usual)
  const near = measure('anchor', 'positive')
  const far = measure('anchor', 'negative')
  const swapped = call.values.swap === true ? measure('positive', 'negative') : null
  const types = checkDistances(call, near, far, swapped)
  const rows = sizeOf(types.shape)
  return {
    kernel: givenKernel,
    problem: { near, far, swapped, margin: Number(call.values.margin), ...types },
    shape: types.shape,
    dtype: types.dtypes.result,
    reduction,
    denominator: denominatorOf(call.spec.mean, { elements: rows, positions: rows, targetWeights: rows, weights: rows }),
    counted: rows,
    ignored: 0,
    differentiable: { anchor, positive, negative },
    operands: { near, far, ...(swapped === null ? {} : { swapped }) },
    native: null,
  }
}

/** The distance of two arguments; what a known function refuses of them is said by their names. */
function measureOf(call: Call, usual: Composition): (a: string, b: string) => Tensor {
  const option = call.spec.options.distanceFunction
  const given = call.values.distanceFunction as Composition | null
  const known = given === null || (option?.kind === 'function' && Object.values(option.named).includes(given))
  const distance = given ?? usual
  return (a, b) => {
    try {
      return asTensor(call, distance(call.tensors[a], call.tensors[b]))
    } catch (error) {
      if (!known || !(error instanceof LossError)) throw error
      const { code, argument, received, expected, repair, pytorch } = error
      const named = argument === 'x2' ? b : a
      const repaired = repair.replace(/\bx[12]\b/, named)
      throw new LossError({ code, fn: call.spec.name, argument: named, received, expected, repair: repaired, pytorch })
    }
  }
}

function asTensor(call: Call, distance: unknown): Tensor {
  if (distance instanceof Tensor) return distance
  throw new LossError({
    code: 'option-type',
    fn: call.spec.name,
    argument: 'distanceFunction',
    received: `a function that gives ${kindOf(distance)}`,
    expected: 'a function of two tensors that gives a tensor: a distance per row, made of the operations of this library',
    repair: 'distanceFunction: (a, b) => sub(1, cosineSimilarity(a, b)), for instance',
    pytorch: null,
  })
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (Array.isArray(value)) return 'an array'
  return value === null || value === undefined ? String(value) : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The kernel on plain numbers: max(0, margin + near − far), row by row. */
function referenceGiven({ near, far, swapped, ...margins }: GivenProblem, want: Want): Outcome {
  const operands = { near: new Given(near, 'near', margins.shape, want), far: new Given(far, 'far', margins.shape, want) }
  const third = swapped === null ? null : new Given(swapped, 'swapped', margins.shape, want)
  const outcome = marginsOf({ ...margins, ...operands, swapped: third }, want)
  const gradients: Record<string, Numbers> = {}
  for (const { name, gradient } of [operands.near, operands.far, ...(third === null ? [] : [third])]) {
    const numbers = gradient()
    if (numbers !== null) gradients[name] = numbers
  }
  return { ...outcome, gradients }
}

/** Distances as they are. */
class Given implements Distances {
  private readonly x: Numbers
  private readonly slopes: Float64Array | null

  constructor(
    private readonly tensor: Tensor,
    readonly name: string,
    private readonly shape: Shape,
    want: Want,
  ) {
    this.x = numbersIn(expandView(tensor, shape))
    this.slopes = want.gradients.includes(name) ? new Float64Array(this.x.length) : null
  }

  of(row: number): number {
    return this.x[row]
  }

  backward(row: number, g: number): void {
    if (this.slopes !== null) this.slopes[row] = g
  }

  gradient = (): Numbers | null => {
    if (this.slopes === null) return null
    const own = sumTo(this.slopes, this.shape, this.tensor.shape)
    return this.tensor.dtype === 'float64' ? own : Float32Array.from(own)
  }
}
