import type { Findings } from './findings/finding.ts'

/** Every way in which a call can be refused. One page of all of them is snapshot-tested (`test/errors.test.ts`). */
export type LossErrorCode =
  | 'argument-type' // an argument is not what the function takes (no tensor, a wrong scalar type, too many or too few arguments)
  | 'array-ragged' // nested arrays of unequal lengths
  | 'array-size' // data and shape do not agree
  | 'array-strides' // a view that reaches outside its data
  | 'dtype' // a dtype that PyTorch refuses
  | 'dtype-unsupported' // a dtype or container that surprisal does not have
  | 'gradient-missing' // backward() of more than one element without a gradient, or of a tensor outside the tape
  | 'gradient-shape' // backward(gradient) with another shape
  | 'gradient-twice' // backward() through a graph that was freed
  | 'not-differentiable' // a gradient is asked for an input that has none
  | 'not-scalar' // item() of more than one element
  | 'option-range' // an option outside its range
  | 'option-type' // an option of the wrong type
  | 'option-unknown' // an option that does not exist
  | 'reduction' // a reduction that does not exist
  | 'report' // reports that do not belong together, or something that is no report
  | 'shape' // shapes that do not fit each other
  | 'shape-broadcast' // shapes that PyTorch would broadcast, refused on purpose
  | 'target-range' // a class index outside [0, C), or a probability outside [0, 1]
  | 'input-range' // an input outside the range of the loss
  | 'value-unsafe' // an integer that a number (beyond 2^53) or its dtype (outside its range) cannot hold

export interface LossErrorFields {
  readonly code: LossErrorCode
  /** The function that was called, by its name here. */
  readonly fn: string
  /** The argument or option that is wrong. */
  readonly argument: string
  /** What came, as the end of the sentence "… got …". */
  readonly received: string
  /** What was expected, as the end of the sentence "expected …". */
  readonly expected: string
  /** What to type instead. */
  readonly repair: string
  /** What PyTorch 2.13 prints for the same call, with the exception's class; null where PyTorch says nothing. */
  readonly pytorch: string | null
  /** What the checks say of the call; only of criteria that `nn` makes, and not with `checks: 'off'`. */
  readonly findings?: Findings
  /** The shapes with their axes aligned, where they are what is wrong; beside `findings`. */
  readonly drawing?: readonly string[]
}

/**
 * The one error of this library: data first, and a sentence made of them.
 *
 * `error.pytorch` holds the text that PyTorch would print, so that a search for that text leads here.
 */
export class LossError extends Error implements LossErrorFields {
  readonly code: LossErrorCode
  readonly fn: string
  readonly argument: string
  readonly received: string
  readonly expected: string
  readonly repair: string
  readonly pytorch: string | null
  readonly findings?: Findings
  readonly drawing?: readonly string[]

  constructor(fields: LossErrorFields) {
    super(sentence(fields))
    this.name = 'LossError'
    this.code = fields.code
    this.fn = fields.fn
    this.argument = fields.argument
    this.received = fields.received
    this.expected = fields.expected
    this.repair = fields.repair
    this.pytorch = fields.pytorch
    if (fields.findings !== undefined) this.findings = fields.findings
    if (fields.drawing !== undefined) this.drawing = fields.drawing
  }

  /** The fields as plain data, ready for JSON. */
  toJSON(): LossErrorFields & { message: string } {
    const { code, fn, argument, received, expected, repair, pytorch, findings, drawing, message } = this
    const seen = { ...(findings === undefined ? {} : { findings }), ...(drawing === undefined ? {} : { drawing }) }
    return { code, fn, argument, received, expected, repair, pytorch, ...seen, message }
  }
}

function sentence({ fn, argument, received, expected, repair, pytorch, findings, drawing }: LossErrorFields): string {
  const says = pytorch === null ? 'PyTorch says nothing here.' : `PyTorch: ${pytorch}`
  // what explains the refusal, and what is wrong besides
  const found = (findings ?? []).filter(({ code, level }) => code !== 'refused' && level !== 'note')
  return [
    `${fn}: ${argument}: expected ${expected}, got ${received}.`,
    `  Repair: ${repair}`,
    `  ${says}`,
    ...(drawing ?? []),
    ...found.map(({ code, message, repair }) => `  ${code}: ${message}\n    Repair: ${repair.surprisal}`),
  ].join('\n')
}
