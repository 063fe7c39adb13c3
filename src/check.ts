import { LossError } from './errors.ts'
import { camelCase, pythonType, snakeCase } from './names.ts'
import { functionalOnly, isIndexDomain, type LossSpec, type OptionSpec, pythonFunction, pythonModule } from './spec.ts'
import { type DType, isFloating, torchName } from './tensor/dtype.ts'
import { isTensorLike, tensorFrom } from './tensor/from.ts'
import { broadcastShapes, listOf, type Shape, sameShape, tupleOf } from './tensor/shape.ts'
import type { Tensor } from './tensor/tensor.ts'
import { expandView, type View } from './tensor/view.ts'

/** A call whose arguments are tensors and whose options are of their types; nothing else has been looked at. */
export interface Call {
  readonly spec: LossSpec
  /** Positional tensors and tensor options, by name; an option that was not given is missing. */
  readonly tensors: Readonly<Record<string, Tensor>>
  /** All other options, with defaults. */
  readonly values: Readonly<Record<string, unknown>>
  /** The arguments that came as one plain number, which is no tensor in Python. */
  readonly scalars: readonly string[]
}

/** Reads the arguments of a loss: tensors from whatever holds one, options of the right type, nothing unknown. */
export function readCall(spec: LossSpec, args: readonly unknown[]): Call {
  const { inputs } = spec
  if (args.length > inputs.length + 1) throw tooMany(spec, args.length)
  if (args.length < inputs.length) throw tooFew(spec, args.length)
  const given = readOptions(spec, spec.name, args[inputs.length])
  const named: [string, unknown][] = inputs.map(({ name }, i) => [name, args[i]])
  for (const name in spec.options) {
    if (spec.options[name].kind === 'tensor' && given[name] !== undefined) named.push([name, given[name]])
  }
  const scalars = named.filter(([, value]) => typeof value === 'number').map(([name]) => name)
  return { spec, tensors: readTensors(spec, named), values: withDefaults(spec, given), scalars }
}

/** Checks an options object: every name known, every value of its type. `null` is dropped, as Python's None is where it is the default. */
export function readOptions(spec: LossSpec, fn: string, options: unknown, ours: readonly string[] = []): Record<string, unknown> {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object' || Array.isArray(options) || isTensorLike(options)) throw notOptions(spec, fn, options)
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (ours.includes(name)) continue
    const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined
    if (option === undefined) throw unknownOption(spec, fn, name, [...optionsOf(spec, fn), ...ours])
    if (value === undefined) continue
    if (value === null && isNullable(spec, name, option)) continue
    const wanted = pythonTypes[option.kind]
    if (wanted !== undefined && !isOfKind(option.kind, value)) throw wrongType(spec, fn, name, wanted, value)
    if (option.kind === 'choice' && !option.choices.includes(value as string)) throw noSuchChoice(fn, name, option.choices, value)
    given[name] = value
  }
  return given
}

/** What Python calls the values of an option; left out for those that are looked at elsewhere. */
const pythonTypes: Partial<Record<OptionSpec['kind'], string>> = {
  number: 'float',
  integer: 'int',
  boolean: 'bool',
  numbers: 'tuple of floats',
  function: 'function',
}

/** The options of a function, or those of them that the module takes too. */
const optionsOf = (spec: LossSpec, fn: string): string[] =>
  Object.keys(spec.options).filter((name) => !(fn.startsWith('nn.') && spec.options[name].functional))

/** Whether Python's None may be given: where it is the default, and for a boolean that no C++ function asks for. */
const isNullable = ({ native }: LossSpec, name: string, option: OptionSpec): boolean =>
  option.kind === 'tensor' ||
  option.kind === 'legacy' ||
  (option.kind === 'boolean' && native?.types?.[name] === undefined && native?.order.includes(name) !== true) ||
  ('default' in option && option.default === null)

function isOfKind(kind: string, value: unknown): boolean {
  if (kind === 'numbers') return Array.isArray(value) && value.every((each) => typeof each === 'number')
  return kind === 'integer' ? Number.isSafeInteger(value) : typeof value === kind
}

