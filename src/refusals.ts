import type { Refusal } from './spec.ts'
import { type TensorLike, tensor } from './tensor/from.ts'
import { listOf, tupleOf } from './tensor/shape.ts'

type Options = Readonly<Record<string, unknown>>

/** An option outside what its loss takes. */
export const outside = (options: Options, argument: string, expected: string, repair: string, pytorch: string | null = null): Refusal => {
  const value = options[argument]
  return {
    code: 'option-range',
    argument,
    received: Array.isArray(value) ? listOf(value) : String(value),
    expected,
    repair: `${argument}: ${repair}`,
    pytorch,
  }
}

/** A number option that is not finite, or outside [least, most]; null where it is within. PyTorch has words for none, since it has no such loss. */
export function notWithin(options: Options, argument: string, least: number, most: number, repair: string): Refusal | null {
  const value = Number(options[argument])
  if (Number.isFinite(value) && value >= least && value <= most) return null
  const expected = most < Infinity ? `a number in [${least}, ${most}]` : least === -Infinity ? 'a finite number' : `a number from ${least}`
  return outside(options, argument, expected, repair)
}

/** A tensor option of a number of axes that no argument goes with; null where it is left out, or has one of `ranks`. */
export function notOfRank(options: Options, argument: string, ranks: readonly number[], expected: string, repair: string): Refusal | null {
  const given = options[argument]
  if (given === undefined || given === null) return null
  const { shape } = tensor(given as TensorLike)
  if (ranks.includes(shape.length)) return null
  return { code: 'shape', argument, received: `shape ${tupleOf(shape)}`, expected, repair, pytorch: null }
}
