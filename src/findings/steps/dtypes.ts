import type { LossError } from '../../errors.ts'
import { add, mul } from '../../ops/index.ts'
import { type DType, isFloating } from '../../tensor/dtype.ts'
import { tensor } from '../../tensor/from.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { numbersOf } from '../../tensor/view.ts'
import { classesOf } from '../classes.ts'
import { isByteFractions } from '../values.ts'
import { argmaxes, swapped } from './meaning.ts'
import type { Change, State, Step } from './step.ts'

/** The changes of dtypes that may mend a call which is refused for one. */
export function dtypeSteps(state: State, { argument }: LossError): readonly Step[] {
  const { spec, tensors } = state
  const wrong = tensors[argument]
  if (wrong === undefined) return []
  const classes = classesOf(spec, state)
  if (argument === classes?.target) return classes.soft ? argmaxes(state, classes) : ofIndices(argument, wrong)
  const first = spec.inputs[0].name
  const steps: Step[] = []
  if (argument === first) steps.push(...swapped(state))
  const own = tensors[first].dtype
  // the first argument's dtype, where that is one that numbers are computed in
  const dtype = argument === first || !isFloating(own) ? (wrong.dtype === 'float64' ? 'float64' : 'float32') : own
  if (dtype !== wrong.dtype) {
    const says = `the ${argument} is ${wrong.dtype}, and ${dtype} is wanted`
    steps.push({ kind: 'cast', cost: 1.5, says, tensors: { [argument]: cast(wrong, dtype) } })
  }
  return steps
}

const methods: Readonly<Partial<Record<DType, string>>> = {
  float64: 'double',
  float32: 'float',
  float16: 'half',
  bfloat16: 'bfloat16',
  int64: 'long',
}

const cast = (x: Tensor, dtype: DType): Change => ({
  to: tensor(x, { dtype }),
  ours: (code) => `tensor(${code}, { dtype: '${dtype}' })`,
  torch: (code) => `${code}.${methods[dtype]}()`,
})

/** Class indices that came as something else: whole numbers of another dtype, or bytes that were divided by 255. */
function ofIndices(name: string, x: Tensor): Step[] {
  const values = numbersOf(x, 'float64')
  if (values.every(Number.isSafeInteger)) {
    const says = `the ${name} holds class indices as ${x.plain ? 'plain numbers' : x.dtype}, and int64 is wanted`
    return [{ kind: 'cast', cost: 1, says, tensors: { [name]: cast(x, 'int64') } }]
  }
  if (!isByteFractions(values)) return []
  const change: Change = {
    to: tensor(add(mul(x, 255), 0.5), { dtype: 'int64' }),
    ours: (code) => `tensor(add(mul(${code}, 255), 0.5), { dtype: 'int64' })`,
    torch: (code) => `(${code} * 255).round().long()`,
  }
  return [{ kind: 'remap', cost: 2, says: `the ${name} was divided by 255, as ToTensor does to bytes`, tensors: { [name]: change } }]
}
