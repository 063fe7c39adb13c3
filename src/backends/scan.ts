import { computeDType, isFloating } from '../tensor/dtype.ts'
import { sizeOf } from '../tensor/shape.ts'
import { numbersOf, type View } from '../tensor/view.ts'
import type { Kernel } from './backend.ts'
import { run } from './choose.ts'
import { runCount, runRange } from './wasm/scan.ts'

/** The smallest and the largest number among the elements of an array, Infinity and −Infinity where there is none; and whether there is a NaN. */
export interface Range {
  readonly min: number
  readonly max: number
  readonly nan: boolean
}

/** Looks at all elements, and costs little more than reading them. */
export function rangeOf(view: View): Range {
  const { values, total } = runWell(rangeKernel, { view })
  const [min, max] = values ?? []
  return { min, max, nan: total > 0 }
}

/** How many elements of an array are b, where all others are a; null where there are others, as NaN is. Both are numbers that its dtype can hold, and differ. */
export function countAmong(view: View, a: number, b: number): number | null {
  const { total } = runWell(countKernel, { view, a, b })
  return total < 0 ? null : total
}

interface Scanned {
  readonly view: View
}

const want = { values: true, total: true, gradients: [], scale: 1, upstream: null, into: {} } as const

/** From so many elements on the call of a SIMD kernel pays. */
const worthwhile = 512

const runWell = <P extends Scanned>(kernel: Kernel<P>, problem: P) =>
  sizeOf(problem.view.shape) < worthwhile ? kernel.reference(problem, want) : run(kernel, problem, want)

const computeOf = ({ dtype }: View): 'float32' | 'float64' => (isFloating(dtype) ? computeDType(dtype) : 'float64')

/** Two values for all elements; the total is above 0 where there are NaN. */
const rangeKernel: Kernel<Scanned> = {
  family: 'range',
  about: 'the smallest and the largest element',
  simd: ['float32', 'float64'],
  reference: ({ view }) => {
    let [min, max, nans] = [Infinity, -Infinity, 0]
    const numbers = numbersOf(view, computeOf(view))
    for (let i = 0; i < numbers.length; i++) {
      const x = numbers[i]
      if (x < min) min = x
      if (x > max) max = x
      if (Number.isNaN(x)) nans++
    }
    return { values: Float64Array.of(min, max), total: nans, gradients: {} }
  },
  wasm: ({ view }) => {
    const [min, max, nan] = runRange(view, computeOf(view))
    return { values: Float64Array.of(min, max), total: Number(nan), gradients: {} }
  },
}

/** The count as the total; −1 where there are others. */
const countKernel: Kernel<Scanned & { readonly a: number; readonly b: number }> = {
  family: 'count',
  about: 'how many elements are one of two numbers',
  simd: ['float32', 'float64'],
  reference: ({ view, a, b }) => {
    const numbers = numbersOf(view, computeOf(view))
    let total = 0
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === b) total++
      else if (numbers[i] !== a) return { values: null, total: -1, gradients: {} }
    }
    return { values: null, total, gradients: {} }
  },
  wasm: ({ view, a, b }) => ({ values: null, total: runCount(view, a, b, computeOf(view)) ?? -1, gradients: {} }),
}
