import { cppNames } from '../ops/matrices.ts'
import { type DType, dtypeNames, torchName } from '../tensor/dtype.ts'
import { type Shape, sizeOf } from '../tensor/shape.ts'

/** `Long`, `long int`, `c10::Half` → our name of the dtype; float32 for the few that this library does not have. */
export function dtypeOf(name: string): DType {
  const plain = name.replace(/^c10::/, '').toLowerCase()
  return dtypeNames.find((dtype) => cppNames[dtype] === name || torchName(dtype).toLowerCase() === plain) ?? 'float32'
}

const arrays: Readonly<Record<DType, string>> = {
  float64: 'Float64Array',
  float32: 'Float32Array',
  float16: 'Float32Array',
  bfloat16: 'Float32Array',
  int64: 'BigInt64Array',
  int32: 'Int32Array',
  int16: 'Int16Array',
  int8: 'Int8Array',
  uint8: 'Uint8Array',
  bool: 'Uint8Array',
}

/** Code that makes a tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = 'float32', more: readonly string[] = []): string {
  const named = dtype === 'float16' || dtype === 'bfloat16' || dtype === 'bool'
  const options = [...(shape.length === 1 ? [] : [`shape: [${shape.join(', ')}]`]), ...(named ? [`dtype: '${dtype}'`] : []), ...more]
  return `tensor(new ${arrays[dtype]}(${sizeOf(shape)})${options.length === 0 ? '' : `, { ${options.join(', ')} }`})`
}

/** Code that makes class indices, all 0. */
export const classes = (shape: Shape): string => zeros(shape, 'int64')

/** `const input = …` and so on, then the call. */
export const program = (made: Readonly<Record<string, string>>, call: string): string =>
  [...Object.entries(made).map(([name, code]) => `const ${name} = ${code}`), call].join('\n')
