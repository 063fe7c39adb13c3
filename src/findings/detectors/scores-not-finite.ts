import { isFloating } from '../../tensor/dtype.ts'
import { tupleOf } from '../../tensor/shape.ts'
import { type ClassCall, classCall, hasClassTarget, labelsOf } from '../classes.ts'
import { clear, type Detector, type Outcome } from '../detector.ts'
import { indexOf } from '../extent.ts'
import { firstNotFinite } from '../finite.ts'
import type { Subject } from '../subject.ts'
import { eachOf, elementOf, remarked, repairOf, type Typed, typedCall } from '../typed.ts'
import { figure } from '../words.ts'
import { sourceOf } from './not-finite.ts'

/** NaN and infinities among scores, weights and probabilities, as far as they do harm: a masked class does none. */
export const scoresNotFinite: Detector = {
  code: 'scores-not-finite',
  title: 'scores that are NaN or infinite',
  applies: hasClassTarget,
  look: (subject) => {
    const classes = classCall(subject)
    if (classes === null) return clear
    if (subject.plan === null) return ofArguments(subject, classes)
    const loss = subject.mean()
    const finite = loss !== null && Number.isFinite(loss)
    for (const name of Object.keys(subject.tensors)) {
      if (name === classes.target && !classes.soft) continue
      const at = finite ? firstIgnored(subject, classes, name) : firstHarm(subject, classes, name)
      if (at < 0) continue
      const { shape } = subject.tensors[name]
      const value = subject.numbers(name)[at]
      const reason = reasonOf(subject, classes, name, at)
      const where = `${value} at ${tupleOf(indexOf(at, shape))}`
      const fate = finite ? `the loss is ${figure(loss)}, and the gradient of its row NaN` : `the loss is ${loss}`
      return [
        {
          level: 'error',
          argument: name,
          message: `The ${name} is ${where}${reason}: ${fate}.`,
          evidence: { index: indexOf(at, shape), value: String(value), loss: String(loss) },
          repair: repairOf(mendOf(subject, name, at, classes.soft, reason)),
          pytorch: null,
        },
      ]
    }
    return clear
  },
  page: {
    looks: 'The loss is NaN or inf, for one batch or from one step on.',
    why: 'Softmax has no value where a score is NaN or +inf, or where all of a row are −inf. A −inf is a way to mask a class, and does no harm unless that class is the target, gets a share of the label smoothing, or has a probability in a soft target (0 · −inf is NaN).',
    sure: 'The values decide it; the index tells which sample to look at. In 16 bits numbers above 65504 are infinite. A NaN in an ignored row leaves the loss alone and still makes its gradient NaN.',
    example: 'check(crossEntropy, [[2, -Infinity, 0.1], [0.5, 2.5, -1]], [1, 1])',
  },
}

/** Of a refused call the labels are not known. NaN and +∞ need none; and where all is finite there is nothing to ask. */
function ofArguments(subject: Subject, { target, scores, soft }: ClassCall): Outcome {
  let infinite = false
  for (const [name, { shape, dtype }] of Object.entries(subject.tensors)) {
    if ((name === target && !soft) || !isFloating(dtype)) continue
    const values = subject.numbers(name)
    const at = firstNotFinite(values)
    infinite ||= at >= 0
    const odd = at < 0 || name !== scores ? -1 : values.findIndex((value) => !(value < Infinity))
    // of log-probabilities those of other classes do no harm
    if (odd < 0 || subject.spec.inputs[0].domain === 'log-probabilities') continue
    const value = values[odd]
    return [
      {
        level: 'error',
        argument: name,
        message: `The ${name} is ${value} at ${tupleOf(indexOf(odd, shape))}, of which no loss is a number.`,
        evidence: { index: indexOf(odd, shape), value: String(value) },
        repair: repairOf(mendOf(subject, name, odd, soft, '')),
        pytorch: null,
      },
    ]
  }
  return infinite ? clear : { found: [], looked: null }
}

