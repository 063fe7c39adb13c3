import type { LossSpec } from '../../spec.ts'
import { clear, type Detector, type Draft, explanation } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { type Typed, typedCall } from '../typed.ts'
import { histogram, tallyOf } from '../values.ts'
import { figure, grouped, place } from '../words.ts'

/** A target of yes or no, or of a probability, that is neither: 255, −1 and 1, class ids, grey levels. */
export const impossibleTarget: Detector = {
  code: 'impossible-target',
  title: 'a target outside [0, 1]',
  applies: (spec) => targetOf(spec) !== undefined,
  look: (subject) => {
    const { spec, refusal, values } = subject
    const target = targetOf(spec) as string
    // whoever refuses such targets has looked at all of them
    if (values.logTarget === true || (refusal === null && isEnforced(spec, target))) return clear
    if (refusal !== null && !isElementwise(subject, target)) return clear
    if (!subject.leaves(target, 0, 1)) return clear
    return [draftOf(subject, target)]
  },
  page: {
    looks:
      'A negative loss, without bound: a mask of 0 and 255 gives minus a million. Or a loss that settles at an odd value, since no probability meets a target of −1 or 2.',
    why: 'The target is how probable "yes" is: 0, 1, or between. A mask saved as a picture has 255, a label of a support vector machine −1, an annotation of several classes 2 and 3; PyTorch takes them all, because it would have to look at the values of the target.',
    sure: 'One value outside [0, 1] decides it. What it means is told by the pattern of all of them.',
    example: 'check(binaryCrossEntropyWithLogits, [2, -1, 0.5], [1, 255, 0])',
  },
}

/** The argument that is to lie in [0, 1], beside scores or probabilities of the same shape; a loss of log-probabilities has its own check. */
const targetOf = ({ inputs }: LossSpec): string | undefined =>
  inputs[0].domain === 'log-probabilities'
    ? undefined
    : inputs.slice(1).find(({ domain }) => domain === 'probabilities' || domain === 'binary' || domain === 'masks')?.name

const isEnforced = ({ inputs }: LossSpec, target: string): boolean =>
  inputs.some(({ name, enforced, domain }) => name === target && (enforced === true || domain === 'binary'))

/** Class indices of masks have a check of their own. */
function isElementwise({ spec, tensors, values }: Subject, target: string): boolean {
  const domain = spec.inputs.find(({ name }) => name === target)?.domain
  return domain !== 'masks' || values.mode !== 'multiclass' || tensors[target].shape.length === tensors[spec.inputs[0].name].shape.length
}

/** Rounding of probabilities that were computed. */
const slip = 1e-5

function draftOf(subject: Subject, target: string): Draft {
  const { spec, tensors } = subject
  const t = subject.numbers(target)
  const { min, max } = subject.extent(target)
  const first = t.findIndex((value) => value < 0 || value > 1)
  let outside = 0
  for (let i = 0; i < t.length; i++) if (t[i] < 0 || t[i] > 1) outside++
  const tally = tallyOf(t)
  const { means, change, instead } = patternOf(
    tally === null ? null : [...tally.keys()].sort((a, b) => a - b),
    min,
    max,
    target,
    'ignoreIndex' in spec.options,
  )
  const typed = change === undefined ? null : typedCall(subject, { [target]: change })
  const loss = subject.mean()
  const negative = loss !== null && loss < 0 ? ` The loss is ${figure(loss)}, and an honest one is never negative.` : ''
  return {
    level: 'error',
    argument: target,
    message: `${grouped(outside)} of ${grouped(t.length)} targets lie outside [0, 1], first ${figure(t[first])}${place(first, tensors[target].shape)}: ${means}.${negative}`,
    evidence: { outside, values: t.length, min, max, first, seen: tally === null ? 'many different' : histogram(tally), loss },
    repair: {
      surprisal: typed?.ours ?? instead ?? `give ${spec.name} targets in [0, 1]`,
      pytorch: typed?.torch ?? instead ?? `${target} in [0, 1]`,
    },
    ...explanation(subject, target, 'target-range'),
  }
}

interface Pattern {
  readonly means: string
  readonly change?: Typed
  readonly instead?: string
}

/** What the values are, from all that occur (null: too many). */
function patternOf(seen: readonly number[] | null, min: number, max: number, target: string, ignores: boolean): Pattern {
  const only = (...values: number[]) => seen?.every((value) => values.includes(value)) === true
  if (min > -slip && max < 1 + slip)
    return { means: 'a slip of rounding', change: { ours: `${target} clamped to [0, 1]`, torch: `${target}.clamp(0, 1)` } }
  if (only(-1, 1))
    return {
      means: 'the labels are −1 and 1, and 0 and 1 are wanted',
      change: { ours: `div(add(${target}, 1), 2)`, torch: `(${target} + 1) / 2` },
    }
  if (only(0, max)) {
    const change = { ours: `div(${target}, ${max})`, torch: `${target} / ${max}` }
    return { means: `the values are 0 and ${figure(max)}, as in a mask saved as a picture`, change }
  }
  const mark = min < 0 ? min : max
  if (seen !== null && (mark < 0 || mark === 255) && only(mark, 0, 1)) {
    const instead = ignores
      ? `{ ignoreIndex: ${mark} }, if ${mark} marks what is not to be counted`
      : `leave out what is marked ${mark}: a weight of 0 there, or only the elements whose target is another`
    return { means: `besides 0 and 1 there is only ${mark}, which seems to mark what is not to be counted`, instead }
  }
  const whole = seen?.every(Number.isInteger) === true
  if (whole && min >= 0 && max <= 255 && (max > 100 || (seen?.length ?? 0) > 30)) {
    return {
      means: `the values are grey levels from ${min} to ${max}`,
      change: { ours: `div(${target}, 255)`, torch: `${target} / 255` },
    }
  }
  if (whole && min >= 0) {
    const instead = `one column of 0 and 1 per class (one-hot); or crossEntropy (F.cross_entropy) of ${max + 1} scores, if the classes exclude each other`
    return { means: `they look like class ids from ${min} to ${max}`, instead }
  }
  return { means: `they are real values from ${figure(min)} to ${figure(max)}`, instead: 'mseLoss (F.mse_loss) for real values' }
}
