import { isIndexDomain, type LossSpec } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, valuesOf } from './cases.ts'
import type { Random } from './random.ts'

type Mistake = (spec: LossSpec, c: Case, random: Random) => Case | null

/** The case with one mistake in it, of the kinds that people make. (A few are none: PyTorch broadcasts, promotes or ignores.) */
export function mutate(spec: LossSpec, c: Case, random: Random): Case {
  for (let attempt = 0; attempt < 8; attempt++) {
    const made = random.pick(mistakes)(spec, c, random)
    if (made !== null) return { ...made, requires: made.requires.filter((name) => isFloating(made.tensors[name].dtype)) }
  }
  return c
}

const reshapeOne: Mistake = (_, c, random) => {
  const name = random.pick(Object.keys(c.tensors))
  const shape = random.pick(reshapes)(c.tensors[name].shape, random)
  return shape === null ? null : withTensor(c, name, resized(c.tensors[name], shape))
}

const reshapes: readonly ((shape: Shape, random: Random) => Shape | null)[] = [
  (shape) => [...shape, 1],
  (shape) => [1, ...shape],
  (shape) => (shape.length > 0 ? shape.slice(1) : null),
  (shape) => (shape.length > 0 ? shape.slice(0, -1) : null),
  () => [],
  (shape) => [sizeOf(shape)],
  (shape) => (shape.length > 1 ? [...shape].reverse() : null),
  (shape, random) => bumped(shape, random, 1),
  (shape, random) => bumped(shape, random, -1),
]

function bumped(shape: Shape, random: Random, by: number): Shape | null {
  if (shape.length === 0) return null
  const at = random.integer(shape.length)
  return shape[at] + by < 0 ? null : shape.map((extent, axis) => (axis === at ? extent + by : extent))
}

const retype: Mistake = (_, c, random) => {
  const name = random.pick(Object.keys(c.tensors))
  const dtype = random.pick([
    'int64',
    'int32',
    'int16',
    'int8',
    'uint8',
    'bool',
    'float64',
    'float32',
    'float16',
    'bfloat16',
  ] as const satisfies readonly DType[])
  const { shape } = c.tensors[name]
  const values = valuesOf(c.tensors[name]).map((v) => (isFloating(dtype) || Number.isFinite(v) ? Math.min(Math.max(v, -100), 100) : 1))
  return withTensor(c, name, encode(dtype, shape, dtype === 'uint8' ? values.map(Math.abs) : values))
}

const outside: Mistake = (spec, c, random) => {
  const { name, domain } = random.pick(spec.inputs)
  const t = c.tensors[name]
  const values = valuesOf(t)
  if (values.length === 0) return null
  const wrong =
    isIndexDomain(domain) && !isFloating(t.dtype) ? [-1, 3, 4, 7, 255, -100, 100] : [-0.1, 1.5, Number.NaN, 255, -1e-8, 1.0000001, Infinity]
  const value = random.pick(isFloating(t.dtype) ? wrong : wrong.filter(Number.isFinite))
  values[random.integer(values.length)] = t.dtype === 'uint8' ? Math.abs(value) : value
  return withTensor(c, name, encode(t.dtype, t.shape, values, t.layout))
}

const swapped: Mistake = (spec, c) => {
  if (spec.inputs.length < 2) return null
  const [a, b] = spec.inputs.map(({ name }) => name)
  return { ...c, tensors: { ...c.tensors, [a]: c.tensors[b], [b]: c.tensors[a] } }
}

const wrongOption: Mistake = (spec, c, random) => {
  const [name, option] = random.pick(Object.entries(spec.options))
  if ('ours' in option && option.ours) return null
  const wrong = {
    reduction: ['bogus', 'Mean', '', 'elementwise_mean', 'batchmean', null],
    number: ['0.1', 1.5, 2, 'Infinity', null],
    integer: [1.5, '1', 0, 3, null],
    boolean: [null, 'true'],
    legacy: [null, false, true],
    tensor: ['weight'],
    choice: ['bogus', null, 1],
    function: ['bogus', null],
    numbers: [0.5, null, 'a'],
  }[option.kind]
  const tensors = Object.fromEntries(Object.entries(c.tensors).filter(([other]) => other !== name))
  return {
    ...c,
    tensors,
    requires: c.requires.filter((other) => other !== name),
    options: { ...c.options, [name]: random.pick<unknown>(wrong) },
  }
}

const unknownOption: Mistake = (_, c, random) => ({
  ...c,
  options: { ...c.options, [random.pick(['posweight', 'reductionMode', 'gamma'])]: 1 },
})

const weightWithGradient: Mistake = (spec, c, random) => {
  const names = Object.keys(c.tensors).filter((name) => name in spec.options && !c.requires.includes(name))
  return names.length === 0 ? null : { ...c, requires: [...c.requires, random.pick(names)] }
}

const mistakes: readonly Mistake[] = [
  reshapeOne,
  reshapeOne,
  reshapeOne,
  retype,
  retype,
  outside,
  outside,
  swapped,
  wrongOption,
  unknownOption,
  weightWithGradient,
  twice,
]

/** Two mistakes: which one is named first is PyTorch's order of checks. */
function twice(spec: LossSpec, c: Case, random: Random): Case | null {
  const once = random.pick([reshapeOne, retype, outside, wrongOption])(spec, c, random)
  return once === null ? null : random.pick([reshapeOne, retype, outside])(spec, once, random)
}

const withTensor = (c: Case, name: string, t: CaseTensor): Case => ({ ...c, tensors: { ...c.tensors, [name]: t } })

/** The elements repeated or cut to another shape. */
function resized(t: CaseTensor, shape: Shape): CaseTensor {
  const values = valuesOf(t)
  const size = sizeOf(shape)
  return encode(
    t.dtype,
    shape,
    Float64Array.from({ length: size }, (_, i) => (values.length === 0 ? 0 : values[i % values.length])),
    t.layout,
  )
}
