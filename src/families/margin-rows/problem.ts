import type { View } from '../../tensor/view.ts'

/** Rows of scores, each with the classes whose scores are to exceed those of all others by a margin. */
export interface MarginRowsProblem {
  /** (rows, classes). */
  readonly input: View
  readonly rows: number
  readonly classes: number
  /** The classes of each row, `width` of them, or fewer and then −1. */
  readonly labels: Int32Array
  readonly width: number
  readonly margin: number
  /** Whether what a margin lacks is squared. */
  readonly squared: boolean
  /** One weight per class, for the class that is to exceed. */
  readonly weight: View | null
  readonly compute: 'float64' | 'float32'
}
