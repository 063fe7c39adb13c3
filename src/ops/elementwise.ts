import { LossError } from '../errors.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, type DType, holds, isFloating, type Numbers, torchName } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { broadcastShapes, type Shape, tupleOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expandView, numbersOf, sumTo } from '../tensor/view.ts'
import { arithmetic, column, exact, operand, operands, refusedDType, result } from './shared.ts'

/** a + b. */
export const add = binary({ name: 'add', of: (a, b) => a + b, da: () => 1, db: () => 1 })

/** a − b. */
export const sub = binary({ name: 'sub', of: (a, b) => a - b, da: () => 1, db: () => -1, refuses: boolean })

/** a − b as a part of another op, of which errors speak. */
export const differenceOf = (name: string, names: readonly [string, string]) =>
  binary({ name, names, of: (a, b) => a - b, da: () => 1, db: () => -1, refuses: boolean, held: true })

/** a · b, element by element. */
export const mul = binary({ name: 'mul', of: (a, b) => a * b, da: (_, b) => b, db: (a) => a })

/** a / b, in floating point. */
export const div = binary({ name: 'div', of: (a, b) => a / b, da: (_, b) => 1 / b, db: (a, b) => -(a / b) / b, fractional: true })

/** eˣ. */
export const exp = unary({ name: 'exp', of: Math.exp, slope: (_, y) => y, integers: fractions })

/** The natural logarithm. */
export const log = unary({ name: 'log', of: Math.log, slope: (x) => 1 / x, integers: fractions })

/** √x. */
export const sqrt = unary({ name: 'sqrt', of: Math.sqrt, slope: (_, y) => 1 / (2 * y), integers: fractions })

/** |x|; the gradient at 0 is 0. Integers stay integers. */
export const abs = unary({
  name: 'abs',
  of: Math.abs,
  slope: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  integers: (dtype) => {
    if (dtype === 'bool') throw refusedDType('abs', dtype, `NotImplementedError: "abs_cpu" not implemented for 'Bool'`)
    return dtype
  },
})

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = unary({ name: 'sigmoid', of: logistic, slope: (_, y) => y * (1 - y), integers: fractions })

/** log(1 / (1 + e⁻ˣ)), without overflow. */
export const logSigmoid = unary({
  name: 'logSigmoid',
  of: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  slope: (x) => logistic(-x),
  integers: (dtype) => {
    throw refusedDType('logSigmoid', dtype, `NotImplementedError: "log_sigmoid_cpu" not implemented for '${torchName(dtype)}'`)
  },
})

/** max(x, 0); the gradient at 0 is 0. Integers stay integers. */
export const relu = unary({
  name: 'relu',
  of: (x) => (x < 0 ? 0 : x),
  slope: (x) => (x <= 0 ? 0 : 1), // 1 for NaN, as in PyTorch
  integers: (dtype) => {
    if (dtype === 'bool') throw refusedDType('relu', dtype, 'RuntimeError: Boolean inputs not supported for relu')
    return dtype
  },
})

/** Integers give float32. */
function fractions(): DType {
  return 'float32'
}

function boolean(a: DType, b: DType): string | null {
  if (a !== 'bool' && b !== 'bool') return null
  return a === b
    ? 'RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
    : 'RuntimeError: Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.'
}

function logistic(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

interface Unary {
  readonly name: string
  readonly of: (x: number) => number
  /** dy/dx from x and y. */
  readonly slope: (x: number, y: number) => number
  /** The result's dtype for an integer dtype, or an error. */
  readonly integers: (dtype: DType) => DType
}

function unary({ name, of, slope, integers }: Unary): (x: TensorLike) => Tensor {
  return (x) => {
    const input = operand(name, 'x', x)
    const dtype = isFloating(input.dtype) ? input.dtype : integers(input.dtype)
    const values = column(name, input, dtype)
    const out = values.map((value) => of(value))
    const node = record(name, [input], (g) => {
      const flowing = numbersOf(g, input.dtype)
      const gradient = out.map((y, i) => flowing[i] * slope(values[i], y))
      return [result(gradient, input.dtype, input.shape, null)]
    })
    return result(out, dtype, input.shape, node)
  }
}

interface Binary {
  readonly name: string
  /** Of the arguments; a and b if left out. */
  readonly names?: readonly [string, string]
  readonly of: (a: number, b: number) => number
  /** The partial derivatives. */
  readonly da: (a: number, b: number) => number
  readonly db: (a: number, b: number) => number
  /** Whether two integers give a fraction. */
  readonly fractional?: true
  /** Integers that the dtype cannot hold are refused, not what is left of their bits. */
  readonly held?: true
  /** PyTorch's error for two dtypes, or null. */
  readonly refuses?: (a: DType, b: DType) => string | null
}

function binary({ name, names = ['a', 'b'], of, da, db, fractional, held, refuses }: Binary): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => {
    const { left, right, dtype: promoted } = operands(name, a, b, names)
    const refused = refuses?.(left.dtype, right.dtype) ?? null
    if (refused !== null) throw refusedDType(name, 'bool', refused)
    const fit = broadcastShapes(left.shape, right.shape)
    if ('axis' in fit) throw notBroadcastable(name, names[1], left.shape, right.shape, fit.axis)
    const { shape } = fit
    const dtype = fractional === true && !isFloating(promoted) ? 'float32' : promoted
    const x = column(name, expandView(left, shape), dtype)
    const y = column(name, expandView(right, shape), dtype)
    const out = allocateNumbers(arithmetic(dtype), x.length)
    for (let i = 0; i < out.length; i++) out[i] = of(x[i], y[i])
    exact(name, out, dtype)
    if (held) checkHeld(name, names[0], out, dtype)
    const node = record(name, [left, right], (g) => {
      const flowing = numbersOf(g, dtype)
      const part = (to: Tensor, slope: Binary['da']) => {
        if (!to.requiresGrad) return null
        const elements = out.map((_, i) => flowing[i] * slope(x[i], y[i]))
        return result(sumTo(elements, shape, to.shape), to.dtype, to.shape, null)
      }
      return [part(left, da), part(right, db)]
    })
    return result(out, dtype, shape, node)
  }
}

function checkHeld(fn: string, argument: string, out: Numbers, dtype: DType): void {
  const odd = out.find((value) => !holds(dtype, value))
  if (odd === undefined) return
  throw new LossError({
    code: 'value-unsafe',
    fn,
    argument,
    received: `a difference of ${odd} in ${dtype}`,
    expected: `integers whose differences ${dtype} can hold`,
    repair: `tensor(${argument}, { dtype: 'float32' })`,
    pytorch: null,
  })
}

export const notBroadcastable = (fn: string, argument: string, a: Shape, b: Shape, axis: number): LossError => {
  const rank = Math.max(a.length, b.length)
  return new LossError({
    code: 'shape',
    fn,
    argument,
    received: `shape ${tupleOf(b)}`,
    expected: `a shape that broadcasts, aligned at the right, with ${tupleOf(a)}`,
    repair: 'reshape one of them, so that every axis is equal or 1',
    pytorch: `RuntimeError: The size of tensor a (${a[axis - rank + a.length]}) must match the size of tensor b (${b[axis - rank + b.length]}) at non-singleton dimension ${axis}`,
  })
}
