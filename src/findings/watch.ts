import { LossError } from '../errors.ts'
import { type LossFunction, taped } from '../loss.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warn.ts'
import { examine } from './check.ts'
import { otherDenominator } from './detectors/mean-of-means.ts'
import type { Finding } from './finding.ts'
import { drawShapes } from './shapes.ts'
import { type Subject, subjectOf, withValue } from './subject.ts'

/** What a criterion looks at by itself; the functions look at nothing. */
export interface CheckOptions {
  /**
   * 'first' (the default) looks at the values of the first batch, 'always' at those of each, 'off' at none.
   *
   * Each kind of finding is said once. What PyTorch computes is computed, whatever is found: a finding is said, never thrown.
   */
  readonly checks?: 'first' | 'always' | 'off'
  /**
   * Takes every finding, notes too. Left out, errors and warnings go where `onWarning` says, and notes with 'always' only.
   *
   * What it throws reaches the caller of the criterion, in place of the loss: so a finding can be made an error.
   */
  readonly onFinding?: (finding: Finding) => void
}

export const checkOptionNames = ['checks', 'onFinding'] as const

/** How many criteria of a kind say the same: whoever makes one anew at each step hears it often enough. */
const criteria = 3

/** The loss as a criterion calls it: its batches are looked at as the options ask, and a refusal carries what the checks say of it. */
export function watched(loss: LossFunction, module: string, options: CheckOptions): (args: readonly unknown[]) => Tensor {
  const { checks = 'first', onFinding } = readCheckOptions(module, options)
  if (checks === 'off') return (args) => loss(...args)
  const said = new Set<string>()
  let denominator: number | null = null
  let looking = true

  const tell = (finding: Finding): void => {
    if (said.has(finding.code)) return
    said.add(finding.code)
    if (onFinding !== undefined) onFinding(finding)
    else if (finding.level !== 'note' || checks === 'always') warn(module, textOf(finding), keyOf(module, finding.code))
  }

  return (args) => {
    if (!looking) return explaining(loss, args)
    const subject = subjectOf(loss, args)
    const { plan, call } = subject
    if (plan === null) throw explained(subject)
    const value = taped(plan, call)
    looking = checks === 'always'
    for (const finding of examine(withValue(subject, value))) tell(finding)
    if (plan.reduction === 'mean') {
      const finding = denominator === null ? null : otherDenominator(denominator, plan.denominator)
      if (finding !== null) tell(finding)
      denominator = plan.denominator
    }
    return value
  }
}

/** Calls a loss whose batches are not looked at any more; a refusal is explained all the same. */
function explaining(loss: LossFunction, args: readonly unknown[]): Tensor {
  try {
    return loss(...args)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    // what is no call at all, such as a missing argument, has no values to look at
    const subject = subjectOf(loss, args)
    throw subject.refusal === null ? error : explained(subject)
  }
}

/** The refusal of a call with what the checks say of it, and with a drawing where it is about shapes. */
function explained(subject: Subject): LossError {
  const { code, fn, argument, received, expected, repair, pytorch } = subject.refusal as LossError
  const drawing = code.startsWith('shape') ? { drawing: drawShapes(subject.call) } : {}
  return new LossError({ code, fn, argument, received, expected, repair, pytorch, findings: examine(subject), ...drawing })
}

/** A finding as a warning. */
function textOf({ code, level, message, repair, pytorch }: Finding): string {
  const says = pytorch === null ? 'PyTorch says nothing here.' : `PyTorch: ${pytorch}`
  return `${level} ${code}: ${message}\n  Repair: ${repair.surprisal}\n  ${says} (docs/findings/${code}.md; checks: 'off' looks at nothing)`
}

const spoken = new Map<string, number>()

/** Another key for each of the first few criteria that say the same; then always one that was used. */
function keyOf(module: string, code: string): string {
  const name = `${module} ${code}`
  const count = Math.min((spoken.get(name) ?? 0) + 1, criteria)
  spoken.set(name, count)
  return `${name} ${count}`
}

function readCheckOptions(module: string, { checks, onFinding }: CheckOptions): CheckOptions {
  const given: unknown = checks
  if (given !== undefined && given !== 'first' && given !== 'always' && given !== 'off')
    throw wrong(module, 'checks', JSON.stringify(given) ?? String(given), "'first', 'always' or 'off'", "checks: 'first' (the default)")
  if (onFinding !== undefined && typeof onFinding !== 'function')
    throw wrong(
      module,
      'onFinding',
      `a ${typeof onFinding}`,
      'a function that takes a finding',
      'onFinding: (finding) => console.log(finding.message)',
    )
  return { ...(checks === undefined ? {} : { checks }), ...(onFinding === undefined ? {} : { onFinding }) }
}

const wrong = (fn: string, argument: string, received: string, expected: string, repair: string): LossError =>
  new LossError({ code: argument === 'checks' ? 'option-range' : 'option-type', fn, argument, received, expected, repair, pytorch: null })
