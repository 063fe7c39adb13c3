import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { numbersIn, rounding } from '../../ops/rounding.ts'
import { allocateNumbers, computeDType, type DType, type Numbers, roundToDType } from '../../tensor/dtype.ts'
import { sizeOf } from '../../tensor/shape.ts'
import { expandView, numbersOf } from '../../tensor/view.ts'
import type { CosineProblem } from './problem.ts'

/** PyTorch's constant, float32(1e-12), also in float64. */
const eps = Math.fround(1e-12)

/**
 * The kernel on plain numbers: 1 − cos or max(0, cos − margin), row by row, with cos = Σ a·b / √((Σ a² + ε)·(Σ b² + ε)).
 *
 * Every step is rounded as in PyTorch, so that it overflows and is NaN where PyTorch's is.
 */
export function referenceCosine({ input1, input2, target, shape, margin, dtypes }: CosineProblem, want: Want): Outcome {
  const rows = sizeOf(shape)
  const [widthA, widthB] = [input1, input2].map((input) => input.shape[input.shape.length - 1])
  const columns = widthA === 1 ? widthB : widthA
  const [a, b] = [input1, input2].map(numbersIn)
  // one row, or one column, stands for all
  const [rowA, rowB] = [a, b].map((x, k) => (x.length === [widthA, widthB][k] && rows !== 1 ? 0 : [widthA, widthB][k]))
  const [stepA, stepB] = [widthA, widthB].map((width) => (width === columns ? 1 : 0))
  const t = numbersOf(expandView(target, shape), 'float64')
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, computeDType(dtypes.cosine))
  const values = want.values ? allocateNumbers(dtypes.cosine, rows) : null
  const total = new ExactSum()
  const sums = (name: string, size: number) => (want.gradients.includes(name) ? new Float64Array(size) : null)
  const [da, db] = [sums('input1', a.length), sums('input2', b.length)]
  const r = rounding(dtypes.cosine)
  const [rA, rB, rProducts] = [dtypes.input1, dtypes.input2, dtypes.products].map(rounding)
  const limit = r(margin)

  for (let row = 0; row < rows; row++) {
    const atA = row * rowA
    const atB = row * rowB
    const dot = rProducts(sumOfProducts(a, atA, stepA, b, atB, stepB, columns, dtypes.products))
    const squaresA = rA(rA(sumOfProducts(a, atA, 1, a, atA, 1, widthA, input1.dtype)) + eps)
    const squaresB = rB(rB(sumOfProducts(b, atB, 1, b, atB, 1, widthB, input2.dtype)) + eps)
    const lengths = r(Math.sqrt(r(squaresA * squaresB)))
    const cosine = r(r(dot) / lengths)
    const beyond = r(cosine - limit)
    const value = t[row] === 1 ? r(1 - cosine) : t[row] !== -1 ? 0 : beyond < 0 ? 0 : beyond
    if (values !== null) values[row] = value
    if (want.total) total.add(value)
    if (da === null && db === null) continue

    const g = r(want.scale * (upstream === null ? 1 : upstream[row]))
    const byCosine = t[row] === 1 ? -g : t[row] === -1 && beyond >= 0 ? g : 0
    const byDot = r(byCosine / lengths)
    const byProduct = r(r(-byCosine * r(cosine / lengths)) / r(2 * lengths))
    if (da !== null) {
      const bySquares = r(byProduct * squaresB)
      for (let j = 0; j < columns; j++) da[atA + j * stepA] += r(byDot * b[atB + j * stepB])
      for (let j = 0; j < widthA; j++) da[atA + j] += 2 * r(bySquares * a[atA + j])
    }
    if (db !== null) {
      const bySquares = r(byProduct * squaresA)
      for (let j = 0; j < columns; j++) db[atB + j * stepB] += r(byDot * a[atA + j * stepA])
      for (let j = 0; j < widthB; j++) db[atB + j] += 2 * r(bySquares * b[atB + j])
    }
  }
  const gradients: Record<string, Numbers> = {}
  if (da !== null) gradients.input1 = input1.dtype === 'float64' ? da : Float32Array.from(da)
  if (db !== null) gradients.input2 = input2.dtype === 'float64' ? db : Float32Array.from(db)
  return { values, total: total.value(), gradients }
}

/** Σ x·y, of which PyTorch rounds the products to their dtype before it adds them up. */
function sumOfProducts(x: Numbers, i: number, dx: number, y: Numbers, j: number, dy: number, count: number, dtype: DType): number {
  let sum = 0
  if (dtype === 'float32') for (let k = 0; k < count; k++) sum += Math.fround(x[i + k * dx] * y[j + k * dy])
  else if (dtype === 'float16' || dtype === 'bfloat16')
    for (let k = 0; k < count; k++) sum += roundToDType(x[i + k * dx] * y[j + k * dy], dtype)
  else for (let k = 0; k < count; k++) sum += x[i + k * dx] * y[j + k * dy]
  return sum
}
