import { type Range, rangeOf } from '../../backends/scan.ts'
import { type Call, expandInto, sizesDiffer, wrongDType } from '../../check.ts'
import { LossError } from '../../errors.ts'
import type { Reduction } from '../../reduce.ts'
import { type DType, isFloating, resultType, torchName } from '../../tensor/dtype.ts'
import { shortest } from '../../tensor/print.ts'
import { broadcastShapes, repairShape, type Shape, sameShape, sizeOf, torchSize, tupleOf } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'

/** How a loss finds the dtype of its result; throws for what PyTorch refuses. */
export type DTypeRule = (call: Call, reduction: Reduction) => DType

export const floats = 'float64, float32, float16 or bfloat16'

/**
 * The result is of the type that the arguments promote to. `says` is PyTorch's text where none of them is floating-point.
 *
 * Where PyTorch subtracts before it calls a kernel, as it does with a weight or for a loss that `subtracts`, it refuses bool and takes integers.
 */
export const promoted =
  (says: (dtype: string, reduction: Reduction) => string | null, subtracts = false): DTypeRule =>
  (call, reduction) => {
    const { input, target, weight } = call.tensors
    const bools = [input, target].filter(({ dtype }) => dtype === 'bool').length
    if ((subtracts || weight !== undefined) && bools > 0) {
      const name = input.dtype === 'bool' ? 'input' : 'target'
      throw wrongDType(call, name, floats, `tensor(${name}, { dtype: 'float32' })`, subtractionOfBool(bools))
    }
    const dtype = resultType(weight === undefined ? expanded(call) : [...expanded(call), weight])
    if (isFloating(dtype)) return dtype
    const text = weight === undefined ? says(torchName(dtype), reduction) : null
    throw wrongDType(call, 'input', floats, 'Float32Array.from(input), or input as plain numbers', text)
  }

/** Input and target as PyTorch expands them before it calls a kernel, so that neither counts as 0-D beside the other. */
export function expanded({ tensors: { input, target } }: Call): { dtype: DType; shape: Shape }[] {
  const shape = new Array<number>(Math.max(input.shape.length, target.shape.length)).fill(1)
  return [input, target].map(({ dtype }) => ({ dtype, shape }))
}

/** PyTorch's text for the mean of integers, by their name in its messages. */
export const noMean = (dtype: string): string =>
  `RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${dtype}`

/** PyTorch's text for −x of bool. */
export const negationOfBool =
  'RuntimeError: Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.'

/** PyTorch's text for a difference of which one or both sides are bool. */
export const subtractionOfBool = (bools: number): string =>
  bools === 2
    ? 'RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
    : 'RuntimeError: Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.'

/** Input and target are of one floating-point type, and so is the result. */
export const same =
  (kernel: string): DTypeRule =>
  (call) => {
    const { input, target } = call.tensors
    if (target.dtype !== input.dtype) {
      const says = `RuntimeError: Found dtype ${torchName(target.dtype)} but expected ${torchName(input.dtype)}`
      throw wrongDType(call, 'target', `${input.dtype}, the input's`, `tensor(target, { dtype: '${input.dtype}' })`, says)
    }
    if (isFloating(input.dtype)) return input.dtype
    throw wrongDType(call, 'input', floats, 'probabilities as Float32Array', notImplemented(kernel, input.dtype))
  }

/** `NotImplementedError: "mse_cpu" not implemented for 'Long'`, PyTorch's text for a dtype that a kernel lacks. */
export const notImplemented = (kernel: string, dtype: DType): string =>
  `NotImplementedError: "${kernel}" not implemented for '${torchName(dtype)}'`

/** `RuntimeError: result type Float can't be cast to the desired output type Long`, PyTorch's text where it works in place; null where it can. */
export function notCastable(result: DType, output: DType): string | null {
  const kinds = [output, result].map((dtype) => (dtype === 'bool' ? 0 : isFloating(dtype) ? 2 : 1))
  const text = `RuntimeError: result type ${torchName(result)} can't be cast to the desired output type ${torchName(output)}`
  return kinds[0] < kinds[1] ? text : null
}

