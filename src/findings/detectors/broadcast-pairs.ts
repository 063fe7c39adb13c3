import { broadcastShapes, type Shape, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { clear, type Detector } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** Two arrays that belong together element by element, and are compared each with each: (N, 1) beside (N). */
export const broadcastPairs: Detector = {
  code: 'broadcast-pairs',
  title: 'shapes that broadcast to more pairs than there are elements',
  applies: ({ options, inputs }) => 'broadcast' in options && inputs[1]?.domain !== 'boxes' && inputs[0].axes === undefined,
  look: (subject) => {
    const { spec, tensors, refusal } = subject
    const [a, b] = spec.inputs.map(({ name }) => ({ name, shape: tensors[name].shape }))
    if (sameShape(a.shape, b.shape) || (refusal !== null && refusal.code !== 'shape-broadcast')) return clear
    const fit = broadcastShapes(a.shape, b.shape)
    if ('axis' in fit) return clear
    const pairs = sizeOf(fit.shape)
    const [m, n] = [sizeOf(a.shape), sizeOf(b.shape)]
    // one array repeated for the other, on request, is what broadcasting is for
    if (refusal === null && pairs <= Math.max(m, n)) return clear
    const change = `reshape(${b.name}, [${a.shape.join(', ')}])`
    const typed = typedCall(
      { ...subject, values: { ...subject.values, broadcast: false } },
      { [b.name]: { ours: m === n ? change : b.name, torch: m === n ? `${b.name}.reshape(${a.shape.join(', ')})` : b.name } },
    )
    const asked = typedCall({ ...subject, values: { ...subject.values, broadcast: true } })
    return [
      {
        level: refusal !== null ? 'error' : m === n ? 'warning' : 'note',
        argument: b.name,
        message: `Shapes ${tupleOf(a.shape)} and ${tupleOf(b.shape)} broadcast to ${tupleOf(fit.shape)}: ${grouped(pairs)} pairs out of ${grouped(Math.max(m, n))}.${m === n ? perfect(subject, fit.shape) : ''}`,
        evidence: { input: a.shape, target: b.shape, pairs, elements: Math.max(m, n) },
        repair: repairOf(m === n ? typed : remarked(asked, 'if all pairs are meant; else give both arrays one shape')),
        pytorch: refusal?.pytorch ?? null,
        ...(refusal === null ? {} : { explains: true }),
      },
    ]
  },
  page: {
    looks:
      'The network learns to predict the mean and nothing else. Perfect predictions of a target y still have a squared error of 2·Var(y). For most losses PyTorch prints a warning once; for the Poisson and the Kullback-Leibler loss, and for formulas written by hand, nothing.',
    why: 'A network ends in a column, (N, 1), and labels come as a row, (N). Broadcasting repeats both, and every prediction is compared with every label: N × N pairs in place of N.',
    sure: 'The shapes decide it. Comparing each with each is sometimes meant; then `broadcast: true` says so, and where both arrays have the same number of elements it is doubted all the same.',
    example: 'check(mseLoss, [[1], [2], [3]], [1, 2, 3])',
  },
}

/** More pairs than this are not computed to show what they come to. */
const enough = 1 << 20

/** What perfect predictions would cost, compared in this way: the loss itself says it. */
function perfect(subject: Subject, shape: Shape): string {
  const { spec, tensors } = subject
  const [a, b] = spec.inputs
  if (sizeOf(shape) > enough || a.domain !== 'real' || b.domain !== 'real') return ''
  const { data, dtype, strides, offset, shape: own } = tensors[b.name]
  const column = { data, dtype, strides, offset, shape: own }
  const [pairs, alone] = [again(subject, a.name, b.name, column, true), again(subject, a.name, b.name, column, false)]
  if (pairs === null || alone === null) return ''
  return ` Predictions equal to the ${b.name} would cost ${figure(pairs)} in this way, and ${figure(alone)} pair by pair.`
}

function again({ again: call, numbers, tensors }: Subject, a: string, b: string, target: object, broadcast: boolean): number | null {
  const shape = broadcast ? tensors[a].shape : tensors[b].shape
  return call({ [a]: { data: numbers(b), shape }, [b]: target, broadcast })
}
