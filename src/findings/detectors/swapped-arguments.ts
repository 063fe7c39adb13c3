import { clear, type Detector, explanation } from '../detector.ts'
import { lookedAt } from '../extent.ts'
import { typedCall } from '../typed.ts'
import { tallyOf } from '../values.ts'
import { grouped } from '../words.ts'
import { isBinary } from './softmax-in-binary.ts'

/** What labels look like in the place of a prediction, and a prediction in the place of labels. */
const consequences = ['saturated', 'impossible-target', 'against-chance', 'focal-constants']

/** Labels where the prediction goes, and the prediction where the labels go. */
export const swappedArguments: Detector = {
  code: 'swapped-arguments',
  title: 'input and target in each other’s place',
  applies: isBinary,
  look: (subject) => {
    const { spec, tensors, refusal } = subject
    const [{ name: input }, { name: target }] = spec.inputs
    if (refusal !== null && refusal.code !== 'target-range') return clear
    const { size } = tensors[input]
    if (!subject.head(input).every((value) => value === 0 || value === 1)) return clear
    const x = subject.sample(input)
    let ones = 0
    for (let i = 0; i < x.length; i++) {
      if (x[i] !== 0 && x[i] !== 1) return clear
      ones += x[i]
    }
    if (size < 8 || ones === 0 || ones === x.length) return { found: [], looked: lookedAt(size) }
    const t = subject.sample(target)
    let fractions = 0
    for (let i = 0; i < t.length; i++) if (!Number.isInteger(t[i])) fractions++
    const kinds = tallyOf(t, 4)
    // smoothed labels are of two values, mixed ones of a few
    if (2 * fractions < t.length || kinds !== null) return { found: [], looked: lookedAt(size) }
    const impossible = subject.leaves(target, 0, 1)
    const typed = typedCall(subject, { [input]: { ours: target, torch: target }, [target]: { ours: input, torch: input } })
    return {
      looked: lookedAt(size),
      found: [
        {
          // no such target is one, so that it is not hard decisions beside soft labels
          level: impossible ? 'error' : 'warning',
          argument: input,
          message: `${input} holds nothing but 0 and 1, and ${target} ${grouped(fractions)} numbers between whole ones: they seem to be in each other's place. PyTorch takes the prediction first, Keras and scikit-learn the truth.`,
          evidence: { ones, values: x.length, fractions },
          repair: { surprisal: typed.ours, pytorch: typed.torch },
          ...explanation(subject, target, 'target-range'),
          covers: consequences,
        },
      ],
    }
  },
  page: {
    looks: 'A loss of about 50 (a cut-off logarithm for half of the samples), or a gradient for the labels and none for the network.',
    why: 'Keras, scikit-learn and TensorFlow.js take (truth, prediction); PyTorch takes (input, target), the prediction first.',
    sure: 'A prediction of nothing but zeros and ones beside a target of many fractions is told, and certain where the target leaves [0, 1]: what else follows from it is not said then. Predictions that were rounded to 0 and 1, with soft labels, look the same.',
    example: 'check(binaryCrossEntropy, [1, 0, 1, 1, 0, 0, 1, 0], [0.9, 0.2, 0.7, 0.6, 0.1, 0.3, 0.8, 0.4])',
  },
}
