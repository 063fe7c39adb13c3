import { expect, test } from 'vitest'
import { type ArrayDType, FileError, type NdArray, readArray, readNpy, writeNpy } from '../../files/src/index.ts'
import { fixture, header, npy, refused } from './support.ts'

const good = header("'<f4'", '(2, 3)')
const data = new Uint8Array(24)
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const withByte = (bytes: Uint8Array, at: number, byte: number) => Uint8Array.from(bytes, (old, i) => (i === at ? byte : old))

const files: Record<string, Uint8Array> = {
  'an empty file': new Uint8Array(0),
  'half a magic': latin1('\x93NUM'),
  'only the magic': latin1('\x93NUMPY'),
  'no header length': latin1('\x93NUMPY\x02\x00\x10'),
  'version 4.0': withByte(npy(good, data), 6, 4),
  'version 1.1': withByte(npy(good, data), 7, 1),
  'a header longer than the file': withByte(npy(good, data), 9, 0xff),
  'a header longer than any': withByte(npy(good, new Uint8Array(70_000), 2), 10, 1),
  'data cut short': npy(good, data.subarray(0, 23)),
  'no data': npy(good),
  'data for a header cut short': npy(good, data).subarray(0, 60),
  'trailing bytes': npy(good, new Uint8Array(25)),
  'two arrays in one file': Buffer.concat([npy(good, data), npy(good, data)]),
  'a 0-D array without its element': npy(header("'<f8'", '()')),
  'an empty array with data': npy(header("'<f8'", '(0, 3)'), new Uint8Array(8)),

  'a negative dimension': npy(header("'<f4'", '(-1, 6)'), data),
  'a dimension over 2**53': npy(header("'<f4'", '(9007199254740993,)'), data),
  'a dimension of 400 digits': npy(header("'<f4'", `(${'9'.repeat(400)},)`), data),
  'a product over 2**53': npy(header("'<f4'", '(4294967296, 4294967296)'), data),
  'a product over 2**53 beside a zero': npy(header("'<f4'", '(0, 4294967296, 4294967296)')),
  'a claim of a petabyte': npy(header("'<f4'", '(250000000000000,)'), data),
  '65 dimensions': npy(header("'|u1'", `(${'1, '.repeat(65)})`), [1]),
  'a shape that is a number': npy(header("'<f4'", '(6)'), data),
  'a shape that is a list': npy(header("'<f4'", '[2, 3]'), data),
  'a shape of truth values': npy(header("'<f4'", '(True, 6)'), data),
  'a shape of fractions': npy(header("'<f4'", '(2.0, 3)'), data),
  'an octal dimension': npy(header("'<f4'", '(06,)'), data),
  'a minus without digits': npy(header("'<f4'", '(-,)'), data),
  'a dimension with letters': npy(header("'<f4'", '(6abc,)'), data),

  'a header of spaces': npy('   \n', data),
  'a header that is a list': npy("['descr', '<f4']", data),
  'a header without keys': npy('{}', data),
  'a missing key': npy("{'descr': '<f4', 'shape': (2, 3), }", data),
  'a key too many': npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'title': None, }", data),
  'the same key twice': npy("{'descr': '<f4', 'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", data),
  'fortran_order 0': npy(header("'<f4'", '(2, 3)', '0'), data),
  'fortran_order false': npy(header("'<f4'", '(2, 3)', 'false'), data),
  'a comma missing': npy("{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3), }", data),
  'a colon missing': npy("{'descr' '<f4', 'fortran_order': False, 'shape': (2, 3), }", data),
  'a comma too many': npy(header("'<f4'", '(2,, 3)'), data),
  'only a comma': npy(header("'<f4'", '(,)'), data),
  'a bracket not closed': npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3", data),
  'a quote not closed': npy("{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3), }\n", data),
  'a backslash at the end': npy("{'descr': '<f4\\", data),
  'a key that is no string': npy("{descr: '<f4', 'fortran_order': False, 'shape': (2, 3), }", data),
  'text after the dict': npy(`${good.trim()} + {}`, data),
  'an expression': npy(header("'<f4'", '(2 * 3,)'), data),
  'a call': npy(header("'<f4'", '__import__("os").getpid()'), data),
  'NUL bytes': npy(good.replace('False', '\0\0\0\0\0'), data),
  'sixty thousand brackets': npy('['.repeat(60_000), data),
  'a key that is not UTF-8': Buffer.concat([npy("{'", [], 3), Uint8Array.of(0xff), latin1("': 1}")]).map((byte, i) => (i === 8 ? 8 : byte)),

  'an unknown dtype': npy(header("'<x4'", '(2, 3)'), data),
  'a float of 3 bytes': npy(header("'<f3'", '(2, 3)'), data),
  'a dtype that is a name': npy(header("'float32'", '(2, 3)'), data),
  'a dtype with a unit': npy(header("'<f4[s]'", '(2, 3)'), data),
  'a dtype that is a number': npy(header('4', '(2, 3)'), data),
  'a subarray dtype': npy(header("('<f4', (3,))", '(2,)'), data),
  'a structured dtype without names': npy(header("[('', '|V4')]", '(2,)'), data),
  'a title beside the name': npy(header("[(('the title', 'x'), '<f4')]", '(2,)'), data),
  'a dtype with control characters': npy(header("[('\x1b[31mred\x9b', '<f4')]", '(2,)'), data),
  'a dtype without end': npy(header(`'${'x'.repeat(500)}'`, '(2,)'), data),
  ...Object.fromEntries(refused.map((file) => [file, fixture(file)])),

  'a ZIP archive': latin1('PK\x03\x04\x14\x00'),
  'an empty ZIP archive': latin1('PK\x05\x06\x00'),
  'a PNG': latin1('\x89PNG\r\n\x1a\n\x00'),
  'a JPEG': latin1('\xff\xd8\xff\xe0'),
  'a TIFF': latin1('II*\x00'),
  'a big-endian TIFF': latin1('MM\x00*'),
  'an HDF5 file': latin1('\x89HDF\r\n\x1a\n'),
  'a gzip file': latin1('\x1f\x8b\x08\x00'),
  'a Parquet file': latin1('PAR1\x15\x04'),
  'an Arrow file': latin1('ARROW1\x00\x00'),
  'a MATLAB file': latin1('MATLAB 5.0 MAT-file'),
  'a Git LFS pointer': latin1('version https://git-lfs.github.com/spec/v1\noid sha256:0'),
  'a web page': latin1('<!DOCTYPE html><html>'),
  'a pickle': latin1('\x80\x04K\x01.'),
  'a safetensors file': latin1('\x02\x00\x00\x00\x00\x00\x00\x00{}'),
  'a CSV file': latin1('x,y\n1,2\n3,4\n'),
  'a .npy read as UTF-8 text': Buffer.from(Buffer.from(npy(good, data)).toString('utf8')),
  'a .npy read as Latin-1 text': Buffer.from(Buffer.from(npy(good, data)).toString('latin1')),
  'bytes of no known kind': Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
}

