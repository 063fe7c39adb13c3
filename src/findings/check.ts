import type { LossError } from '../errors.ts'
import type { LossFunction } from '../loss.ts'
import type { LossSpec, OptionsOf, OptionTable } from '../spec.ts'
import { refuseNoLoss } from '../strict.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Stage, spelledIn, waysBehind } from './behind.ts'
import { cannot, type Detector, type Draft, type Outcome } from './detector.ts'
import type { CheckState, Finding, Findings, Level } from './finding.ts'
import { detectors } from './index.ts'
import { repairsOf } from './repairs.ts'
import { drawShapes } from './shapes.ts'
import { type Subject, subjectOf } from './subject.ts'
import { instructed, repairOf } from './typed.ts'

/**
 * What is wrong with a call: the findings, the gravest first; empty where nothing was found.
 *
 * Takes what the loss takes; of a criterion that `nn` made, what the criterion takes. A call that the loss refuses has its refusal among the findings, explained where the data tell the cause.
 * `checks` lists every check that was made, and those that could not be, with the reason: what is not listed as clear was not looked at.
 * Throws LossError only for what is no call: a missing argument, an unknown option, ragged arrays.
 *
 * @example
 * check(crossEntropy, [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], [0, 1])[0].code // => 'softmax-twice'
 */
export function check<Args extends readonly unknown[], T extends OptionTable>(
  loss: LossFunction<Args, T>,
  ...args: [...Args, options?: OptionsOf<T>]
): Findings
export function check<Args extends readonly unknown[]>(criterion: Checkable<Args>, ...args: Args): Findings
export function check(loss: LossFunction | Checkable, ...args: unknown[]): Findings {
  refuseNoLoss('check', loss)
  return 'check' in loss ? loss.check(...args) : examine(subjectOf(loss, args))
}

/** What looks at its own calls: a criterion of `nn`. */
interface Checkable<Args extends readonly unknown[] = readonly unknown[]> {
  check(...args: Args): Findings
}

const known = new WeakMap<LossSpec, readonly Detector[]>()

/** The checks that go with a loss's contract. */
function detectorsOf(spec: LossSpec): readonly Detector[] {
  const found = known.get(spec) ?? detectors.filter(({ applies }) => applies(spec))
  known.set(spec, found)
  return found
}

/** The findings of a call that has been read. */
export function examine(subject: Subject): Findings {
  const { refusal } = subject
  const ways = waysBehind(subject)
  const explained = new Set<Stage>()
  const looked = detectorsOf(subject.spec).map((detector) => verdictOf(detector, subject, ways, explained))
  const causes = looked.flatMap(({ found }) => found.filter(({ covers }) => covers !== undefined))
  const verdicts = causes.length === 0 ? looked : looked.map((verdict) => uncovered(verdict, causes))
  const drafts = verdicts.flatMap(({ found }) => found)
  if (refusal !== null && drafts.every(({ explains, once }) => explains !== true || once !== undefined))
    drafts.push(refused(subject, refusal))
  drafts.push(...refusedBehind(subject, ways, explained))
  const drawing = refusal?.code.startsWith('shape') ? { drawing: drawShapes(subject.call) } : {}
  drafts.sort((a, b) => gravity[a.level] - gravity[b.level] || rankOf(a) - rankOf(b))
  const findings = drafts.map(
    ({ explains, once, ...finding }): Finding => ({ ...(explains && once === undefined ? drawing : {}), ...finding }),
  )
  const checks = verdicts.map(({ check }) => check)
  return Object.defineProperty(findings, 'checks', { value: checks }) as unknown as Findings
}

/** A draft with its code; `once`: of a call that was repaired so far. */
interface Coded extends Draft {
  readonly code: string
  readonly once?: string
}

interface Verdict {
  readonly found: readonly Coded[]
  readonly check: CheckState
}