/** The first score of an ignored row that is NaN or +inf, where the loss is finite: a softmax passes it on to the gradient. −1 where there is none. */
function firstIgnored(subject: Subject, { scores, count, inner }: ClassCall, name: string): number {
  const labels = labelsOf(subject)
  if (name !== scores || labels === null || subject.plan?.ignored === 0 || subject.loss.family.family !== 'softmax-rows') return -1
  const { max, nan } = subject.range(name)
  if (!nan && max < Infinity) return -1
  const values = subject.numbers(name)
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] >= 0) continue
    const start = Math.floor(row / inner) * count * inner + (row % inner)
    for (let i = start; i < start + count * inner; i += inner) if (!(values[i] < Infinity)) return i
  }
  return -1
}

/** How many places that are not finite are looked at, in the hope of one that matters. */
const enough = 4096

/** The first element that is not finite and does harm; −1 where there is none. */
function firstHarm(subject: Subject, classes: ClassCall, name: string): number {
  const values = subject.numbers(name)
  let at = firstNotFinite(values)
  if (at < 0 || name !== classes.scores) return at < 0 || name !== 'weight' ? at : harmfulWeight(subject, at)
  for (let seen = 0; at >= 0 && seen < enough; seen++) {
    if (isHarmful(subject, classes, values, at)) return at
    at = firstNotFinite(values, at + 1)
  }
  return -1
}

/** The weight of a class that does not occur is harmless, unless smoothing gives it a share. */
function harmfulWeight(subject: Subject, at: number): number {
  const loss = subject.mean()
  return loss !== null && Number.isFinite(loss) ? -1 : at
}

function isHarmful(subject: Subject, { count, inner, soft }: ClassCall, values: ArrayLike<number>, at: number): boolean {
  const [row, c] = [Math.floor(at / (count * inner)) * inner + (at % inner), Math.floor(at / inner) % count]
  const label = labelsOf(subject)?.[row] ?? -1
  const normalised = subject.spec.inputs[0].domain === 'log-probabilities'
  const masked = values[at] === -Infinity
  if (normalised) return c === label || (label >= 0 && Number(subject.values.epsilon) > 0)
  if (!masked || soft) return true
  if (label >= 0 && (c === label || Number(subject.values.labelSmoothing) > 0)) return true
  return isMaskedWholly(values, at - c * inner, count, inner)
}

function isMaskedWholly(values: ArrayLike<number>, start: number, count: number, inner: number): boolean {
  for (let c = 0; c < count; c++) if (values[start + c * inner] !== -Infinity) return false
  return true
}

function reasonOf(subject: Subject, { scores, soft, count, inner }: ClassCall, name: string, at: number): string {
  if (name !== scores || subject.numbers(name)[at] !== -Infinity) return ''
  if (soft) return ', where 0 · −inf is NaN'
  const c = Math.floor(at / inner) % count
  if (isMaskedWholly(subject.numbers(name), at - c * inner, count, inner)) return ', as are all scores of its row'
  const label = labelsOf(subject)?.[Math.floor(at / (count * inner)) * inner + (at % inner)]
  if (c === label) return ', the score of the right class'
  return ', of which label smoothing takes a share'
}

function mendOf(subject: Subject, name: string, at: number, soft: boolean, reason: string): Typed {
  const { tensors, values, numbers } = subject
  const value = numbers(name)[at]
  const index = indexOf(at, tensors[name].shape)
  if (reason === '')
    return sourceOf(name, index, `${value}: a division by 0, a logarithm of 0, numbers too large for ${tensors[name].dtype}`)
  const lowest = eachOf(name, tensors[name], 'Math.max(x, -1e4)', `${name}.clamp(min=-1e4)`)
  const clamped = typedCall(subject, { [name]: lowest })
  if (soft || Number(values.labelSmoothing) > 0) return remarked(clamped, 'a class is masked with a large negative number')
  if (reason.includes('all scores')) return remarked(clamped, 'or leave a class unmasked in each row')
  return remarked(elementOf(name, index), 'unmask the class of the target')
}
