import { type DType, isFloating, type Numbers, roundToDType } from '../tensor/dtype.ts'
import { numbersOf, type View } from '../tensor/view.ts'
import type { Round } from './norms.ts'

/** Rounds as PyTorch does after each operation in a dtype; integers are exact. */
export function rounding(dtype: DType): Round {
  if (dtype === 'float32') return Math.fround
  return dtype === 'float64' || !isFloating(dtype) ? (value) => value : (value) => roundToDType(value, dtype)
}

/** The elements as numbers, integers too without rounding. */
export const numbersIn = (view: View): Numbers => numbersOf(view, isFloating(view.dtype) ? view.dtype : 'float64')
