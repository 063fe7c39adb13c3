import { type Call, sizesDiffer } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { type DType, resultType } from '../../tensor/dtype.ts'
import { broadcastShapes, type Shape, sameShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { subtractionOfBool } from '../pointwise/check.ts'
import { floatingOf, refuseBroadcast } from './check.ts'

/** What PyTorch computes with distances in, and the shape of the result. */
export interface GivenTypes {
  readonly shape: Shape
  readonly dtypes: Readonly<Record<'near' | 'result', DType>>
}

/** Checks the distances that a function has given, in the order in which PyTorch computes with them. */
export function checkDistances(call: Call, near: Tensor, far: Tensor, swapped: Tensor | null): GivenTypes {
  const least = swapped === null ? far : { dtype: resultType([far, swapped]), shape: broadcast(call, far.shape, swapped.shape) }
  const first = { dtype: floatingOf(near.dtype), shape: near.shape }
  if (least.dtype === 'bool') throw boolDistance(call)
  const shape = broadcast(call, first.shape, least.shape)
  const { anchor, positive, negative } = call.tensors
  const odd = ['positive', 'negative'].find((name) => !sameShape(call.tensors[name].shape, anchor.shape))
  if (odd !== undefined) refuseBroadcast(call, odd, [anchor.shape, positive.shape, negative.shape])
  const shapes = [near, far, ...(swapped === null ? [] : [swapped])].map((distance) => distance.shape)
  if (shapes.some((each) => !sameShape(each, shape))) refuseBroadcast(call, 'distanceFunction', shapes)
  return { shape, dtypes: { near: first.dtype, result: resultType([first, least]) } }
}

function broadcast(call: Call, a: Shape, b: Shape): Shape {
  const fit = broadcastShapes(a, b)
  if ('shape' in fit) return fit.shape
  const rank = Math.max(a.length, b.length)
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'distanceFunction',
    received: `distances of shapes ${tupleOf(a)} and ${tupleOf(b)}`,
    expected: 'one distance per row, the same shape for each pair of arguments',
    repair: 'give the three arguments the same shape',
    pytorch: sizesDiffer(a[fit.axis - rank + a.length], b[fit.axis - rank + b.length], fit.axis),
  })
}

const boolDistance = (call: Call): LossError =>
  new LossError({
    code: 'dtype',
    fn: call.spec.name,
    argument: 'distanceFunction',
    received: 'a function that gives bool',
    expected: 'one that gives numbers',
    repair: "tensor(distance, { dtype: 'float32' })",
    pytorch: subtractionOfBool(1),
  })
