import { snakeCase } from '../src/names.ts'
import type { LossSpec } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import { type Case, type CaseTensor, jsonNumber, numberOf, sourceOf, valuesOf } from './cases.ts'
import { lossOf } from './run-case.ts'

/** The case as a program of this library. */
export function typescriptOf(c: Case): string {
  const { spec } = lossOf(c.loss)
  const tensors = Object.entries(c.tensors).map(
    ([name, t]) => `const ${name} = tensor(${arrayOf(t)}${optionsOf(t, c.requires.includes(name))})`,
  )
  const options = [
    ...Object.keys(c.tensors).filter((name) => name in spec.options),
    ...Object.entries(c.options).map(
      ([name, value]) => `${name}: ${isNamed(spec, name, value) ? namedIn(spec, name, value) : scalar(value)}`,
    ),
  ]
  const call = `${spec.name}(${[...spec.inputs.map(({ name }) => name), ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])].join(', ')})`
  const upstream = c.upstream === undefined ? '' : `tensor([${c.upstream.join(', ')}]) /* repeated to the loss's shape */`
  const backward =
    c.requires.length === 0 ? [] : [`loss.backward(${upstream})`, `console.log(${c.requires.map((name) => `${name}.grad`).join(', ')})`]
  const layouts = Object.entries(c.tensors).flatMap(([name, { layout }]) => (layout === undefined ? [] : [`// ${name}: a view, ${layout}`]))
  return [
    `import { ${spec.name}, tensor } from 'surprisal'`,
    ...layouts,
    ...tensors,
    `const loss = ${call}`,
    'console.log(loss)',
    ...backward,
  ].join('\n')
}

/** The case as a program of PyTorch. */
export function pythonOf(c: Case): string {
  const tensors = Object.entries(c.tensors).map(([name, t]) => {
    const values = Array.from(valuesOf(t), (v) => pythonNumber(v, t.dtype)).join(', ')
    const grad = c.requires.includes(name) ? '.requires_grad_()' : ''
    return `${snakeCase(name)} = torch.tensor([${values}], dtype=torch.${t.dtype}).reshape(${JSON.stringify(t.shape)})${grad}`
  })
  const { spec } = lossOf(c.loss)
  const options = Object.entries(c.options).filter(([name]) => spec.options[name]?.ours !== true)
  const given = [
    ...Object.keys(c.tensors).map((name) => `${snakeCase(name)}=${snakeCase(name)}`),
    ...options.map(([name, value]) => `${snakeCase(name)}=${isNamed(spec, name, value) ? `distances.${value}` : pythonScalar(value)}`),
  ]
  const upstream = (c.upstream ?? [1]).map((u) => pythonNumber(numberOf(u), 'float64')).join(', ')
  const names = c.requires.map((name) => `${snakeCase(name)}.grad`).join(', ')
  const backward =
    c.requires.length === 0
      ? []
      : [
          `g = [${upstream}]`,
          'loss.backward(torch.tensor([g[i % len(g)] for i in range(loss.numel())], dtype=loss.dtype).reshape(loss.shape))',
          `print(${names})`,
        ]
  const source = sourceOf(spec)
  const from = source.startsWith('torch.') ? [] : [source === 'formulas' ? 'import formulas  # oracle/formulas' : `import ${source}`]
  if (options.some(([name, value]) => isNamed(spec, name, value))) from.push('import distances  # oracle/distances.py')
  return ['import torch', ...from, ...tensors, `loss = ${source}.${c.loss}(${given.join(', ')})`, 'print(loss)', ...backward].join('\n')
}

/** Whether an option is a function that has a name. */
function isNamed({ options }: LossSpec, name: string, value: unknown): boolean {
  const option = options[name]
  return option?.kind === 'function' && Object.hasOwn(option.named, String(value))
}

const namedIn = (spec: LossSpec, name: string, value: unknown): string => `${spec.name}.spec.options.${name}.named.${value}`

function arrayOf(t: CaseTensor): string {
  const write = (value: number) => (t.dtype === 'int64' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value))
  const flat = Array.from(valuesOf(t), write)
  if (flat.length === 0) return '[]'
  let at = 0
  const build = (axis: number): string =>
    axis === t.shape.length ? flat[at++] : `[${Array.from({ length: t.shape[axis] }, () => build(axis + 1)).join(', ')}]`
  return build(0)
}

function optionsOf(t: CaseTensor, requires: boolean): string {
  const empty = t.shape.includes(0) ? [`shape: [${t.shape.join(', ')}]`] : []
  const options = [
    ...(t.dtype === 'int64' && empty.length === 0 ? [] : [`dtype: '${t.dtype}'`]),
    ...empty,
    ...(requires ? ['requiresGrad: true'] : []),
  ]
  return options.length === 0 ? '' : `, { ${options.join(', ')} }`
}

const scalar = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(scalar).join(', ')}]`
    : typeof value === 'string' && !['NaN', 'Infinity', '-Infinity', '-0'].includes(value)
      ? `'${value}'`
      : String(value)

const pythonNumber = (value: number, dtype: DType): string => {
  const text = String(jsonNumber(value))
  if (text === 'NaN' || text.endsWith('Infinity')) return `float('${text.replace('Infinity', 'inf').replace('NaN', 'nan')}')`
  return isFloating(dtype) && !/[.e]/.test(text) ? `${text}.` : text
}

function pythonScalar(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(pythonScalar).join(', ')}]`
  if (typeof value === 'string') return ['NaN', 'Infinity', '-Infinity', '-0'].includes(value) ? `float('${value}')` : `'${value}'`
  return String(value)
}
