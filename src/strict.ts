import { LossError } from './errors.ts'

/** Refuses options that a function does not have, and anything that is no object of options, as PyTorch refuses unknown keywords. */
export function refuseUnknown(fn: string, options: unknown, known: readonly string[]): void {
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
    pytorch: null,
  })
}

/** Refuses an option that is no number; arithmetic would make NaN of it in silence. */
export function refuseNoNumber(fn: string, options: Readonly<Record<string, unknown>>): void {
  for (const [argument, value] of Object.entries(options)) {
    if (typeof value === 'number') continue
    const received = typeof value === 'string' ? `'${value}'` : String(value)
    const repair = `${argument}: 1, for instance`
    throw new LossError({ code: 'option-type', fn, argument, received, expected: 'a number', repair, pytorch: null })
  }
}
