import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import type { Reduction } from '../../reduce.ts'
import type { OptionTable } from '../../spec.ts'
import { dtypes } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { planRows, type SoftmaxRowsDefinition } from '../softmax-rows/family.ts'
import { checkLinear } from './check.ts'
import type { LinearRowsProblem } from './problem.ts'
import { referenceLinearRows } from './reference.ts'
import { runLinearRows } from './wasm.ts'

/** One value per row of scores, which are never all there. */
const linearRowsKernel: Kernel<LinearRowsProblem> = {
  family: 'linear-rows',
  about: 'one value per row of scores that a linear layer makes',
  simd: ['float32'],
  reference: referenceLinearRows,
  wasm: runLinearRows,
}

/** Makes a loss of a formula of one row of scores, where the scores are input·linearWeightᵀ + linearBias. */
export function linearRows<const T extends OptionTable, const M extends string, const N extends string>(
  definition: SoftmaxRowsDefinition<T, M, N>,
): LossFunction<[input: TensorLike, linearWeight: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planLinearRows(definition, call, reduction), linearRowsKernel)
}

function planLinearRows<T extends OptionTable, M extends string>(
  definition: SoftmaxRowsDefinition<T, M>,
  call: Call,
  reduction: Reduction,
): Plan<LinearRowsProblem> {
  const { input, linearWeight, linearBias } = call.tensors
  const shape = checkLinear(call)
  // the shape and the dtype of the scores are all that the checks and the plan of their loss look at
  const scores = new Tensor({ data: dtypes[input.dtype].allocate(0), dtype: input.dtype, shape })
  const values = { ...call.values, ignoreIndex: call.values.ignoreIndex ?? -100 }
  const { problem, differentiable, ...plan } = ofScores(() =>
    planRows(definition, { ...call, values, tensors: { ...call.tensors, input: scores } }, reduction),
  )
  return {
    ...plan,
    kernel: linearRowsKernel,
    problem: { rows: problem, input, linearWeight, linearBias: linearBias ?? null },
    differentiable: { ...differentiable, input, linearWeight, ...(linearBias === undefined ? {} : { linearBias }) },
  }
}

/** What the checks of the scores call the input, is the scores here. */
function ofScores<R>(body: () => R): R {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof LossError) || error.argument === 'input') throw error
    const say = (text: string) =>
      text
        .replace(/\bthe input['’]s/g, "the scores'")
        .replace(/\bthe input seems/g, 'the scores seem')
        .replace(/\b(an|the) input\b/g, 'the scores')
    const { code, fn, argument, received, expected, repair, pytorch } = error
    throw new LossError({ code, fn, argument, received: say(received), expected: say(expected), repair: say(repair), pytorch })
  }
}
