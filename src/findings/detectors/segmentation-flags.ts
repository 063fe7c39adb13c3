import { insideOf } from '../contract.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { farthestFromOne, softmaxTolerance } from '../sums.ts'
import { typedCall } from '../typed.ts'
import { isOneHot, isUnit } from '../values.ts'
import { grouped } from '../words.ts'

/** Flags of segmentation losses that do not fit the data: the mode, and whether the input is scores. */
export const segmentationFlags: Detector = {
  code: 'segmentation-flags',
  title: 'flags that do not fit the masks',
  applies: ({ options }) => 'mode' in options || 'fromLogits' in options,
  look: (subject) => (subject.refusal?.code.startsWith('shape') ? clear : [...softmaxed(subject), ...ofMode(subject)]),
  page: {
    looks:
      'A Dice loss that cannot fall below one half; scores that differ from another library by a few percent; classes that are never found.',
    why: 'The libraries have the same flags under other names and defaults: whether the softmax is inside, whether classes exclude each other, whether masks are indices or one-hot. One that is wrong still gives a number between 0 and 1.',
    sure: 'Probabilities that add up to 1 at every pixel are a softmax. One-hot masks with a sigmoid per class are a choice that some make; that is a note.',
    example: 'check(diceLoss, softmax([[[2, 1], [0, 1], [1, 3]], [[1, 0], [2, 2], [0, 1]]], 1), [[0, 2], [1, 1]])',
  },
}

/** A softmax before a softmax. (Sigmoids have a check of their own.) */
function softmaxed(subject: Subject): Draft[] {
  const { spec, values, tensors } = subject
  const [{ name }] = spec.inputs
  const { shape, dtype } = tensors[name]
  if (insideOf(spec, values) !== 'softmax' || shape.length < 2 || shape[1] < 2 || !subject.head(name).every(isUnit)) return []
  const x = subject.sample(name)
  let constant = true
  for (let i = 0; i < x.length; i++) {
    if (!isUnit(x[i])) return []
    constant &&= x[i] === x[0]
  }
  const pixels = tensors[name].size / shape[1]
  const tolerance = softmaxTolerance(dtype, pixels)
  if (constant || pixels < 2 || !(farthestFromOne(subject.numbers(name), shape, 1, tolerance) <= tolerance)) return []
  const has = 'fromLogits' in spec.options
  const typed = typedCall({ ...subject, values: { ...values, fromLogits: false } })
  const scores = typedCall(subject, { [name]: { ours: 'scores', torch: 'scores' } })
  return [
    {
      level: 'warning',
      argument: has ? 'fromLogits' : name,
      message: `${name} is a softmax already: the ${shape[1]} values of each of ${grouped(pixels)} pixels add up to 1. ${spec.name} takes the softmax itself, unless it is told not to.`,
      evidence: { pixels, classes: shape[1] },
      repair: {
        surprisal: has ? typed.ours : `${scores.ours} // the scores before the softmax`,
        pytorch: 'from_logits = False  # in segmentation_models.pytorch; softmax=False in MONAI; or drop the softmax',
      },
      pytorch: null,
    },
  ]
}

/** So many pixels do not have one class each by chance. */
const manyPixels = 32

function ofMode(subject: Subject): Draft[] {
  const { spec, values, tensors } = subject
  const { mode } = values
  const target = tensors[spec.inputs[1].name]
  const { shape } = target
  if ((mode !== 'binary' && mode !== 'multilabel') || shape.length < 2 || shape[1] < 2 || target.size / shape[1] < manyPixels) return []
  // of (N, H, W) axis 1 is no axis of classes
  if (mode === 'binary' && shape.length === 3) return []
  if (!isOneHot(target, 1)) return []
  const typed = typedCall({ ...subject, values: { ...values, mode: 'multiclass' } })
  return [
    {
      level: mode === 'binary' ? 'warning' : 'note',
      argument: 'mode',
      message:
        mode === 'binary'
          ? `The masks have ${shape[1]} classes on axis 1, one of them true at each pixel, and mode 'binary' compares them all as one.`
          : `Exactly one of ${shape[1]} classes is true at each pixel: if classes exclude each other, mode 'multiclass' takes the softmax over them.`,
      evidence: { classes: shape[1], pixels: target.size / shape[1] },
      repair: { surprisal: typed.ours, pytorch: "mode = 'multiclass'  # in segmentation_models.pytorch; softmax=True in MONAI" },
      pytorch: null,
    },
  ]
}
