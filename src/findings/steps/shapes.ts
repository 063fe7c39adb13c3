import type { LossError } from '../../errors.ts'
import { permute, reshape } from '../../ops/index.ts'
import { listOf, type Shape, sameShape } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type ClassCall, classesOf } from '../classes.ts'
import { colourSteps, resizeSteps } from './masks.ts'
import { argmaxes, swapped } from './meaning.ts'
import type { Change, State, Step } from './step.ts'

/** The changes of shapes that may mend a call which is refused for them. */
export function shapeSteps(state: State, refusal: LossError): readonly Step[] {
  const classes = classesOf(state.spec, state)
  if (classes === null) return ofElements(state, refusal.argument)
  if (refusal.argument === 'weight') return toShape(state, 'weight', [classes.count])
  const steps = [
    ...swapped(state),
    ...squeezes(state, classes),
    ...argmaxes(state, classes),
    ...resizeSteps(state, classes),
    ...colourSteps(state, classes),
  ]
  return [...steps, ...ofScores(state, classes), ...flattened(state, classes)]
}

/** Takes an axis of length 1 out of the target. */
function squeezes({ tensors }: State, { target: name }: ClassCall): Step[] {
  const target = tensors[name]
  // of a batch of one image it is the channel axis that is too many
  const axes = [...target.shape.keys()].sort((a, b) => Number(a === 0) - Number(b === 0))
  return axes.flatMap((axis) => {
    if (target.shape[axis] !== 1) return []
    const says = `axis ${axis} of the ${name}, of length 1, is one too many`
    return [{ kind: 'squeeze', cost: 1, says, tensors: { [name]: squeezed(target, axis) } } as const]
  })
}

/** A reshape typed around what may be a reshape already, which then is of no account. */
const reshaped = (code: string, shape: Shape): string => {
  const inner = /^reshape\((\w+), \[[\d, ]*\]\)$/.exec(code)
  return `reshape(${inner?.[1] ?? code}, ${listOf(shape)})`
}

function squeezed(x: Tensor, axis: number): Change {
  const shape = x.shape.filter((_, other) => other !== axis)
  return { to: reshape(x, shape), ours: (code) => reshaped(code, shape), torch: (code) => `${code}.squeeze(${axis})` }
}

/** Brings the classes of the scores to their axis, adds the batch axis that is missing, or takes out an axis of length 1. */
function ofScores({ tensors }: State, { scores, target: name, axis, shape, wanted }: ClassCall): Step[] {
  if (scores === null) return []
  const target = tensors[name]
  const steps: Step[] = []
  const input = tensors[scores]
  for (let from = 0; from < shape.length && shape.length > 1; from++) {
    const rest = shape.filter((_, other) => other !== from)
    if (from === axis || !sameShape(longer(rest), longer(target.shape))) continue
    const order = shape.map((_, other) => other).filter((other) => other !== from)
    order.splice(axis, 0, from)
    const says = `the classes of the ${scores} lie on axis ${from}, and belong on axis ${axis}`
    steps.push({ kind: 'permute', cost: 2, says, tensors: { [scores]: permuted(input, order) } })
  }
  if (shape.length > 1 && sameShape(target.shape, shape.slice(1))) {
    const says = `there is no batch axis: the ${scores} is a single sample of shape (C, …)`
    // of two axes the classes may be the first as well
    steps.push({
      kind: 'batch',
      cost: shape.length > 2 ? 1.9 : 2.1,
      says,
      tensors: { [scores]: unsqueezed(input), [name]: unsqueezed(target) },
    })
  }
  for (let other = 2; other < shape.length && target.shape.length < wanted.length; other++) {
    if (shape[other] !== 1) continue
    const says = `axis ${other} of the ${scores}, of length 1, is one too many`
    steps.push({ kind: 'squeeze', cost: 1, says, tensors: { [scores]: squeezed(input, other) } })
  }
  if (target.shape.length === 3 && sameShape([target.shape[0], target.shape[2], target.shape[1]], wanted)) {
    const says = `height and width of the ${name} are exchanged`
    steps.push({ kind: 'permute', cost: 2, says, tensors: { [name]: permuted(target, [0, 2, 1]) } })
  }
  return steps
}

