import type { Random } from '../../oracle/random.ts'
import type { LossFunction } from '../../src/index.ts'

/** A call as a user makes it: the loss and what is given to it. */
export interface SceneCall {
  readonly loss: LossFunction
  /** Positional arguments, then options. */
  readonly args: readonly unknown[]
}

/** What a check is tried on: calls that have its mistake, and honest ones that come near it. Each draw is another batch. */
export interface Scene {
  readonly code: string
  /** The check is about NaN, so that what it says may name it. */
  readonly aboutNaN?: true
  /** Ways of committing the mistake, as users do it, by name. */
  readonly mistaken: Readonly<Record<string, (random: Random) => SceneCall>>
  /** Honest batches, the harder to tell apart the better, by name. */
  readonly honest: Readonly<Record<string, (random: Random) => SceneCall>>
}

/** A call of a loss of any type. */
export const call = (loss: unknown, ...args: unknown[]): SceneCall => ({ loss: loss as LossFunction, args })
