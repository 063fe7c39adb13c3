import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import { checked, type LossFunction } from '../loss.ts'
import { snakeCase } from '../names.ts'
import { dtypeSteps } from './steps/dtypes.ts'
import { rangeSteps } from './steps/ranges.ts'
import { shapeSteps } from './steps/shapes.ts'
import type { State, Step } from './steps/step.ts'
import type { Subject } from './subject.ts'
import { remarked, type Typed, typedCall } from './typed.ts'

/** A change of a refused call that the loss takes, or that brings it to another refusal, which has been tried out: as a call that can be typed. */
export interface Repair extends Typed {
  readonly steps: readonly Step[]
}

type Formula = Pick<LossFunction, 'spec' | 'plan'>

/** How many changed calls are tried before the search gives up, and how many steps make a repair. */
const limit = 80
const longest = 4

const known = new WeakMap<Call, readonly Repair[]>()

/**
 * The simplest changes that make a refused call fit, the simplest first, three at most: each has been tried. Where none does, those that make
 * its shapes and dtypes fit, so that it is refused for its values alone. Empty where none was found.
 */
export function repairsOf(subject: Subject): readonly Repair[] {
  if (subject.refusal === null) return []
  const found = known.get(subject.call)
  if (found !== undefined) return found
  const repairs = search(subject.loss, subject, true)
  known.set(subject.call, repairs)
  return repairs
}

/** What the steps of a repair say of the data. */
export const saysOf = ({ steps }: Repair): string => [...new Set(steps.map(({ says }) => says))].join('; ')

/** The same for a call of another loss with the same arguments: empty steps where it takes them as they are. `toValues`: halfway will do. */
export function search(loss: Formula, { tensors, values }: Pick<Call, 'tensors' | 'values'>, toValues = false): readonly Repair[] {
  const queue: State[] = [{ spec: loss.spec, tensors, values, typed: {}, steps: [], cost: 0 }]
  const seen = new Set<string>()
  const repairs: Repair[] = []
  const halfway: State[] = []
  let best = Infinity
  let first: LossError | null = null
  for (let tried = 0; tried < limit && queue.length > 0 && repairs.length < 3; tried++) {
    queue.sort((a, b) => a.cost - b.cost)
    const state = queue.shift() as State
    if (state.cost > best + 1.5) break
    const refusal = refusalOf(loss, state)
    first ??= refusal
    if (refusal !== null && first !== null && isNext(refusal, first, state)) halfway.push(state)
    if (refusal === null) {
      best = Math.min(best, state.cost)
      repairs.push(typedRepair(state))
      continue
    }
    if (state.steps.length === longest) continue
    for (const step of stepsFor(state, refusal)) {
      const next = after(state, step)
      const key = keyOf(next)
      if (seen.has(key)) continue
      seen.add(key)
      queue.push(next)
    }
  }
  if (repairs.length > 0 || !toValues) return repairs
  return halfway
    .filter(({ cost }) => cost <= halfway[0].cost + 1.5)
    .slice(0, 3)
    .map(typedRepair)
}

/** Whether what is refused now comes after what was refused at first: options, values after shapes and dtypes, and whatever comes after dtypes. */
function isNext(now: LossError, first: LossError, { steps, spec }: State): boolean {
  if (first.code.endsWith('range') || steps.length === 0) return false
  if (Object.hasOwn(spec.options, now.argument) && now.argument !== first.argument) return true
  return now.code.endsWith('range') || (now.code !== first.code && steps.every(({ kind }) => kind === 'cast'))
}

/** The call after each step of a repair, with the code that makes each argument of the one that was given. */
export function statesOf({ spec, tensors, values }: Subject, { steps }: Repair): readonly State[] {
  let state: State = { spec, tensors, values, typed: {}, steps: [], cost: 0 }
  return steps.map((step) => {
    state = after(state, step)
    return state
  })
}

function typedRepair(state: State): Repair {
  const typed = typedCall(state, state.typed)
  const remarks = state.steps.flatMap(({ guess }) => (guess === undefined ? [] : [guess]))
  return { ...(remarks.length > 0 ? remarked(typed, remarks.join('; ')) : typed), steps: state.steps }
}

function stepsFor(state: State, refusal: LossError): readonly Step[] {
  if (refusal.code === 'target-range') return rangeSteps(state, refusal)
  if (refusal.code === 'dtype') return dtypeSteps(state, refusal)
  return refusal.code.startsWith('shape') ? shapeSteps(state, refusal) : []
}

function refusalOf(loss: Formula, { spec, tensors, values }: State): LossError | null {
  try {
    checked(loss.plan, { spec, tensors, values, scalars: [] })
    return null
  } catch (error) {
    if (error instanceof LossError) return error
    throw error
  }
}

function after(state: State, step: Step): State {
  const tensors = { ...state.tensors }
  const typed = { ...state.typed }
  for (const [name, { to, ours, torch }] of Object.entries(step.tensors ?? {})) {
    tensors[name] = to
    const before = typed[name] ?? { ours: name, torch: snakeCase(name) }
    typed[name] = { ours: ours(before.ours), torch: torch(before.torch) }
  }
  return {
    spec: state.spec,
    tensors,
    values: { ...state.values, ...step.values },
    typed,
    steps: [...state.steps, step],
    cost: state.cost + step.cost,
  }
}

/** Two ways to the same shapes and dtypes are one, unless they take the data apart differently. */
const keyOf = ({ tensors, values, steps }: State): string =>
  JSON.stringify([
    Object.entries(tensors).map(([name, { dtype, shape }]) => [name, dtype, shape]),
    Object.values(values),
    steps.filter(({ kind }) => kind !== 'squeeze').map(({ says }) => says),
  ])
