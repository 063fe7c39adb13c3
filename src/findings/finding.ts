/** How sure a finding is: an 'error' is decided by the data, a 'warning' has strong evidence, a 'note' is worth a look. */
export type Level = 'error' | 'warning' | 'note'

/** One mistake that the data show. Plain data. */
export interface Finding {
  /** Names the check; docs/findings/<code>.md explains it. */
  readonly code: string
  readonly level: Level
  /** The argument or option that it is about. */
  readonly argument: string
  /** What is wrong, in one sentence with the numbers that show it. "Once the target is squeezed: …" where a refusal comes before it. */
  readonly message: string
  /** Those numbers by name; `once` says what has been repaired before. */
  readonly evidence: Readonly<Record<string, Evidence>>
  /** What to type instead, in this library and in PyTorch: one line each. */
  readonly repair: { readonly surprisal: string; readonly pytorch: string }
  /** What PyTorch 2.13 prints for the same call, repaired so far; null where it says nothing and computes a number. */
  readonly pytorch: string | null
  /** The shapes with their axes aligned, where they are what is wrong: lines of plain text. */
  readonly drawing?: readonly string[]
}

export type Evidence = number | string | boolean | null | readonly (number | string)[]

/** Whether a check could be made of these data, and if not, why. */
export interface CheckState {
  readonly code: string
  readonly title: string
  readonly state: 'found' | 'clear' | 'not possible'
  /** Why it could not be made; or what it looked at, where that is not everything. */
  readonly reason: string | null
}

/** The findings of a call, the gravest first, with every check that was made of it, and those that could not be. */
export interface Findings extends ReadonlyArray<Finding> {
  readonly checks: readonly CheckState[]
}
