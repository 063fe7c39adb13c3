import type { View } from '../../tensor/view.ts'
import type { Activation, Extents, Target } from '../overlap/problem.ts'

export interface LovaszProblem extends Extents {
  readonly input: View
  readonly target: Target
  readonly activation: Activation
  /** One value per image; otherwise one for the batch. */
  readonly perImage: boolean
  /** The classes that count, in order; null for the hinge, which knows one. */
  readonly chosen: readonly number[] | null
  /** Whether a class counts, and by how many the sum over the classes is divided: image by image where there are such values. */
  readonly counts: Uint8Array
  readonly divisors: Float64Array
  readonly compute: 'float64' | 'float32'
}
