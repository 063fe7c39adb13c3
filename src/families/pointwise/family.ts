import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { exactSum } from '../../exact-sum.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, type Reduction } from '../../reduce.ts'
import type { LossSpec, OptionTable } from '../../spec.ts'
import { resultType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { numbersOf } from '../../tensor/view.ts'
import { checkOperands, checkRanges, type DTypeRule, type OperandTexts, resultShape } from './check.ts'
import type { PointwiseFormula, PointwiseProblem } from './problem.ts'
import { referencePointwise } from './reference.ts'
import { runPointwise } from './wasm.ts'

/** One value per element. */
const pointwiseKernel: Kernel<PointwiseProblem> = { family: 'pointwise', reference: referencePointwise, wasm: runPointwise }

/** A loss with one value per element: its data, its formula, and PyTorch's words for what it refuses. */
export interface PointwiseDefinition<T extends OptionTable, M extends string> extends LossSpec<T>, PointwiseFormula {
  readonly module: M
  /** The dtype of the result. */
  readonly dtype: DTypeRule
  readonly says: {
    /** PyTorch's text for unequal shapes of input and target; null where PyTorch has no such loss. */
    readonly shapes: (input: Shape, target: Shape) => string | null
    /** PyTorch's texts for options that do not broadcast. */
    readonly operands?: OperandTexts
  }
  /** Options with a gradient; the positional arguments have one where the formula has a slope. */
  readonly differentiable?: readonly (keyof T & string)[]
}

/**
 * Makes a loss of a formula of one element.
 *
 * The name of a `weight` option is taken: it multiplies the value. All other tensor options are operands of the formula.
 */
export function pointwise<const T extends OptionTable, const M extends string>(
  definition: PointwiseDefinition<T, M>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M> {
  return defineLoss(definition, (call, reduction) => planPointwise(definition, call, reduction))
}

function planPointwise<T extends OptionTable, M extends string>(
  definition: PointwiseDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<PointwiseProblem> {
  const { tensors } = call
  const shape = resultShape(call, definition.says.shapes)
  checkOperands(call, shape, definition.says.operands ?? {})
  const dtype = definition.dtype(call, reduction)
  checkRanges(call)
  const elements = sizeOf(shape)
  const { weight } = tensors
  const weights = weight === undefined ? elements : exactSum(numbersOf(weight))
  const batch = call.tensors.input.shape[0] ?? 1
  const counts = { elements, positions: elements, targetWeights: elements, weights, batch }
  const denominator = denominatorOf(definition.mean, counts, reduction)
  const names = [...Object.keys(definition.slope), ...(definition.differentiable ?? [])]
  return {
    kernel: pointwiseKernel,
    problem: {
      formula: definition,
      params: call.values,
      shape,
      operands: tensors,
      compute: resultType([tensors.input, tensors.target, { dtype, shape }]) === 'float64' ? 'float64' : 'float32',
    },
    shape,
    dtype,
    reduction,
    denominator,
    counted: elements,
    ignored: 0,
    differentiable: Object.fromEntries(names.flatMap((name) => (tensors[name] === undefined ? [] : [[name, tensors[name]]]))),
    native: definition.native?.name ?? null,
    adjust: (gradients, total) => {
      // a mean over the weights has them in its denominator too: d/dw (Σ w·l / Σ w) = (l − mean) / Σ w
      if (definition.mean !== 'weights' || gradients.weight === undefined) return
      const shift = total / denominator / denominator
      for (let i = 0; i < gradients.weight.length; i++) gradients.weight[i] -= shift
    },
  }
}
