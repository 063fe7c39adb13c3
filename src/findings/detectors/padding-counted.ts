import { classCall, hasClassTarget, labelsOf } from '../classes.ts'
import { cannot, clear, type Detector } from '../detector.ts'
import { typedCall } from '../typed.ts'
import { grouped } from '../words.ts'

/** Padding that is scored: the rows of a batch of sequences end, or begin, in runs of one id that occurs nowhere else. */
export const paddingCounted: Detector = {
  code: 'padding-counted',
  title: 'padding that is counted',
  applies: (spec) => hasClassTarget(spec) && 'ignoreIndex' in spec.options,
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null || classes.soft || classes.shape.length > 3) return clear
    const labels = labelsOf(subject)
    if (labels === null) return clear
    if (classes.shape.length < 3) return cannot('the target has one axis: if it is of sequences, they have been made one row')
    const [rows, length] = classes.wanted
    if (rows < 2 || length < 4) return clear
    const padded = paddedBy(labels, rows, length, false) ?? paddedBy(labels, rows, length, true)
    if (padded === null) return clear
    const { id, count, ends, longest, atStart } = padded
    const { spec, tensors, values } = subject
    const { ours, torch } = typedCall({ spec, tensors, values: { ...values, ignoreIndex: id } })
    const { target } = classes
    return [
      {
        level: 'warning',
        argument: target,
        message: `Label ${id} looks like padding, and is counted: ${grouped(ends)} of ${grouped(rows)} rows ${atStart ? 'begin' : 'end'} in runs of it, up to ${longest} long, and it occurs nowhere else; it makes ${grouped(count)} of ${grouped(rows * length)} labels.`,
        evidence: { id, labels: count, rows: ends, of: rows, longest, atStart },
        repair: { surprisal: ours, pytorch: torch },
        pytorch: null,
      },
    ]
  },
  page: {
    looks: 'A loss that depends on how long the longest sequence of a batch is, and a perplexity that depends on the batch size.',
    why: 'Sequences of a batch are filled up to one length. Only ignoreIndex (−100 if left out) is not counted; a padding id of the tokenizer is a token like any other, and one that is easy to predict.',
    sure: 'An id that occurs only in runs of several lengths at the ends of rows is padding in all likelihood. Where padding shares its id with a real token (0, or the end of text) the check is silent; and a real end token before the padding of the same id should count once.',
    example:
      'check(crossEntropy, tensor(new Float32Array(120), { shape: [3, 5, 8] }), [[1, 2, 3, 4, 0, 0, 0, 0], [4, 3, 1, 0, 0, 0, 0, 0], [2, 2, 1, 3, 4, 1, 2, 3]])',
  },
}

interface Padding {
  readonly id: number
  readonly count: number
  readonly ends: number
  readonly longest: number
  readonly atStart: boolean
}

/** The id of which the rows end (or begin) in runs; null where there is none, or it occurs elsewhere too. */
function paddedBy(labels: ArrayLike<number>, rows: number, length: number, atStart: boolean): Padding | null {
  const at = (row: number, i: number): number => labels[row * length + (atStart ? i : length - 1 - i)]
  const last = new Map<number, number>()
  for (let row = 0; row < rows; row++) last.set(at(row, 0), (last.get(at(row, 0)) ?? 0) + 1)
  const [[id, ends]] = [...last].sort((a, b) => b[1] - a[1])
  // half of the rows or more: the longest ones have none
  if (id < 0 || ends < 2 || 2 * ends < rows) return null
  const lengths = new Set<number>()
  let [count, longest] = [0, 0]
  for (let row = 0; row < rows; row++) {
    let run = 0
    while (run < length && at(row, run) === id) run++
    for (let i = run; i < length; i++) if (at(row, i) === id) return null
    count += run
    longest = Math.max(longest, run)
    lengths.add(run)
  }
  // fewer stand at the ends by chance, of few classes
  return lengths.size > 1 && longest > 2 && count > 7 ? { id, count, ends, longest, atStart } : null
}