/** What a detector says of a call; of one that is refused also what it says of the repaired one. */
function verdictOf(detector: Detector, subject: Subject, ways: readonly (readonly Stage[])[], explained: Set<Stage>): Verdict {
  const own = seen(lookedAt(detector, subject))
  if (ways.length === 0 || own.found.some(({ explains }) => explains === true)) return verdict(detector, own)
  const seenBehind = ways.map((way) => lookedBehind(detector, way, explained))
  const [first] = seenBehind
  if (seenBehind.every(({ found }) => found.length > 0)) {
    const once = [...new Set(seenBehind.map((each) => each.once))].join(', or ')
    // what was there before is as it was, but for the code that is to be typed
    const found = first.found.map((draft) => {
      const same = own.found.find(({ message }) => message === draft.message)
      return same === undefined ? after(draft, once) : { ...same, repair: draft.repair }
    })
    return verdict(detector, { ...first, found })
  }
  if (seenBehind.every(({ found, cannot }) => found.length === 0 && cannot === null)) {
    const looked =
      own.cannot === null && own.found.length === 0
        ? own.looked
        : [`once ${first.once}`, first.looked].filter((text) => text !== null).join(': ')
    return verdict(detector, { found: [], cannot: null, looked })
  }
  const odd = seenBehind.find(({ found }) => found.length > 0)
  if (own.found.length > 0 || odd === undefined)
    return verdict(detector, own.found.length > 0 ? own : { ...first, cannot: first.cannot ?? own.cannot })
  return verdict(detector, {
    found: [],
    cannot: `it is found once ${odd.once}, and not where the call is repaired otherwise`,
    looked: null,
  })
}

/** Without what is a mere consequence of what another check has found. */
function uncovered({ found, check }: Verdict, causes: readonly Coded[]): Verdict {
  const cause = causes.find(({ covers }) => covers?.includes(check.code))
  if (cause === undefined || found.length === 0) return { found, check }
  if (cause.level === 'error')
    return {
      found: [],
      check: { ...check, state: 'not possible', reason: `what it finds follows from ${cause.code}: check again when that is repaired` },
    }
  return {
    found: found.map((draft) => ({ ...draft, level: 'note' })),
    check: { ...check, reason: `a note, since it follows from ${cause.code}` },
  }
}

interface Seen {
  readonly found: readonly Draft[]
  readonly cannot: string | null
  readonly looked: string | null
}

const seen = (outcome: Outcome): Seen => ({
  found: 'cannot' in outcome ? [] : 'found' in outcome ? outcome.found : outcome,
  cannot: 'cannot' in outcome ? outcome.cannot : null,
  looked: 'found' in outcome ? outcome.looked : null,
})

const verdict = (
  { code, title }: Detector,
  { found, cannot, looked }: Seen & { readonly found: readonly (Draft & { once?: string })[] },
): Verdict => ({
  found: found.map((draft) => ({ ...draft, code })),
  check: {
    code,
    title,
    state: found.length > 0 ? 'found' : cannot !== null ? 'not possible' : 'clear',
    reason: found.length > 0 || cannot === null ? looked : cannot,
  },
})

/** A finding of a repaired call. */
const after = (draft: Draft, once: string): Draft & { readonly once: string } => ({
  ...draft,
  message: `Once ${once}: ${draft.message}`,
  evidence: { once, ...draft.evidence },
  once,
})

/** What a detector finds on the way of a repair: the cause of a refusal on the way, or whatever there is at its end. */
function lookedBehind(detector: Detector, way: readonly Stage[], explained: Set<Stage>): Seen & { readonly once: string } {
  for (const [i, stage] of way.entries()) {
    const { found, cannot: reason, looked } = seen(lookedAtWithout(detector, stage))
    const last = i === way.length - 1
    if (found.some(({ explains }) => explains === true)) explained.add(stage)
    const drafts = found
      .filter(({ explains, argument }) => (last || explains === true) && !stage.guessed.includes(argument))
      .map((draft) => ({ ...draft, repair: codeOf(draft, stage) }))
    if (drafts.length > 0) return { found: drafts, cannot: null, looked, once: stage.once }
    if (!last) continue
    const guess = found.length > 0 ? `the ${stage.guessed.join(' and ')} of the repaired call is a guess` : null
    return { found: [], cannot: reason ?? guess, looked, once: stage.once }
  }
  throw new RangeError('a way of no steps')
}

