import { tupleOf } from '../../tensor/shape.ts'
import { classCall, hasClassTarget, labelsOf } from '../classes.ts'
import { clear, type Detector, type Outcome } from '../detector.ts'
import { indexOf } from '../extent.ts'
import { repairsOf } from '../repairs.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, type Typed } from '../typed.ts'
import { isByteFractions } from '../values.ts'
import { figure, grouped } from '../words.ts'

/** A mask of class indices that was treated as a picture: divided by 255, interpolated, or cut to nothing by a cast. */
export const damagedMask: Detector = {
  code: 'damaged-mask',
  title: 'a mask that was treated as a picture',
  applies: hasClassTarget,
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null || classes.soft) return clear
    return subject.refusal === null ? ofOneClass(subject) : ofFractions(subject)
  },
  page: {
    looks: 'PyTorch asks for Long; after .long() every pixel is class 0, and the loss soon vanishes.',
    why: 'Transforms for pictures divide bytes by 255 (ToTensor) and interpolate between neighbours when they resize. Class indices are names, not amounts: 7/255 is no class, and halfway between class 2 and class 6 lies not class 4.',
    sure: 'Fractions in class indices are certain; multiples of 1/255 tell the division. That all pixels of several images are class 0 may be true of your data, and is only worth a look.',
    example: 'check(crossEntropy, tensor(new Float32Array(12), { shape: [1, 3, 2, 2] }), [[[0, 1 / 255], [2 / 255, 0]]])',
  },
}

function ofFractions(subject: Subject): Outcome {
  const { refusal, tensors } = subject
  const classes = classCall(subject)
  if (refusal === null || classes === null) return clear
  const { target, count, wanted } = classes
  // of the shape of a mask, but for axes of length 1; others are pictures, or probabilities
  const axes = tensors[target].shape.filter((extent) => extent !== 1).length
  if ((refusal.argument !== target && refusal.code !== 'shape') || axes > wanted.length) return clear
  const values = subject.numbers(target)
  const odd = values.findIndex((value) => !Number.isInteger(value))
  if (odd < 0 || !Number.isFinite(values[odd])) return clear
  const at = `${figure(values[odd])} at ${tupleOf(indexOf(odd, tensors[target].shape))}`
  const scaled = isByteFractions(values)
  let [fractions, highest] = [0, 0]
  for (const value of values) {
    if (!Number.isInteger(value)) fractions++
    highest = Math.max(highest, value)
  }
  const [best] = repairsOf(subject)
  const largest = scaled ? Math.round(255 * highest) : 0
  const says = scaled
    ? `every one is a multiple of 1/255, up to ${largest}/255: the mask went through ToTensor, which divides bytes by 255`
    : 'interpolation makes such values between classes'
  const repair = scaled && largest < count && best !== undefined ? best : null
  return [
    {
      level: 'error',
      argument: target,
      message: `${grouped(fractions)} of ${grouped(values.length)} labels are no integers, as ${at}; ${says}.`,
      evidence: { fractions, labels: values.length, multiplesOf255: scaled, largest: scaled ? largest : null, classes: count },
      repair: repairOf(repair ?? (scaled ? fromBytes('as in the file, where its classes are fewer') : resized(wanted))),
      pytorch: refusal.pytorch,
      explains: true,
    },
  ]
}

/** A mask that was divided by 255 as it was before, or read without a division. */
const fromBytes = (remark: string): Typed =>
  remarked(
    { ours: "tensor(add(mul(mask, 255), 0.5), { dtype: 'int64' })", torch: 'torch.from_numpy(np.array(mask)).long()' },
    remark,
    'in place of ToTensor()(mask).long()',
  )

/** A mask resized without new values between classes; or labels rounded, where there is nothing to be resized. */
function resized(wanted: readonly number[]): Typed {
  const [height, width] = wanted.slice(-2)
  if (wanted.length < 3)
    return remarked(
      { ours: 'tensor(target).toArray().flat().map(Math.round)', torch: 'target.round().long()' },
      'if fractions are noise; probabilities have the shape of the scores',
    )
  const rows = `Array.from({ length: ${height} }, (_, y) => Array.from({ length: ${width} }, (_, x) => mask[Math.floor((y * mask.length) / ${height})][Math.floor((x * mask[0].length) / ${width})]))`
  const torch = `F.interpolate(mask[None, None].float(), size=(${height}, ${width}))[0, 0].long()`
  return remarked({ ours: rows, torch }, 'of each mask, before it is resized otherwise: the nearest neighbour, never between classes')
}

/** How many pixels of how many images make one class a thing to look at. */
const [manyPixels, manyImages] = [1024, 2]

function ofOneClass(subject: Subject): Outcome {
  const classes = classCall(subject)
  if (classes === null || subject.plan === null || classes.shape.length < 4 || classes.count < 2 || classes.wanted[0] < manyImages)
    return clear
  const labels = labelsOf(subject)
  if (labels === null || subject.plan.counted < manyPixels) return clear
  for (let row = 0; row < labels.length; row++) if (labels[row] > 0) return clear
  const pixels = subject.plan.counted
  const { target, wanted } = classes
  return [
    {
      level: 'note',
      argument: target,
      message: `All ${grouped(pixels)} pixels of the ${target} ${tupleOf(wanted)} are class 0, as after a cast of a mask that was divided by 255.`,
      evidence: { pixels, images: wanted[0], class: 0 },
      repair: repairOf(fromBytes('of the mask before it was cast to integers')),
      pytorch: null,
    },
  ]
}
