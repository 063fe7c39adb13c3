import type { LossError } from '../errors.ts'
import type { LossFunction } from '../loss.ts'
import type { OptionsOf, OptionTable } from '../spec.ts'
import { cannot, type Detector, type Draft, type Outcome } from './detector.ts'
import type { CheckState, Finding, Findings, Level } from './finding.ts'
import { detectors } from './index.ts'
import { drawShapes } from './shapes.ts'
import { type Subject, subjectOf } from './subject.ts'

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
  return 'check' in loss ? loss.check(...args) : examine(subjectOf(loss, args))
}

/** What looks at its own calls: a criterion of `nn`. */
interface Checkable<Args extends readonly unknown[] = readonly unknown[]> {
  check(...args: Args): Findings
}

/** The findings of a call that has been read. */
export function examine(subject: Subject): Findings {
  const drafts: (Draft & { readonly code: string })[] = []
  const checks: CheckState[] = []
  for (const detector of detectors) {
    if (!detector.applies(subject.spec)) continue
    const outcome = lookedAtRefused(detector, subject)
    const found = 'cannot' in outcome ? [] : 'found' in outcome ? outcome.found : outcome
    for (const draft of found) drafts.push({ ...draft, code: detector.code })
    checks.push(stateOf(detector, found.length, outcome))
  }
  const { refusal } = subject
  if (refusal !== null && drafts.every(({ explains }) => explains !== true)) drafts.push(refused(refusal))
  const drawing = refusal?.code.startsWith('shape') ? { drawing: drawShapes(subject.call) } : {}
  const findings = drafts.map(({ explains, ...finding }): Finding => ({ ...(explains ? drawing : {}), ...finding }))
  findings.sort((a, b) => gravity[a.level] - gravity[b.level])
  return Object.defineProperty(findings, 'checks', { value: checks }) as unknown as Findings
}

/**
 * What a detector says of a call, refused or not. A refusal hides what comes after it, so that the silence of a detector
 * which asked for more than the arguments says nothing. Refused for a value, a call has passed what is asked of shapes and dtypes, and the refusal itself can be judged.
 */
function lookedAtRefused(detector: Detector, subject: Subject): Outcome {
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
  const silent = Array.isArray(outcome) && outcome.length === 0
  return silent && hidden ? cannot(`${refusal.fn} refuses the ${refusal.argument}: check again when that is repaired`) : outcome
}

const gravity: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 }

const stateOf = ({ code, title }: Detector, found: number, outcome: Outcome): CheckState => ({
  code,
  title,
  state: 'cannot' in outcome ? 'not possible' : found > 0 ? 'found' : 'clear',
  reason: 'cannot' in outcome ? outcome.cannot : 'found' in outcome ? outcome.looked : null,
})

/** A refusal that no check explains further. */
const refused = ({ argument, expected, received, repair, pytorch }: LossError): Draft & { readonly code: string } => ({
  code: 'refused',
  explains: true,
  level: 'error',
  argument,
  message: `${argument}: expected ${expected}, got ${received}.`,
  evidence: { received, expected },
  repair: { surprisal: repair, pytorch: repair },
  pytorch,
})
