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
  return { ours: `${spec.name}(${call.join(', ')})`, torch: torchCall({ spec, tensors, values }, options, replaced) }
}

function torchCall({ spec, tensors, values }: Typeable, options: readonly string[], replaced: Readonly<Record<string, Typed>>): string {
  const python = pythonFunction(spec)
  const typed = (name: string) => replaced[name]?.torch ?? snakeCase(name)
  const keyword = (name: string) => `${snakeCase(name)}=${tensors[name] === undefined ? pythonLiteral(values[name]) : typed(name)}`
  if (python === null) {
    const changes = Object.keys(replaced).map((name) => `${snakeCase(name)} = ${typed(name)}`)
    return changes.length > 0 ? changes.join('; ') : options.map(keyword).join(', ')
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