/** Refuses options that no argument could make right; `given` are those of a call or of a module, tensors too. */
export function refuseOptions(spec: LossSpec, fn: string, given: Readonly<Record<string, unknown>>): void {
  const refusal = spec.refuses?.({ ...given, ...withDefaults(spec, given) }) ?? null
  if (refusal !== null) throw new LossError({ fn, ...refusal })
}

function withDefaults(spec: LossSpec, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const name in spec.options) {
    const option = spec.options[name]
    if (option.kind === 'tensor') continue
    values[name] = given[name] === undefined && 'default' in option ? option.default : given[name]
  }
  return values
}

/** Plain numbers take the floating-point dtype of the first argument that has one of its own; float32 if none has. */
function readTensors(spec: LossSpec, named: readonly [string, unknown][]): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {}
  const read = (name: string, value: unknown, plain: DType) => {
    tensors[name] = tensorFrom(value, {}, spec.name, name, plain, (type) => typeText(spec, name, 'Tensor', type))
  }
  for (const [name, value] of named) if (!isPlain(value)) read(name, value, 'float32')
  const owner = named.find(([name]) => tensors[name] !== undefined && isFloating(tensors[name].dtype))
  const dtype = owner === undefined ? 'float32' : tensors[owner[0]].dtype
  for (const [name, value] of named) {
    // class indices among plain numbers stay exact in float64, whatever the input's dtype
    if (tensors[name] === undefined) read(name, value, isIndexArgument(spec, name) ? 'float64' : dtype)
  }
  return tensors
}

/** PyTorch's text for an argument that is not of the wanted type; `came` is Python's name of the type that it is of. */
function typeText({ native }: LossSpec, name: string, wanted: string, came: string): string | null {
  if (native === undefined) return null
  const own = native.types?.[name]
  if (own !== undefined) return own(came)
  const attribute = wanted !== 'Tensor' ? undefined : native.sized?.includes(name) ? 'size' : native.asked?.[name]
  if (attribute !== undefined) return `AttributeError: '${came}' object has no attribute '${attribute}'`
  const position = native.order.indexOf(name) + 1
  if (position === 0) return null
  return `TypeError: ${native.name}(): argument '${snakeCase(name)}' (position ${position}) must be ${wanted}, not ${came}`
}

const isPlain = (value: unknown): boolean => typeof value === 'number' || Array.isArray(value)

const isIndexArgument = (spec: LossSpec, name: string): boolean =>
  spec.inputs.some((input) => input.name === name && isIndexDomain(input.domain))

/** An operand that must broadcast to `shape` without making it larger, as a view of that shape. */
export function expandInto(
  call: Call,
  name: string,
  shape: Shape,
  says: (at: { a: number; b: number; axis: number } | Shape) => string | null,
): View {
  const operand = call.tensors[name]
  const fit = broadcastShapes(shape, operand.shape)
  if ('shape' in fit && sameShape(fit.shape, shape)) return expandView(operand, shape)
  const rank = Math.max(shape.length, operand.shape.length)
  const at =
    'axis' in fit
      ? { a: shape[fit.axis - rank + shape.length], b: operand.shape[fit.axis - rank + operand.shape.length], axis: fit.axis }
      : fit.shape
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: name,
    received: `shape ${tupleOf(operand.shape)}`,
    expected: `a shape that broadcasts, aligned at the right, to the input's ${tupleOf(shape)}`,
    repair: perChannel(name, operand.shape, shape),
    pytorch: says(at),
  })
}

/** The reshape that puts a vector of one value per class onto axis 1, where that is what does not fit. */
function perChannel(name: string, operand: Shape, shape: Shape): string {
  const trailing = Math.max(shape.length - 2, 0)
  if (operand.length === 1 && shape.length > 2 && operand[0] === shape[1]) {
    const wanted = [operand[0], ...new Array<number>(trailing).fill(1)]
    return `reshape(${name}, [${wanted.join(', ')}]) for one value per class on axis 1`
  }
  return `give ${name} one value for all, one per position of the last axis ${tupleOf(shape.slice(-1))}, or the full shape ${tupleOf(shape)}`
}

