import { isFloating } from '../../tensor/dtype.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { type ClassCall, classCall, hasClassTarget } from '../classes.ts'
import { clear, type Detector, type Outcome } from '../detector.ts'
import { indexOf } from '../extent.ts'
import { logSumExp, rowsLooked, sampledRows } from '../rows.ts'
import type { Subject } from '../subject.ts'
import { farthestFromOne } from '../sums.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { severalOnes } from '../values.ts'
import { figure, grouped } from '../words.ts'

/** How far the sum of a row may be from 1: the rounding of bfloat16, and of probabilities written down with two digits. */
const tolerance = 0.02

/** A target that its shape makes a distribution per row, and its values do not. */
export const notADistribution: Detector = {
  code: 'not-a-distribution',
  title: 'target probabilities that are none',
  applies: (spec) => hasClassTarget(spec) && spec.inputs.some(({ domain }) => domain === 'classes or probabilities'),
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null || !classes.soft || classes.count < 2) return clear
    if (!isFloating(subject.tensors[classes.target].dtype)) return clear
    const rows = sampledRows(classes)
    const found = offRows(subject, rows)
    return { found: found === null ? [] : [found], looked: rowsLooked(classes, rows) }
  },
  page: {
    looks:
      'Nothing: PyTorch computes a number, below 0 where the target is negative, and far too large where a row adds up to more than 1.',
    why: 'PyTorch takes a target of the input’s shape for probabilities, whatever is in it: scores, logarithms, class ids per position, one-hot rows times 255, labels of several classes.',
    sure: 'Negative numbers are no probabilities. Rows that do not add up to 1 are allowed by PyTorch, and meant by few: unnormalised soft labels are a scaling of the loss.',
    example: 'check(crossEntropy, [[2, 1, 0.1], [0.5, 2.5, -1]], [[2, 1, 0], [0, 3, -1]])',
  },
}

type Found = Exclude<Outcome, { cannot: string } | { found: unknown }>[number]

function offRows(subject: Subject, rows: Int32Array): Found | null {
  const classes = classCall(subject)
  if (classes === null) return null
  const { target, count, inner, shape, axis, wanted } = classes
  const values = subject.numbers(target)
  let [negative, off, positive, worst, at, logs, whole] = [-1, 0, 0, 0, -1, 0, 0]
  for (const row of rows) {
    const start = Math.floor(row / inner) * count * inner + (row % inner)
    let sum = 0
    for (let c = 0, i = start; c < count; c++, i += inner) {
      const value = values[i]
      if (value < 0 && negative < 0) negative = i
      if (value > 1) positive++
      // the largest, as long as all are whole numbers; −1 then
      whole = whole < 0 || !Number.isInteger(value) ? -1 : Math.max(whole, value)
      sum += value
    }
    // a row of zeros counts for nothing, which is a way of ignoring it
    if (!(Math.abs(sum - 1) > tolerance) || sum === 0) continue
    off++
    if (Math.abs(Math.exp(logSumExp(values, start, count, inner)) - 1) <= tolerance) logs++
    if (Math.abs(sum - 1) > Math.abs(worst - 1) || at < 0) [worst, at] = [sum, row]
  }
  if (negative < 0 && off === 0) return null
  // what yes or no of several classes is has a check of its own
  if (negative < 0 && whole === 1 && severalOnes(subject.tensors[target], axis) !== null) return null
  const where = at < 0 ? '' : `, as ${figure(worst)} at ${tupleOf(indexOf(at, wanted))}`
  const sums = off > 0 ? `${grouped(off)} of ${grouped(rows.length)} rows of the ${target} do not add up to 1${where}` : ''
  const below =
    negative < 0
      ? ''
      : `the ${target} is ${figure(values[negative])} at ${tupleOf(indexOf(negative, shape))}, and a probability is never negative`
  const { says, ours, torch } = patternOf(subject, classes, { logs: logs === rows.length, negative: negative >= 0, whole })
  const summed = shape.map((extent, a) => (a === axis ? 1 : extent))
  const parts = {
    ours: `div(${target}, reshape(sum(${target}, ${axis}), [${summed.join(', ')}]))`,
    torch: `${target} / ${target}.sum(${axis}, keepdim=True)`,
  }
  const typed = typedCall(subject, { [target]: ours === null ? parts : { ours, torch } })
  const meant =
    ours === null ? `or class indices of shape ${tupleOf(wanted)}` : ours.startsWith('softmax') ? 'if the target is scores' : null
  const message = [below, sums].filter((text) => text !== '').join('; ')
  return {
    level: negative >= 0 ? 'error' : 'warning',
    argument: target,
    message: `${message[0].toUpperCase()}${message.slice(1)}${says}.`,
    evidence: { rows: rows.length, off, worst: at < 0 ? 1 : worst, negative: negative < 0 ? null : values[negative], above: positive },
    repair: repairOf(meant === null ? typed : remarked(typed, meant)),
    pytorch: null,
  }
}

interface Seen {
  readonly logs: boolean
  readonly negative: boolean
  /** The largest of values that are all whole numbers; −1 where they are not. */
  readonly whole: number
}

/** What such values usually are, and the code that makes probabilities of them, where there is some. */
function patternOf(subject: Subject, { target, axis, shape, wanted }: ClassCall, { logs, negative, whole }: Seen) {
  const values = subject.numbers(target)
  if (logs) return { says: '; their exponentials do: they are logarithms', ours: `exp(${target})`, torch: `${target}.exp()` }
  if (negative) return { says: '', ours: `softmax(${target}, ${axis})`, torch: `${target}.softmax(${axis})` }
  if (whole > 0 && isBlackAndWhite(values))
    return { says: '; they are 0 and 255, as in a picture', ours: `div(${target}, 255)`, torch: `${target} / 255` }
  const none = { ours: null, torch: '' }
  if (whole >= 0)
    return { ...none, says: `; all are whole numbers, up to ${whole}, as class indices are: those have shape ${tupleOf(wanted)}` }
  const other = shape.findIndex((extent, a) => a !== axis && extent > 1 && farthestFromOne(values, shape, a, tolerance) < tolerance)
  return { ...none, says: other < 0 ? '' : `; along axis ${other} they do, and the classes are axis ${axis}` }
}

function isBlackAndWhite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 255) return false
  return true
}