function codeOf({ repair }: Draft, { typed }: Stage): Draft['repair'] {
  const { ours, torch } = spelledIn({ ours: repair.surprisal, torch: repair.pytorch }, typed)
  return { surprisal: ours, pytorch: torch }
}

/** The outcome of a call of which options were left out: silence says nothing where one of them was asked for. */
function lookedAtWithout(detector: Detector, { subject, without }: Stage): Outcome {
  let asked = ''
  const tensors: Record<string, Tensor> = { ...subject.tensors }
  const values: Record<string, unknown> = { ...subject.values }
  for (const name of without) {
    const of = subject.spec.options[name].kind === 'tensor' ? tensors : values
    const value = of[name]
    const get = () => {
      asked = name
      return value
    }
    Object.defineProperty(of, name, { get, enumerable: name in of })
  }
  const outcome = lookedAt(detector, without.length === 0 ? subject : { ...subject, tensors, values })
  return isSilent(outcome) && asked !== '' ? cannot(`${asked} is refused: check again when that is repaired`) : outcome
}

const isSilent = (outcome: Outcome): boolean => Array.isArray(outcome) && outcome.length === 0

/**
 * What a detector says of a call, refused or not. A refusal hides what comes after it, so that the silence of a detector
 * which asked for more than the arguments says nothing. Refused for a value, a call has passed what is asked of shapes and dtypes, and the refusal itself can be judged.
 */
function lookedAt(detector: Detector, subject: Subject): Outcome {
  const { refusal } = subject
  if (refusal === null) return detector.look(subject)
  let hidden = false
  const hide = <T>(value: T, hides = true): T => {
    hidden ||= hides
    return value
  }
  const outcome = detector.look({
    ...subject,
    get plan() {
      return hide(null)
    },
    get refusal() {
      return hide(refusal, !refusal.code.endsWith('range'))
    },
  })
  return isSilent(outcome) && hidden ? cannot(`${refusal.fn} refuses the ${refusal.argument}: check again when that is repaired`) : outcome
}

/** The cause of a refusal comes before what else there is, and what is behind a refusal after that. */
const rankOf = ({ explains, once }: Coded): number => (once !== undefined ? 2 : explains === true ? 0 : 1)

const gravity: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 }

/** What is refused on the way of a repair, of another argument or for another reason than before, and no check explains. */
function refusedBehind({ refusal }: Subject, [way = []]: readonly (readonly Stage[])[], explained: ReadonlySet<Stage>): Coded[] {
  const last = way[way.length - 1]
  // shapes and dtypes of one argument depend on each other, so that they are told apart only where the way ends
  const kind = (error: LossError | null, end: boolean) => `${error?.argument} ${end ? error?.code : error?.code.endsWith('range')}`
  const known = new Set([kind(refusal, false), kind(refusal, true)])
  return way.flatMap((stage) => {
    const { subject, once } = stage
    if (subject.refusal === null || known.has(kind(subject.refusal, stage === last))) return []
    known.add(kind(subject.refusal, false))
    if (explained.has(stage)) return []
    const draft = refused(subject, subject.refusal)
    return [{ ...after({ ...draft, repair: codeOf(draft, stage) }, once), code: draft.code }]
  })
}

/** A refusal that no check explains further. */
function refused(subject: Subject, refusal: LossError): Coded {
  const { argument, expected, received, pytorch } = refusal
  const [best] = repairsOf(subject)
  return {
    code: 'refused',
    explains: true,
    level: 'error',
    argument,
    message: `${argument}: expected ${expected}, got ${received}.`,
    evidence: { received, expected },
    repair: repairOf(best ?? instructed(subject, refusal)),
    pytorch,
  }
}
