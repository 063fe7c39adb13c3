import { isFloating } from '../../tensor/dtype.ts'
import { classCall, hasScores } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { sampledRows } from '../rows.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** So many numbers of a network are not integers by chance; a handful typed by hand may be. */
const least = 64

/** Decisions in place of scores: an argmax, or its one-hot, before the loss. */
export const integerScores: Detector = {
  code: 'integer-scores',
  title: 'decisions in place of scores',
  applies: (spec) => hasScores(spec) && spec.inputs[0].domain !== 'probabilities',
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null || classes.scores === null || subject.refusal?.code.startsWith('shape') || classes.count < 2) return clear
    const { scores, count, inner, axis } = classes
    if (!isFloating(subject.tensors[scores].dtype)) return clear
    if (!subject.head(scores).every(Number.isInteger)) return clear
    const values = subject.numbers(scores)
    const rows = sampledRows(classes)
    if (rows.length * count < least) return clear
    let [min, max, fine, oneHot] = [Infinity, -Infinity, false, 0]
    for (const row of rows) {
      const start = Math.floor(row / inner) * count * inner + (row % inner)
      let [ones, zeros] = [0, 0]
      for (let c = 0, i = start; c < count; c++, i += inner) {
        const value = values[i]
        if (!Number.isInteger(value)) return clear
        // 16 bits keep no fractions of larger numbers
        fine ||= value !== 0 && Math.abs(value) < 64
        if (value === 1) ones++
        if (value === 0) zeros++
        min = Math.min(min, value)
        max = Math.max(max, value)
      }
      if (ones === 1 && zeros === count - 1) oneHot++
    }
    if (min === max || !fine) return clear
    const decided = oneHot === rows.length
    return [
      {
        level: decided ? 'warning' : 'note',
        argument: scores,
        message: `All ${grouped(rows.length * count)} scores that were looked at are integers from ${figure(min)} to ${figure(max)}${decided ? ', one 1 and zeros in each row' : ''}: decisions, of which nothing can be learned, and not scores.`,
        evidence: { values: rows.length * count, min, max, oneHot: decided },
        repair: repairOf(
          remarked(
            typedCall(subject, { [scores]: { ours: 'scores', torch: 'scores' } }),
            `the scores of axis ${axis} before argmax, rounding or one-hot, which have no gradient`,
          ),
        ),
        pytorch: null,
        // one 1 and zeros add up to 1
        covers: decided ? ['softmax-twice'] : [],
      },
    ]
  },
  page: {
    looks: 'The loss does not fall; in PyTorch "element 0 of tensors does not require grad and does not have a grad_fn".',
    why: 'The loss measures how sure the network is of the right class. An argmax throws that away, and has no gradient: it belongs into the accuracy, after the loss.',
    sure: 'Scores of a network have fractions. Scores from a quantised network may be integers, and are then meant.',
    example:
      'check(crossEntropy, tensor(Float32Array.from({ length: 90 }, (_, i) => Number(i % 4 === 0)), { shape: [30, 3] }), tensor(new BigInt64Array(30)))',
  },
}
