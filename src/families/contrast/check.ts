import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { notOfRank, outside } from '../../refusals.ts'
import type { Refusal } from '../../spec.ts'
import { isFloating } from '../../tensor/dtype.ts'
import { repairShape, sameShape, tupleOf } from '../../tensor/shape.ts'

/** Checks two matrices of one shape, row by row alike. PyTorch has words for none of this, since it has no such loss. */
export function checkPairs(call: Call, first: string, second: string): { readonly rows: number; readonly width: number } {
  for (const name of Object.keys(call.tensors)) {
    if (!isFloating(call.tensors[name].dtype))
      throw wrongDType(call, name, 'a floating-point dtype', `tensor(${name}, { dtype: 'float32' })`, null)
  }
  const [a, b] = [call.tensors[first], call.tensors[second]]
  if (a.rank !== 2)
    throw wrongShape(call, first, '(N, D): one vector per row', a.rank === 1 ? `reshape(${first}, [1, ${a.size}])` : 'reshape it to (N, D)')
  if (!sameShape(a.shape, b.shape)) {
    const repair = repairShape(second, b.shape, a.shape) ?? `give one vector per row of ${first}`
    throw wrongShape(call, second, `the shape of ${first}, ${tupleOf(a.shape)}`, repair)
  }
  return { rows: a.shape[0], width: a.shape[1] }
}

/** Checks negatives for all queries, (M, D), or for each query, (N, M, D); gives how many a query has, and whether they are its own. */
export function checkNegatives(call: Call, rows: number, width: number): { readonly count: number; readonly own: boolean } | null {
  const { negativeKeys } = call.tensors
  if (negativeKeys === undefined) return null
  const { rank, shape } = negativeKeys
  const own = rank === 3
  if ((rank === 2 || own) && shape[rank - 1] === width && (!own || shape[0] === rows)) return { count: shape[rank - 2], own }
  const expected = `(M, ${width}): the same for all queries; or (${rows}, M, ${width}): those of each query`
  throw wrongShape(call, 'negativeKeys', expected, `the last axis has the ${width} features of a query`)
}

/** What no vectors make right: a temperature that is not above 0, and negatives that are no rows. */
export function refusesOptions(options: Readonly<Record<string, unknown>>): Refusal | null {
  const temperature = Number(options.temperature)
  if (!(temperature > 0 && temperature < Infinity)) return outside(options, 'temperature', 'a number above 0', '0.1')
  return notOfRank(
    options,
    'negativeKeys',
    [2, 3],
    '(M, D): the same for all queries; or (N, M, D): those of each query',
    'reshape(negativeKeys, [-1, D])',
  )
}
