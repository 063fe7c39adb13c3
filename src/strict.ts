import { LossError } from './errors.ts'
import { pythonType } from './names.ts'

/** Refuses options that a function does not have, and anything that is no object of options; `says` is PyTorch's text for an unknown keyword. */
export function refuseUnknown(
  fn: string,
  options: unknown,
  known: readonly string[],
  says: (odd: string) => string | null = () => null,
): void {
  const object = typeof options === 'object' && options !== null && !Array.isArray(options)
  const odd = object ? Object.keys(options).find((name) => !known.includes(name)) : undefined
  if (object && odd === undefined) return
  throw new LossError({
    code: 'option-unknown',
    fn,
    argument: odd ?? 'options',
    received: odd === undefined ? String(options) : 'an option of that name',
    expected: `an object with any of ${known.join(', ')}`,
    repair: `${fn}(…, { ${known[0]}: … })`,
    pytorch: odd === undefined ? null : says(odd),
  })
}

/** Refuses what is neither a loss nor a criterion of `nn`, where one has to be given. */
export function refuseNoLoss(fn: string, given: unknown): void {
  const callable = typeof given === 'function'
  if (callable && ('plan' in given || 'report' in given)) return
  const { spec } = callable ? (given as { readonly spec?: { readonly name: string } }) : {}
  const name = spec !== undefined ? `the measure ${spec.name}` : callable ? `a function ${given.name}`.trimEnd() : null
  throw new LossError({
    code: 'argument-type',
    fn,
    argument: 'loss',
    received: name ?? (given === null || given === undefined ? String(given) : `a value of type ${typeof given}`),
    expected: 'a loss, or a criterion of nn that has been made',
    repair: `${fn === 'Meter.add' ? 'meter.add' : fn}(crossEntropy, input, target), or (nn.CrossEntropyLoss(), input, target)`,
    pytorch: null,
  })
}

/** PyTorch's text for an option of another type, by Python's name of what came. */
type TypeText = (argument: string, came: string) => string

/** Refuses an option that is no number; arithmetic would make NaN of it in silence. */
export const refuseNoNumber = (fn: string, options: Readonly<Record<string, unknown>>, says: TypeText): void =>
  refuseOther(fn, options, 'number', 'a number', '1, for instance', says)

/** Refuses an option that is neither true nor false. */
export const refuseNoBoolean = (fn: string, options: Readonly<Record<string, unknown>>, says: TypeText): void =>
  refuseOther(fn, options, 'boolean', 'true or false', 'true', says)

function refuseOther(
  fn: string,
  options: Readonly<Record<string, unknown>>,
  type: 'number' | 'boolean',
  expected: string,
  example: string,
  says: TypeText,
): void {
  for (const [argument, value] of Object.entries(options)) {
    if (typeof value === type) continue
    const received = typeof value === 'string' ? `'${value}'` : String(value)
    const repair = `${argument}: ${example}`
    throw new LossError({ code: 'option-type', fn, argument, received, expected, repair, pytorch: says(argument, pythonType(value)) })
  }
}
