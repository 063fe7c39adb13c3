import type { LossError } from '../errors.ts'
import { snakeCase } from '../names.ts'
import { type LossSpec, pythonFunction } from '../spec.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Code that can be typed: in this library, and in PyTorch. */
export interface Typed {
  readonly ours: string
  readonly torch: string
}

/** What a call is made of, as far as it can be typed again. */
export interface Typeable {
  readonly spec: LossSpec
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * A call as its user would type it, with the arguments by their names, or by the expressions that replace them, and every option that is
 * not its default: `crossEntropy(input, reshape(target, [4]), { ignoreIndex: 255 })`. For PyTorch of a loss that it does not have, the
 * replaced arguments alone.
 */
export function typedCall({ spec, tensors, values }: Typeable, replaced: Readonly<Record<string, Typed>> = {}): Typed {
  const names = spec.inputs.map(({ name }) => name)
  const options = Object.keys(spec.options).filter((name) => (tensors[name] ?? changed(spec, name, values[name])) !== undefined)
  const ours = options.map((name) => {
    const value = tensors[name] === undefined ? literal(values[name]) : (replaced[name]?.ours ?? name)
    return value === name ? name : `${name}: ${value}`
  })
  const call = [...names.map((name) => replaced[name]?.ours ?? name), ...(ours.length > 0 ? [`{ ${ours.join(', ')} }`] : [])]
  // PyTorch's name of the third argument of gaussianNllLoss is no name here
  const named = call.map((code) => code.replace(/\bvar\b(?!:)/g, 'variance'))
  return { ours: `${spec.name}(${named.join(', ')})`, torch: torchCall({ spec, tensors, values }, options, replaced) }
}

/** As a finding has it. */
export const repairOf = ({ ours, torch }: Typed): { readonly surprisal: string; readonly pytorch: string } => ({
  surprisal: ours,
  pytorch: torch,
})

/** Code with a remark behind it, in which Python has its own names. */
export const remarked = ({ ours, torch }: Typed, remark: string, inPython = pythonWords(remark)): Typed => ({
  ours: `${ours} // ${remark}`,
  torch: `${torch}  # ${inPython}`.trim(),
})

/** The names of a sentence as Python spells them: `ignoreIndex: 4` is ignore_index=4. */
export const pythonWords = (sentence: string): string =>
  sentence
    .replace(/\{ (\w+: [^{}]*) \}/g, '$1')
    .replace(
      /\b([a-z]+(?:[A-Z][a-z]*)+)(: (?=['\d-]))?/g,
      (_, name: string, colon?: string) => `${snakeCase(name)}${colon === undefined ? '' : '='}`,
    )

/** An argument of which each element is made anew: `of` is the code of what becomes of `x`. Its dtype is `dtype`. */
export function eachOf(name: string, { shape, dtype: own }: Tensor, of: string, torch: string, dtype = own): Typed {
  const nested = `tensor(${name}).toArray()`
  const map = `.map((x) => ${of})`
  const values = shape.length === 0 ? `[${nested}]${map}` : `${nested}${shape.length > 1 ? `.flat(${shape.length - 1})` : ''}${map}`
  const whole = shape.length === 1 ? values : `reshape(${values}, [${shape.join(', ')}])`
  return { ours: dtype === 'float32' ? whole : `tensor(${whole}, { dtype: '${dtype}' })`, torch }
}

/** One element of an argument. */
export const elementOf = (name: string, index: readonly number[]): Typed => ({
  ours: `tensor(${name}).toArray()${index.map((i) => `[${i}]`).join('')}`,
  torch: `${snakeCase(name)}${index.length === 0 ? '' : `[${index.join(', ')}]`}`,
})

/**
 * What a refusal tells to type, as the whole call: with the option or the expression that it names, else as it was, or a look at the shapes, with
 * the advice behind it.
 */
export function instructed(subject: Typeable, { code, argument, repair }: Pick<LossError, 'code' | 'argument' | 'repair'>): Typed {
  const { spec, tensors, values } = subject
  const [, option, literal, more] = /^(\w+): ('\w*'|-?[\d.]+|true|false)(?:,? (?:for instance|(or .*)))?$/.exec(repair) ?? []
  if (option !== undefined && Object.hasOwn(spec.options, option) && spec.options[option].kind !== 'tensor') {
    const value: unknown = literal.startsWith("'") ? literal.slice(1, -1) : literal === 'true' || (literal !== 'false' && Number(literal))
    const typed = typedCall({ ...subject, values: { ...values, [option]: value } })
    return more === undefined ? typed : remarked(typed, more)
  }
  const changed = tensors[argument] === undefined ? null : expressionOf(repair)
  if (changed !== null) return typedCall(subject, { [argument]: changed })
  if (!code.startsWith('shape')) return remarked(typedCall(subject), repair)
  const names = spec.inputs.map(({ name }) => name)
  const shapes = names.map((name) => `${snakeCase(name)}.shape`).join(', ')
  return remarked({ ours: `[${names.join(', ')}].map((x) => tensor(x).shape)`, torch: `print(${shapes})` }, repair)
}

/** The code of a change of one argument, in both languages; null where it is none. */
function expressionOf(code: string): Typed | null {
  const rules: [RegExp, string][] = [
    [/^reshape\((\w+), \[([-\d, ]*)\]\)$/, '$1.reshape($2)'],
    [/^permute\((\w+), \[([\d, ]*)\]\)$/, '$1.permute($2)'],
    [/^tensor\((\w+), \{ dtype: 'float32' \}\)$/, '$1.float()'],
    [/^tensor\((\w+), \{ dtype: 'float64' \}\)$/, '$1.double()'],
    [/^tensor\((\w+), \{ dtype: 'int64' \}\)$/, '$1.long()'],
  ]
  for (const [pattern, torch] of rules)
    if (pattern.test(code)) return { ours: code, torch: code.replace(pattern, torch).replace(/^\w+/, snakeCase) }
  return null
}

/** A network that ends in so many scores. */
export const outputs = (count: number, shape: readonly number[]): Typed => ({
  ours: `nn.Linear(features, ${count})`,
  torch: shape.length === 4 ? `torch.nn.Conv2d(features, ${count}, 1)` : `torch.nn.Linear(features, ${count})`,
})

function torchCall({ spec, tensors, values }: Typeable, options: readonly string[], replaced: Readonly<Record<string, Typed>>): string {
  const python = pythonFunction(spec)
  const typed = (name: string) => replaced[name]?.torch ?? snakeCase(name)
  const keyword = (name: string) => `${snakeCase(name)}=${tensors[name] === undefined ? pythonLiteral(values[name]) : typed(name)}`
  if (python === null) {
    const changes = Object.keys(replaced).map((name) => `${snakeCase(name)} = ${typed(name)}`)
    const all = changes.length > 0 ? changes : options.map(keyword)
    return all.length > 0 ? all.join('; ') : `${snakeCase(spec.name)}(${spec.inputs.map(({ name }) => typed(name)).join(', ')})`
  }
  const given = options.filter((name) => spec.options[name].ours !== true).map(keyword)
  const args = [...spec.inputs.map(({ name }) => typed(name)), ...given]
  return `${python.replace('torch.nn.functional', 'F')}(${args.join(', ')})`
}

/** An option's value where it is not the default, else undefined. */
function changed(spec: LossSpec, name: string, value: unknown): unknown {
  const option = spec.options[name]
  const usual = option.kind === 'reduction' ? (option.default ?? 'mean') : 'default' in option ? option.default : undefined
  return value === usual || value === null ? undefined : value
}

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? `[${value.join(', ')}]` : String(value)

const pythonLiteral = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : value === Infinity ? 'math.inf' : literal(value)