/** A number outside the range that PyTorch takes. */
export function wrongOption(call: Call, name: string, expected: string, repair: string, pytorch: string | null): LossError {
  return new LossError({
    code: 'option-range',
    fn: call.spec.name,
    argument: name,
    received: String(call.values[name]),
    expected,
    repair: `${name}: ${repair}`,
    pytorch,
  })
}

/** PyTorch's text for the shapes of the positional arguments, in their order; null where it says nothing. What is no warning it refuses. */
export type ShapeText = (...shapes: Shape[]) => string | null

/** What PyTorch knows of a tensor when it looks for the dtype of an operation. */
type Operand = Pick<View, 'dtype' | 'shape'>

/** The result of an operation on two operands that broadcast. */
export function combined(a: Operand, b: Operand): Operand {
  const fit = broadcastShapes(a.shape, b.shape)
  return { dtype: resultType([a, b]), shape: 'shape' in fit ? fit.shape : [] }
}

/** The result of exp, log and the like: integers become float32. */
export const fractional = ({ dtype, shape }: Operand): Operand => ({ dtype: isFloating(dtype) ? dtype : 'float32', shape })

/** Refuses a difference of which one or both sides are bool, as PyTorch does. */
export function checkDifference(call: Call, a: Operand, b: Operand, name: string): void {
  const bools = [a, b].filter(({ dtype }) => dtype === 'bool').length
  if (bools > 0) throw wrongDType(call, name, floats, `tensor(${name}, { dtype: 'float32' })`, subtractionOfBool(bools))
}

/** Refuses arithmetic of integers that are so narrow that PyTorch's result soon is another than the sum or product: 200 + 100 is 44 in uint8. */
export function checkWide(call: Call, { dtype }: Operand, name: string): void {
  if (dtype !== 'uint8' && dtype !== 'int8' && dtype !== 'int16') return
  throw wrongDType(call, name, `${floats}, or wide integers`, `tensor(${name}, { dtype: 'float32' })`, null)
}

/** Refuses labels of −1 and 1 of a dtype without −1, in which PyTorch computes something else: −1 is 255 in uint8. */
export function checkSigned(call: Call, name: string): void {
  const { dtype } = call.tensors[name]
  if (dtype !== 'bool' && dtype !== 'uint8') return
  throw wrongDType(call, name, 'a dtype that holds −1', `for labels 0 and 1: sub(mul(2, tensor(${name}, { dtype: 'float32' })), 1)`, null)
}

/** The shape of the result: the common one, or the broadcast one where the caller asked for that and PyTorch can. */
export function resultShape(
  call: Call,
  views: Readonly<Record<string, View>>,
  says: ShapeText,
  names: readonly string[] = call.spec.inputs.map(({ name }) => name),
): Shape {
  const shapes = names.map((name) => views[name].shape)
  const [first] = shapes
  const odd = shapes.findIndex((shape) => !sameShape(shape, first))
  if (odd < 0) return first
  const text = says(...shapes)
  const broadcast = text === null || text.startsWith('UserWarning') ? broadcastAll(shapes) : null
  const mayBroadcast = broadcast !== null && 'broadcast' in call.spec.options
  if (mayBroadcast && call.values.broadcast === true) return broadcast
  throw new LossError({
    code: mayBroadcast ? 'shape-broadcast' : 'shape',
    fn: call.spec.name,
    argument: names[odd],
    received: `shape ${tupleOf(shapes[odd])}`,
    expected: `the ${names[0]}'s shape ${tupleOf(first)}`,
    repair: repairOf(names[odd], first, shapes[odd], mayBroadcast ? broadcast : null),
    pytorch: text,
  })
}

/** The shape that all of them broadcast to, or null. */
function broadcastAll(shapes: readonly Shape[]): Shape | null {
  let all: Shape = []
  for (const shape of shapes) {
    const fit = broadcastShapes(all, shape)
    if ('axis' in fit) return null
    all = fit.shape
  }
  return all
}

function repairOf(name: string, input: Shape, target: Shape, broadcast: Shape | null): string {
  const reshape = repairShape(name, target, input) ?? `give ${name} the shape ${tupleOf(input)}`
  if (broadcast === null) return reshape
  return `${reshape}; if all ${sizeOf(broadcast)} pairs are meant (shape ${tupleOf(broadcast)}): { broadcast: true }`
}

