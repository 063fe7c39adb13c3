import { bytesOfArray, bytesPerElement, checkBytes, dataFromBytes, elementCount, type NdArray } from './array.ts'
import { COPY_AGAIN, FileError, type FileErrorCode } from './errors.ts'
import { descrOfDType, dtypeOfDescr } from './npy-dtypes.ts'
import { fortranToC } from './order.ts'
import { type Literal, parseLiteral } from './python-literal.ts'
import { sniff, startsWith } from './sniff.ts'
import { decodeLatin1, show, showText } from './text.ts'

const MAGIC = '\x93NUMPY'
/** As much as version 1.0 can have. NumPy itself stops at 10,000 unless told otherwise. */
const MAX_HEADER = 65_535
/** NumPy's own limit, and so no file has more. */
const MAX_RANK = 64

export function isNpy(bytes: Uint8Array): boolean {
  return startsWith(bytes, MAGIC)
}

/**
 * The array in a .npy file.
 *
 * Shapes: any, 0-D and empty ones too; Fortran order is reordered to C order. dtypes: float64, float32, float16, int64, int32, int16, int8, uint8,
 * bool and, under the name V2 that ml_dtypes gives it, bfloat16, in either byte order. Versions 1.0, 2.0 and 3.0.
 * A bool byte other than 0 and 1 is read as 1. The data may share memory with `bytes`: copy them before changing either.
 *
 * Throws a FileError for everything else, with the place and the repair: another format (named), another dtype (named), a header that is not the
 * dict NumPy writes, and every length that does not agree exactly with the size of the file. Allocates nothing before that is checked.
 * @param name the file's name, for messages
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array, name = '(bytes)'): NdArray {
  checkBytes(bytes, name)
  const { headerStart, headerEnd, encoding } = readPreamble(bytes, name)
  const literal = parseLiteral({ bytes, start: headerStart, end: headerEnd, encoding, file: name })
  const header = checkHeader(literal, bytes, name)
  const { dtype, littleEndian } = dtypeOfDescr(header.descr, bytes, name)
  const shape = checkShape(header.shape, bytes, name)

  const size = bytesPerElement(dtype)
  const wanted = shape.reduce((product, length) => product * length, size)
  const body = bytes.subarray(headerEnd)
  const received = `${body.length} bytes of data after a header of ${headerEnd}`
  const expected = `${wanted} bytes: ${dtype} of shape ${pythonTuple(shape)}`
  if (body.length < wanted) throw fileError('truncated', name, bytes.length, received, expected, COPY_AGAIN)
  if (body.length > wanted) {
    const repair = isNpy(body.subarray(wanted)) ? 'several arrays were saved into one file: save each into its own' : COPY_AGAIN
    throw fileError('trailing', name, headerEnd + wanted, received, expected, repair)
  }
  if (!header.fortranOrder) return { dtype, shape, data: dataFromBytes(dtype, body, littleEndian) }
  const aligned = body.byteOffset % size === 0 ? body : new Uint8Array(body)
  return { dtype, shape, data: dataFromBytes(dtype, fortranToC(aligned, size, shape), littleEndian) }
}

/**
 * A .npy file of the array, byte for byte what np.save writes for it: version 1.0, C order, this machine's byte order, data from a multiple of 64.
 *
 * bfloat16 is written as np.save writes ml_dtypes' bfloat16, '<V2'; in NumPy np.load(path).view(ml_dtypes.bfloat16) gives it back.
 * Throws a FileError if dtype, shape and data do not agree, or the array has more than NumPy's 64 dimensions.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function writeNpy(array: NdArray): Uint8Array {
  const { dtype, shape } = array
  const file = 'writeNpy'
  const body = bytesOfArray(array, file)
  if (shape.length > MAX_RANK) {
    throw fileError('shape', file, undefined, `${shape.length} dimensions`, `at most ${MAX_RANK}, as NumPy`, 'reshape the array')
  }
  const dict = `{'descr': '${descrOfDType(dtype)}', 'fortran_order': False, 'shape': ${pythonTuple(shape)}, }`
  // NumPy leaves room for the first dimension to grow to 21 digits, so that rows can be appended in place.
  const growth = shape.length === 0 ? 0 : 21 - String(shape[0]).length
  const length = 64 * Math.floor((10 + dict.length + growth + 1) / 64 + 1)
  const text = `${dict.padEnd(length - 11)}\n`
  const bytes = new Uint8Array(length + body.length)
  const preamble = `${MAGIC}\x01\x00${String.fromCharCode(text.length & 0xff, text.length >> 8)}`
  Array.from(preamble + text).forEach((character, i) => {
    bytes[i] = character.charCodeAt(0)
  })
  bytes.set(dtype === 'bool' ? body.map((byte) => (byte === 0 ? 0 : 1)) : body, length)
  return bytes
}

/** Magic, version and header length. */
function readPreamble(bytes: Uint8Array, name: string) {
  const whole = bytes.length === 0 ? 'an empty file' : `a file of ${bytes.length} bytes`
  const cut = (least: number, why: string) =>
    fileError('truncated', name, bytes.length, whole, `at least ${least} bytes: ${why}`, COPY_AGAIN)
  if (!isNpy(bytes)) {
    if (MAGIC.startsWith(decodeLatin1(bytes.subarray(0, MAGIC.length)))) throw cut(10, 'magic, version and length of the header')
    const { what, repair } = sniff(bytes)
    throw fileError('format', name, 0, what, 'a .npy file, which starts with \\x93NUMPY', repair)
  }
  if (bytes.length < 10) throw cut(10, 'magic, version and length of the header')
  const [major, minor] = [bytes[6], bytes[7]]
  if (major < 1 || major > 3 || minor !== 0) {
    throw fileError('version', name, 6, `.npy version ${major}.${minor}`, 'version 1.0, 2.0 or 3.0', COPY_AGAIN)
  }
  const headerStart = major === 1 ? 10 : 12
  if (bytes.length < headerStart) throw cut(headerStart, 'the length of the header ends there')
  const low = bytes[8] + bytes[9] * 0x100
  const length = major === 1 ? low : low + bytes[10] * 0x1_0000 + bytes[11] * 0x100_0000
  const headerEnd = headerStart + length
  if (headerEnd > bytes.length) throw cut(headerEnd, `the header says that it is ${length} long`)
  if (length > MAX_HEADER) throw fileError('header', name, 8, `a header of ${length} bytes`, `at most ${MAX_HEADER}`, COPY_AGAIN)
  return { headerStart, headerEnd, encoding: major === 3 ? ('utf8' as const) : ('latin1' as const) }
}

