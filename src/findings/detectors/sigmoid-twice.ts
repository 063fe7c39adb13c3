import { insideOf } from '../contract.ts'
import { cannot, clear, type Detector } from '../detector.ts'
import { extentOf, lookedAt } from '../extent.ts'
import { farthestFromOne, softmaxTolerance } from '../sums.ts'
import { remarked, typedCall } from '../typed.ts'
import { isUnit } from '../values.ts'
import { counted, figure } from '../words.ts'

/** Sigmoid before a loss that takes the sigmoid itself: every score in (0, 1), spread as probabilities are. */
export const sigmoidTwice: Detector = {
  code: 'sigmoid-twice',
  title: 'sigmoid before a loss that has it inside',
  applies: (spec) => 'mode' in spec.options || insideOf(spec, {}) === 'sigmoid',
  look: ({ spec, values, tensors, head, sample, numbers }) => {
    if (insideOf(spec, values) !== 'sigmoid') return clear
    const [{ name }] = spec.inputs
    if (!head(name).every(isUnit)) return clear
    const { size } = tensors[name]
    const seen = sample(name)
    let zeros = 0
    let ones = 0
    let sum = 0
    for (let i = 0; i < seen.length; i++) {
      const x = seen[i]
      if (!isUnit(x)) return clear
      if (x === 0) zeros++
      if (x === 1) ones++
      sum += x
    }
    if (size < fewest) return cannot(`${counted(size, 'value')} in [0, 1]: so few may be there by chance`)
    if (zeros + ones === seen.length) return clear
    if (64 * zeros > seen.length) return cannot(`every value is in [0, 1], ${zeros} of them exactly 0, as a ReLU leaves them`)
    const { min, max } = extentOf(seen)
    if (!likeProbabilities(min, max, sum / seen.length)) {
      return cannot(`every value is in [${figure(min)}, ${figure(max)}]: scores of an untrained network can be as near to each other`)
    }
    // what competes for 1 along the classes has a check of its own
    const { shape, dtype } = tensors[name]
    const tolerance = softmaxTolerance(dtype, size / (shape[1] ?? 1))
    if (shape.length > 1 && shape[1] > 1 && farthestFromOne(numbers(name), shape, 1, tolerance) <= tolerance) return clear
    const scores = typedCall({ spec, values, tensors }, { [name]: { ours: 'scores', torch: 'scores' } })
    const before = remarked(scores, 'the scores before the sigmoid')
    return {
      looked: lookedAt(size),
      found: [
        {
          level: 'warning',
          argument: name,
          message: `${name} looks like probabilities: ${size > seen.length ? 'all that were looked at' : `all ${counted(size, 'value')}`} lie in [${figure(min)}, ${figure(max)}]. ${spec.name} takes the sigmoid itself, and of numbers in [0, 1] that is never outside [0.5, 0.7311].`,
          evidence: { min, max, values: size, lowestOfPositive: Math.log1p(Math.exp(-1)), lowestOfNegative: Math.LN2 },
          repair: {
            surprisal:
              'fromLogits' in spec.options ? typedCall({ spec, tensors, values: { ...values, fromLogits: false } }).ours : before.ours,
            pytorch: before.torch,
          },
          pytorch: null,
        },
      ],
    }
  },
  page: {
    looks:
      'The loss sticks at 0.3133 for positives, 0.6931 for negatives, and about 0.503 where both are equally frequent. A sample that is surely wrong moves nothing: its gradient is 0.0002 where it should be 1.',
    why: 'The loss takes the sigmoid itself, because log σ(x) of a raw score is exact where log of a rounded probability is not. Of a number between 0 and 1 the sigmoid is between 0.5 and 0.7311, so the network cannot say "surely" or "surely not" any more.',
    sure: 'Raw scores are negative as often as not, unless all of them are near each other: the check asks for 16 values in [0, 1] that reach from below 0.1 to above 0.9, or lie closely around 0.5 as the sigmoids of an untrained network do. Many exact zeros are a ReLU, and not told. A sigmoid of rare positives, all below 0.5, is not seen; the list of checks then says so.',
    example:
      'check(binaryCrossEntropyWithLogits, sigmoid([3, -2, 0.5, 1, -1, 2, -3, 0.1, 4, -0.2, 1.5, -2.5, 0.3, -4, 2.2, -0.7]), [1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0])',
  },
}

/** Of fewer values in [0, 1] honest scores are too often the cause: 0.5^16 is 1.5e-5. */
const fewest = 16

/** Values that reach from one end of [0, 1] to the other, or that lie closely around the sigmoid of 0. */
const likeProbabilities = (min: number, max: number, mean: number): boolean =>
  (min < 0.15 && max > 0.9) || (min < 0.5 && max > 0.5 && max - min < 0.3 && Math.abs(mean - 0.5) < 0.015)
