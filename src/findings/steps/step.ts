import type { Call } from '../../check.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { Typed } from '../typed.ts'

/** A change of one argument or option that may mend a call: what it is, how it is typed, and how it is done. */
export interface Step {
  readonly kind: 'squeeze' | 'permute' | 'argmax' | 'batch' | 'flatten' | 'cast' | 'swap' | 'resize' | 'colours' | 'remap' | 'ignore'
  /** The sooner tried the smaller. */
  readonly cost: number
  /** What it says about the data: "the target has an axis of length 1 too many". */
  readonly says: string
  /** The values are a guess: whether they are right only the user knows, and this remark says what to look at. */
  readonly guess?: string
  /** New tensors by name, each with the code that makes it of the old code; and new options. */
  readonly tensors?: Readonly<Record<string, Change>>
  readonly values?: Readonly<Record<string, unknown>>
}

export interface Change {
  readonly to: Tensor
  readonly ours: (x: string) => string
  readonly torch: (x: string) => string
}

/** A call on the way to its repair. */
export interface State extends Pick<Call, 'spec' | 'tensors' | 'values'> {
  readonly typed: Readonly<Record<string, Typed>>
  readonly steps: readonly Step[]
  readonly cost: number
}
