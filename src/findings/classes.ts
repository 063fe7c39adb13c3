import { classAxis } from '../families/softmax-rows/targets.ts'
import type { Domain, LossSpec } from '../spec.ts'
import { type Shape, sameShape, sizeOf } from '../tensor/shape.ts'
import type { Subject } from './subject.ts'

/** Where the classes of a call lie. Rows run over `outer` and `inner`; the score of class c of row (o, i) is at (o·count + c)·inner + i. */
export interface ClassCall {
  /** The name of the target; and of the scores, or null where the loss computes them itself. */
  readonly target: string
  readonly scores: string | null
  /** Of the scores. */
  readonly shape: Shape
  /** The shape of class indices for such scores: theirs without the class axis. */
  readonly wanted: Shape
  readonly axis: number
  readonly count: number
  readonly outer: number
  readonly inner: number
  /** Whether the target is a distribution per row, by its shape. */
  readonly soft: boolean
}

const oneClass: readonly Domain[] = ['classes', 'classes or probabilities', 'masks']

/** The name of the target that has one class per row, of a loss that has such. (A loss with lengths has sequences of them.) */
export function classTarget({ inputs }: LossSpec): string | undefined {
  if (inputs.some(({ domain }) => domain === 'lengths')) return undefined
  return inputs.find(({ domain }) => oneClass.includes(domain))?.name
}

export const hasClassTarget = (spec: LossSpec): boolean => classTarget(spec) !== undefined

/** Whether a loss takes raw scores or log-probabilities of classes, each an argument of the call. */
export const hasScores = (spec: LossSpec): boolean =>
  hasClassTarget(spec) && spec.inputs.every(({ axes }) => axes === undefined || !/D/.test([axes].flat().join(' ')))

const known = new WeakMap<Subject['call'], ClassCall | null>()

/** The classes of a call; null where its scores have no class axis, or its target is not of one class per row. */
export function classCall(subject: Subject): ClassCall | null {
  const found = known.get(subject.call)
  if (found !== undefined) return found
  const fresh = classesOf(subject.spec, subject)
  known.set(subject.call, fresh)
  return fresh
}

/** The same for a call that nobody examines yet. */
export function classesOf(spec: LossSpec, { tensors, values }: Pick<Subject, 'tensors' | 'values'>): ClassCall | null {
  const target = classTarget(spec)
  if (target === undefined || (values.mode ?? 'multiclass') !== 'multiclass') return null
  const [first] = spec.inputs
  const linear = spec.inputs.find(({ axes }) => axes !== undefined && [axes].flat()[0].startsWith('C'))
  const input = tensors[first.name].shape
  // a linear layer inside: one row of features per class
  const shape = linear === undefined ? input : [...input.slice(0, -1), ...tensors[linear.name].shape.slice(0, -1)]
  if (shape.length === 0) return null
  const axis = classAxis(shape)
  return {
    target,
    scores: linear === undefined ? first.name : null,
    shape,
    wanted: shape.filter((_, other) => other !== axis),
    axis,
    count: shape[axis],
    outer: sizeOf(shape.slice(0, axis)),
    inner: sizeOf(shape.slice(axis + 1)),
    soft: oneClass.indexOf(domainOf(spec, target)) > 0 && sameShape(tensors[target].shape, shape),
  }
}

const domainOf = ({ inputs }: LossSpec, name: string): Domain => inputs.find((input) => input.name === name)?.domain ?? 'real'

const labels = new WeakMap<Subject, ArrayLike<number> | null>()

/** The class of each row, −1 where it is ignored; null where the target is a distribution, or the call is refused. */
export function labelsOf(subject: Subject): ArrayLike<number> | null {
  const found = labels.get(subject)
  if (found !== undefined) return found
  const fresh = readLabels(subject)
  labels.set(subject, fresh)
  return fresh
}

function readLabels(subject: Subject): ArrayLike<number> | null {
  const classes = classCall(subject)
  if (classes === null || classes.soft || subject.plan === null) return null
  const problem = subject.plan.problem as Planned
  const planned = problem.classes ?? problem.rows?.classes ?? problem.target?.labels ?? problem.labels
  if (planned instanceof Int32Array) return planned
  const { ignoreIndex } = subject.values
  return subject.numbers(classes.target).map((t) => (t === ignoreIndex ? -1 : t))
}

/** Where the families keep the classes that they have read. */
interface Planned {
  readonly classes?: unknown
  readonly rows?: { readonly classes?: unknown }
  readonly target?: { readonly labels?: unknown }
  readonly labels?: unknown
}

/** How many rows are of each class, the ignored ones left out; null as for `labelsOf`. */
export function classCounts(subject: Subject): Int32Array | null {
  const rows = labelsOf(subject)
  const classes = classCall(subject)
  if (rows === null || classes === null) return null
  const counts = new Int32Array(classes.count)
  for (let row = 0; row < rows.length; row++) if (rows[row] >= 0) counts[rows[row]]++
  return counts
}
