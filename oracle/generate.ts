import { type Domain, type InputSpec, isIndexDomain, type LossSpec, type OptionSpec, snakeName } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, jsonNumber, type Layout } from './cases.ts'
import { drawers } from './drawers.ts'
import { mutate } from './mistakes.ts'
import type { Random } from './random.ts'
import { drawExtents, type Extents, hasAxes, pickAxes, shapeOf } from './shapes.ts'
import { drawValues, type Mood } from './values.ts'

/** What a case is made to have; the rest is drawn. */
export interface Pins {
  readonly dtype?: DType
  readonly shape?: Shape
  /** In place of a shape, for arguments of related shapes. */
  readonly extents?: Extents
  readonly reduction?: string
  readonly mood?: Mood
  /** All tensors of the pinned dtype. */
  readonly uniform?: true
  readonly option?: readonly [name: string, value: unknown]
  readonly mistake?: boolean
}

const floats = ['float32', 'float64', 'float32', 'float64', 'bfloat16', 'float16'] as const
const layouts: readonly Layout[] = ['transposed', 'sliced', 'reversed', 'offset']

/** Shapes of the first argument: (), (C), (N, C), (N, C, d), (N, C, d1, d2), five dimensions, one class, and empty ones. */
export const shapes: readonly Shape[] = [
  [],
  [1],
  [3],
  [1, 1],
  [2, 3],
  [4, 2],
  [3, 1],
  [5, 4],
  [2, 3, 2],
  [1, 4, 3],
  [2, 2, 2, 3],
  [1, 3, 2, 2],
  [2, 2, 1, 2, 2],
  [0],
  [0, 3],
  [2, 0],
  [2, 3, 0],
]
const likely: readonly Shape[] = [...shapes.slice(2, 13), [3, 3], [6, 5], [2, 5, 3], [7], [12, 3]]

/** One random case of a loss, from nothing but what its spec declares; or what its drawer makes of it. */
export function drawCase(spec: LossSpec, random: Random, id: string, pins: Pins = {}): Case {
  const mood = pins.mood ?? random.pick(['plain', 'plain', 'plain', 'plain', 'ties', 'special'] as const)
  const dtype = pins.dtype ?? random.pick(floats)
  const extents = hasAxes(spec) ? (pins.extents ?? drawExtents(spec, random)) : null
  const shape =
    extents !== null
      ? shapeOf(pickAxes(random, spec.inputs[0].axes ?? []), extents)
      : (pins.shape ?? (random.chance(0.05) ? random.pick(shapes) : random.pick(likely)))
  const classes = extents !== null ? (extents.letters.C ?? 1) : shape.length === 0 ? 1 : shape[shape.length > 1 ? 1 : 0]
  const uniform = pins.uniform === true
  const draw: Drawing = { random, mood, dtype, shape, extents, classes, uniform }

  const drawn = drawers[spec.name]?.draw?.({ spec, random, mood, dtype, uniform, option: pins.option })
  const tensors: Record<string, CaseTensor> = { ...drawn?.tensors }
  const mayBroadcast = 'broadcast' in spec.options && random.chance(0.15) && pins.shape === undefined
  if (drawn === undefined) {
    spec.inputs.forEach((input, i) => {
      tensors[input.name] = drawInput(draw, input, i > 0 && mayBroadcast)
    })
  }
  const options: Record<string, unknown> = { ...drawn?.options }
  const distribution = spec.inputs.some(
    ({ name, domain }) =>
      domain === 'classes or probabilities' && (extents === null ? sameSize(tensors[name].shape, shape) : isFloating(tensors[name].dtype)),
  )
  for (const [name, option] of Object.entries(spec.options)) {
    if (option.ours === true || name in options || (drawn !== undefined && option.kind === 'tensor')) continue
    if (pins.option?.[0] === name) {
      options[name] = pins.option[1]
      continue
    }
    drawOption(draw, name, option, pins, { tensors, options, distribution })
  }
  // what a drawer leaves out on purpose
  for (const name of Object.keys(options)) if (options[name] === undefined) delete options[name]
  if (mayBroadcast) options.broadcast = true
  if (drawn === undefined) sowIgnored(draw, spec, tensors, options)

  const requires = drawRequires(random, spec, tensors, distribution)
  // what a mean or a sum makes of an infinite upstream gradient is 0·∞, and no matter of the loss
  const upstream =
    requires.length > 0 && random.chance(0.35) ? drawUpstream(random, mood === 'special' && pins.reduction === 'none') : undefined
  const made: Case = { id, loss: snakeName(spec), tensors, options, requires, ...(upstream === undefined ? {} : { upstream }) }
  // what PyTorch does not have it cannot refuse
  if (spec.pytorch === null) return made
  if (pins.mistake === false || (pins.mistake === undefined && !random.chance(0.1))) return made
  const wrong = mutate(spec, made, random)
  return drawers[spec.name]?.safe?.(wrong) === false ? made : wrong
}

