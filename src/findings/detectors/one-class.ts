import { binaryCrossEntropyWithLogits } from '../../losses/binary-cross-entropy-with-logits.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { search } from '../repairs.ts'
import { outputs, remarked, repairOf } from '../typed.ts'

/** Scores of one class, which is certain: the loss is 0 whatever the network says. */
export const oneClass: Detector = {
  code: 'one-class',
  title: 'a choice between classes where there is one',
  applies: hasClassTarget,
  look: (subject) => {
    const { refusal, spec, tensors } = subject
    const classes = classCall(subject)
    if (classes?.count !== 1 || refusal?.code.startsWith('shape')) return clear
    const { shape, axis, target, scores } = classes
    const softmax = spec.inside.includes('softmax')
    const normalised = spec.inputs[0].domain === 'log-probabilities'
    const [best] =
      scores === null || normalised
        ? []
        : search(binaryCrossEntropyWithLogits, { tensors: { input: tensors[scores], target: tensors[target] }, values: {} })
    const two = 'two outputs per row instead of one'
    return [
      {
        level: 'error',
        argument: scores ?? spec.inputs[0].name,
        message: `Axis ${axis} of the scores ${tupleOf(shape)} has one class${softmax ? ', whose softmax is 1 whatever the score' : ', so there is nothing to choose'}: ${refusal?.code === 'target-range' ? 'a target can only be 0' : 'the loss teaches the network nothing'}.`,
        evidence: { scores: shape, axis, classes: 1 },
        repair: repairOf(best === undefined ? remarked(outputs(2, shape), two) : remarked(best, `for one score of yes or no; or ${two}`)),
        pytorch: refusal?.code === 'target-range' ? refusal.pytorch : null,
        ...(refusal?.code === 'target-range' ? { explains: true } : {}),
      },
    ]
  },
  page: {
    looks: 'The loss is 0 (or −0) from the first step, and nothing is learned; or "Target 1 is out of bounds." as soon as a target is 1.',
    why: 'Cross-entropy chooses between the classes of axis 1. A network for one foreground against the background has one output, of which the softmax is always 1.',
    sure: 'The shape decides it: count the outputs. One score of yes or no goes with binaryCrossEntropyWithLogits, and two scores with crossEntropy; both say the same, since the cross-entropy of (0, z) is the other one of z.',
    example: 'check(crossEntropy, [[2.5], [-1]], [0, 0])',
  },
}
