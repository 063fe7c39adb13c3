import { LossError } from './errors.ts'
import type { LossSpec } from './spec.ts'
import { computeDType, type Numbers } from './tensor/dtype.ts'
import { sameShape, tupleOf } from './tensor/shape.ts'
import { Tensor } from './tensor/tensor.ts'
import { isContiguous, numbersOf } from './tensor/view.ts'

/** What `valueAndGrad` takes beside the loss's own options. */
export interface GradientOptions<W> {
  /** What the gradient is taken with respect to: the name of an argument (the first if left out), or several. */
  readonly wrt?: W
  /** A tensor to write the gradient into, or several by name, in place of fresh ones; `input` itself may be one. Of the argument's shape and dtype. */
  readonly into?: Tensor | Readonly<Record<string, Tensor>>
}

export interface GradientRequest {
  readonly names: readonly string[]
  /** Whether one name was asked for, not an array of names. */
  readonly single: boolean
  readonly into: Readonly<Record<string, Tensor>>
  /** The loss's own options. */
  readonly options: unknown
}

export function readGradientOptions(spec: LossSpec, given: unknown): GradientRequest {
  const plain = typeof given === 'object' && given !== null && ('wrt' in given || 'into' in given)
  const { wrt = spec.inputs[0].name, into, ...options } = (plain ? given : {}) as Record<string, unknown>
  const names = Array.isArray(wrt) ? wrt : [wrt]
  if (!names.every((name) => typeof name === 'string')) throw notAName(spec, wrt)
  const targets =
    into === undefined || into === null ? {} : into instanceof Tensor ? { [names[0]]: into } : (into as Record<string, Tensor>)
  for (const [name, tensor] of Object.entries(targets)) {
    if (!names.includes(name) || !(tensor instanceof Tensor))
      throw notWritable(spec, `into.${name}`, 'no tensor for a gradient that wrt names')
  }
  return { names, single: typeof wrt === 'string', into: targets, options: plain ? options : given }
}

/** The array that a gradient of `operand` may be written into; throws where the tensor does not fit it. */
export function numbersInto(spec: LossSpec, name: string, into: Tensor, operand: Tensor): Numbers {
  const { dtype, shape } = into
  if (dtype !== operand.dtype || !sameShape(shape, operand.shape))
    throw notWritable(spec, `into.${name}`, `${dtype} of shape ${tupleOf(shape)}`)
  if (dtype !== computeDType(dtype)) throw notWritable(spec, `into.${name}`, `${dtype}, of which the arithmetic is float32`)
  if (!isContiguous(into)) throw notWritable(spec, `into.${name}`, 'a strided view')
  return numbersOf(into)
}

const notAName = (spec: LossSpec, wrt: unknown): LossError =>
  new LossError({
    code: 'option-type',
    fn: spec.name,
    argument: 'wrt',
    received: String(wrt),
    expected: `the name of an argument, or an array of names`,
    repair: `wrt: [${spec.inputs.map(({ name }) => `'${name}'`).join(', ')}]`,
    pytorch: null,
  })

const notWritable = (spec: LossSpec, argument: string, received: string): LossError =>
  new LossError({
    code: 'option-type',
    fn: spec.name,
    argument,
    received,
    expected: "a dense float32 or float64 tensor of the argument's dtype and shape",
    repair: 'into: tensor(new Float32Array(size), { shape }), or leave it out',
    pytorch: null,
  })
