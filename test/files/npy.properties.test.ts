import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ArrayDType, FileError, type NdArray, readArray, readNpy, writeNpy } from '../../files/src/index.ts'
import { decodeUtf8 } from '../../files/src/text.ts'
import { expected, fixture, header, npy, refused, TYPES } from './support.ts'

const dtypes = fc.constantFrom(...(Object.keys(TYPES) as ArrayDType[]))
const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 })

/** Arrays of any dtype and shape, of any bits, NaN payloads included. */
const arrays: fc.Arbitrary<NdArray> = fc.tuple(dtypes, shapes, fc.integer()).map(([dtype, shape, seed]) => {
  const random = generator(seed)
  const length = product(shape) * TYPES[dtype].BYTES_PER_ELEMENT
  const bytes = Uint8Array.from({ length }, () => random(dtype === 'bool' ? 2 : 256))
  return { dtype, shape, data: new TYPES[dtype](bytes.buffer) }
})

test('what is written is read back, from any place in a buffer', () => {
  fc.assert(
    fc.property(arrays, fc.nat(9), (array, offset) => {
      const file = writeNpy(array)
      expect((file.length - array.data.byteLength) % 64).toBe(0)
      const buffer = new Uint8Array(file.length + offset)
      buffer.set(file, offset)
      const back = readNpy(buffer.subarray(offset))
      expect({ dtype: back.dtype, shape: back.shape }).toEqual({ dtype: array.dtype, shape: array.shape })
      expect(bytesOf(back)).toEqual(bytesOf(array))
    }),
    { numRuns: 500 },
  )
})

test('Fortran order and big endian come out in C order and little endian', () => {
  fc.assert(
    fc.property(arrays, fc.boolean(), fc.nat(9), (array, big, offset) => {
      const { dtype, shape } = array
      const size = TYPES[dtype].BYTES_PER_ELEMENT
      const elements = bytesOf(array)
      const moved = new Uint8Array(elements.length)
      for (let i = 0; i < array.data.length; i++) {
        const element = elements.slice(i * size, (i + 1) * size)
        moved.set(big ? element.reverse() : element, fortranIndex(i, shape) * size)
      }
      const code = /'descr': '.(..)'/.exec(Buffer.from(writeNpy(array)).toString('latin1'))?.[1]
      const spelled = `(${shape.map((length) => `${length},`).join('')})`
      const file = npy(header(`'${big ? '>' : '<'}${code}'`, spelled, 'True'), moved)
      const back = readNpy(Buffer.concat([Buffer.alloc(offset), file]).subarray(offset))
      expect(bytesOf(back)).toEqual(elements)
    }),
    { numRuns: 500 },
  )
})

test('Fortran order over more than one tile', () => {
  const data = Float64Array.from({ length: 70 * 3 * 45 }, (_, i) => i)
  const moved = new Float64Array(data.length)
  for (const i of data) moved[fortranIndex(i, [70, 3, 45])] = i
  expect(readNpy(npy(header("'<f8'", '(70, 3, 45)', 'True'), new Uint8Array(moved.buffer))).data).toEqual(data)
})

test('UTF-8 is decoded as TextDecoder does, and refused where it does', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const reference = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes)
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  }
  const edges = fc.constantFrom(
    0,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  )
  const texts = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new TextEncoder().encode(text))
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        fc.array(edges, { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
      ),
      (bytes) => {
        expect(decodeUtf8(bytes)).toBe(reference(bytes))
      },
    ),
    { numRuns: 3000 },
  )
})

test('a damaged file is an error that says so, or an array whose parts agree', { timeout: 3000 }, () => {
  const names = [
    'float64_little_C_v1',
    'float32_big_F_v2',
    'bool_C_v3',
    'bfloat16_little_F_v1',
    'shape_2x1x3x2_F',
    'shape_0d_C',
    'shape_3x0x2_F',
  ]
  const readable = names.map((name) => fixture(`${name}.npy`))
  const others = refused.map(fixture)
  const random = generator(20261101)
  const outcomes = { array: 0, error: 0 }
  for (let round = 0; round < 6000; round++) {
    const pool = random(5) === 0 ? others : readable
    const bytes = mutate(pool[random(pool.length)], random)
    try {
      const array = readArray(bytes, 'damaged.npy')
      outcomes.array++
      expect(array.data).toBeInstanceOf(TYPES[array.dtype])
      expect(array.data.length).toBe(product(array.shape))
      expect(array.data.byteLength).toBeLessThan(bytes.length)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      outcomes.error++
      if (error.offset !== undefined) expect(error.offset).toBeLessThanOrEqual(bytes.length)
      expect(error.message).not.toMatch(/undefined|NaN|[^\n\P{C}]/u)
    }
  }
  expect(outcomes.error).toBeGreaterThan(1000)
  expect(outcomes.array).toBeGreaterThan(100)
})

test('every truncation of every file is an error', () => {
  for (const name of Object.keys(expected).filter((name) => /_v[13]$|shape/.test(name))) {
    const bytes = fixture(`${name}.npy`)
    for (let length = 0; length < bytes.length; length++) expect(() => readNpy(bytes.subarray(0, length))).toThrow(FileError)
  }
})

function bytesOf({ data }: NdArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function product(shape: readonly number[]): number {
  return shape.reduce((result, length) => result * length, 1)
}

/** Where the element at place i of C order stands in Fortran order. */
function fortranIndex(i: number, shape: readonly number[]): number {
  let index = 0
  let rest = i
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index += (rest % shape[axis]) * product(shape.slice(0, axis))
    rest = Math.floor(rest / shape[axis])
  }
  return index
}

/** One to three truncations, extensions, byte sets, bit flips or stretches of 0x00 or 0xff; mostly in the header, where they matter. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = new Uint8Array(original)
  for (let times = random(4) === 0 ? 3 : 1; times > 0 && bytes.length > 0; times--) {
    const at = random(random(2) === 0 ? bytes.length : Math.min(bytes.length, 90))
    const kind = random(8)
    if (kind === 0) bytes = bytes.slice(0, at)
    else if (kind === 1) bytes = Uint8Array.from([...bytes, ...bytes.subarray(at, at + random(40))])
    else if (kind === 2) bytes.fill(random(2) * 255, at, at + 1 + random(24))
    else if (kind === 3) bytes[at] = "{}()[]',:<>=|0123456789LTFSUOV\\ \n".charCodeAt(random(34))
    else if (kind === 4) bytes[at] = random(256)
    else bytes[at] ^= 1 << random(8)
  }
  return bytes
}

/** mulberry32, for the same mutations on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
