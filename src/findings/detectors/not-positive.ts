import { type Detector, type Draft, explanation } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped, place } from '../words.ts'

/** Negative variances, counts and rates. */
export const notPositive: Detector = {
  code: 'not-positive',
  title: 'a negative variance, count or rate',
  applies: ({ inputs }) => inputs.some(({ domain }) => domain === 'positive'),
  look: (subject) => {
    const { spec } = subject
    const names = spec.inputs.filter(({ domain }) => domain === 'positive').map(({ name }) => name)
    // of a loss of rates, the rates themselves
    if ('logInput' in spec.options && subject.values.logInput === false) names.push(spec.inputs[0].name)
    return names.flatMap((name) => negatives(subject, name))
  },
  page: {
    looks: '"var has negative entry/entries" for a variance; NaN for a rate; a loss without a lower bound for a count.',
    why: 'A network that predicts a variance or a rate gives any real number, most often its logarithm. The Gaussian loss takes the variance itself, and the Poisson loss the logarithm of the rate unless `logInput` is false.',
    sure: 'One negative value decides it. Logarithms that are all positive cannot be told from the values themselves.',
    example: 'check(gaussianNllLoss, [1, 2], [0, 2], [-0.5, 0.3])',
  },
}

function negatives(subject: Subject, name: string): Draft[] {
  const { spec, tensors } = subject
  if (!subject.leaves(name, 0, Infinity)) return []
  const x = subject.numbers(name)
  const first = x.findIndex((value) => value < 0)
  let [count, lowest] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] < 0)) continue
    count++
    lowest = Math.min(lowest, x[i])
  }
  const isRate = name === spec.inputs[0].name
  const isCount = !isRate && 'logInput' in spec.options
  const what = isRate ? 'rates' : isCount ? 'counts' : 'variances'
  const logs = isRate
    ? typedCall({ ...subject, values: { ...subject.values, logInput: true } })
    : typedCall(subject, { [name]: { ours: `exp(${name})`, torch: `${name}.exp()` } })
  const counts = remarked(
    typedCall(subject, { [name]: { ours: `exp(${name})`, torch: `${name}.exp()` } }),
    `if ${name} is logarithms of counts; what was scaled has to be scaled back to numbers of events`,
  )
  return [
    {
      level: 'error',
      argument: name,
      message: `${grouped(count)} of ${grouped(x.length)} ${what} are negative, first ${figure(x[first])}${place(first, tensors[name].shape)}, down to ${figure(lowest)}${isCount ? '' : `: ${name} looks like logarithms`}.`,
      evidence: { negative: count, values: x.length, first, lowest },
      repair: repairOf(isCount ? counts : logs),
      ...explanation(subject, name, 'input-range'),
    },
  ]
}