function checkHeader(literal: Literal, bytes: Uint8Array, name: string): { descr: Literal; fortranOrder: boolean; shape: Literal } {
  const refuse = (at: Literal, received: string, expected: string) => fileError('header', name, at.start, received, expected, COPY_AGAIN)
  const text = (at: Literal) => show(bytes.subarray(at.start, at.end))
  if (literal.kind !== 'dict') throw refuse(literal, `the header ${text(literal)}`, 'a Python dict')
  const { entries } = literal
  const descr = entries.get('descr')
  const order = entries.get('fortran_order')
  const shape = entries.get('shape')
  if (descr === undefined || order === undefined || shape === undefined || entries.size !== 3) {
    const keys = showText([...entries.keys()].map((key) => `'${key}'`).join(', '))
    const received = keys === '' ? 'a header without keys' : `a header with the keys ${keys}`
    throw refuse(literal, received, "the keys 'descr', 'fortran_order' and 'shape'")
  }
  if (order.kind !== 'bool') throw refuse(order, `'fortran_order': ${text(order)}`, 'True or False')
  return { descr, fortranOrder: order.value, shape }
}

function checkShape(literal: Literal, bytes: Uint8Array, name: string): number[] {
  const received = `'shape': ${show(bytes.subarray(literal.start, literal.end))}`
  const refuse = (code: FileErrorCode, expected: string) => fileError(code, name, literal.start, received, expected, COPY_AGAIN)
  if (literal.kind !== 'tuple') throw refuse('header', 'a tuple of integers, such as (), (3,) or (2, 3)')
  if (literal.items.length > MAX_RANK) throw refuse('shape', `at most ${MAX_RANK} dimensions, as in NumPy`)
  const shape = literal.items.map((item) => {
    if (item.kind !== 'int') throw refuse('header', 'a tuple of integers, such as (), (3,) or (2, 3)')
    return item.value
  })
  if (elementCount(shape) === undefined) throw refuse('shape', 'dimensions from 0 on, and fewer than 2**53 elements')
  return shape
}

function pythonTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

function fileError(
  code: FileErrorCode,
  file: string,
  offset: number | undefined,
  received: string,
  expected: string,
  repair: string,
): FileError {
  return new FileError({ code, file, offset, received, expected, repair })
}
