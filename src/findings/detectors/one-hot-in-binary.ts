import { clear, type Detector } from '../detector.ts'
import { remarked, repairOf } from '../typed.ts'
import { isOneHot } from '../values.ts'
import { grouped } from '../words.ts'
import { isBinary } from './softmax-in-binary.ts'

/** So many rows do not have exactly one class each by chance. */
const manyRows = 32

/** Targets of one class per row in a loss of yes or no per class. */
export const oneHotInBinary: Detector = {
  code: 'one-hot-in-binary',
  title: 'one true class per row, in a loss of yes or no',
  applies: isBinary,
  look: ({ spec, tensors }) => {
    const [{ name: input }, { name: target }] = spec.inputs
    const { shape, size } = tensors[target]
    const rows = shape.length < 2 || shape[1] < 2 ? 0 : size / shape[1]
    if (rows < manyRows) return clear
    if (!isOneHot(tensors[target], 1)) return clear
    const [scores, before] = spec.inputs[0].domain === 'logits' ? [input, null] : ['scores', 'with the scores before the sigmoid']
    const typed = { ours: `crossEntropy(${scores}, argmax(${target}, 1))`, torch: `F.cross_entropy(${scores}, ${target}.argmax(1))` }
    return [
      {
        level: 'note',
        argument: target,
        message: `Exactly one of ${shape[1]} classes is true in each of ${grouped(rows)} rows: if the classes exclude each other, cross-entropy says so to the network, and ${spec.name} does not.`,
        evidence: { rows, classes: shape[1] },
        repair: repairOf(before === null ? typed : remarked(typed, before)),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'It works, often with several classes above one half for a row, or none.',
    why: 'One-hot targets are the labels of a choice between classes. A sigmoid per class answers each alone, and the many noes outweigh the one yes.',
    sure: 'It is a choice, not a mistake: detectors and some classifiers are trained so on purpose. The note is for those who did not choose.',
    example:
      'check(binaryCrossEntropyWithLogits, tensor(new Float32Array(120), { shape: [40, 3] }), tensor(Float32Array.from({ length: 120 }, (_, i) => Number(i % 3 === 1)), { shape: [40, 3] }))',
  },
}
