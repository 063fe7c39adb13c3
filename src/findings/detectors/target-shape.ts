import type { LossError } from '../../errors.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { type ClassCall, classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import { type Repair, repairsOf, saysOf } from '../repairs.ts'
import type { Subject } from '../subject.ts'
import { instructed, repairOf } from '../typed.ts'
import { severalOnes } from '../values.ts'

/** A target that does not fit the scores: an axis too many, one-hot integers, a picture of colours, another size, another batch. */
export const targetShape: Detector = {
  code: 'target-shape',
  title: 'a target whose shape does not fit the scores',
  applies: hasClassTarget,
  look: (subject) => {
    const { refusal } = subject
    const classes = classCall(subject)
    if (refusal === null || classes === null || !isOfShapes(subject, classes)) return clear
    const [best, ...others] = repairsOf(subject)
    return best !== undefined && movesClasses(best, classes) ? clear : [draftOf(subject, refusal, classes, best, others)]
  },
  page: {
    looks:
      'PyTorch speaks of "multi-target not supported", of "only batches of spatial targets supported", or asks for a floating point type because it takes the target for probabilities.',
    why: 'The target of cross-entropy is one class index per row of scores: the shape of the input without its class axis. Columns of shape (N, 1), masks with a channel axis, one-hot integers and pictures of colours all hold the same facts in other shapes.',
    sure: 'The shapes decide it. Each repair that is named has been tried out on the call; where several fit, only you know which one is meant.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1]], [[0], [1]])',
  },
}

/** Whether shapes are what is refused: also of integers, which their shape makes probabilities. */
function isOfShapes({ refusal, tensors, spec }: Subject, { target, soft, axis }: ClassCall): boolean {
  if (refusal === null || (refusal.argument !== target && refusal.argument !== spec.inputs[0].name)) return false
  if (refusal.code === 'dtype') return refusal.argument === target && soft && severalOnes(tensors[target], axis) === null
  return refusal.code === 'shape'
}

/** Whether it is the scores whose axes are in another order. */
export const movesClasses = ({ steps }: Repair, { scores }: ClassCall): boolean =>
  steps.some(({ kind, tensors }) => kind === 'permute' && scores !== null && tensors?.[scores] !== undefined)

/** What is said of shapes that do not fit, and of the changes that make them fit. */
export function draftOf(
  { tensors, ...subject }: Subject,
  refusal: LossError,
  { target, shape, wanted }: ClassCall,
  best: Repair | undefined,
  others: readonly Repair[],
): Draft {
  const came = tensors[target].shape
  const fits = `The ${target} has shape ${tupleOf(came)}, and scores of shape ${tupleOf(shape)} go with ${tupleOf(wanted)}`
  const says = best === undefined ? unfit(came, wanted) : saysOf(best)
  return {
    level: 'error',
    argument: refusal.argument,
    message: `${fits}: ${says}.`,
    evidence: {
      scores: shape,
      target: came,
      wanted,
      dtype: tensors[target].dtype,
      steps: best?.steps.map(({ kind }) => kind) ?? [],
      others: others.map(({ ours }) => ours),
    },
    repair: repairOf(best ?? instructed({ ...subject, tensors }, refusal)),
    pytorch: refusal.pytorch,
    explains: true,
  }
}

function unfit(came: readonly number[], wanted: readonly number[]): string {
  if (came[0] === wanted[0] || came.length === 0 || wanted.length === 0) return 'no squeeze, argmax or permutation makes one of the other'
  return `the batches differ, ${wanted[0]} samples and ${came[0]} targets; they may come from different batches, or one was cut`
}
