import { argmax } from '../../ops/index.ts'
import { isFloating } from '../../tensor/dtype.ts'
import { tensor } from '../../tensor/from.ts'
import type { ClassCall } from '../classes.ts'
import { isOneHot } from '../values.ts'
import type { Change, State, Step } from './step.ts'

/** Takes the class of each row out of a one-hot target. */
export function argmaxes({ tensors }: State, { target: name, count }: ClassCall): Step[] {
  const target = tensors[name]
  return target.shape.flatMap((extent, axis) => {
    if (extent !== count || count < 2 || !isOneHot(target, axis)) return []
    const says = `the ${name} is one-hot along axis ${axis}: its argmax is the class index that is wanted`
    const bool = target.dtype === 'bool'
    const to = argmax(bool ? tensor(target, { dtype: 'uint8' }) : target, axis)
    const ours = (code: string) => `argmax(${bool ? `tensor(${code}, { dtype: 'uint8' })` : code}, ${axis})`
    const torch = (code: string) => `${code}${bool ? '.int()' : ''}.argmax(${axis})`
    return [{ kind: 'argmax', cost: 1, says, tensors: { [name]: { to, ours, torch } } } as const]
  })
}

/** The first two arguments in the other order, as other libraries take them. */
export function swapped({ spec, tensors, typed, steps }: State): Step[] {
  const [one, other] = spec.inputs
  const { [one.name]: first, [other?.name]: second } = tensors
  if (second === undefined || isFloating(first.dtype) || !isFloating(second.dtype) || steps.some(({ kind }) => kind === 'swap')) return []
  const change = (from: string): Change => ({
    to: tensors[from],
    ours: () => typed[from]?.ours ?? from,
    torch: () => typed[from]?.torch ?? from,
  })
  const says = `${one.name} and ${other.name} are exchanged`
  return [{ kind: 'swap', cost: 1, says, tensors: { [one.name]: change(other.name), [other.name]: change(one.name) } }]
}