/** "The size of tensor a (2) must match the size of tensor b (3) …", PyTorch's text for shapes that do not broadcast. */
export const sizesDiffer = (a: number, b: number, axis: number): string =>
  `RuntimeError: The size of tensor a (${a}) must match the size of tensor b (${b}) at non-singleton dimension ${axis}`

/** "output with shape [2, 3] doesn't match the broadcast shape [4, 2, 3]", PyTorch's text for an operand larger than the result. */
export const outputTooSmall = (shape: Shape, larger: Shape): string =>
  `RuntimeError: output with shape ${listOf(shape)} doesn't match the broadcast shape ${listOf(larger)}`

/** Refuses gradients that PyTorch refuses too. */
export function notDifferentiable(fn: string, argument: string, native: string | null): LossError {
  return new LossError({
    code: 'not-differentiable',
    fn,
    argument,
    received: `a gradient asked for ${argument}`,
    expected: `${argument} without requiresGrad, and not in wrt: the loss is not differentiated with respect to it`,
    repair: `${argument}.detach()`,
    pytorch:
      native === null
        ? null
        : `RuntimeError: The function '${native}' is not differentiable with respect to argument '${snakeCase(argument)}'. This input cannot have requires_grad True.`,
  })
}

/** Refuses the gradient of integers, which could not hold it. */
export function integerGradient(fn: string, argument: string, dtype: DType): LossError {
  return new LossError({
    code: 'not-differentiable',
    fn,
    argument,
    received: `a gradient asked for ${argument}, which is ${dtype}`,
    expected: 'a floating-point dtype for what has a gradient',
    repair: `tensor(${argument}, { dtype: 'float32' })`,
    pytorch: 'RuntimeError: only Tensors of floating point dtype can require gradients',
  })
}

/** A shape that an argument must not have; `pytorch` is PyTorch's text, where it has one. */
export const wrongShape = (call: Call, argument: string, expected: string, repair: string, pytorch: string | null = null): LossError =>
  new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument,
    received: `shape ${tupleOf(call.tensors[argument].shape)}`,
    expected,
    repair,
    pytorch,
  })

/** A dtype that PyTorch refuses for an argument. */
export function wrongDType(call: Call, argument: string, expected: string, repair: string, pytorch: string | null): LossError {
  const { dtype } = call.tensors[argument]
  return new LossError({
    code: 'dtype',
    fn: call.spec.name,
    argument,
    received: `${dtype} (PyTorch: ${torchName(dtype)})`,
    expected,
    repair,
    pytorch,
  })
}

function unknownOption(spec: LossSpec, fn: string, name: string, known: readonly string[]): LossError {
  const guess = known.includes(camelCase(name)) ? camelCase(name) : closest(name, known)
  return new LossError({
    code: 'option-unknown',
    fn,
    argument: name,
    received: `an option of that name`,
    expected: `one of the options ${known.join(', ')}`,
    repair: guess === null ? `leave it out` : `did you mean ${guess}?`,
    // PyTorch knows its own spelling
    pytorch:
      pythonName(spec, fn) === null || (guess !== null && snakeCase(guess) === name)
        ? null
        : `TypeError: ${constructorOf(spec, fn)}() got an unexpected keyword argument '${snakeCase(name)}'`,
  })
}

const pythonName = (spec: LossSpec, fn: string): string | null => (fn.startsWith('nn.') ? pythonModule(spec) : pythonFunction(spec))

/** What PyTorch's text names: the function, or the constructor of the module, which is its base class's where it adds no option. */
export function constructorOf(spec: LossSpec, fn: string): string {
  if (!fn.startsWith('nn.')) return String(spec.pytorch)
  const common = ['reduction', 'sizeAverage', 'reduce', ...functionalOnly(spec)]
  const own = Object.keys(spec.options).filter((name) => !common.includes(name) && !spec.options[name].ours)
  const base = own.length === 0 ? '_Loss' : own.length === 1 && own[0] === 'weight' ? '_WeightedLoss' : spec.module
  return `${base}.__init__`
}

