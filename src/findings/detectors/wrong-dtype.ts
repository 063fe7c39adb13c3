import { torchName } from '../../tensor/dtype.ts'
import { classCall } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { repairsOf, saysOf } from '../repairs.ts'
import type { Subject } from '../subject.ts'
import { instructed, repairOf } from '../typed.ts'

/** Floats where integers are wanted, or integers where floats are; or two precisions in one call. */
export const wrongDType: Detector = {
  code: 'wrong-dtype',
  title: 'a dtype that the loss does not take',
  applies: () => true,
  look: (subject) => {
    const { refusal, tensors, spec } = subject
    if (refusal?.code !== 'dtype' || tensors[refusal.argument] === undefined || isOfAnother(subject)) return clear
    const { argument, expected, pytorch } = refusal
    const { dtype } = tensors[argument]
    const [best, ...others] = repairsOf(subject)
    const meant = best?.steps.every(({ kind }) => kind === 'cast') === false ? `; ${saysOf(best)}` : ''
    return [
      {
        level: 'error',
        argument,
        message: `The ${argument} is ${dtype}, which PyTorch calls ${torchName(dtype)}; ${spec.name} wants ${expected}${meant}.`,
        evidence: { dtype, shape: tensors[argument].shape, others: others.map(({ ours }) => ours) },
        repair: repairOf(best ?? instructed(subject, refusal)),
        pytorch,
        explains: true,
      },
    ]
  },
  page: {
    looks:
      '"expected target dtype to be Long or Byte, but got Float", "Found dtype Long but expected Float", "result type Float can\'t be cast to the desired output type Long".',
    why: 'Class indices are integers, and targets of losses that compare numbers are floating-point, of the input’s precision. NumPy makes float64 and int64 by itself, torch.arange int64, and ToTensor float32.',
    sure: 'The dtypes decide it. Plain arrays of numbers have none, and are read as what the loss wants.',
    example: 'check(binaryCrossEntropy, [0.1, 0.9], BigInt64Array.of(0n, 1n))',
  },
}

/** Whether the dtype is only a sign of what another check explains: one-hot integers, damaged masks. */
function isOfAnother(subject: Subject): boolean {
  const classes = classCall(subject)
  if (classes === null || subject.refusal?.argument !== classes.target) return false
  return classes.soft || !subject.numbers(classes.target).every(Number.isInteger)
}
