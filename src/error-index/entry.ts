import type { Holes, Values } from './pattern.ts'

/** One way out of a mistake: a line of Python, and the same in this library. */
export interface Repair {
  /** When it is the one to take; left out where there is one only. */
  readonly when?: string
  readonly pytorch: string
  readonly surprisal: string
}

/** The mistake in code of this library, and the call put right. */
export interface Example {
  readonly wrong: string
  /**
   * What `error.pytorch` of the refused call says, where it is not the message itself; null where this library takes the call, or PyTorch
   * says nothing.
   */
  readonly says?: string | null
  readonly right: string
}

/** A message of older versions or of other devices that has the same cause. */
export interface Older {
  readonly says: string
  /** Which versions print it, as far as it is known. */
  readonly versions: string
  /** A thread that shows it. */
  readonly seen?: string
  /** The values of the main message, where this one tells them in another way. */
  reads?(values: Values): Values
}

interface Facts<V> {
  /** Names it: a heading of docs/errors.md. */
  readonly id: string
  /** What is wrong, in a few words. */
  readonly title: string
  /** Holes filled as in the example of the documentation. */
  readonly sample: V
  readonly older?: readonly Older[]
  /** Which versions print the message; left out where it is 2.13, and others were not looked at. */
  readonly versions?: string
  /** The check that finds the same mistake in the arrays: docs/findings/<code>.md; left out where there is none. */
  readonly finding?: string
  /** The number of the mistake among the thirty that people make most (`mistakes` below). */
  readonly mistake?: number
  /** Why PyTorch says so, whatever the numbers are. */
  readonly cause: string
  /** The same with the numbers of a message. */
  here?(values: V): string
  /** The shapes, drawn. */
  picture?(values: V): string
  repair(values: V): readonly Repair[]
  /** Repairs for a message of which the numbers are not known; left out where `repair` needs none, or nothing can be said. */
  readonly general?: readonly Repair[]
  example(values: V): Example
  /** Who else prints these words: the explanation is only possible then, unless a loss is named near by. */
  readonly elsewhere?: string
  /** A consequence, of little use where the cause is found beside it. */
  readonly vague?: true
}

/** One mistake with its messages: an entry of the index. */
export interface Entry extends Facts<never> {
  /** What PyTorch 2.13 says, or the last version that said it. */
  readonly says: string
}

/** An entry; the holes of its message give `here`, `repair` and `example` their types. */
export const entry = <const P extends string>(facts: Facts<Holes<P>> & { readonly says: P }): Entry => facts as unknown as Entry

/** Calls a function of an entry, whose values have been read by its own pattern. */
export const withValues = <T>(f: (values: never) => T, values: Values): T => f(values as never)

/** The mistakes that people make most, by number, as far as a message tells of them. */
export const mistakes: Readonly<Record<number, string>> = {
  2: 'a label out of range',
  3: 'the shape of the target of a cross-entropy',
  4: 'integers where floats are wanted, or floats where integers are',
  6: 'raw scores in a loss that wants probabilities',
  7: 'unequal shapes that broadcast',
  8: '255 and grey levels in a mask',
  9: 'the class axis in the wrong place',
  12: 'weight and pos_weight, and the axis that they belong to',
  17: 'targets that a binary loss cannot have',
  19: 'class indices or probabilities',
  23: 'KLDivLoss and its mean',
  25: 'BCELoss at its limits, and under autocast',
}