/** The known name with the fewest edits, if few enough to be a slip. */
export function closest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) [best, fewest] = [candidate, edits]
  }
  return best
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]
}

function wrongType(spec: LossSpec, fn: string, name: string, wanted: string, value: unknown): LossError {
  const came = pythonType(value)
  const of = fn.startsWith('nn.') ? spec.made?.types?.[name] : undefined
  return new LossError({
    code: 'option-type',
    fn,
    argument: name,
    received: typeof value === 'string' ? JSON.stringify(value) : String(value),
    expected:
      { float: 'a number', int: 'an integer', bool: 'true or false', function: 'a function of two tensors' }[wanted] ??
      'an array of numbers',
    repair: `${name}: ${exampleOf(spec.options[name])}, for instance`,
    pytorch: of === undefined ? typeText(spec, name, wanted, came) : of(came),
  })
}

/** A value to type for an option. */
function exampleOf(option: OptionSpec): string {
  if (option.kind === 'number') return '0.1'
  if (option.kind === 'integer') return String(option.default ?? option.examples[0])
  if (option.kind === 'function') return '(a, b) => pairwiseDistance(a, b)'
  return option.kind === 'numbers' ? `[${option.examples[0].join(', ')}]` : 'true'
}

const noSuchChoice = (fn: string, name: string, choices: readonly string[], value: unknown): LossError =>
  new LossError({
    code: 'option-range',
    fn,
    argument: name,
    received: JSON.stringify(value) ?? String(value),
    expected: `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`,
    repair: `${name}: '${closest(String(value), choices) ?? choices[0]}'`,
    pytorch: null,
  })

function notOptions(spec: LossSpec, fn: string, options: unknown): LossError {
  const isModule = fn === `nn.${spec.module}`
  const isBatch = isModule && isTensorLike(options)
  const names = spec.inputs.map(({ name }) => name).join(', ')
  const some = `{ ${'reduction' in spec.options ? "reduction: 'mean'" : '…'} }`
  return new LossError({
    code: 'argument-type',
    fn,
    argument: 'options',
    received: isTensorLike(options) ? 'a tensor or an array' : `a ${typeof options}`,
    expected: `an object of options: ${Object.keys(spec.options).join(', ')}`,
    repair: isBatch
      ? `make the criterion first, then call it: nn.${spec.module}()(${names})`
      : isModule
        ? `${fn}(${some})`
        : `${fn}(${names}, ${some})`,
    pytorch: isBatch && pythonModule(spec) !== null ? 'RuntimeError: Boolean value of Tensor with more than one value is ambiguous' : null,
  })
}

function tooFew({ name, pytorch, inputs }: LossSpec, count: number): LossError {
  const missing = inputs.slice(count).map((input) => input.name)
  const names = inputs.map((input) => input.name).join(', ')
  return new LossError({
    code: 'argument-type',
    fn: name,
    argument: inputs[count].name,
    received: `${count} argument${count === 1 ? '' : 's'}`,
    expected: names,
    repair: `${name}(${names})`,
    pytorch: pytorch === null ? null : `TypeError: ${pytorch}() ${missingArguments(missing)}`,
  })
}

/** "missing 2 required positional arguments: 'input' and 'target'", as Python lists them. */
export function missingArguments(names: readonly string[]): string {
  const quoted = names.map((name) => `'${snakeCase(name)}'`)
  const last = quoted.pop()
  const list = quoted.length === 0 ? last : `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`
  return `missing ${names.length} required positional argument${names.length === 1 ? '' : 's'}: ${list}`
}

function tooMany(spec: LossSpec, count: number): LossError {
  return new LossError({
    code: 'argument-type',
    fn: spec.name,
    argument: 'arguments',
    received: `${count} arguments`,
    expected: `${spec.inputs.map(({ name }) => name).join(', ')}, then one object of options`,
    repair: `${spec.name}(${spec.inputs.map(({ name }) => name).join(', ')}, { … })`,
    pytorch: null,
  })
}
