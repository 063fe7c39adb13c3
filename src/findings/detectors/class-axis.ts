import { permute } from '../../ops/index.ts'
import { sameShape, tupleOf } from '../../tensor/shape.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { type ClassCall, classCall, hasScores } from '../classes.ts'
import { cannot, clear, type Detector, type Outcome } from '../detector.ts'
import { sampleSize } from '../extent.ts'
import { repairsOf } from '../repairs.ts'
import type { Subject } from '../subject.ts'
import { typedCall } from '../typed.ts'
import { figure } from '../words.ts'
import { draftOf, movesClasses } from './target-shape.ts'

/** Scores whose classes lie on another axis than 1: the last one, as of channels-last images and of (N, L, C) sequences. */
export const classAxis: Detector = {
  code: 'class-axis',
  title: 'the classes of the scores on another axis',
  applies: hasScores,
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null) return clear
    if (subject.refusal !== null) {
      const [best, ...others] = repairsOf(subject)
      return best !== undefined && movesClasses(best, classes) ? [draftOf(subject, subject.refusal, classes, best, others)] : clear
    }
    const { shape, wanted, axis, soft } = classes
    const last = shape.length - 1
    const { plan } = subject
    // one value per row, or there is nothing to compare
    if (last < 2 || soft || shape[axis] < 2 || plan === null || plan.counted === 0 || !sameShape(plan.shape, wanted)) return clear
    if (!sameShape(shape.slice(0, -1), wanted)) return clear
    return compared(subject, classes, last)
  },
  page: {
    looks:
      'A "size mismatch" that names sizes which seem to be equal; or, where the number of classes is also the width or the length, a loss that does not fall.',
    why: 'Classes are axis 1 of PyTorch’s scores: (N, C), (N, C, L), (N, C, H, W). Channels-last images and the (N, L, C) of language models have them last. Where the sizes happen to be equal nothing can refuse them.',
    sure: 'Unequal sizes decide it. For equal sizes the loss is compared along both axes, on part of the batch: scores of a network that has learned something give a much smaller loss along the axis of the classes. Of an untrained network nothing can be told, and the check says so.',
    example:
      'check(crossEntropy, tensor(new Float32Array(120), { shape: [2, 4, 5, 3] }), tensor(new BigInt64Array(40), { shape: [2, 4, 5] }))',
  },
}

/** How many standard errors apart, and how far below chance, losses have to be. */
const [errorsApart, belowChance] = [6, 0.8]

/** Equal sizes: the losses along both axes, position by position. */
function compared(subject: Subject, classes: ClassCall, last: number): Outcome {
  const { tensors, values, spec, loss } = subject
  const { scores, target, shape, count } = classes
  if (scores === null) return clear
  const axes = `axes 1 and ${last} of the scores both have length ${count}`
  // as many samples as make a sample of elements
  const n = Math.max(1, Math.min(shape[0], Math.floor((4 * sampleSize * shape[0]) / Math.max(tensors[scores].size, 1))))
  const order = [0, last, ...shape.keys()].filter((axis, at, all) => all.indexOf(axis) === at)
  const [given, labels] = [firstOf(tensors[scores], n), firstOf(tensors[target], n)]
  const { reduction: _, sizeAverage: __, reduce: ___, ...rest } = values
  const lossOf = (input: Tensor): number[] => {
    const options = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
    return (loss(input, labels, { ...options, reduction: 'none' } as never).toArray() as number[]).flat(9) as number[]
  }
  const [here, there] = [lossOf(given), lossOf(permute(given, order))]
  const differences = here.map((value, at) => value - there[at])
  const [mean, other, apart] = [average(here), average(there), average(differences)]
  const error = Math.sqrt(average(differences.map((d) => (d - apart) ** 2)) / differences.length)
  const chance = Math.log(count)
  const looked = `${axes}; compared on ${n} of ${shape[0]} samples`
  if (apart < -errorsApart * error && mean < belowChance * chance) return { found: [], looked }
  if (!(apart > errorsApart * error && other < belowChance * chance))
    return cannot(`${axes}, and the loss is about the same along both, as of an untrained network`)
  const changed = { [scores]: { ours: `permute(${scores}, [${order.join(', ')}])`, torch: `${scores}.permute(${order.join(', ')})` } }
  const { ours, torch } = typedCall({ spec, tensors, values }, changed)
  const finding = {
    level: 'note',
    argument: scores,
    message: `The classes of the scores ${tupleOf(shape)} may lie on axis ${last}: along it the loss is ${figure(other)}, and ${figure(mean)} along axis 1 that ${spec.name} takes; chance is ${figure(chance)}.`,
    evidence: { here: mean, there: other, axis: last, chance, samples: n },
    repair: { surprisal: ours, pytorch: torch },
    pytorch: null,
  } as const
  return { found: [finding], looked }
}

/** The first samples of a batch, as a view. */
function firstOf({ data, dtype, shape, strides, offset, plain }: Tensor, n: number): Tensor {
  return new Tensor({ data, dtype, shape: [n, ...shape.slice(1)], strides, offset, plain })
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
