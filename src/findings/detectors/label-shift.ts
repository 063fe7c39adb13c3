import { sizeOf } from '../../tensor/shape.ts'
import { type ClassCall, classCall, hasScores, labelsOf } from '../classes.ts'
import { cannot, clear, type Detector } from '../detector.ts'
import { logSumExp } from '../rows.ts'
import { repairOf, typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** How many neighbouring positions are compared: as few as show that no shift is better; and at least. */
const [steps, fewest] = [[256, 512, 1024], 64] as const

/** By how much, on average, scores have to favour other labels. */
const enough = 0.5

const shifts = [-1, 0, 1, 2] as const

/** Scores of a language model against labels that are shifted once too often, or not at all. */
export const labelShift: Detector = {
  code: 'label-shift',
  title: 'labels shifted against the scores',
  applies: hasScores,
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null || classes.soft || classes.scores === null || classes.shape.length > 3) return clear
    const labels = labelsOf(subject)
    if (labels === null) return clear
    const { scores, target, count } = classes
    let pairs = positionsOf(classes, labels, steps[0])
    if (count < 2 || pairs.length < fewest) return cannot(`fewer than ${fewest} positions with neighbours on both sides`)
    const scoreOf = subject.reader(scores)
    const gainsOf = () => shifts.map((shift) => gainOf(scoreOf, labels, pairs, classes, shift))
    let gains = gainsOf()
    for (const more of steps.slice(1)) {
      if (!gains.some(({ mean, error }) => mean + 2.5 * error > enough)) break
      pairs = positionsOf(classes, labels, more)
      gains = gainsOf()
    }
    const better = gains.filter(({ mean, error }) => mean > 6 * error && mean > enough).sort((a, b) => b.mean - a.mean)[0]
    const looked = `compared at ${pairs.length} of ${labels.length} positions`
    if (better === undefined) {
      const worse = gains.every(({ shift, mean, error }) => shift === 0 || mean < -3 * error)
      return worse
        ? { found: [], looked }
        : cannot('the scores fit the labels no better at any shift: they are untrained, or neighbours have one label')
    }
    const values = subject.numbers(scores)
    const losses = shifts.map((shift) => lossOf(values, labels, pairs, classes, shift))
    const best = losses[gains.findIndex(({ shift }) => shift === better.shift)]
    const chance = Math.log(count)
    // scores that are as bad there as a guess have learned nothing of it
    if (!(best < 0.8 * chance)) return cannot('the scores fit the labels at no shift better than a guess')
    const [L, length] = classes.shape.length === 3 ? ['[:, :, ', '[:, '] : ['[', '[']
    const by = Math.abs(better.shift)
    const [cutScores, cutLabels] = better.shift > 0 ? [`${L}:-${by}]`, `${length}${by}:]`] : [`${L}${by}:]`, `${length}:-${by}]`]
    const why =
      better.shift > 0
        ? `the scores at a position are of the label ${by === 1 ? 'one' : 'two'} further on, which has not been shifted to it`
        : 'the labels have been shifted once too often'
    const found = {
      level: 'warning',
      argument: target,
      message: `The scores fit labels shifted by ${better.shift} far better: the loss is ${figure(best)} there, and ${figure(losses[1])} as it is; ${why}.`,
      evidence: { shifts: [...shifts], losses, positions: pairs.length, chance },
      repair: repairOf(
        typedCall(subject, {
          [scores]: {
            ours: cut(scores, classes.shape.length === 3 ? 2 : 0, better.shift > 0 ? `0, -${by}` : `${by}`),
            torch: `${scores}${cutScores}`,
          },
          [target]: {
            ours: `tensor(${cut(target, classes.shape.length === 3 ? 1 : 0, better.shift > 0 ? `${by}` : `0, -${by}`)}, { dtype: 'int64' })`,
            torch: `${target}${cutLabels}`,
          },
        }),
      ),
      pytorch: null,
    } as const
    return { found: [found], looked }
  },
  page: {
    looks: 'A language model whose loss is near chance although its text is good; or one that learns to repeat its input.',
    why: 'The scores at position i are for token i + 1. Some libraries shift the labels inside (then they must come unshifted), others want them shifted already: done twice the model learns the token after next, done never it learns to copy.',
    sure: 'The loss is compared with the labels one place to the left, as they are, and one and two places to the right. Scores of a trained model fit one of them far better. Of an untrained one nothing can be told.',
    example:
      'check(crossEntropy, tensor(Float32Array.from({ length: 400 }, (_, i) => (i % 4 === ((Math.floor(i / 4) + 1) * 7) % 5 % 4 ? 5 : 0)), { shape: [100, 4] }), tensor(BigInt64Array.from({ length: 100 }, (_, i) => BigInt(((i * 7) % 5) % 4))))',
  },
}

/** An argument with a slice of its axis of positions: the last one of (N, C, L) and of (N, L), the first of what has no batch. */
function cut(name: string, axis: number, slice: string): string {
  const rows = ['', '.map((row) => row', '.map((sample) => sample.map((row) => row'][axis] ?? ''
  return `tensor(${name}).toArray()${rows}.slice(${slice})${')'.repeat(axis)}`
}

/** Positions of a row that have their neighbours in it, none of them ignored: of the last rows, which the loss has just read, as many as are enough. */
function positionsOf({ shape, wanted }: ClassCall, labels: ArrayLike<number>, limit: number): number[] {
  const length = shape.length === 3 ? wanted[1] : sizeOf(wanted)
  const pairs: number[] = []
  for (let start = labels.length - length; start >= 0 && length > 0 && pairs.length < limit; start -= length) {
    for (let i = start + length - 3; i > start && pairs.length < limit; i--) {
      if (labels[i - 1] >= 0 && labels[i] >= 0 && labels[i + 1] >= 0 && labels[i + 2] >= 0) pairs.push(i)
    }
  }
  return pairs
}

/** Where the score of a class is for a position. */
const scoreAt = ({ count, inner }: ClassCall, position: number, c: number): number =>
  Math.floor(position / inner) * count * inner + c * inner + (position % inner)

/** By how much the scores favour the shifted labels, on average, with its standard error. The softmax cancels in the difference. */
function gainOf(
  scoreOf: (position: number) => number,
  labels: ArrayLike<number>,
  positions: readonly number[],
  classes: ClassCall,
  shift: number,
) {
  let [sum, squares] = [0, 0]
  for (const i of positions) {
    const gain = scoreOf(scoreAt(classes, i, labels[i + shift])) - scoreOf(scoreAt(classes, i, labels[i]))
    sum += gain
    squares += gain * gain
  }
  const n = positions.length
  const mean = sum / n
  return { shift, mean, error: Math.sqrt(Math.max(squares / n - mean * mean, 0) / n) }
}

function lossOf(
  values: ArrayLike<number>,
  labels: ArrayLike<number>,
  positions: readonly number[],
  classes: ClassCall,
  shift: number,
): number {
  let sum = 0
  for (const i of positions) {
    const total = logSumExp(values, scoreAt(classes, i, 0), classes.count, classes.inner)
    sum += total - values[scoreAt(classes, i, labels[i + shift])]
  }
  return sum / positions.length
}
