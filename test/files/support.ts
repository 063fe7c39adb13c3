import { readdirSync, readFileSync } from 'node:fs'
import type { ArrayDType, NdArray } from '../../files/src/index.ts'

const FIXTURES = new URL('./fixtures/', import.meta.url)

export interface Expected {
  readonly dtype: ArrayDType
  readonly shape: number[]
  readonly hex: string
  readonly canonical: boolean
}

export const expected = JSON.parse(readFileSync(new URL('expected.json', FIXTURES), 'utf8')) as Record<string, Expected>

export const refused = readdirSync(FIXTURES).filter((file) => file.startsWith('refused_'))

export function fixture(file: string): Uint8Array {
  return readFileSync(new URL(file, FIXTURES))
}

export const TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<ArrayDType, unknown>

export function hex(data: NdArray['data']): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
}

/** A .npy file put together by hand, right or wrong: the header's text as it is, in Latin-1 below version 3. */
export function npy(header: string, data: Uint8Array | readonly number[] = [], version: 1 | 2 | 3 = 1): Uint8Array {
  const text = Buffer.from(header, version === 3 ? 'utf8' : 'latin1')
  const length = Buffer.alloc(version === 1 ? 2 : 4)
  length.writeUIntLE(text.length, 0, length.length)
  return Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([version, 0]), length, text, Uint8Array.from(data)])
}

export function header(descr: string, shape: string, fortran = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`
}
