/** A float64 for people: ten digits, without the noise of the last ones. */
export const rounded = (value: number): string => String(Number(value.toPrecision(10)))

/** `(2, 3)`, `(2,)` or `()`: a shape as NumPy and PyTorch print it. */
export const tuple = (shape: readonly number[]): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`

/** How many float32 numbers lie between two of them, counting the second. */
export function ulpsBetween(a: number, b: number): number {
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity
  return Math.abs(ordinal(a) - ordinal(b))
}

/** The position of a float32 among all of them, from the bits. */
function ordinal(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer)[0]
  return bits < 0 ? -(bits & 0x7fffffff) : bits
}
