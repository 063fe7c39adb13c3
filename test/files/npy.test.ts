import { expect, test } from 'vitest'
import { type NdArray, readArray, readNpy, writeNpy } from '../../files/src/index.ts'
import { expected, fixture, header, hex, npy, TYPES } from './support.ts'

test.each(Object.entries(expected))('reads %s as NumPy does', (name, { dtype, shape, hex: elements }) => {
  const array = readNpy(fixture(`${name}.npy`), name)
  expect({ dtype: array.dtype, shape: array.shape, hex: hex(array.data) }).toEqual({ dtype, shape, hex: elements })
  expect(array.data.constructor).toBe(TYPES[dtype])
})

const canonical = Object.entries(expected).filter(([, entry]) => entry.canonical)

test.each(canonical)('writes %s byte for byte as np.save', (name, { dtype, shape, hex: elements }) => {
  const bytes = Uint8Array.from(Buffer.from(elements, 'hex'))
  const array: NdArray = { dtype, shape, data: new TYPES[dtype](bytes.buffer) }
  expect(Buffer.from(writeNpy(array)).toString('latin1')).toBe(Buffer.from(fixture(`${name}.npy`)).toString('latin1'))
})

test('every dtype is among the files that are written', () => {
  expect(new Set(canonical.map(([, { dtype }]) => dtype))).toEqual(new Set(Object.keys(TYPES)))
})

test('values, by hand', () => {
  expect([...readNpy(fixture('float64_big_F_v2.npy')).data]).toEqual([0, -0, 1.5, Number.NaN, -Infinity, 5e-324])
  expect([...readNpy(fixture('int64_big_F_v3.npy')).data]).toEqual([0n, 1n, -1n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n])
  expect([...readNpy(fixture('int16_big_F_v1.npy')).data]).toEqual([0, 1, -1, -32768, 32767, 258])
  expect([...readNpy(fixture('float16_big_C_v1.npy')).data]).toEqual([0, 0x8000, 0x3e00, 0x7e00, 0xfc00, 1])
  expect([...readNpy(fixture('bfloat16_big_C_v1.npy')).data]).toEqual([0, 0x8000, 0x3fc0, 0x7fc0, 0xff80, 1])
  expect([...readNpy(fixture('bool_F_v1.npy')).data]).toEqual([1, 0, 0, 1, 1, 0])
})

test.each([
  ['keys in any order', "{'shape': (2,), 'descr': '|u1', 'fortran_order': False}"],
  ['no trailing comma, no newline', "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}"],
  ['spaces, tabs and newlines', "  {\n'descr' :\t'|u1' ,\r\n 'fortran_order' : False , 'shape' : ( 2 , ) , }  \n "],
  ['no space at all', "{'descr':'|u1','fortran_order':False,'shape':(2,)}"],
  ['double quotes', `{"descr": "|u1", "fortran_order": False, "shape": (2,)}`],
  ['a grouping bracket', "{'descr': ('|u1'), 'fortran_order': (False), 'shape': (2,)}"],
  ["Python 2's long integers", "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }"],
  ['a byte order where there is none', "{'descr': '>u1', 'fortran_order': False, 'shape': (2,), }"],
  ['no byte order', "{'descr': 'u1', 'fortran_order': False, 'shape': (2,), }"],
])('a header with %s', (_, text) => {
  for (const version of [1, 2, 3] as const) {
    expect(readNpy(npy(text, [7, 8], version))).toEqual({ dtype: 'uint8', shape: [2], data: Uint8Array.of(7, 8) })
  }
})

test.each(['<', '=', '|', ''])("byte order '%s' is little endian here", (order) => {
  expect(readNpy(npy(header(`'${order}i2'`, '(2,)'), [1, 0, 2, 1])).data).toEqual(Int16Array.of(1, 258))
})

test.each(["'?'", "'|b1'", "'<b1'", "'|?'"])('bool spelled %s; a byte other than 0 is 1', (descr) => {
  const bytes = npy(header(descr, '(4,)'), [0, 1, 2, 255])
  const before = bytes.slice()
  expect(readNpy(bytes)).toEqual({ dtype: 'bool', shape: [4], data: Uint8Array.of(0, 1, 1, 1) })
  expect(bytes).toEqual(before)
})

test('a bool written with other bytes than 0 and 1 is written as np.save would have it', () => {
  const data = Uint8Array.of(0, 1, 2)
  expect(readNpy(writeNpy({ dtype: 'bool', shape: [3], data })).data).toEqual(Uint8Array.of(0, 1, 1))
  expect(writeNpy({ dtype: 'bool', shape: [3], data }).at(-1)).toBe(1)
  expect(data).toEqual(Uint8Array.of(0, 1, 2))
})

test('a negative zero as a dimension is zero', () => {
  expect(readNpy(npy(header("'<f4'", '(-0,)'))).shape).toEqual([0])
})

test('64 dimensions are read and written', () => {
  const array: NdArray = { dtype: 'uint8', shape: new Array<number>(64).fill(1), data: Uint8Array.of(9) }
  expect(readNpy(writeNpy(array))).toEqual(array)
})

test('shares memory with the bytes where it can, and reads the same where it cannot', () => {
  const file = writeNpy({ dtype: 'float64', shape: [3], data: Float64Array.of(1, 2, 3) })
  expect(readNpy(file).data.buffer).toBe(file.buffer)
  for (let offset = 1; offset < 8; offset++) {
    const buffer = Buffer.alloc(file.length + offset)
    buffer.set(file, offset)
    const array = readNpy(buffer.subarray(offset))
    expect(array.data).toEqual(Float64Array.of(1, 2, 3))
    expect(array.data.buffer).not.toBe(buffer.buffer)
  }
})

test('never changes the bytes it reads', () => {
  for (const name of Object.keys(expected)) {
    const bytes = fixture(`${name}.npy`)
    const before = Buffer.from(bytes).toString('hex')
    readNpy(bytes)
    expect(Buffer.from(bytes).toString('hex')).toBe(before)
  }
})

test('bytes in shared memory', () => {
  const file = writeNpy({ dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) })
  const shared = new Uint8Array(new SharedArrayBuffer(file.length))
  shared.set(file)
  expect([...readNpy(shared).data]).toEqual([1, 2])
})

test('readArray goes by the first bytes, whatever the name', () => {
  const bytes = fixture('int32_little_C_v1.npy')
  for (const name of ['a.npy', 'A.NPY', 'dir.npz/labels', 'labels.csv', '']) expect(readArray(bytes, name)).toEqual(readNpy(bytes))
})