interface Drawing {
  readonly random: Random
  readonly mood: Mood
  readonly dtype: DType
  /** The first argument's. */
  readonly shape: Shape
  readonly extents: Extents | null
  readonly classes: number
  readonly uniform: boolean
}

/** Whether one argument names a class per row of another: then axis 1 of the first argument (or its only one) holds the classes. */
export const takesClasses = (spec: LossSpec): boolean => spec.inputs.some(({ domain }) => domain.startsWith('classes'))

const sameSize = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((extent, i) => extent === b[i])

function drawInput(draw: Drawing, input: InputSpec, broadcast: boolean): CaseTensor {
  const { random, shape, uniform } = draw
  const { domain } = input
  if (draw.extents !== null && input.axes !== undefined) return drawRelated(draw, input, draw.extents)
  if (domain === 'classes' || (domain === 'classes or probabilities' && random.chance(0.65))) {
    const rows = shape.filter((_, axis) => axis !== (shape.length === 1 ? 0 : 1))
    return drawTensor(draw, 'classes', rows, random.chance(0.12) ? 'uint8' : 'int64')
  }
  const dtype = uniform ? draw.dtype : otherDType(draw)
  return drawTensor(draw, domain, broadcast ? broadcastable(random, shape, true) : shape, dtype)
}

/** A tensor of the shape that its axes say. */
function drawRelated(draw: Drawing, { domain, axes = [] }: Pick<InputSpec, 'domain' | 'axes'>, extents: Extents): CaseTensor {
  const { random, uniform } = draw
  if (domain === 'classes or probabilities') {
    const distribution = random.chance(0.35)
    const shape = shapeOf(pickAxes(random, axes, distribution), extents)
    if (!distribution) return drawTensor(draw, 'classes', shape, random.chance(0.12) ? 'uint8' : 'int64')
    return drawTensor(draw, domain, shape, uniform ? draw.dtype : otherDType(draw))
  }
  const shape = shapeOf(pickAxes(random, axes), extents)
  if (domain === 'labels' || domain === 'lengths') return drawTensor(draw, domain, shape, 'int64')
  if (isIndexDomain(domain)) return drawTensor(draw, domain, shape, random.chance(0.05) ? 'uint8' : 'int64')
  return drawTensor(draw, domain, shape, uniform ? draw.dtype : otherDType(draw))
}

function drawTensor(draw: Drawing, domain: Domain, shape: Shape, dtype: DType): CaseTensor {
  const { random, mood, classes } = draw
  const layout = random.chance(0.2) ? random.pick(layouts) : undefined
  return encode(dtype, shape, drawValues(random, domain, sizeOf(shape), dtype, mood, classes, shape.at(-1)), layout)
}

/** Mostly the case's own dtype; sometimes another one. */
function otherDType({ random, dtype }: Drawing): DType {
  if (random.chance(0.9)) return dtype
  return random.chance(0.75) ? random.pick(floats) : random.pick(['int64', 'int32', 'uint8', 'bool'] as const)
}

