import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf, divides } from '../../reduce.ts'
import type { LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { checkSequences } from './check.ts'
import type { SequenceProblem } from './problem.ts'
import { referenceSequence } from './reference.ts'

const sequenceKernel: Kernel<SequenceProblem> = {
  family: 'sequence',
  about: 'one value per sequence, over all alignments of its labels',
  reference: referenceSequence,
}

type Sequences = [logProbs: TensorLike, targets: TensorLike, inputLengths: TensorLike, targetLengths: TensorLike]

/** Makes a loss of sequences of labels, of which nobody knows at which step they stand. */
export function sequence<const T extends OptionTable, const M extends string, const N extends string>(
  definition: LossSpec<T, N> & { readonly module: M },
): LossFunction<Sequences, T, M, N> {
  return defineLoss(definition, planSequence, sequenceKernel)
}

function planSequence(call: Call, reduction: Reduction): Plan<SequenceProblem> {
  const { logProbs } = call.tensors
  const sequences = checkSequences(call)
  const { batch } = sequences
  return {
    kernel: sequenceKernel,
    problem: {
      ...sequences,
      logProbs,
      blank: Number(call.values.blank),
      zeroInfinity: call.values.zeroInfinity === true,
      perLabel: divides(reduction),
      compute: computeDType(logProbs.dtype),
    },
    shape: logProbs.shape.length === 3 ? [batch] : [],
    dtype: logProbs.dtype,
    reduction,
    denominator: denominatorOf(call.spec.mean, { elements: batch, positions: batch, targetWeights: batch, weights: batch }),
    counted: batch,
    ignored: 0,
    differentiable: { logProbs },
    native: call.spec.native?.name ?? null,
  }
}
