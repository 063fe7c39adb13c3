import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { exactSum } from '../../exact-sum.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, type Reduction } from '../../reduce.ts'
import type { LossSpec, OptionTable } from '../../spec.ts'
import { computeDType, resultType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import { checkOperands, checkRanges, type DTypeRule, type OperandTexts, resultShape, type ShapeText } from './check.ts'
import { type Grouping, grouped } from './grouped.ts'
import type { Params, PointwiseFormula, PointwiseProblem } from './problem.ts'
import { referencePointwise } from './reference.ts'
import { runPointwise } from './wasm.ts'

/** One value per element. */
const pointwiseKernel: Kernel<PointwiseProblem> = {
  family: 'pointwise',
  about: 'one value per element',
  simd: ['float32', 'float64'],
  reference: referencePointwise,
  wasm: runPointwise,
}

/** A loss with one value per element: its data, its formula, and PyTorch's words for what it refuses. */
export interface PointwiseDefinition<T extends OptionTable, M extends string, N extends string = string>
  extends LossSpec<T, N>,
    PointwiseFormula {
  readonly module: M
  /** What PyTorch refuses before it looks at shapes. */
  readonly first?: (call: Call) => void
  /** The dtype of the result. */
  readonly dtype: DTypeRule
  /** Where PyTorch works in place, in the dtype of the result, whatever the arguments promote to. */
  readonly inPlace?: true
  readonly says: {
    /** PyTorch's text for unequal shapes of the arguments; null where PyTorch has no such loss, or broadcasts in silence. */
    readonly shapes: ShapeText
    /** PyTorch's texts for options that do not broadcast. */
    readonly operands?: OperandTexts
  }
  /** The arguments as the formula takes them, where some are not to be broadcast as they come. */
  readonly views?: (call: Call) => Readonly<Record<string, View>>
  /** The constants of the formula, where they are not the options as they come. */
  readonly params?: (call: Call) => Params
  /** The shape of the result, where the arguments need not be of one shape. */
  readonly shape?: (call: Call, views: Readonly<Record<string, View>>) => Shape
  /** How the values of elements become those of the result, where it does not have one value per element. */
  readonly grouping?: (call: Call, shape: Shape) => Grouping | null
  /** Options with a gradient; the positional arguments have one where the formula has a slope. */
  readonly differentiable?: readonly (keyof T & string)[]
}

/** As `pointwise`, for other arguments than an input and a target. */
export const pointwiseOf =
  <Args extends readonly TensorLike[]>() =>
  <const T extends OptionTable, const M extends string, const N extends string>(
    definition: PointwiseDefinition<T, M, N>,
  ): LossFunction<Args, T, M, N> =>
    defineLoss(definition, (call, reduction) => planPointwise(definition, call, reduction), pointwiseKernel)

/**
 * Makes a loss of a formula of one element.
 *
 * The name of a `weight` option is taken: it multiplies the value. All other tensor options are operands of the formula.
 */
export const pointwise = pointwiseOf<[input: TensorLike, target: TensorLike]>()

function planPointwise<T extends OptionTable, M extends string>(
  definition: PointwiseDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<PointwiseProblem> {
  const { tensors } = call
  definition.first?.(call)
  const views = { ...tensors, ...definition.views?.(call) }
  const shape = definition.shape?.(call, views) ?? resultShape(call, views, definition.says.shapes)
  checkOperands(call, shape, definition.says.operands ?? {})
  const dtype = definition.dtype(call, reduction)
  checkRanges(call)
  const elements = sizeOf(shape)
  const { weight } = tensors
  const grouping = definition.grouping?.(call, shape) ?? null
  const resultOf = grouping?.rows ? shape.slice(0, -1) : shape
  const counts = {
    elements: sizeOf(resultOf),
    positions: elements,
    targetWeights: elements,
    weights: weight === undefined ? elements : exactSum(numbersOf(weight)),
    batch: tensors[definition.inputs[0].name].shape[0] ?? 1,
  }
  const denominator = denominatorOf(definition.mean, counts, reduction)
  const names = [...Object.keys(definition.slope), ...(definition.differentiable ?? [])]
  const arguments_ = definition.inPlace ? [] : definition.inputs.map(({ name }) => tensors[name])
  return {
    kernel: grouping === null ? pointwiseKernel : grouped(pointwiseKernel, grouping),
    problem: {
      formula: definition,
      params: definition.params?.(call) ?? call.values,
      shape,
      operands: views,
      compute: computeDType(resultType([...arguments_, { dtype, shape }])),
    },
    shape: resultOf,
    dtype,
    reduction,
    denominator,
    counted: counts.elements,
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