function drawOption(
  draw: Drawing,
  name: string,
  option: OptionSpec,
  pins: Pins,
  into: { tensors: Record<string, CaseTensor>; options: Record<string, unknown>; distribution: boolean },
): void {
  const { random, shape, classes } = draw
  const { tensors, options } = into
  switch (option.kind) {
    case 'tensor': {
      if (!random.chance(0.35)) return
      if (draw.extents !== null && option.axes !== undefined) {
        tensors[name] = drawRelated(draw, option, draw.extents)
        return
      }
      const own = option.shape === 'classes' ? [classes] : option.shape === 'same' ? shape : broadcastable(random, shape, false)
      tensors[name] = drawTensor(draw, option.domain, own, draw.uniform ? draw.dtype : otherDType(draw))
      return
    }
    case 'reduction':
      if (pins.reduction !== undefined) options[name] = pins.reduction
      else if (random.chance(0.75)) options[name] = random.pick(option.choices)
      return
    case 'legacy':
      if (pins.reduction === undefined && random.chance(0.05)) options[name] = random.chance(0.5)
      return
    case 'number':
      if (random.chance(0.4))
        options[name] = jsonNumber(random.chance(0.8) ? random.pick(option.examples) : random.pick([-0.5, Number.NaN, 1, 1e-8, 0.3]))
      return
    case 'integer':
      // what a distribution refuses is for the chapter of mistakes
      if (into.distribution && option.default === null) return
      if (random.chance(0.4))
        options[name] = into.distribution
          ? -random.integer(3) - 1
          : random.pick([...option.examples, -1, 255, classes, 0, random.integer(Math.max(classes, 1))])
      return
    case 'numbers':
      if (random.chance(0.4)) options[name] = random.pick(option.examples).map(jsonNumber)
      return
    case 'choice':
      if (random.chance(0.6)) options[name] = random.pick(option.choices)
      return
    case 'function':
      if (random.chance(0.8)) options[name] = random.pick(Object.keys(option.named))
      return
    case 'boolean':
      if (random.chance(0.4)) options[name] = random.chance(0.5)
  }
}

/** A shape that broadcasts into `shape`; or, if it may grow the result, against it. */
function broadcastable(random: Random, shape: Shape, grow: boolean): Shape {
  const kept = shape.slice(random.integer(shape.length + 1)).map((extent) => (random.chance(0.3) ? 1 : extent))
  if (random.chance(0.3)) return shape
  return grow && random.chance(0.3) && kept.length === shape.length ? [2, ...kept] : kept
}

/** Some class indices become the ignored one. */
function sowIgnored(draw: Drawing, spec: LossSpec, tensors: Record<string, CaseTensor>, options: Readonly<Record<string, unknown>>): void {
  const { random, classes } = draw
  const ignored = Object.entries(spec.options).find(([name, option]) => name === 'ignoreIndex' && option.kind === 'integer')
  if (ignored === undefined) return
  const [name, option] = ignored
  const value = Number(options[name] ?? ('default' in option ? option.default : null) ?? -100)
  for (const { name: input, domain } of spec.inputs) {
    const t = tensors[input]
    if (!domain.startsWith('classes') || isFloating(t.dtype) || random.chance(0.4)) continue
    const share = random.pick([0.2, 0.5, 1])
    const values = drawValues(random, 'classes', sizeOf(t.shape), t.dtype, 'plain', classes, t.shape.at(-1))
    tensors[input] = encode(
      t.dtype,
      t.shape,
      values.map((v) => (random.chance(share) ? value : v)),
      t.layout,
    )
  }
}

/** Gradients of the positional arguments, and of options where some loss of the kind has them. */
function drawRequires(random: Random, spec: LossSpec, tensors: Readonly<Record<string, CaseTensor>>, distribution: boolean): string[] {
  const positional = spec.inputs.filter(({ name }) => isFloating(tensors[name].dtype)).map(({ name }) => name)
  const constant = (name: string) => spec.inputs.some((input) => input.name === name && input.gradient !== undefined)
  // what PyTorch does not have, it cannot refuse
  const seldom = spec.pytorch === null ? 0 : 0.03
  const chosen = random.chance(0.1)
    ? []
    : positional.filter((name, i) => (constant(name) ? random.chance(seldom) : i === 0 || random.chance(0.6)))
  const weights = Object.keys(tensors).filter((name) => name in spec.options && isFloating(tensors[name].dtype))
  const often = (name: string) => {
    const option = spec.options[name]
    return distribution || option.functional || (option.kind === 'tensor' && option.gradient === true)
  }
  return [...chosen, ...weights.filter((name) => random.chance(often(name) ? 0.5 : spec.pytorch === null ? 0 : 0.02))]
}

function drawUpstream(random: Random, special: boolean): (number | string)[] {
  const length = 1 + random.integer(5)
  return Array.from({ length }, () => (special && random.chance(0.2) ? random.pick([0, '-0', 'NaN', 1e4]) : (random.integer(65) - 32) / 8))
}
