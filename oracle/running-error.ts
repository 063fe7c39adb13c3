import type { Algebra } from '../src/algebra/algebra.ts'
import { type DType, roundToDType } from '../src/tensor/dtype.ts'

/** A number, and how far an evaluation with rounded steps may have come from it, in units of the precision ε. */
export interface Uncertain {
  readonly value: number
  readonly error: number
}

/** A comparison, and whether the errors of its sides leave no doubt of it. */
interface Verdict {
  readonly holds: boolean
  readonly sure: boolean
}

/**
 * The algebra that bounds its own errors: each word is computed in float64, together with what roundings to `dtype` may have done to it.
 *
 * So a formula says itself where its terms cancel, what a logarithm makes of a small argument, and where a kink is too near to tell on
 * which side of it another evaluation will come to lie (`steps` roundings away). A result that needs no rounding has no error of its own,
 * so that ties of short numbers are ties.
 *
 * Source: N. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, §3.3 (running error analysis).
 */
export function runningError(dtype: DType, epsilon: number, steps: number): Algebra<Uncertain, Verdict> {
  // a float64 that is short enough for float32 is hardly the result of a rounding
  const short = dtype === 'float64' ? 'float32' : dtype
  const rounded = (value: number, error: number): Uncertain => ({
    value,
    error: error + (roundToDType(value, short) === value ? 0 : Math.abs(value)),
  })
  const of = (a: Uncertain | number): Uncertain => (typeof a === 'number' ? { value: a, error: 0 } : a)
  const word =
    (value: (a: number, b: number) => number, error: (a: Uncertain, b: Uncertain, value: number) => number) =>
    (a: Uncertain | number, b: Uncertain | number = 0): Uncertain => {
      const [x, y] = [of(a), of(b)]
      const result = value(x.value, y.value)
      return rounded(result, x.error + y.error === 0 ? 0 : error(x, y, result))
    }
  const compare =
    (holds: (a: number, b: number) => boolean) =>
    (a: Uncertain | number, b: Uncertain | number): Verdict => {
      const [x, y] = [of(a), of(b)]
      const doubt = steps * epsilon * (x.error + y.error)
      return { holds: holds(x.value, y.value), sure: doubt === 0 || !(Math.abs(x.value - y.value) <= doubt) }
    }
  const select = ({ holds, sure }: Verdict, yes: Uncertain | number, no: Uncertain | number): Uncertain => {
    const [chosen, other] = holds ? [of(yes), of(no)] : [of(no), of(yes)]
    if (sure) return chosen
    const jump = Math.abs(chosen.value - other.value) / epsilon / steps
    return { value: chosen.value, error: Math.max(chosen.error, other.error) + jump }
  }
  const lt = compare((a, b) => a < b)
  const sum = (a: Uncertain, b: Uncertain) => a.error + b.error
  return {
    add: word((a, b) => a + b, sum),
    sub: word((a, b) => a - b, sum),
    mul: word(
      (a, b) => a * b,
      (a, b) => Math.abs(a.value) * b.error + Math.abs(b.value) * a.error,
    ),
    div: word(
      (a, b) => a / b,
      (a, b, value) => (a.error + Math.abs(value) * b.error) / Math.abs(b.value),
    ),
    neg: (a) => ({ value: -of(a).value, error: of(a).error }),
    abs: (a) => ({ value: Math.abs(of(a).value), error: of(a).error }),
    sqrt: word(Math.sqrt, (a, _, value) => Math.min(a.error / (2 * value), Math.sqrt(a.error / epsilon))),
    min: (a, b) => select(lt(b, a), b, a),
    max: (a, b) => select(lt(a, b), b, a),
    exp: word(Math.exp, (a, _, value) => (value * Math.expm1(epsilon * a.error)) / epsilon),
    log: word(Math.log, (a) => a.error / Math.abs(a.value)),
    log1p: word(Math.log1p, (a) => a.error / Math.abs(1 + a.value)),
    lt,
    le: compare((a, b) => a <= b),
    eq: compare((a, b) => a === b),
    select,
  }
}
