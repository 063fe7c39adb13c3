import { isFloating } from '../../tensor/dtype.ts'
import { clear, type Detector, explanation } from '../detector.ts'
import { eachOf, remarked, repairOf, typedCall } from '../typed.ts'
import { histogram, tallyOf } from '../values.ts'
import { figure, grouped, place } from '../words.ts'

/** Labels other than −1 and 1 where a loss knows only these two. */
export const notSigns: Detector = {
  code: 'not-signs',
  title: 'labels that are not −1 and 1',
  applies: ({ inputs }) => inputs.some(({ domain }) => domain === 'signs'),
  look: (subject) => {
    const { spec, tensors } = subject
    const name = spec.inputs.find(({ domain }) => domain === 'signs')?.name as string
    if (subject.holdsOnly(name, -1, 1)) return clear
    const t = subject.numbers(name)
    const first = t.findIndex((value) => value !== 1 && value !== -1)
    let odd = 0
    for (let i = 0; i < t.length; i++) if (t[i] !== 1 && t[i] !== -1) odd++
    const tally = tallyOf(t)
    const binary = tally !== null && [...tally.keys()].every((value) => value === 0 || value === 1)
    const zeros = tally?.get(0) ?? 0
    const dtype = isFloating(tensors[name].dtype) ? tensors[name].dtype : 'float32'
    const float = isFloating(tensors[name].dtype) ? name : `tensor(${name}, { dtype: 'float32' })`
    const typed = typedCall(subject, { [name]: { ours: `sub(mul(${float}, 2), 1)`, torch: `2.0 * ${name} - 1` } })
    const signs = eachOf(name, tensors[name], '(x > 0 ? 1 : -1)', `(${name} > 0) * 2.0 - 1`, dtype)
    const positive = typedCall(subject, { [name]: signs })
    return [
      {
        level: 'error',
        argument: name,
        message: `${grouped(odd)} of ${grouped(t.length)} labels are neither −1 nor 1, first ${figure(t[first])}${place(first, tensors[name].shape)}${binary ? `: they are 0 and 1, and for the ${grouped(zeros)} zeros the loss computes something that is neither case, in silence` : ''}.`,
        evidence: { odd, labels: t.length, first, seen: tally === null ? 'many different' : histogram(tally) },
        repair: repairOf(binary ? typed : remarked(positive, 'if what is above 0 is meant as 1')),
        ...explanation(subject, name, 'dtype'),
      },
    ]
  },
  page: {
    looks:
      'Nothing: a number comes out. In the cosine loss a pair labelled 0 counts as 0, in the hinge loss as the sum of both cases, in ranking as the margin alone.',
    why: 'These losses multiply by the label or compare with it, and so know 1 and −1. Data sets label pairs 1 and 0.',
    sure: 'One label other than −1 and 1 decides it.',
    example: 'check(cosineEmbeddingLoss, [[1, 2], [3, 4]], [[1, 2], [4, 3]], [1, 0])',
  },
}
