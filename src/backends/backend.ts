import type { Numbers } from '../tensor/dtype.ts'
import type { View } from '../tensor/view.ts'

/** What is wanted of a kernel run. */
export interface Want {
  /** One value per element or row of the result. */
  readonly values: boolean
  /** The exact total of the values. */
  readonly total: boolean
  /** The operands whose gradients are wanted, each in the operand's own shape. */
  readonly gradients: readonly string[]
  /** A factor of every gradient. */
  readonly scale: number
  /** A further factor per element or row of the result: the gradient that flows in, for reduction 'none'. */
  readonly upstream: View | null
  /** Arrays that gradients are to be written into, by operand; the others get fresh ones. */
  readonly into: Readonly<Record<string, Numbers | undefined>>
}

export interface Outcome {
  readonly values: Numbers | null
  /** The exact sum of the values, rounded once to float64. */
  readonly total: number
  readonly gradients: Readonly<Record<string, Numbers>>
}

/**
 * A family's computation, spelled for each backend that can do it.
 *
 * Backends see families' kernels, never losses. `reference` is plain numbers, can do everything, and is what the others are tested against.
 */
export interface Kernel<P> {
  readonly family: string
  /** What one problem is, in words: 'one value per element'. */
  readonly about: string
  /** The arithmetic that `wasm` takes (16 bits are computed in float32); left out: none. Tests hold it to what runs. */
  readonly simd?: readonly ('float32' | 'float64')[]
  reference(problem: P, want: Want): Outcome
  wasm?(problem: P, want: Want): Outcome
}

export interface Backend {
  readonly name: string
  /** Runs the kernel, or throws Unsupported so that the next backend is tried. */
  run<P>(kernel: Kernel<P>, problem: P, want: Want): Outcome
}

/** What a backend throws when it cannot do a kernel or a problem; never seen by users, since `reference` can do all. */
export class Unsupported extends Error {}
