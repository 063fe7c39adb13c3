import type { Kernel, Outcome, Want } from '../../backends/backend.ts'
import type { Numbers } from '../../tensor/dtype.ts'
import { type Shape, sizeOf } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'
import type { PointwiseProblem } from './problem.ts'

type Run = (problem: PointwiseProblem, want: Want) => Outcome

/** How the values of single elements become those of the result. */
export interface Grouping {
  /** Whether the elements of the last axis are added up to one value. */
  readonly rows: boolean
  /** What every value is divided by. */
  readonly divisor: number
}

/** The kernel of one value per group, made of the one per element: a sum and a division forwards, a factor in the gradients. */
export const grouped = ({ reference, wasm, ...kernel }: Kernel<PointwiseProblem>, grouping: Grouping): Kernel<PointwiseProblem> => ({
  ...kernel,
  reference: inGroups(reference, grouping),
  wasm: wasm && inGroups(wasm, grouping),
})

const inGroups =
  (run: Run, { rows, divisor }: Grouping): Run =>
  (problem, want) => {
    const upstream = rows && want.upstream !== null ? perElement(want.upstream, problem.shape) : want.upstream
    const { values, total, gradients } = run(problem, { ...want, upstream, scale: want.scale / divisor })
    return { values: values && perGroup(values, rows ? problem.shape : [values.length, 1], divisor), total: total / divisor, gradients }
  }

/** What flows into a row flows to each of its elements: a view without a copy. */
const perElement = ({ data, dtype, strides, offset }: View, shape: Shape): View => ({
  data,
  dtype,
  shape,
  strides: [...strides, 0],
  offset,
})

function perGroup(values: Numbers, shape: Shape, divisor: number): Numbers {
  const length = shape[shape.length - 1]
  const sums = new Float64Array(sizeOf(shape.slice(0, -1)))
  for (let group = 0; group < sums.length; group++) {
    for (let i = 0; i < length; i++) sums[group] += values[group * length + i]
    sums[group] /= divisor
  }
  return values instanceof Float64Array ? sums : Float32Array.from(sums)
}
