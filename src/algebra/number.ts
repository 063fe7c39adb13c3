import type { Algebra } from './algebra.ts'

/** The algebra on numbers in float64: the reference for float64 tensors. */
export const float64: Algebra<number, boolean> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (a < b ? b : a),
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  eq: (a, b) => a === b,
  select: (condition, yes, no) => (condition ? yes : no),
}

const f = Math.fround

/** The algebra on numbers in float32: each step is rounded, so that it overflows where a float32 kernel does. */
export const float32: Algebra<number, boolean> = {
  ...float64,
  add: (a, b) => f(f(a) + f(b)),
  sub: (a, b) => f(f(a) - f(b)),
  mul: (a, b) => f(f(a) * f(b)),
  div: (a, b) => f(f(a) / f(b)),
  sqrt: (a) => f(Math.sqrt(f(a))),
  min: (a, b) => (b < a ? f(b) : f(a)),
  max: (a, b) => (a < b ? f(b) : f(a)),
  exp: (a) => f(Math.exp(f(a))),
  log: (a) => f(Math.log(f(a))),
  log1p: (a) => f(Math.log1p(f(a))),
  lt: (a, b) => f(a) < f(b),
  le: (a, b) => f(a) <= f(b),
  eq: (a, b) => f(a) === f(b),
  select: (condition, yes, no) => f(condition ? yes : no),
}

export const numberAlgebra = (dtype: string): Algebra<number, boolean> => (dtype === 'float64' ? float64 : float32)
