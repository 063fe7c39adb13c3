import { type Call, wrongDType, wrongShape } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { emptyNorm } from '../../ops/norms.ts'
import type { Refusal } from '../../spec.ts'
import { type DType, holds, isFloating, resultType } from '../../tensor/dtype.ts'
import { broadcastShapes, listOf, repairShape, type Shape, sameShape, tupleOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { expandView, numbersOf } from '../../tensor/view.ts'
import { checkSigned, notBroadcast, subtractionOfBool, wrongOption } from '../pointwise/check.ts'
import type { CosineProblem, Pair, TripletProblem } from './problem.ts'

/** Checks two vectors per row and their target, in PyTorch's order and words (aten/src/ATen/native/Loss.cpp). */
export function checkCosine(call: Call): Pick<CosineProblem, 'shape' | 'dtypes'> {
  const { input1, input2, target } = call.tensors
  const rank = target.shape.length
  if (rank > 1) {
    const says = 'RuntimeError: 0D or 1D target tensor expected, multi-target not supported'
    const repair = repairShape('target', target.shape, input1.shape.slice(0, -1)) ?? 'give one label per pair of vectors'
    throw wrongShape(call, 'target', '(N,) or ()', repair, says)
  }
  if (input1.shape.length !== rank + 1 || input2.shape.length !== rank + 1) {
    const says = `RuntimeError: ${rank}D target tensor expects ${rank + 1}D input tensors, but found inputs with sizes ${listOf(input1.shape)} and ${listOf(input2.shape)}.`
    const odd = input1.shape.length !== rank + 1 ? 'input1' : 'input2'
    const repair = rank === 1 ? 'reshape both inputs to (N, D)' : 'for a batch (N, D) give targets (N)'
    throw wrongShape(call, odd, rank === 1 ? '(N, D) beside a target (N,)' : '(D,) beside a target ()', repair, says)
  }
  const rows = broadcastRows(call, ['input1', 'input2'], [input1.shape, input2.shape])
  const shape = broadcastRows(call, ['target', 'target'], [target.shape, rows.slice(0, -1)])
  const same = sameShape(input1.shape, input2.shape) && sameShape(target.shape, shape) && sameShape(rows.slice(0, -1), shape)
  if (!same) refuseBroadcast(call, sameShape(input1.shape, input2.shape) ? 'target' : 'input2', [input1.shape, input2.shape, target.shape])
  checkSigned(call, 'target')
  for (const [x, y] of [
    [input1, input1],
    [input2, input2],
    [input1, input2],
  ])
    checkExact(call, x, y, 'product', (a, b) => a * b)
  const [own1, own2] = [input1, input2].map(({ dtype }) => floatingOf(dtype))
  const cosine = resultType([own1, own2].map((dtype) => ({ dtype, shape })))
  return { shape, dtypes: { input1: own1, input2: own2, products: resultType([input1, input2]), cosine } }
}

/** Checks three vectors per row, in PyTorch's order and words (…/Loss.cpp, …/Distance.cpp). */
export function checkTriplet(call: Call): Pick<TripletProblem, 'shape' | 'dtypes'> {
  const { anchor, positive, negative } = call.tensors
  const { p, swap } = call.values
  checkTriple(call)
  const pairs = (['anchor positive', 'anchor negative', 'positive negative'] as const).slice(0, swap === true ? 3 : 2)
  const rows = pairs.map((pair) => checkDistance(call, pair, Number(p)))
  const [near, far, swapped = far] = rows
  const least = broadcastRows(call, ['positive', 'negative'], [far, swapped])
  const shape = broadcastRows(call, ['positive', 'negative'], [near, least])
  const odd = ['positive', 'negative'].find((name) => !sameShape(call.tensors[name].shape, anchor.shape))
  if (odd !== undefined) refuseBroadcast(call, odd, [anchor.shape, positive.shape, negative.shape])
  const of = (pair: Pair) => floatingOf(resultType(tensorsOf(call, pair)))
  const dtypes = {
    'anchor positive': of('anchor positive'),
    'anchor negative': of('anchor negative'),
    'positive negative': of('positive negative'),
  }
  return { shape, dtypes: { ...dtypes, result: resultType(pairs.map((pair) => ({ dtype: dtypes[pair], shape }))) } }
}

/** What the losses of three vectors have in common: a margin above 0, and as many axes. */
export function checkTriple(call: Call): void {
  const { anchor, positive, negative } = call.tensors
  const margin = Number(call.values.margin)
  if (margin <= 0) {
    throw wrongOption(call, 'margin', 'a number above 0', '1', `ValueError: margin must be greater than 0, got ${pythonNumber(margin)}`)
  }
  const ranks = [anchor, positive, negative].map(({ shape }) => shape.length)
  if (ranks.every((rank) => rank === ranks[0])) return
  const says = `RuntimeError: The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${ranks[0]}D, positive ${ranks[1]}D, and negative ${ranks[2]}D inputs`
  const odd = ranks[1] !== ranks[0] ? 'positive' : 'negative'
  const repair = repairShape(odd, call.tensors[odd].shape, anchor.shape) ?? 'give the three the same shape'
  throw wrongShape(call, odd, `the anchor's shape ${tupleOf(anchor.shape)}`, repair, says)
}

/** What PyTorch refuses of the margin when a module of three vectors is made. */
export const refusesMargin =
  (module: string) =>
  ({ margin = 1 }: Readonly<Record<string, unknown>>): Refusal | null =>
    Number(margin) <= 0
      ? {
          code: 'option-range',
          argument: 'margin',
          received: String(margin),
          expected: 'a number above 0',
          repair: 'margin: 1',
          pytorch: `ValueError: ${module}: expected margin to be greater than 0, got ${pythonNumber(Number(margin))} instead`,
        }
      : null

/** What PyTorch refuses of one distance; gives the shape of the distances. */
function checkDistance(call: Call, pair: Pair, p: number): Shape {
  const [x, y] = tensorsOf(call, pair)
  const [nameX, nameY] = pair.split(' ')
  const bools = [x, y].filter(({ dtype }) => dtype === 'bool').length
  if (bools > 0) {
    const name = x.dtype === 'bool' ? nameX : nameY
    throw wrongDType(call, name, 'numbers', `tensor(${name}, { dtype: 'float32' })`, subtractionOfBool(bools))
  }
  const whole = broadcastRows(call, [nameX, nameY], [x.shape, y.shape])
  const says = whole[whole.length - 1] === 0 ? emptyNorm(p, whole.length - 1) : null
  if (says !== null) {
    throw wrongShape(call, nameX, 'vectors of at least one number', 'p: 2, whose norm of no numbers is 0', says)
  }
  checkExact(call, x, y, 'difference', (a, b) => a - b)
  return whole.slice(0, -1)
}

const tensorsOf = (call: Call, pair: Pair): Tensor[] => pair.split(' ').map((name) => call.tensors[name])

/** The dtype that an integer one becomes where a float is added to it. */
export const floatingOf = (dtype: DType): DType => (isFloating(dtype) ? dtype : 'float32')

/** The shape that two shapes broadcast to, or PyTorch's error. */
function broadcastRows(call: Call, names: readonly string[], [a, b]: readonly Shape[]): Shape {
  const fit = broadcastShapes(a, b)
  if ('shape' in fit) return fit.shape
  const name = names[1]
  const like = call.tensors[names[0]].shape
  const repair = repairShape(name, call.tensors[name].shape, like) ?? 'give all arguments the same rows and columns'
  throw wrongShape(call, name, `a shape that goes with ${tupleOf(a)}`, repair, notBroadcast(a, b))
}

/** PyTorch broadcasts in silence; here that has to be asked for. */
export function refuseBroadcast(call: Call, name: string, shapes: readonly Shape[]): void {
  if (call.values.broadcast === true) return
  throw new LossError({
    code: 'shape-broadcast',
    fn: call.spec.name,
    argument: name,
    received: `shapes ${shapes.map(tupleOf).join(', ')}`,
    expected: name === 'target' ? 'one label per row' : 'vectors of one shape',
    repair: 'give every row its own; if one is meant for all rows: { broadcast: true }',
    pytorch: null,
  })
}

/** Refuses integers of which PyTorch computes something in their dtype that it cannot hold: it goes on with what is left of the bits. */
function checkExact(call: Call, x: Tensor, y: Tensor, what: string, of: (a: number, b: number) => number): void {
  const dtype = resultType([x, y])
  const fit = broadcastShapes(x.shape, y.shape)
  if (isFloating(dtype) || dtype === 'bool' || 'axis' in fit) return
  const [a, b] = [x, y].map((t) => numbersOf(expandView(t, fit.shape), 'float64'))
  const odd = a.findIndex((value, i) => !holds(dtype, of(value, b[i])))
  if (odd < 0) return
  const name = Object.keys(call.tensors).find((key) => call.tensors[key] === x) ?? ''
  throw new LossError({
    code: 'value-unsafe',
    fn: call.spec.name,
    argument: name,
    received: `a ${what} of ${of(a[odd], b[odd])} in ${dtype}`,
    expected: `integers whose ${what}s ${dtype} can hold`,
    repair: `tensor(${name}, { dtype: 'float32' })`,
    pytorch: null,
  })
}

/** A float as Python prints it. */
export const pythonNumber = (value: number): string =>
  Object.is(value, -0) ? '-0.0' : Math.abs(value) === Infinity ? (value < 0 ? '-inf' : 'inf') : String(value)
