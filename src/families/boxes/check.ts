import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { type DType, resultType, torchName } from '../../tensor/dtype.ts'
import { broadcastShapes, repairShape, type Shape, sameShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { expandView, numbersOf } from '../../tensor/view.ts'

/** Checks two sets of boxes against each other, in torchvision's order and words; gives the shape of the result. */
export function checkBoxes(call: Call): Shape {
  const { boxes1, boxes2 } = call.tensors
  checkCorners(call, 'boxes1')
  checkCorners(call, 'boxes2')
  const shape = boxes1.shape.slice(0, -1)
  if (!sameShape(boxes2.shape, boxes1.shape)) checkBroadcast(call, shape, boxes2.shape.slice(0, -1))
  return shape
}

/** A box is a row of four. */
function checkCorners(call: Call, name: string): void {
  const { shape } = call.tensors[name]
  const extent = shape[shape.length - 1]
  if (extent === 4) return
  const says =
    extent === undefined
      ? 'IndexError: Dimension specified as 0 but tensor has no dimensions'
      : extent > 4
        ? 'ValueError: too many values to unpack (expected 4)'
        : `ValueError: not enough values to unpack (expected 4, got ${extent})`
  const repair =
    shape.length === 2 && shape[0] === 4 ? `transpose ${name}: one box (x1, y1, x2, y2) per row` : `give each box as x1, y1, x2, y2`
  throw wrongShape(call, name, '(…, 4): x1, y1, x2, y2 on the last axis', repair, says)
}

/** PyTorch lets one box of boxes2 stand for all of boxes1, not the other way; here that has to be asked for. */
function checkBroadcast(call: Call, a: Shape, b: Shape): void {
  const { boxes1, boxes2 } = call.tensors
  const fit = broadcastShapes(a, b)
  const fits = 'shape' in fit && sameShape(fit.shape, a)
  if (fits && call.values.broadcast === true) return
  const reshape = repairShape('boxes2', boxes2.shape, boxes1.shape) ?? 'give as many boxes as in boxes1, pair by pair'
  throw new LossError({
    code: fits ? 'shape-broadcast' : 'shape',
    fn: call.spec.name,
    argument: 'boxes2',
    received: `shape ${tupleOf(boxes2.shape)}`,
    expected: `the shape of boxes1 ${tupleOf(boxes1.shape)}`,
    repair: fits ? `${reshape}; if one box is meant for many: { broadcast: true }` : reshape,
    pytorch: fits ? null : 'shape' in fit ? maskText(a, fit.shape) : sizesText(a, b, fit.axis),
  })
}

/** PyTorch's text where boxes1 would have to be repeated: it writes into an array of boxes1's shape. */
function maskText(a: Shape, whole: Shape): string {
  if (a.length < whole.length) return `IndexError: too many indices for tensor of dimension ${a.length}`
  const axis = whole.findIndex((extent, i) => extent !== a[i])
  const [mask, indexed] = [whole, a].map((shape) => `[${shape.join(', ')}]`)
  return `IndexError: The shape of the mask ${mask} at index ${axis} does not match the shape of the indexed tensor ${indexed} at index ${axis}`
}

function sizesText(a: Shape, b: Shape, axis: number): string {
  const rank = Math.max(a.length, b.length)
  const [own, other] = [a[axis - rank + a.length], b[axis - rank + b.length]]
  return `RuntimeError: The size of tensor a (${own}) must match the size of tensor b (${other}) at non-singleton dimension ${axis}`
}

/** Everything but float64 is computed, and given, in float32. */
export function resultDType(call: Call): DType {
  const { boxes1, boxes2 } = call.tensors
  const upcast = (dtype: DType): DType => (dtype === 'float64' ? dtype : 'float32')
  const shape = boxes1.shape.slice(0, -1)
  const own = upcast(boxes1.dtype)
  // each column of boxes2 is an operand of its own
  const dtype = resultType([
    { dtype: own, shape },
    { dtype: upcast(boxes2.dtype), shape: boxes2.shape.slice(0, -1) },
  ])
  if (dtype === own) return dtype
  // PyTorch lets a single number pass
  if (overlapping(boxes1, boxes2) === 1) throw wrongDType(call, 'boxes2', `${own}, as boxes1`, `tensor(boxes2, { dtype: '${own}' })`, null)
  const says = `RuntimeError: Index put requires the source and destination dtypes match, got ${torchName(own)} for the destination and ${torchName(dtype)} for the source.`
  throw wrongDType(call, 'boxes2', `${own}, as boxes1`, `tensor(boxes2, { dtype: '${own}' })`, says)
}

/** How many pairs overlap. */
function overlapping(boxes1: Tensor, boxes2: Tensor): number {
  const [a, b] = [numbersOf(boxes1, 'float64'), numbersOf(expandView(boxes2, boxes1.shape), 'float64')]
  let count = 0
  for (let i = 0; i < a.length; i += 4) {
    const over = (k: number) => Math.min(a[i + k + 2], b[i + k + 2]) > Math.max(a[i + k], b[i + k])
    if (over(0) && over(1)) count++
  }
  return count
}
