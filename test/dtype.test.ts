import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type DType, tensor } from '../src/index.ts'
import { dtypeNames, resultType, roundToDType, toStorage } from '../src/tensor/dtype.ts'
import { bfloat16Bits, bfloat16Value, float16Bits, float16Values } from '../src/tensor/float16.ts'

describe('the 16-bit formats', () => {
  const patterns = Array.from({ length: 65536 }, (_, bits) => bits)
  const half = (bits: number) => float16Values()[bits]
  // sha256 of all 65,536 values as float32, NaN as 1e9; NumPy 2.4.6 float16, ml_dtypes 0.6.0 bfloat16
  const formats = [
    {
      dtype: 'float16',
      value: half,
      bits: float16Bits,
      inf: 0x7c00,
      sha: '1a82825b59009c69c9bb969179d6af2117d01c8295bdecd328898087d9a16204',
    },
    {
      dtype: 'bfloat16',
      value: bfloat16Value,
      bits: bfloat16Bits,
      inf: 0x7f80,
      sha: '3214b6b8ff0367fd26f827754c8dbf2a5e0bd1056bac3637f1699d527a50e0a6',
    },
  ] as const

  test.each(formats)('$dtype: many at a time are rounded as each is', ({ dtype, bits }) => {
    // around every pattern: the value itself, the ties to its neighbour, and the floats next to those
    const near = patterns.flatMap((pattern) =>
      [-0x1001, -0x1000, -1, 0, 1, 0xfff, 0x1000, 0x7fff, 0x8000].map((by) => pattern * 65536 + by),
    )
    const values = new Float32Array(Uint32Array.from(near).buffer)
    const halves = toStorage(values, dtype)
    for (let i = 0; i < values.length; i++) if (halves[i] !== bits(values[i])) expect(halves[i], `of ${values[i]}`).toBe(bits(values[i]))
    expect(halves.length).toBe(near.length)
  })

  test.each(formats)('$dtype: every pattern is read right and comes back', ({ value, bits, sha }) => {
    const values = Float32Array.from(patterns, value).map((x) => (Number.isNaN(x) ? 1e9 : x))
    expect(createHash('sha256').update(values).digest('hex')).toBe(sha)
    expect(patterns.filter((pattern) => !Number.isNaN(value(pattern)) && bits(value(pattern)) !== pattern)).toEqual([])
    expect(value(bits(NaN))).toBeNaN()
  })

  test.each(formats)('$dtype: each half goes to the even neighbour, and what is beside it to the nearer one', ({ value, bits, inf }) => {
    const bad: number[] = []
    for (let low = 0; low < inf; low++) {
      // above the largest number the next one would be infinity's pattern read as a number
      const next = low + 1 === inf ? 2 * value(low) - value(low - 1) : value(low + 1)
      const middle = (value(low) + next) / 2 // exact: it has one bit more
      const even = low % 2 === 0 ? low : low + 1
      const rounds = (x: number, pattern: number) => bits(x) === pattern && bits(-x) === (pattern | 0x8000)
      if (!rounds(middle, even) || !rounds(middle * (1 - 2 ** -50), low) || !rounds(middle * (1 + 2 ** -50), low + 1)) bad.push(low)
    }
    expect(bad).toEqual([])
  })

  test('float64 is rounded once, where a stop at float32 would lose the tie', () => {
    // PyTorch and ml_dtypes go through float32 and give 0x3c00 and 0x3f80; NumPy gives 0x3c01
    expect(float16Bits(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01)
    expect(bfloat16Bits(1 + 2 ** -8 + 2 ** -30)).toBe(0x3f81)
    expect(roundToDType(1 + 2 ** -8 - 2 ** -30, 'bfloat16')).toBe(1)
  })

  // NumPy 2.4.6: np.float64(x).astype(np.float16).view(np.uint16); ml_dtypes 0.6.0 for bfloat16
  test.each<[DType, readonly [number, number][]]>([
    [
      'float16',
      [
        [0.1, 0x2e66],
        [1 / 3, 0x3555],
        [2049, 0x6800],
        [2051, 0x6802],
        [65519.99, 0x7bff],
        [65520, 0x7c00],
        [-65520, 0xfc00],
        [2 ** -25, 0],
        [2 ** -25 + 2 ** -60, 1],
        [3 * 2 ** -25, 2],
        [2 ** -14 - 2 ** -25, 0x400],
        [6e-8, 1],
        [1e300, 0x7c00],
        [-1e-300, 0x8000],
      ],
    ],
    [
      'bfloat16',
      [
        [0.1, 0x3dcd],
        [1 / 3, 0x3eab],
        [257, 0x4380],
        [259, 0x4382],
        [3.396e38, 0x7f7f],
        [3.39617752923046e38, 0x7f80],
        [2 ** -133, 1],
        [2 ** -134, 0],
        [3 * 2 ** -134, 2],
        [-(2 ** -126) + 2 ** -134, 0x8080],
        [1e300, 0x7f80],
        [-1e-300, 0x8000],
      ],
    ],
  ])('%s: known pairs', (dtype, pairs) => {
    const values = pairs.map(([value]) => value)
    expect(tensor(Float64Array.from(values), { dtype }).data).toEqual(Uint16Array.from(pairs, ([, bits]) => bits))
    expect(tensor(values, { dtype }).data).toEqual(Uint16Array.from(pairs, ([, bits]) => bits))
  })
})

test('promotion is torch.result_type', () => {
  // torch 2.13.0; a letter per dtype, a row per first operand in the order of `dtypeNames`; both with dimensions, the second 0-D, both 0-D
  const letters = 'dfhblisoyt'
  const same = 'dddddddddd dfffffffff dfhfhhhhhh dffbbbbbbb dfhbllllll dfhbliiiii dfhblissss dfhblisoso dfhblissyy dfhblisoyt'
  const zero = 'dddddddddd ffffffffff hhhhhhhhhh bbbbbbbbbb dfhbllllll dfhbiiiiii dfhbssssss dfhboooooo dfhbyyyyyy dfhblisoyt'
  for (const [table, first, second] of [
    [same, [1], [1]],
    [zero, [1], []],
    [same, [], []],
  ] as const) {
    const rows = dtypeNames.map((a) =>
      dtypeNames
        .map(
          (b) =>
            letters[
              dtypeNames.indexOf(
                resultType([
                  { dtype: a, shape: first },
                  { dtype: b, shape: second },
                ]),
              )
            ],
        )
        .join(''),
    )
    expect(rows.join(' ')).toBe(table)
  }
  const [vector, scalar] = [
    { dtype: 'float16' as const, shape: [2] },
    { dtype: 'float64' as const, shape: [] },
  ]
  expect([resultType([scalar, vector]), resultType([scalar, vector, scalar])]).toEqual(['float16', 'float16'])
})
