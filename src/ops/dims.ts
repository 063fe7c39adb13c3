import { LossError } from '../errors.ts'
import { pythonType, snakeCase } from '../names.ts'
import { refuseUnknown } from '../strict.ts'
import { listOf } from '../tensor/shape.ts'

/** An axis, several, or all of them: `null`, an empty list, or nothing. */
export type Dims = number | readonly number[] | null

export interface KeepdimOptions {
  /** Whether the axes that are gone stay, each with the extent 1. */
  readonly keepdim?: boolean
}

/** PyTorch's text for an axis that is no integer, by Python's name of what it is. */
type TypeText = (came: string) => string | null

/** An axis as the second argument of an operation. */
export const dimSecond =
  (fn: string): TypeText =>
  (came) =>
    `TypeError: ${snakeCase(fn)}(): argument 'dim' (position 2) must be int, not ${came}`

/** The axis that `dim` names of a tensor of `rank` axes, from the end where it is negative. A 0-D tensor counts as one of a single entry. */
export function axisOf(fn: string, dim: unknown, rank: number, typeText: TypeText): number {
  const axes = Math.max(rank, 1)
  if (!Number.isInteger(dim)) throw wrongDim(fn, dim, axes, 'option-type', typeText(pythonType(dim)))
  const given = dim as number
  const axis = given < 0 ? given + axes : given
  if (axis >= 0 && axis < axes) return axis
  const outOfRange = `IndexError: Dimension out of range (expected to be in range of [${-axes}, ${axes - 1}], but got ${dim})`
  throw wrongDim(fn, dim, axes, 'option-range', outOfRange)
}

/** The axes that `dim` names for a sum or a mean, each of them once. */
export function axesOf(fn: Reduction, dim: unknown, rank: number, options: KeepdimOptions): readonly number[] {
  if (dim === null || dim === undefined || (Array.isArray(dim) && dim.length === 0)) return Array.from({ length: rank }, (_, axis) => axis)
  // with keepdim one form of sum is left, of which PyTorch can say more
  const only = fn === 'sum' && 'keepdim' in options
  const noSuch = (text: string) => (only ? text : noSuchCall(fn, dim, options))
  if (!Array.isArray(dim)) return inside([axisOf(fn, dim, rank, (came) => noSuch(notAList(fn, 'dim', came)))], rank)
  const axes: number[] = []
  for (const [at, each] of dim.entries()) {
    const says = (came: string) => (at === 0 ? noSuch(notFirst(fn, 'dim', came)) : cannotUnpack(fn, 'dim', at, came))
    const axis = axisOf(fn, each, rank, says)
    if (axes.includes(axis)) {
      const twice = `RuntimeError: dim ${axis} appears multiple times in the list of dims`
      throw wrongDim(fn, dim, Math.max(rank, 1), 'option-range', twice)
    }
    axes.push(axis)
  }
  return inside(axes, rank)
}

/** PyTorch's text for what is no list of integers, as the second argument of a function; null where it is one. */
export function notIntegers(fn: string, argument: string, given: unknown): string | null {
  if (!Array.isArray(given)) return notAList(fn, argument, pythonType(given))
  const at = given.findIndex((each) => !Number.isInteger(each))
  if (at < 0) return null
  const came = pythonType(given[at])
  return at === 0 ? notFirst(fn, argument, came) : cannotUnpack(fn, argument, at, came)
}

const notAList = (fn: string, argument: string, came: string): string =>
  `TypeError: ${fn}(): argument '${argument}' (position 2) must be tuple of ints, not ${came}`

const notFirst = (fn: string, argument: string, came: string): string =>
  `TypeError: ${fn}(): argument '${argument}' (position 2) must be tuple of ints, but found element of type ${came} at pos 0`

const cannotUnpack = (fn: string, argument: string, at: number, came: string): string =>
  `TypeError: ${fn}(): argument '${argument}' failed to unpack the object at pos ${at + 1} with error "type must be tuple of ints,but got ${came}"`

/** The axis of a 0-D tensor is none. */
const inside = (axes: readonly number[], rank: number): readonly number[] => axes.filter((axis) => axis < rank)

/** Reads the one option of an operation that takes axes away. */
export function keepdimOf(fn: Reduction | 'argmax', dim: unknown, options: KeepdimOptions): boolean {
  const says = (text: string) => (fn === 'mean' ? noSuchCall(fn, dim, options) : `TypeError: ${fn}()${text}`)
  refuseUnknown(fn, options, ['keepdim'], (name) => says(` got an unexpected keyword argument '${snakeCase(name)}'`))
  const { keepdim = false } = options
  if (typeof keepdim === 'boolean') return keepdim
  throw new LossError({
    code: 'option-type',
    fn,
    argument: 'keepdim',
    received: String(keepdim),
    expected: 'true or false',
    repair: 'keepdim: true',
    pytorch: says(`: argument 'keepdim' must be bool, not ${pythonType(keepdim)}`),
  })
}

type Reduction = 'sum' | 'mean'

/** PyTorch's text where no form of a function takes what came. */
function noSuchCall(fn: Reduction, dim: unknown, options: KeepdimOptions): string {
  const given = ['Tensor', pythonType(dim), ...Object.entries(options).map(([name, value]) => `${snakeCase(name)}=${pythonType(value)}`)]
  const whole = `(Tensor input, *, torch.dtype dtype = None${fn === 'sum' ? '' : ', Tensor out = None'})`
  const along = '(Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)'
  return `TypeError: ${fn}() received an invalid combination of arguments - got (${given.join(', ')}), but expected one of:\n * ${whole}\n * ${along}\n`
}

const wrongDim = (fn: string, dim: unknown, axes: number, code: 'option-type' | 'option-range', pytorch: string | null): LossError =>
  new LossError({
    code,
    fn,
    argument: 'dim',
    received: Array.isArray(dim) ? listOf(dim) : typeof dim === 'string' ? `'${dim}'` : String(dim),
    expected: `an axis in [${-axes}, ${axes - 1}]${fn === 'sum' || fn === 'mean' ? ', or a list of them, each once' : ''}`,
    repair: 'dim: 1 for the classes of (N, C) and (N, C, d1, …), dim: -1 for the last axis',
    pytorch,
  })
