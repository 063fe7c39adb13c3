import { binaryCrossEntropyWithLogits } from '../../losses/binary-cross-entropy-with-logits.ts'
import { wantsProbabilities } from '../contract.ts'
import { clear, type Detector, explanation } from '../detector.ts'
import { eachOf, remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped, place } from '../words.ts'

/** Numbers outside [0, 1] where a loss wants probabilities: raw scores, or rounding. */
export const logitsAsProbabilities: Detector = {
  code: 'logits-as-probabilities',
  title: 'raw scores in a loss of probabilities',
  applies: (spec) => spec.inputs[0].domain === 'probabilities' || 'fromLogits' in spec.options,
  look: (subject) => {
    const { spec, values, tensors, refusal } = subject
    const [{ name }] = spec.inputs
    // a loss that refuses them has looked at all values already
    if (!wantsProbabilities(spec, values) || (refusal === null && spec.inputs[0].enforced === true)) return clear
    const { min, max } = subject.extent(name)
    const { nan } = subject.range(name)
    if (nan || (min >= -allowed(spec.inputs[0].enforced) && max <= 1 + allowed(spec.inputs[0].enforced))) return clear
    const x = subject.numbers(name)
    let outside = 0
    for (let i = 0; i < x.length; i++) if (x[i] < 0 || x[i] > 1) outside++
    const first = x.findIndex((value) => value < 0 || value > 1)
    const isSlip = min > -slip && max < 1 + slip
    const soft = spec.inputs[0].domain === 'logits' && values.mode !== 'multilabel' && values.mode !== 'binary' ? 'softmax' : 'sigmoid'
    const raw = typedCall({ spec, tensors, values: { ...values, fromLogits: true } }).ours
    const clamp = typedCall(subject, { [name]: eachOf(name, tensors[name], 'Math.min(Math.max(x, 0), 1)', `${name}.clamp(0, 1)`) })
    const own = soft === 'softmax' ? `${name} = ${name}.softmax(1)` : `${name} = ${name}.sigmoid()`
    const scores =
      'fromLogits' in spec.options
        ? { ours: raw, torch: own }
        : remarked(
            typedCall({ spec: { ...binaryCrossEntropyWithLogits.spec, inputs: spec.inputs }, tensors, values }),
            'which has the sigmoid inside',
          )
    return [
      {
        level: 'error',
        argument: name,
        message: isSlip
          ? `${grouped(outside)} of ${grouped(x.length)} values leave [0, 1] by a rounding slip, from ${min} to ${max}, first ${x[first]}${place(first, tensors[name].shape)}: products and means of probabilities do.`
          : `${name} holds no probabilities: ${grouped(outside)} of ${grouped(x.length)} values lie outside [0, 1], from ${figure(min)} to ${figure(max)}, first ${figure(x[first])}${place(first, tensors[name].shape)}. It looks like raw scores, before the ${soft}.`,
        evidence: { outside, values: x.length, min, max, first, rounding: isSlip },
        repair: repairOf(isSlip ? clamp : scores),
        ...explanation(subject, name, 'input-range'),
      },
    ]
  },
  page: {
    looks:
      '"all elements of input should be between 0 and 1" on the CPU; on a GPU the assert "input_val >= zero && input_val <= one", reported at some later line.',
    why: 'The loss takes logarithms of the probabilities as they are. The last layer gives scores, any real numbers, and the sigmoid (for classes that exclude each other the softmax) is missing; or it is inside another loss, which takes the scores.',
    sure: 'One value outside [0, 1] decides it. Values that leave the range by less than 1e-5 come from rounding, and are named as such. Raw scores that happen to lie inside cannot be told from probabilities.',
    example: 'check(binaryCrossEntropy, [2.5, -1.2, 0.3], [1, 0, 1])',
  },
}

/** How far rounding leaves [0, 1]. */
const slip = 1e-5

/** What a loss lets pass: nothing where it refuses all that is outside, else a slip of rounding. */
const allowed = (enforced: true | undefined): number => (enforced === true ? 0 : slip)
