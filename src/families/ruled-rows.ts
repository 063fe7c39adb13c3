import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import { defineLoss, type LossFunction } from '../loss.ts'
import type { OptionTable } from '../spec.ts'
import type { TensorLike } from '../tensor/from.ts'
import { type Shape, sizeOf, tupleOf } from '../tensor/shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { planRows, type SoftmaxRowsDefinition, softmaxRows } from './softmax-rows/family.ts'
import { classAxis, targetShape } from './softmax-rows/targets.ts'

/** Makes a loss of rows of scores that checks its calls for more than others do. */
export function ruledRows<const T extends OptionTable, const M extends string, const N extends string>(
  definition: SoftmaxRowsDefinition<T, M, N>,
  check: (call: Call) => void,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  const { family } = softmaxRows(definition)
  return defineLoss(
    definition,
    (call, reduction) => {
      check(call)
      return planRows(definition, call, reduction)
    },
    family,
  )
}

/** The arguments of a loss of raw scores and one class per row. */
export const scoresAndClasses = [
  { name: 'input', domain: 'logits', help: 'raw scores (no softmax before): (C), (N, C) or (N, C, d1, …)' },
  { name: 'target', domain: 'classes', help: 'class indices, shape without C' },
] as const

/** Makes a loss of rows of scores alone. Of an option `target`, if it is given, only what is `ignoreIndex` matters. */
export function rowsOfScores<const T extends OptionTable, const M extends string, const N extends string>(
  definition: SoftmaxRowsDefinition<T, M, N>,
): LossFunction<[input: TensorLike], T, M, N> {
  const { family } = softmaxRows(definition)
  return defineLoss(
    definition,
    (call, reduction) => {
      const { input, target } = call.tensors
      if (input.shape.length > 0 && input.shape[classAxis(input.shape)] === 0) throw noClasses(call)
      const values = target === undefined ? { ...call.values, ignoreIndex: -1 } : call.values
      return planRows(definition, { ...call, values, tensors: { ...call.tensors, target: target ?? firstClass(input.shape) } }, reduction)
    },
    family,
  )
}

/** A target of which no row is ignored. */
function firstClass(scores: Shape): Tensor {
  const shape = targetShape(scores)
  return new Tensor({ data: new BigInt64Array(sizeOf(shape)), dtype: 'int64', shape })
}

const noClasses = (call: Call): LossError =>
  new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'input',
    received: `shape ${tupleOf(call.tensors.input.shape)}`,
    expected: 'one class at least: no scores have no sum',
    repair: 'the scores before they are cut to nothing',
    pytorch: null,
  })