const longer = (shape: Shape): Shape => shape.filter((extent) => extent !== 1)

const permuted = (x: Tensor, order: Shape): Change => ({
  to: permute(x, order),
  ours: (code) => `permute(${code}, ${listOf(order)})`,
  torch: (code) => (order.length === 2 ? `${code}.T` : `${code}.permute(${order.join(', ')})`),
})

const unsqueezed = (x: Tensor): Change => ({
  to: reshape(x, [1, ...x.shape]),
  ours: (code) => `reshape(${code}, ${listOf([1, ...x.shape])})`,
  torch: (code) => `${code}.unsqueeze(0)`,
})

/** Makes one row of axes of rows, where the other argument has done so. */
function flattened({ tensors }: State, { scores, target: name, shape }: ClassCall): Step[] {
  const target = tensors[name]
  if (target.size === 0) return []
  if (shape.length === 2 && longer(target.shape).length > 1 && target.size === shape[0]) {
    const says = `the ${name} has its rows on ${target.shape.length} axes, and the scores on one`
    const to = reshape(target, [-1])
    return [
      {
        kind: 'flatten',
        cost: 1.5,
        says,
        tensors: { [name]: { to, ours: (code) => `reshape(${code}, [-1])`, torch: (code) => `${code}.flatten()` } },
      },
    ]
  }
  const last = shape[shape.length - 1]
  if (last === 0 || scores === null || shape.length < 3 || target.shape.length !== 1 || target.size * last !== tensors[scores].size)
    return []
  const says = `the ${scores} has its rows on ${shape.length - 1} axes, and the ${name} on one`
  const rows = `[-1, ${last}]`
  const to = reshape(tensors[scores], [-1, last])
  const change: Change = { to, ours: (code) => `reshape(${code}, ${rows})`, torch: (code) => `${code}.reshape(-1, ${last})` }
  return [{ kind: 'flatten', cost: 1.5, says, tensors: { [scores]: change } }]
}

/** Gives what is compared element by element the shape of the first argument. */
function ofElements(state: State, argument: string): Step[] {
  const { spec, tensors } = state
  const [{ name: first }, second] = spec.inputs
  if (second === undefined) return []
  const wanted = tensors[first].shape
  const name = argument === first || !spec.inputs.some((input) => input.name === argument) ? second.name : argument
  const { shape } = tensors[name]
  const rank = shape.length
  const steps = toShape(state, name, wanted)
  if (rank < 3) return steps
  const orders = [
    [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)],
    [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1],
  ]
  for (const [i, order] of orders.entries()) {
    if (
      !sameShape(
        order.map((axis) => shape[axis]),
        wanted,
      )
    )
      continue
    const says =
      i === 0 ? `the ${name} has its channels last, the ${first} on axis 1` : `the ${first} has its channels last, the ${name} on axis 1`
    steps.push({ kind: 'permute', cost: 2, says, tensors: { [name]: permuted(tensors[name], order) } })
    break
  }
  return steps
}

/** The same elements in a shape that differs in axes of length 1 alone. */
function toShape({ tensors, spec }: State, name: string, wanted: Shape): Step[] {
  const x = tensors[name]
  if (!sameShape(longer(x.shape), longer(wanted)) || sameShape(x.shape, wanted)) return []
  const [first] = spec.inputs
  const whole = sameShape(wanted, tensors[first.name].shape)
  const change: Change = {
    to: reshape(x, wanted),
    ours: (code) => `reshape(${code}, ${listOf(wanted)})`,
    torch: (code) => (whole ? `${code}.view_as(${first.name})` : `${code}.reshape(${wanted.join(', ')})`),
  }
  const says = `the ${name} and the ${first.name} differ in axes of length 1 alone`
  return [
    {
      kind: 'squeeze',
      cost: 1,
      says: name === 'weight' ? `the ${name} is a vector of one number per class, but for axes of length 1` : says,
      tensors: { [name]: change },
    },
  ]
}
