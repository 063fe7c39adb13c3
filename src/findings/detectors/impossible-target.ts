import type { LossSpec } from '../../spec.ts'
import { clear, type Detector, type Draft, explanation } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { eachOf, remarked, repairOf, type Typed, typedCall } from '../typed.ts'
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
  const { tensors } = subject
  const t = subject.numbers(target)
  const { min, max } = subject.extent(target)
  const first = t.findIndex((value) => value < 0 || value > 1)
  let outside = 0
  for (let i = 0; i < t.length; i++) if (t[i] < 0 || t[i] > 1) outside++
  const tally = tallyOf(t)
  const { means, repair } = patternOf(tally === null ? null : [...tally.keys()].sort((a, b) => a - b), min, max, target, subject)
  const loss = subject.mean()
  const negative = loss !== null && loss < 0 ? ` The loss is ${figure(loss)}, and an honest one is never negative.` : ''
  return {
    level: 'error',
    argument: target,
    message: `${grouped(outside)} of ${grouped(t.length)} targets lie outside [0, 1], first ${figure(t[first])}${place(first, tensors[target].shape)}: ${means}.${negative}`,
    evidence: { outside, values: t.length, min, max, first, seen: tally === null ? 'many different' : histogram(tally), loss },
    repair: repairOf(repair),
    ...explanation(subject, target, 'target-range'),
  }
}

interface Pattern {
  readonly means: string
  readonly repair: Typed
}

/** What the values are, from all that occur (null: too many). */
function patternOf(seen: readonly number[] | null, min: number, max: number, target: string, subject: Subject): Pattern {
  const { tensors, spec, values } = subject
  const changed = (ours: string, torch: string) => typedCall(subject, { [target]: { ours, torch } })
  const only = (...values: number[]) => seen?.every((value) => values.includes(value)) === true
  if (min > -slip && max < 1 + slip) {
    const { ours, torch } = eachOf(target, tensors[target], 'Math.min(Math.max(x, 0), 1)', `${target}.clamp(0, 1)`)
    return { means: 'a slip of rounding', repair: changed(ours, torch) }
  }
  if (only(-1, 1))
    return { means: 'the labels are −1 and 1, and 0 and 1 are wanted', repair: changed(`div(add(${target}, 1), 2)`, `(${target} + 1) / 2`) }
  if (only(0, max)) {
    const means = `the values are 0 and ${figure(max)}, as in a mask saved as a picture`
    return { means, repair: changed(`div(${target}, ${max})`, `${target} / ${max}`) }
  }
  const mark = min < 0 ? min : max
  if (seen !== null && (mark < 0 || mark === 255) && only(mark, 0, 1)) {
    const means = `besides 0 and 1 there is only ${mark}, which seems to mark what is not to be counted`
    if ('ignoreIndex' in spec.options) {
      const ignored = typedCall({ ...subject, values: { ...values, ignoreIndex: mark } })
      return { means, repair: remarked(ignored, `if ${mark} marks what is not to be counted`) }
    }
    return { means, repair: marked(subject, target, mark) }
  }
  const whole = seen?.every(Number.isInteger) === true
  if (whole && min >= 0 && max <= 255 && (max > 100 || (seen?.length ?? 0) > 30))
    return { means: `the values are grey levels from ${min} to ${max}`, repair: changed(`div(${target}, 255)`, `${target} / 255`) }
  if (whole && min >= 0) {
    const { shape } = tensors[target]
    const flat = shape.length > 1 ? `.flat(${shape.length - 1})` : ''
    const ids = Array.from({ length: max + 1 }, (_, id) => id)
    const each = `.map((id) => [${ids.join(', ')}].map((c) => Number(c === id)))`
    const oneHot = { ours: `tensor(${target}).toArray()${flat}${each}`, torch: `F.one_hot(${target}.long(), ${max + 1}).float()` }
    const beside = `beside ${max + 1} scores for each; or crossEntropy of them, if the classes exclude each other`
    return { means: `they look like class ids from ${min} to ${max}`, repair: remarked(oneHot, beside) }
  }
  const [{ name: first }] = spec.inputs
  const real = { ours: `mseLoss(${first}, ${target})`, torch: `F.mse_loss(${first}, ${target})` }
  return { means: `they are real values from ${figure(min)} to ${figure(max)}`, repair: remarked(real, 'for real values') }
}

/** A mark that weighs nothing, or is taken for 0 where there are no weights. */
function marked(subject: Subject, target: string, mark: number): Typed {
  const { spec, tensors } = subject
  const given = tensors[target]
  if (spec.options.weight?.kind !== 'tensor' || tensors.weight !== undefined) {
    const zero = eachOf(target, given, `(x === ${mark} ? 0 : x)`, `${target}.where(${target} != ${mark}, 0)`)
    return remarked(typedCall(subject, { [target]: zero }), `counts ${mark} as 0: better leave it out of both arrays`)
  }
  const weight = eachOf(target, given, `Number(x !== ${mark})`, `(${target} != ${mark}).float()`, tensors[spec.inputs[0].name].dtype)
  const typed = typedCall({ ...subject, tensors: { ...tensors, weight: given } }, { weight })
  return remarked(typed, 'what is marked weighs 0; the mean counts it all the same')
}
