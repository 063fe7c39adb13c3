import { snakeCase } from '../../names.ts'
import type { LossSpec } from '../../spec.ts'
import { classCall, hasScores } from '../classes.ts'
import { clear, type Detector } from '../detector.ts'
import { isNearlyNormalised, logSumExp, rowsLooked, sampledRows } from '../rows.ts'
import type { Subject } from '../subject.ts'
import { typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** How far the logarithm of a row's sum may be from 0: log-probabilities that were rounded to 16 bits, clamped or smoothed stay within. */
const tolerance = 0.05

/** Probabilities or scores in a loss that wants log-probabilities. */
export const notLogProbabilities: Detector = {
  code: 'not-log-probabilities',
  title: 'an input that is no log-probabilities',
  applies: (spec) => spec.inputs[0].domain === 'log-probabilities' && (hasScores(spec) || hasClassesLast(spec)),
  look: (subject) => {
    const classes = rowsIn(subject)
    if (classes === null || classes.count < 2 || subject.refusal?.code.startsWith('shape')) return clear
    const { scores, count, inner, axis } = classes
    // the rows of one network are all of one kind: a few tell it
    const rows = sampledRows(classes, 4096)
    const values = subject.numbers(scores)
    let [off, farthest, positive, probabilities, judged] = [0, 0, 0, 0, 0]
    for (const row of rows) {
      const start = Math.floor(row / inner) * count * inner + (row % inner)
      if (isNearlyNormalised(values, start, count, inner)) {
        judged++
        continue
      }
      const lse = logSumExp(values, start, count, inner)
      if (!Number.isFinite(lse)) continue
      judged++
      if (Math.abs(lse) <= tolerance) continue
      off++
      if (Math.abs(lse) > Math.abs(farthest)) farthest = lse
      let [sum, least, most] = [0, Infinity, -Infinity]
      for (let c = 0, i = start; c < count; c++, i += inner) {
        sum += values[i]
        least = Math.min(least, values[i])
        most = Math.max(most, values[i])
      }
      if (most > 1e-3) positive++
      if (least >= 0 && Math.abs(sum - 1) < 1e-2) probabilities++
    }
    const looked = rowsLooked(classes, rows)
    if (off === 0) return { found: [], looked }
    const are = probabilities === judged ? 'probabilities' : 'scores'
    const inPlace =
      are === 'probabilities'
        ? { ours: `log(${scores})`, torch: `${snakeCase(scores)}.log()` }
        : { ours: `logSoftmax(${scores}, ${axis})`, torch: `${snakeCase(scores)}.log_softmax(${axis})` }
    const { ours, torch } = typedCall(subject, { [scores]: inPlace })
    const found = {
      level: positive > 0 ? 'error' : 'warning',
      argument: scores,
      message: `The ${scores} is ${are}, not log-probabilities: the exponentials of a row add up to ${figure(Math.exp(farthest))} instead of 1, in ${grouped(off)} of ${grouped(judged)} rows${positive > 0 ? `; ${grouped(positive)} have values above 0, where no logarithm of a probability is` : ''}.`,
      evidence: { rows: judged, off, farthestLogSum: farthest, positive, probabilities: are === 'probabilities' },
      repair: { surprisal: ours, pytorch: torch },
      pytorch: null,
    } as const
    return { found: [found], looked }
  },
  page: {
    looks: 'A negative loss that falls without end, or one that hardly depends on the data.',
    why: 'nllLoss only picks: it takes the logarithms as they are and changes their sign. Probabilities give −p, between −1 and 0; scores give −x, which the network can make as negative as it likes.',
    sure: 'The exponentials of log-probabilities add up to 1 in every row, and none is above 0. Log-densities of continuous variables may be above 0, but are no log-probabilities of classes. Where the network ends in scores take crossEntropy.',
    example: 'check(nllLoss, [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], [0, 1])',
  },
}

/** Whether the classes are the last axis of the first argument, as of sequences in time. */
const hasClassesLast = ({ inputs: [{ axes }] }: LossSpec): boolean => typeof axes === 'string' && axes.endsWith(' C')

/** Where the rows of log-probabilities lie. */
function rowsIn(subject: Subject) {
  const classes = classCall(subject)
  if (classes !== null) return classes.scores === null ? null : { ...classes, scores: classes.scores }
  const [{ name: scores }] = subject.spec.inputs
  const { shape, size } = subject.tensors[scores]
  if (!hasClassesLast(subject.spec) || shape.length === 0) return null
  const axis = shape.length - 1
  const count = shape[axis]
  return { scores, axis, count, inner: 1, outer: count === 0 ? 0 : size / count }
}
