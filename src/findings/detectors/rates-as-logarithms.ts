import { clear, type Detector } from '../detector.ts'
import { lookedAt, sampleOf } from '../extent.ts'
import type { Subject } from '../subject.ts'
import { typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** Means are told by few values; each exponential costs as much as what a loss does with ten. */
const few = 2048

/** Rates where their logarithms are wanted, or the reverse: the mean of the counts tells which they are. */
export const ratesAsLogarithms: Detector = {
  code: 'rates-as-logarithms',
  title: 'rates taken for their logarithms, or the reverse',
  applies: ({ options, inputs }) => 'logInput' in options && inputs[1]?.domain === 'positive',
  look: (subject) => {
    const { spec, tensors, plan, values } = subject
    const [{ name: input }, { name: target }] = spec.inputs
    const { size } = tensors[target]
    if (plan === null || size < 8) return clear
    const looked = lookedAt(size, few)
    const x = sampleOf(tensors[input], few)
    let [sum, exps] = [0, 0]
    for (let i = 0; i < x.length; i++) {
      // rates are never negative, and of negative logarithms another check speaks
      if (x[i] < 0) return { found: [], looked }
      sum += x[i]
      exps += Math.exp(x[i])
    }
    const counts = meanOf(sampleOf(tensors[target], few))
    const [rate, logRate] = [sum / x.length, exps / x.length]
    const near = (value: number) => value > counts / 2 && value < 2 * counts
    const found = values.logInput === true ? near(rate) && logRate > 20 * counts : near(logRate) && counts > 20 * rate
    if (!found) return { found: [], looked }
    const typed = typedCall({ ...subject, values: { ...values, logInput: values.logInput !== true } })
    return {
      looked,
      found: [
        {
          level: 'warning',
          argument: input,
          message:
            values.logInput === true
              ? `${input} looks like rates, not their logarithms: its mean is ${figure(rate)} beside counts of ${figure(counts)}, and the mean of its exponentials ${figure(logRate)}.`
              : `${input} looks like logarithms of rates: the mean of its exponentials is ${figure(logRate)} beside counts of ${figure(counts)}, and its own mean ${figure(rate)}.`,
          evidence: { mean: rate, meanOfExponentials: logRate, counts },
          repair: { surprisal: typed.ours, pytorch: typed.torch },
          pytorch: null,
        },
      ],
    }
  },
  page: {
    looks: 'A loss that is huge at once, or inf; or one that falls while the predicted rates are far from the counts.',
    why: 'The Poisson loss takes the logarithm of the rate unless `log_input` is false. A network that ends in softplus or exp gives the rate itself.',
    sure: 'A trained network predicts the mean of the counts: the check compares it with the mean of the input and with that of its exponentials, and speaks where only the other one fits. Of small counts the two are too near each other to tell.',
    example: 'check(poissonNllLoss, [9, 12, 10, 7, 11, 8, 10, 13], [8, 12, 11, 7, 9, 8, 11, 14])',
  },
}

function meanOf(values: ReturnType<Subject['numbers']>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}
