import { cannot, clear, type Detector } from '../detector.ts'
import { farthestFromOne, softmaxTolerance } from '../sums.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { isUnit } from '../values.ts'

/** Softmax before a loss that takes the softmax itself: every score in [0, 1], and every row of some axis adds up to 1. */
export const softmaxTwice: Detector = {
  code: 'softmax-twice',
  title: 'softmax before a loss that has it inside',
  applies: ({ inside, inputs }) => inside === 'softmax' && inputs[0].domain === 'logits',
  look: (subject) => {
    const { tensors, head, leaves, numbers, spec } = subject
    const { input } = tensors
    const { shape } = input
    if (input.size === 0) return cannot('the input is empty')
    if (!head('input').every(isUnit) || leaves('input', 0, 1)) return clear
    const values = numbers('input')
    const axis = shape.findIndex((extent, axis) => {
      const tolerance = softmaxTolerance(input.dtype, values.length / extent)
      return extent > 1 && farthestFromOne(values, shape, axis, tolerance) <= tolerance
    })
    if (axis < 0) return clear
    const classAxis = shape.length === 1 ? 0 : 1
    const classes = shape[classAxis]
    const floor = Math.log(Math.E + classes - 1) - 1
    const where = axis === classAxis ? '' : ` Axis ${axis} is not the class axis, which is ${classAxis}.`
    return [
      {
        level: 'warning',
        argument: 'input',
        message: `The input is a softmax already: every value is in [0, 1], and along axis ${axis} they add up to 1. ${spec.name} takes the softmax itself, so the loss cannot fall below ${floor.toFixed(4)}.${where}`,
        evidence: { axis, rows: values.length / shape[axis], farthestFromOne: farthestFromOne(values, shape, axis), floor },
        repair: repairOf(
          axis === classAxis
            ? remarked(
                typedCall(subject, { input: { ours: 'log(input)', torch: 'input.log()' } }),
                'or, more exactly, the scores before the softmax',
              )
            : remarked(typedCall(subject, { input: { ours: 'scores', torch: 'scores' } }), 'the scores before the softmax'),
        ),
        pytorch: null,
      },
    ]
  },
  page: {
    looks:
      'The loss falls for a while and then stays at ln(e + C − 1) − 1: 0.7437 for 4 classes, 1.4612 for 10. The accuracy may rise all the same.',
    why: 'Cross-entropy takes the softmax itself. Of probabilities it takes the softmax of numbers between 0 and 1, which is never far from even, and its gradient all but vanishes where the network is surest and wrong.',
    sure: 'Honest scores are negative somewhere, or do not add up to 1: a false alarm needs every row to hit 1 by chance. A softmax that was scaled afterwards, or a sigmoid, is not seen by this check. A log-softmax before the loss does no harm.',
    example: 'check(crossEntropy, softmax([[2, 1, 0.1], [0.5, 2.5, -1]], 1), [0, 1])',
  },
}
