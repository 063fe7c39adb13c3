import type { LossErrorCode } from '../errors.ts'
import type { LossSpec } from '../spec.ts'
import type { Finding } from './finding.ts'
import type { Subject } from './subject.ts'

/** One check: what it looks for, of which losses, and the words of its page. `index.ts` is the list of them. */
export interface Detector {
  /** Names the finding and its page, docs/findings/<code>.md. */
  readonly code: string
  /** What it looks for, in a few words: "softmax before a loss that has it inside". */
  readonly title: string
  /** Whether a loss with this contract can be called with the mistake at all. Decided by domains and options, never by names. */
  applies(spec: LossSpec): boolean
  /** Looks at a call. */
  look(subject: Subject): Outcome
  /** What its page says, in sentences of our own. */
  readonly page: {
    /** What a user sees: the symptom. */
    readonly looks: string
    /** Why it happens. */
    readonly why: string
    /** How to be sure, where the data alone do not decide; and what a false alarm looks like. */
    readonly sure: string
    /** A call with the mistake, in code that the tests run: it has to end in an expression that is the findings. */
    readonly example: string
  }
}

/** What a detector says: findings (none: clear), or why it cannot tell; `looked` says what it looked at, where that is not everything. */
export type Outcome = readonly Draft[] | { readonly cannot: string } | { readonly found: readonly Draft[]; readonly looked: string | null }

/** A finding but for its code. `explains` marks the cause of the refusal that the loss itself throws for this call. */
export interface Draft extends Omit<Finding, 'code'> {
  readonly explains?: true
  /** Codes of findings that are mere consequences of this one: left out beside an error, and no more than notes beside a warning. */
  readonly covers?: readonly string[]
}

/** Nothing was found; which says nothing of a refused call where more than its arguments was asked for. (`{ found: [] }` is said of any.) */
export const clear: Outcome = []

export const cannot = (reason: string): Outcome => ({ cannot: reason })

/** What PyTorch prints, where this is what the loss refuses: an argument, for a reason. */
export const explanation = ({ refusal }: Subject, argument: string, code: LossErrorCode): Pick<Draft, 'pytorch' | 'explains'> =>
  refusal?.argument === argument && refusal.code === code ? { pytorch: refusal.pytorch, explains: true } : { pytorch: null }