/** "Using a target size (…) that is different to the input size (…)", PyTorch's warning before it broadcasts. */
export const broadcastWarning = (input: Shape, target: Shape): string =>
  notBroadcast(input, target) ??
  `UserWarning: Using a target size (${torchSize(target)}) that is different to the input size (${torchSize(input)}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`

/** "The size of tensor a (2) must match the size of tensor b (3) …" for the operands of an operation, in PyTorch's order; null where they fit. */
export function notBroadcast(a: Shape, b: Shape): string | null {
  const fit = broadcastShapes(a, b)
  if ('shape' in fit) return null
  const rank = Math.max(a.length, b.length)
  return sizesDiffer(a[fit.axis - rank + a.length], b[fit.axis - rank + b.length], fit.axis)
}

/** Checks the shapes of the operands that come as options. */
export function checkOperands(call: Call, shape: Shape, says: OperandTexts): void {
  for (const [name, option] of Object.entries(call.spec.options)) {
    if (option.kind !== 'tensor' || call.tensors[name] === undefined) continue
    if (option.shape === 'broadcast') expandInto(call, name, shape, (at) => says[name]?.(shape, call.tensors[name].shape, at) ?? null)
    else if (!sameShape(call.tensors[name].shape, call.tensors.input.shape)) {
      throw new LossError({
        code: 'shape',
        fn: call.spec.name,
        argument: name,
        received: `shape ${tupleOf(call.tensors[name].shape)}`,
        expected: `the input's shape ${tupleOf(call.tensors.input.shape)}`,
        repair: `give one weight per element of the input`,
        pytorch: 'ValueError: Weights and input must have the same size.',
      })
    }
  }
}

/** PyTorch's text where an operand does not broadcast into the result: of sizes a and b at an axis, or of a shape that is too large. */
export type OperandTexts = Readonly<
  Record<string, (shape: Shape, operand: Shape, at: { a: number; b: number; axis: number } | Shape) => string | null>
>

/** Refuses probabilities outside [0, 1] where PyTorch does: element by element, of all arguments of one shape. */
export function checkRanges(call: Call): void {
  const checked = call.spec.inputs.filter(({ domain, enforced }) => enforced === true && domain === 'probabilities')
  if (checked.every(({ name }) => isWithin(rangeOf(call.tensors[name])))) return
  // which one is refused is a matter of order
  const columns = checked.map(({ name }) => ({ name, numbers: numbersOf(call.tensors[name]) }))
  const size = Math.max(0, ...columns.map(({ numbers }) => numbers.length))
  for (let i = 0; i < size; i++) {
    for (const { name, numbers } of columns) if (!(numbers[i] >= 0 && numbers[i] <= 1)) throw outside(call, name, numbers[i], i)
  }
}

const isWithin = ({ min, max, nan }: Range): boolean => !nan && min >= 0 && max <= 1

function outside(call: Call, name: string, value: number, position: number): LossError {
  const slip = value > -1e-5 && value < 1 + 1e-5
  const logits =
    name === 'input' ? 'for raw scores use binaryCrossEntropyWithLogits, which has the sigmoid inside; or sigmoid(input) first' : ''
  const said = shortest(value, call.tensors[name].dtype)
  const mask = value > 1 ? `a mask of 0 and ${said}? divide it by ${said}` : 'give probabilities, or labels 0 and 1'
  return new LossError({
    code: name === 'input' ? 'input-range' : 'target-range',
    fn: call.spec.name,
    argument: name,
    received: elementText(call.tensors[name], value, position),
    expected: 'every element in [0, 1]',
    repair: slip ? `a rounding slip: clamp ${name} to [0, 1]` : logits || mask,
    pytorch: `RuntimeError: all elements of ${name} should be between 0 and 1`,
  })
}

/** An element and where it is: '0.1 at (0, 2)', in as few digits as tell the numbers of its dtype apart. */
export const elementText = ({ dtype, shape }: Operand, value: number, position: number): string =>
  `${shortest(value, dtype)}${shape.length === 0 ? '' : ` at ${tupleOf(indexOf(position, shape))}`}`

/** The index, axis by axis, of a row-major position. */
export function indexOf(position: number, shape: Shape): number[] {
  const index: number[] = []
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis])
    rest = Math.floor(rest / shape[axis])
  }
  return index
}
