import { classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { repairsOf, saysOf } from '../repairs.ts'
import { outputs, remarked, repairOf } from '../typed.ts'
import { histogram, tallyOf } from '../values.ts'
import { grouped } from '../words.ts'
import { isGreyScale } from './mask-of-greys.ts'

/** A class index that is no class: labels from 1, a mark for what is not labelled, another number of classes. */
export const classOutOfRange: Detector = {
  code: 'class-out-of-range',
  title: 'class indices that the scores have no class for',
  applies: hasClassTarget,
  look: (subject) => {
    const { refusal, values, spec } = subject
    const classes = classCall(subject)
    if (refusal?.code !== 'target-range' || classes === null || refusal.argument !== classes.target || classes.soft) return clear
    const { count, target, shape } = classes
    // one class is no choice, which has a check of its own
    if (count === 1) return clear
    const tally = tallyOf(subject.numbers(target))
    if (tally === null || isGreyScale(tally, count, values.ignoreIndex)) return clear
    const labels = [...tally.keys()].filter((label) => label !== values.ignoreIndex).sort((a, b) => a - b)
    const [least, most] = [labels[0], labels[labels.length - 1]]
    const odd = new Map([...tally].filter(([label]) => label !== values.ignoreIndex && !(label >= 0 && label < count)))
    const rows = [...odd.values()].reduce((sum, times) => sum + times, 0)
    const [best, ...others] = repairsOf(subject)
    const mark =
      odd.size === 1 && 'ignoreIndex' in spec.options ? `; or { ignoreIndex: ${most} }, if ${most} marks what is not to be counted` : ''
    const from = least < 0 ? `labels from ${least} want ${-least} added` : `or remap the labels to 0 … ${count - 1}`
    const wider = remarked(outputs(Math.max(most, count - 1) + 1 - Math.min(least, 0), shape), `for classes 0 to ${most}; ${from}${mark}`)
    const says = (best === undefined ? undefined : saysOf(best)) ?? whyOf(least, most, count, odd.size)
    return [
      {
        level: 'error',
        argument: target,
        message: `${grouped(rows)} of ${grouped(subject.numbers(target).length)} labels are no class of 0 to ${count - 1}: ${histogram(odd)}; ${says}.`,
        evidence: {
          classes: count,
          least,
          most,
          labels: histogram(tally, 32),
          outside: [...odd.keys()].slice(0, 32),
          rows,
          others: others.map(({ ours }) => ours),
        },
        repair: repairOf(best ?? wider),
        pytorch: spec.pytorch === null ? null : refusal.pytorch,
        explains: true,
      },
    ]
  },
  page: {
    looks:
      '"IndexError: Target 3 is out of bounds." on the CPU, "device-side assert triggered" at some later line on CUDA, and on CUDA with reduction="none" nothing at all.',
    why: 'C scores have the classes 0 to C − 1. Labels often begin at 1, mark what is not labelled with −1 or 255, or come from a list that is longer than the network’s outputs, by the background for one.',
    sure: 'The data decide that a label is out of range. What it means is read off the pattern of all of them, which the finding shows: look whether it is yours.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1], [0, 0, 1]], [1, 2, 3])',
  },
}

function whyOf(least: number, most: number, count: number, odd: number): string {
  if (least === 0 && most === count) return `the labels run from 0 to ${most}, so there are ${most + 1} classes, one more than outputs`
  return odd === 1 ? 'it stands beside labels that are classes' : `the scores have ${count} classes, and the labels reach ${most}`
}
