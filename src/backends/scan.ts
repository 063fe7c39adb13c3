import { computeDType, isFloating } from '../tensor/dtype.ts'
import { sizeOf } from '../tensor/shape.ts'
import { numbersOf, type View } from '../tensor/view.ts'
import type { Kernel } from './backend.ts'
import { run } from './choose.ts'
import { runOthers, runRange } from './wasm/scan.ts'

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

/** Whether every element of an array is a or b: both have to be numbers that its dtype can hold. NaN is neither. */
export const holdsOnly = (view: View, a: number, b: number): boolean => runWell(othersKernel, { view, a, b }).total === 0

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

/** A total above 0 where there are others. */
const othersKernel: Kernel<Scanned & { readonly a: number; readonly b: number }> = {
  family: 'others',
  about: 'whether elements are others than two numbers',
  simd: ['float32', 'float64'],
  reference: ({ view, a, b }) => {
    const numbers = numbersOf(view, computeOf(view))
    let others = 0
    for (let i = 0; i < numbers.length; i++) if (numbers[i] !== a && numbers[i] !== b) others++
    return { values: null, total: others, gradients: {} }
  },
  wasm: ({ view, a, b }) => ({ values: null, total: Number(runOthers(view, a, b, computeOf(view))), gradients: {} }),
}