const calls: Record<string, () => unknown> = {
  'readNpy of an ArrayBuffer': () => readNpy(new ArrayBuffer(8) as unknown as Uint8Array, 'a.npy'),
  'readNpy of a path': () => readNpy('a.npy' as unknown as Uint8Array),
  'readNpy of nothing': () => readNpy(undefined as unknown as Uint8Array),
  'readArray of an ArrayBuffer': () => readArray(new ArrayBuffer(8) as unknown as Uint8Array, 'a.npy'),
  'readArray of an unknown extension': () => readArray(Uint8Array.of(0, 1, 2, 3), 'scores.bin'),
  'readArray of a known extension and another content': () => readArray(latin1('x,y\n1,2\n'), 'scores.npy'),
  'readArray of a PNG': () => readArray(latin1('\x89PNG\r\n\x1a\n'), 'mask.png'),
  'readArray of nothing': () => readArray(new Uint8Array(0), 'scores'),
  'readArray of a name from Object.prototype': () => readArray(Uint8Array.of(0, 1, 2, 3), 'a.constructor'),
  'writeNpy of an unknown dtype': () => write({ dtype: 'uint16' as ArrayDType }),
  'writeNpy of a dtype from Object.prototype': () => write({ dtype: 'toString' as ArrayDType }),
  'writeNpy of other data than the dtype': () => write({ data: new Float64Array(6) }),
  'writeNpy of a plain array': () => write({ data: [1, 2, 3, 4, 5, 6] as unknown as Float32Array }),
  'writeNpy of a Float16Array': () => write({ dtype: 'float16', data: { [Symbol.toStringTag]: 'Float16Array' } as unknown as Uint16Array }),
  'writeNpy of another length': () => write({ shape: [2, 2] }),
  'writeNpy of a negative shape': () => write({ shape: [-2, -3] }),
  'writeNpy of a fractional shape': () => write({ shape: [1.5, 4] }),
  'writeNpy of no shape': () => write({ shape: 6 as unknown as number[] }),
  'writeNpy of 65 dimensions': () => write({ shape: [6, ...new Array<number>(64).fill(1)] }),
}

function write(change: Partial<NdArray>): Uint8Array {
  return writeNpy({ dtype: 'float32', shape: [2, 3], data: new Float32Array(6), ...change })
}

function errorOf(call: () => unknown): FileError {
  try {
    call()
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
  throw new Error('no error')
}

const page = [
  ...Object.entries(files).map(([title, bytes]) => [title, errorOf(() => readNpy(bytes, 'a.npy'))] as const),
  ...Object.entries(calls).map(([title, call]) => [title, errorOf(call)] as const),
]

test('every error, on one page', async () => {
  await expect(page.map(([title, { code, message }]) => `${title} [${code}]\n${message}\n`).join('\n')).toMatchFileSnapshot('errors.txt')
})

test.each(page)('%s: the parts make the text, and nothing is left out', (_, error) => {
  expect(error.name).toBe('FileError')
  for (const part of [error.file, error.received, error.expected, error.repair]) {
    expect(part).not.toBe('')
    expect(error.message).toContain(part)
  }
  expect(error.message).not.toMatch(/undefined|NaN|\[object|[^\n\P{C}]/u)
  expect(error.message.split('\n')).toHaveLength(3)
})
