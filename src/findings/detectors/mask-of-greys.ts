import { listOf, tupleOf } from '../../tensor/shape.ts'
import { type ClassCall, classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { type Repair, repairsOf } from '../repairs.ts'
import type { Subject } from '../subject.ts'
import { eachOf, remarked, repairOf, type Typed, typedCall } from '../typed.ts'
import { histogram, tallyOf } from '../values.ts'
import { grouped } from '../words.ts'

/** The values of a grey picture in a mask: 255 for what is void, or for the foreground, or shades that are no classes. */
export const maskOfGreys: Detector = {
  code: 'mask-of-greys',
  title: '255 and other grey levels in a mask',
  applies: hasClassTarget,
  look: (subject) => {
    const { refusal, values } = subject
    const classes = classCall(subject)
    if (refusal?.code !== 'target-range' || classes === null || refusal.argument !== classes.target || classes.soft) return clear
    const tally = tallyOf(subject.numbers(classes.target))
    if (tally === null || !isGreyScale(tally, classes.count, values.ignoreIndex)) return clear
    return [draftOf(subject, classes, tally)]
  },
  page: {
    looks: '"IndexError: Target 255 is out of bounds.", or the assert of CUDA.',
    why: 'A mask saved as a picture holds bytes. 255 is "void" in the masks of VOC and Cityscapes, and is not to be counted; in a black and white mask it is the foreground; and other shades are what is left of a palette or of resizing. PyTorch gives 255 no meaning: only −100 is ignored by default.',
    sure: 'That the values are there is certain; what they mean only you can know, so nothing is repaired silently. To take void for background costs accuracy and raises no error.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1], [0, 0, 1]], [0, 255, 2])',
  },
}

/** Whether labels beyond the classes are shades of grey with white among them. */
export function isGreyScale(tally: ReadonlyMap<number, number>, count: number, ignoreIndex: unknown): boolean {
  if (count > 255 || ignoreIndex === 255 || !tally.has(255)) return false
  return [...tally.keys()].every((value) => value === ignoreIndex || (value >= 0 && value <= 255))
}

function draftOf({ refusal, ...subject }: Subject, { count, target, wanted }: ClassCall, tally: ReadonlyMap<number, number>) {
  const repairs = repairsOf({ ...subject, refusal })
  const is = (kind: string) => repairs.find(({ steps }) => steps.some((step) => step.kind === kind))
  const beyond = [...tally.keys()].filter((value) => value >= count && value !== 255)
  const [ignored, remapped] = [is('ignore'), is('remap')]
  const white = `${grouped(tally.get(255) ?? 0)} of ${grouped(subject.numbers(target).length)} labels are 255`
  const binary = [...tally.keys()].every((value) => value === 0 || value === 255)
  const [says, best] =
    beyond.length > 0
      ? [
          `the mask ${tupleOf(wanted)} has ${tally.size} grey levels, which are no classes: they are shades of a picture, or were made by resizing`,
          undefined,
        ]
      : binary
        ? ['the mask is black and white: is 255 the foreground, to be divided by 255, or void, to be ignored?', remapped ?? ignored]
        : [`the others are classes of 0 to ${count - 1}: is 255 void, to be ignored, or a class that wants a number of its own?`, ignored]
  const levels = listOf([...tally.keys()].sort((a, b) => a - b))
  const numbered = eachOf(
    target,
    subject.tensors[target],
    `${levels}.indexOf(x)`,
    `torch.searchsorted(torch.tensor(${levels}), ${target}.long())`,
    'int64',
  )
  const shades = remarked(
    typedCall(subject, { [target]: numbered }),
    'if each grey level is a class; else read the palette indices of the file, and resize by nearest neighbour',
  )
  return {
    level: 'error',
    argument: target,
    message: `${white}; ${says}`.replace(/([^?])$/, '$1.'),
    evidence: { classes: count, labels: histogram(tally, 32), whites: tally.get(255) ?? 0, levels: tally.size },
    repair: repairOf(best === undefined ? shades : either(best, remapped, ignored)),
    pytorch: refusal?.pytorch ?? null,
    explains: true,
  } as const
}

/** Both readings, where there are two: one as code. */
function either(best: Repair, remapped: Repair | undefined, ignored: Repair | undefined): Typed {
  if (best === ignored || ignored === undefined || remapped === undefined) return best
  return remarked(
    best,
    `255 is the foreground; where it is void, ${ignored.ours}`,
    `255 is the foreground; where it is void, ${ignored.torch}`,
  )
}
