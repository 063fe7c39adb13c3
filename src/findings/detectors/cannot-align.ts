import type { SequenceProblem } from '../../families/sequence/problem.ts'
import { listOf } from '../../tensor/shape.ts'
import type { Detector, Draft } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { counted, grouped } from '../words.ts'

/** Labels that do not fit into the steps that there are; blanks among the labels. */
export const cannotAlign: Detector = {
  code: 'cannot-align',
  title: 'labels that cannot be aligned',
  applies: ({ inputs }) => inputs.some(({ domain }) => domain === 'lengths'),
  look: (subject) => (subject.plan === null ? blanks(subject) : tooLong(subject, subject.plan.problem as SequenceProblem)),
  page: {
    looks: 'A loss of inf; or, with `zero_infinity`, sequences that count 0 and are never learned.',
    why: 'Each label takes a step, and between two equal labels there has to be a blank: a word with double letters needs a step more. The network halves the steps with every stride of 2, so that short sounds and long words do not fit.',
    sure: 'The lengths and the labels decide it. PyTorch takes blanks among the labels in silence and reads them as classes; here they are refused.',
    example: 'check(ctcLoss, logSoftmax([[0, 1, 0], [1, 0, 0]], 1), [1, 1], [2], [2])',
  },
}

function tooLong(subject: Subject, problem: SequenceProblem): Draft[] {
  const { labels, starts, inputLengths, targetLengths, batch } = problem
  const { zeroInfinity } = subject.values
  let [first, need] = [-1, 0]
  const short: number[] = []
  for (let n = 0; n < batch; n++) {
    let steps = targetLengths[n]
    for (let at = starts[n] + 1; at < starts[n] + targetLengths[n]; at++) if (labels[at] === labels[at - 1]) steps++
    if (steps <= inputLengths[n]) continue
    if (first < 0) [first, need] = [n, steps]
    short.push(n)
  }
  const count = short.length
  if (count === 0) return []
  const repeats = need - targetLengths[first]
  const zeroed = typedCall({ ...subject, values: { ...subject.values, zeroInfinity: true } })
  const names = listOf(short)
  const without = 'leave these sequences out, which have fewer steps than labels and repeats; or let the network make more steps'
  return [
    {
      level: zeroInfinity === true ? 'warning' : 'error',
      argument: 'inputLengths',
      message: `${grouped(count)} of ${counted(batch, 'sequence')} cannot be aligned, first sequence ${first}: ${counted(targetLengths[first], 'label')} with ${counted(repeats, 'repeat')} need ${need} steps, and there are ${inputLengths[first]}. ${zeroInfinity === true ? 'They count 0 in the loss, and have no gradient.' : 'Their loss is infinite.'}`,
      evidence: { sequences: batch, impossible: count, first, steps: inputLengths[first], needed: need },
      repair: repairOf(
        zeroInfinity === true
          ? remarked({ ours: `const short = ${names}`, torch: `short = ${names}` }, without)
          : remarked(zeroed, 'or leave out sequences that have fewer steps than labels and repeats, or let the network make more steps'),
      ),
      pytorch: null,
    },
  ]
}

function blanks({ refusal, values, numbers, spec, tensors }: Subject): Draft[] {
  const targets = spec.inputs.find(({ domain }) => domain === 'classes')?.name
  if (targets === undefined || refusal?.code !== 'target-range' || refusal.argument !== targets) return []
  const count = numbers(targets).filter((label) => label === values.blank).length
  if (count === 0) return []
  const { blank } = values
  const lengths = spec.inputs.find(({ name, domain }) => domain === 'lengths' && name.startsWith('target'))?.name ?? targets
  const matrix = {
    [lengths]: {
      ours: `tensor(${targets}).toArray().map((row) => row.filter((label) => label !== ${blank}).length)`,
      torch: `(${targets} != ${blank}).sum(1)`,
    },
  }
  const row = {
    [targets]: { ours: `tensor(${targets}).toArray().filter((label) => label !== ${blank})`, torch: `${targets}[${targets} != ${blank}]` },
  }
  const pads = tensors[targets].shape.length === 2
  const repair = remarked(
    typedCall({ spec, tensors, values }, pads ? matrix : row),
    pads ? 'where the blank pads the labels; or blank: another class' : `with as much shorter ${lengths}; or blank: another class`,
  )
  return [
    {
      level: 'error',
      argument: targets,
      message: `${grouped(count)} labels are ${values.blank}, which is the blank: it stands between labels, and is none.`,
      evidence: { blanks: count, blank: Number(values.blank) },
      repair: repairOf(repair),
      pytorch: refusal.pytorch,
      explains: true,
    },
  ]
}
