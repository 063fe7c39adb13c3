import { LossError } from '../errors.ts'
import { record } from '../tensor/autograd.ts'
import { allocateNumbers, type DType, isFloating, resultType } from '../tensor/dtype.ts'
import type { TensorLike } from '../tensor/from.ts'
import { broadcastShapes, type Shape, tupleOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expandView, numbersOf, sumTo } from '../tensor/view.ts'
import { floating, operand, operands, result } from './shared.ts'

/** a + b. */
export const add = binary({ name: 'add', of: (a, b) => a + b, da: () => 1, db: () => 1 })

/** a − b. */
export const sub = binary({ name: 'sub', of: (a, b) => a - b, da: () => 1, db: () => -1 })

/** a · b, element by element. */
export const mul = binary({ name: 'mul', of: (a, b) => a * b, da: (_, b) => b, db: (a) => a })

/** a / b, in floating point. */
export const div = binary({ name: 'div', of: (a, b) => a / b, da: (_, b) => 1 / b, db: (a, b) => -a / (b * b), fractional: true })

/** eˣ. */
export const exp = unary({ name: 'exp', of: Math.exp, slope: (_, y) => y })

/** The natural logarithm. */
export const log = unary({ name: 'log', of: Math.log, slope: (x) => 1 / x })

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = unary({ name: 'sigmoid', of: logistic, slope: (_, y) => y * (1 - y) })

/** log(1 / (1 + e⁻ˣ)), without overflow. */
export const logSigmoid = unary({
  name: 'logSigmoid',
  of: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  slope: (x) => logistic(-x),
})

/** max(x, 0); the gradient at 0 is 0. */
export const relu = unary({ name: 'relu', of: (x) => (x < 0 ? 0 : x), slope: (x) => (x > 0 ? 1 : 0) })

function logistic(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

interface Unary {
  readonly name: string
  readonly of: (x: number) => number
  /** dy/dx from x and y. */
  readonly slope: (x: number, y: number) => number
}

function unary({ name, of, slope }: Unary): (x: TensorLike) => Tensor {
  return (x) => {
    const input = floating(name, operand(name, 'x', x))
    const values = numbersOf(input)
    const out = values.map((value) => of(value))
    const node = record(name, [input], (g) => {
      const flowing = numbersOf(g, input.dtype)
      const gradient = out.map((y, i) => flowing[i] * slope(values[i], y))
      return [result(gradient, input.dtype, input.shape, null)]
    })
    return result(out, input.dtype, input.shape, node)
  }
}

interface Binary {
  readonly name: string
  readonly of: (a: number, b: number) => number
  /** The partial derivatives. */
  readonly da: (a: number, b: number) => number
  readonly db: (a: number, b: number) => number
  /** Whether two integers give a fraction. */
  readonly fractional?: true
}

function binary({ name, of, da, db, fractional }: Binary): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => {
    const [left, right] = operands(name, a, b)
    const fit = broadcastShapes(left.shape, right.shape)
    if ('axis' in fit) throw notBroadcastable(name, left.shape, right.shape, fit.axis)
    const { shape } = fit
    const promoted = resultType([left, right])
    const dtype = fractional === true && !isFloating(promoted) ? 'float32' : promoted
    const compute: DType = isFloating(dtype) ? dtype : 'float64'
    const x = numbersOf(expandView(left, shape), compute)
    const y = numbersOf(expandView(right, shape), compute)
    const out = allocateNumbers(compute, x.length)
    for (let i = 0; i < out.length; i++) out[i] = of(x[i], y[i])
    const node = record(name, [left, right], (g) => {
      const flowing = numbersOf(g, compute)
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

const notBroadcastable = (fn: string, a: Shape, b: Shape, axis: number): LossError => {
  const rank = Math.max(a.length, b.length)
  return new LossError({
    code: 'shape',
    fn,
    argument: 'b',
    received: `shape ${tupleOf(b)}`,
    expected: `a shape that broadcasts, aligned at the right, with ${tupleOf(a)}`,
    repair: 'reshape one of them, so that every axis is equal or 1',
    pytorch: `RuntimeError: The size of tensor a (${a[axis - rank + a.length]}) must match the size of tensor b (${b[axis - rank + b.length]}) at non-singleton dimension ${axis}`,
  })
}
