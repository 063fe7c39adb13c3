import { snakeCase } from '../../names.ts'
import { isFloating, type Numbers } from '../../tensor/dtype.ts'
import { classCall } from '../classes.ts'
import { cannot, clear, type Detector } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, type Typed, typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** Of fewer values a mean is near a guess, or far from it, by chance. */
const fewest = 16

/** A value that no prediction can give, or that a guess gives as well. */
export const againstChance: Detector = {
  code: 'against-chance',
  title: 'a value that is impossible, or no better than a guess',
  applies: ({ likelihood, least }) => least !== undefined || ['categorical', 'bernoulli', 'normal'].includes(likelihood ?? ''),
  look: (subject) => {
    const { spec, plan } = subject
    if (plan === null || plan.counted === 0) return clear
    const weights = Object.entries(spec.options).flatMap(([name, option]) =>
      option.kind === 'tensor' && option.domain === 'weights' && subject.tensors[name] !== undefined ? [name] : [],
    )
    if (weights.some((name) => subject.numbers(name).some((w) => !(w >= 0))))
      return cannot('a weight is negative, which turns the loss round')
    const mean = subject.mean()
    if (mean === null || !Number.isFinite(mean)) return clear
    const floor = floorOf(subject)
    // what rounding may take off
    const slack = Math.max(1, floor) * (plan.dtype === 'float64' || plan.dtype === 'float32' ? 1e-5 : 1e-2)
    if (mean < floor - slack) return [impossible(subject, mean, floor)]
    const guess = guessOf(subject, weights.length > 0)
    if (guess === null) return clear
    if (typeof guess === 'string') return cannot(guess)
    const { chance, words } = guess
    const worse = mean > 2 * chance + guess.margin
    if (!worse && !(guess.exact && Math.abs(mean - chance) <= 0.01 * chance)) return clear
    return [
      {
        level: 'note',
        argument: spec.inputs[0].name,
        message: worse
          ? `The mean is ${figure(mean)}, far worse than ${words}, which costs ${figure(chance)}.`
          : `The mean is ${figure(mean)}, which is what ${words} costs: ${figure(chance)}.`,
        evidence: { mean, chance, floor },
        repair: repairOf(worse ? worst(subject) : untrained(subject)),
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'A loss of 2.3, and nobody knows whether that is good. A loss that stays at 0.693. A negative loss. A loss of 15.',
    why: 'A value means something beside two others: what a guess costs (ln C for classes, ln 2 for yes or no, the variance of the targets for a squared error), and what no prediction can go below (0, or with label smoothing the entropy of the smoothed target). The report has both.',
    sure: 'A value below the least is impossible, so the arrays are not what the loss takes. A value at a guess is what an untrained network has; one that is far worse belongs to confident and wrong scores: another order of classes, samples or signs. An untrained network with very large scores is far worse than a guess as well.',
    example: 'check(nllLoss, [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], [0, 1])',
  },
}

/** The report of the call. */
const reported = (subject: Subject): string => typedCall(subject).ours.replace(/^(\w+)\(/, 'report($1, ')

/** The samples that cost most. */
function worst(subject: Subject): Typed {
  const none = typedCall({ ...subject, values: { ...subject.values, reduction: 'none' } }).torch
  const look = 'is the order of classes and samples right, the sign, the scale of both arrays?'
  return remarked({ ours: `${reported(subject)}.worst`, torch: `${none}.flatten().topk(5)` }, look)
}

const untrained = (subject: Subject): Typed =>
  remarked(
    { ours: `${reported(subject)}.chance`, torch: `print(${subject.spec.inputs[0].name}.std())` },
    'right for an untrained network; of a trained one look at its input, its gradients and the learning rate',
  )

function impossible({ spec }: Subject, mean: number, floor: number) {
  const { name } = spec.inputs[0]
  const names = spec.inputs.slice(0, 2).map(({ name }) => snakeCase(name))
  const ranges = names.map((each) => `${each}.min(), ${each}.max()`).join(', ')
  return {
    level: 'error',
    argument: name,
    message: `The mean is ${figure(mean)}, and no prediction can bring it below ${figure(floor)}: the ${name} or the target is not what ${spec.name} takes.`,
    evidence: { mean, floor },
    repair: repairOf(
      remarked({ ours: `card(${spec.name}).inputs`, torch: `print(${ranges})` }, 'what it takes, beside the ranges of both arrays'),
    ),
    pytorch: null,
  } as const
}

/** What no prediction can bring the mean below. */
function floorOf(subject: Subject): number {
  const { least } = subject.spec
  if (typeof least === 'number') return least
  if (least !== undefined) return Number(subject.values[least])
  const smoothing = Number(subject.values.labelSmoothing ?? 0)
  const classes = classCall(subject)
  if (!(smoothing > 0) || classes === null || classes.soft || subject.tensors.weight !== undefined) return 0
  const own = 1 - smoothing + smoothing / classes.count
  const other = smoothing / classes.count
  return -own * Math.log(own) - (classes.count - 1) * (other === 0 ? 0 : other * Math.log(other))
}

interface Guess {
  readonly chance: number
  /** How much a value must be above twice the chance to be far worse. */
  readonly margin: number
  /** Whether the same guess is what an untrained network makes. */
  readonly exact: boolean
  readonly words: string
}

/** What a guess costs; null where no guess is natural, a sentence where it cannot be said. */
function guessOf(subject: Subject, weighted: boolean): Guess | string | null {
  const { spec, plan } = subject
  if (spec.likelihood === undefined || plan === null) return null
  if (plan.counted < fewest) return `fewer than ${fewest} values are counted`
  if (spec.likelihood === 'categorical') {
    const classes = classCall(subject)
    if (classes === null || classes.count < 2) return null
    if (classes.soft && weighted) return 'weights of distributions change what a guess costs'
    return { chance: Math.log(classes.count), margin: 2, exact: true, words: `a guess among ${classes.count} classes` }
  }
  if (weighted) return 'weights change what a guess costs'
  if (spec.likelihood === 'bernoulli') return { chance: Math.LN2, margin: 2, exact: true, words: 'a guess of yes or no' }
  const target = spec.inputs[1].name
  if (!isFloating(subject.tensors[target].dtype)) return null
  return {
    chance: varianceOf(subject.glance(target)),
    margin: 0,
    exact: false,
    words: 'the mean of the targets for all of them',
  }
}

function varianceOf(values: Numbers): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) sum += values[i]
  const mean = sum / values.length
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) * (values[i] - mean)
  return squares / values.length
}
