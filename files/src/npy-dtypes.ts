import { ARRAY_DTYPES, type ArrayDType, HOST_IS_LITTLE_ENDIAN } from './array.ts'
import { FileError } from './errors.ts'
import type { Literal } from './python-literal.ts'
import { show, showText } from './text.ts'

/**
 * NumPy's type codes. bfloat16 has none: np.save writes the bfloat16 of ml_dtypes as two opaque bytes, '<V2', or '|V2' once np.load has read it.
 * Nothing else that people save is two opaque bytes wide, so V2 is read as bfloat16.
 */
const CODES: Readonly<Record<ArrayDType, string>> = {
  float64: 'f8',
  float32: 'f4',
  float16: 'f2',
  bfloat16: 'V2',
  int64: 'i8',
  int32: 'i4',
  int16: 'i2',
  int8: 'i1',
  uint8: 'u1',
  bool: 'b1',
}

const DTYPE_OF_CODE: ReadonlyMap<string, ArrayDType> = new Map([
  ...ARRAY_DTYPES.map((dtype) => [CODES[dtype], dtype] as const),
  ['?', 'bool'],
])

const SAVE_INDICES =
  'np.save(path, np.unique(a, return_inverse=True)[1]) for class indices, np.save(path, a.astype(np.float64)) for numbers'
const SAVE_COMPLEX = 'np.save(path, np.stack([a.real, a.imag]))'

/** What NumPy saves and is not read, by code, else by the letter alone: its name in NumPy's words, and the repair. */
const REFUSED: Readonly<Record<string, readonly [name: string, repair: string]>> = {
  u2: ['uint16', 'np.save(path, a.astype(np.int64))'],
  u4: ['uint32', 'np.save(path, a.astype(np.int64))'],
  u8: ['uint64', 'np.save(path, a.astype(np.int64)), where no value reaches 2**63'],
  f12: ['longdouble', 'np.save(path, a.astype(np.float64))'],
  f16: ['longdouble', 'np.save(path, a.astype(np.float64))'],
  c8: ['complex64', SAVE_COMPLEX],
  c16: ['complex128', SAVE_COMPLEX],
  c: ['clongdouble', 'np.save(path, np.stack([a.real, a.imag]).astype(np.float64))'],
  U: ['str_ (text)', SAVE_INDICES],
  S: ['bytes_ (text)', SAVE_INDICES],
  O: [
    'object (a pickle, refused because loading one runs whatever code it holds)',
    'np.save(path, np.array(a.tolist(), dtype=np.float32)); arrays of unequal shape: pad them, or save each in its own file',
  ],
  M: ['datetime64', 'np.save(path, a.astype(np.int64))'],
  m: ['timedelta64', 'np.save(path, a.astype(np.int64))'],
  V1: [
    'void of 1 byte (float8, int4 and the like of ml_dtypes)',
    'np.save(path, a.astype(np.float32)), with the array before it was saved',
  ],
  V: ['void (opaque bytes)', "np.save(path, a.view('u1')) for the bytes"],
}

/** The dtype and byte order that a header's 'descr', read from `bytes`, names; throws a FileError of code 'dtype' for what has no counterpart. */
export function dtypeOfDescr(descr: Literal, bytes: Uint8Array, file: string): { dtype: ArrayDType; littleEndian: boolean } {
  const refuse = (received: string, repair: string) =>
    new FileError({
      code: 'dtype',
      file,
      offset: descr.start,
      received,
      expected: `dtype ${ARRAY_DTYPES.join(', ')}`,
      repair: `in Python: ${repair}`,
    })
  const spelled = show(bytes.subarray(descr.start, descr.end))
  if (descr.kind === 'list') {
    const field = descr.items.flatMap(fieldName)[0] ?? 'name'
    throw refuse(`a structured dtype, spelled ${spelled}`, `np.save(path, a['${showText(field)}']), one field at a time`)
  }
  const text = descr.kind === 'string' ? descr.value : ''
  const [, order = '', code = '', unit = ''] = /^([<>=|]?)(\?|[A-Za-z]\d*)(\[\w+\])?$/.exec(text) ?? []
  const dtype = unit === '' ? DTYPE_OF_CODE.get(code) : undefined
  if (dtype !== undefined) return { dtype, littleEndian: order === '<' || (order !== '>' && HOST_IS_LITTLE_ENDIAN) }
  const refused = [code, code.slice(0, 1)].find((key) => Object.hasOwn(REFUSED, key))
  if (refused === undefined) {
    throw refuse(`the dtype ${spelled}`, 'np.save spells no dtype so; for a right one np.save(path, a.astype(np.float32))')
  }
  const [name, repair] = REFUSED[refused]
  throw refuse(`dtype ${name}, spelled ${spelled}`, repair)
}

/** What np.save writes as 'descr' on this machine. */
export function descrOfDType(dtype: ArrayDType): string {
  const code = CODES[dtype]
  return `${code.endsWith('1') ? '|' : HOST_IS_LITTLE_ENDIAN ? '<' : '>'}${code}`
}

/** A field is (name, descr) or (name, descr, shape), and its name may be (title, name); an empty name is padding. */
function fieldName(field: Literal): string[] {
  const name = field.kind === 'tuple' ? field.items[0] : undefined
  const plain = name?.kind === 'tuple' ? name.items[1] : name
  return plain?.kind === 'string' && plain.value !== '' ? [plain.value] : []
}
