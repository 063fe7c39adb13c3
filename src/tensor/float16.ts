/**
 * Reading and rounding of the two 16-bit floating-point formats, kept as bits in a `Uint16Array`.
 *
 * A value is rounded once, from float64, to nearest with ties to even.
 */
const word = new DataView(new ArrayBuffer(8))

let halves: Float32Array | undefined

/** The value of each of the 65,536 bit patterns of IEEE 754 binary16. */
export function float16Values(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  })
  return halves
}

export function float16Bits(value: number): number {
  const x = roundTo(value, 10, -14, 65504)
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const size = Math.abs(x)
  if (Number.isNaN(x)) return 0x7e00
  if (size === Infinity) return sign | 0x7c00
  if (size < 2 ** -14) return sign | (size * 2 ** 24)
  const exponent = exponentOf(size)
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024)
}

export function bfloat16Value(bits: number): number {
  word.setUint32(0, bits << 16)
  return word.getFloat32(0)
}

export function bfloat16Bits(value: number): number {
  const x = roundTo(value, 7, -126, 3.3895313892515355e38)
  if (Number.isNaN(x)) return 0x7fc0
  word.setFloat32(0, x)
  return word.getUint16(0)
}

/** `value` rounded to `bits` fraction bits; subnormal below 2^minExponent, infinite above `max`. */
function roundTo(value: number, bits: number, minExponent: number, max: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const ulp = 2 ** (Math.max(exponentOf(value), minExponent) - bits)
  const rounded = roundToInteger(value / ulp) * ulp
  if (Math.abs(rounded) > max) return value < 0 ? -Infinity : Infinity
  return rounded === 0 && value < 0 ? -0 : rounded
}

function exponentOf(value: number): number {
  word.setFloat64(0, value)
  return ((word.getUint16(0) >> 4) & 2047) - 1023
}

/** float32 rounded to float16, many at a time: the same as `float16Bits` of each. */
export function narrowToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < halves.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000
    const size = bits[i] & 0x7fffffff
    if (size > 0x7f800000) halves[i] = 0x7e00
    else if (size >= 0x477ff000) halves[i] = sign | 0x7c00
    else if (size >= 0x38800000) halves[i] = sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
    else halves[i] = sign | roundToInteger(Math.abs(values[i]) * 2 ** 24)
  }
  return halves
}

/** float32 rounded to bfloat16, many at a time: the same as `bfloat16Bits` of each. */
export function narrowToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < halves.length; i++) {
    const whole = bits[i]
    halves[i] = (whole & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (whole + 0x7fff + ((whole >>> 16) & 1)) >>> 16
  }
  return halves
}

/** To nearest, ties to even, for numbers below 2^51: adding 1.5·2^52 leaves no room for a fraction. */
const roundToInteger = (value: number): number => value + 6755399441055744 - 6755399441055744
