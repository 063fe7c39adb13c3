import { countAmong, type Range, rangeOf } from '../backends/scan.ts'
import { type Call, readCall } from '../check.ts'
import { LossError } from '../errors.ts'
import { checked, type LossFunction, type Plan } from '../loss.ts'
import type { Domain, LossSpec } from '../spec.ts'
import { noGrad } from '../tensor/autograd.ts'
import type { Numbers } from '../tensor/dtype.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { dtypeOf, type Extent, extentOf, glanceSize, headOf, readerOf, sampleOf } from './extent.ts'

/** A call under examination: its arguments as read, whether the loss refuses it, and facts about the values, each found out once. */
export interface Subject {
  readonly loss: LossFunction
  readonly spec: LossSpec
  readonly call: Call
  readonly tensors: Call['tensors']
  readonly values: Call['values']
  /** What the loss itself throws for this call; null where it computes a number. */
  readonly refusal: LossError | null
  /** The call after the checks of its family; null where it is refused. */
  readonly plan: Plan | null
  /** The name of the first argument of one of these domains; undefined where there is none, or it was not given. */
  argument(...domains: readonly Domain[]): string | undefined
  /** The elements of an argument in row-major order: float64, or the storage itself where that is float32. Not to be written to. */
  numbers(name: string): Numbers
  /** The same, one at a time by their positions: where a few are wanted of an array that would have to be converted. */
  reader(name: string): (position: number) => number
  /** The smallest and the largest element of all, and whether one is NaN: one pass, once for all that ask. */
  range(name: string): Range
  /** The smallest and the largest finite element of all. */
  extent(name: string): Extent
  /** The mean of the call itself, whatever its reduction; null where it is refused. Computed once, or known from a call that was made. */
  mean(): number | null
  /** The first few elements of an argument, which tell most honest calls from mistaken ones before anything else is read. */
  head(name: string): Numbers
  /** Some elements of an argument, in runs spread evenly over it: all of them where they are no more than `sampleSize`. */
  sample(name: string): Numbers
  /** A few of them, likewise: at most `glanceSize`. */
  glance(name: string): Numbers
  /** Whether an element of an argument lies outside [low, high]; NaN does not. Looks at all of them. */
  leaves(name: string, low: number, high: number): boolean
  /** Whether every element of an argument is a or b. Looks at all of them. */
  holdsOnly(name: string, a: number, b: number): boolean
  /** The same call with some arguments or options replaced: its mean, or null where that is refused. */
  again(replaced: Readonly<Record<string, unknown>>): number | null
}

/** Reads a call for examination. Throws only what makes it no call at all: missing arguments, ragged arrays, unknown options. */
export function subjectOf(loss: LossFunction, args: readonly unknown[]): Subject {
  return subjectOfCall(loss, readCall(loss.spec, args))
}

/** The same of a call that has been read. */
export function subjectOfCall(loss: LossFunction, call: Call): Subject {
  const { spec } = loss
  let plan: Plan | null = null
  let refusal: LossError | null = null
  try {
    plan = checked(loss.plan, call)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    refusal = error
  }
  const { tensors, values } = call
  const numbers = once((name) => numbersOf(tensors[name], dtypeOf(tensors[name])))
  const range = once((name) => rangeOf(tensors[name]))
  const again: Subject['again'] = (replaced) => meanOf(loss, { ...tensors, ...given(values), ...replaced })
  const meanKnown = once(() => again({}))
  return {
    loss,
    spec,
    call,
    tensors,
    values,
    refusal,
    plan,
    argument: (...domains) => domainsOf(spec).find(([name, domain]) => tensors[name] !== undefined && domains.includes(domain))?.[0],
    numbers,
    reader: (name) => readerOf(tensors[name], () => numbers(name)),
    extent: once((name) => {
      const { min, max } = range(name)
      return Math.abs(min) < Infinity && Math.abs(max) < Infinity ? { min, max } : extentOf(numbers(name))
    }),
    head: once((name) => headOf(tensors[name])),
    sample: once((name) => sampleOf(tensors[name])),
    glance: once((name) => sampleOf(tensors[name], glanceSize)),
    range,
    leaves: (name, low, high) => range(name).min < low || range(name).max > high,
    holdsOnly: (name, a, b) => countAmong(tensors[name], a, b) !== null,
    mean: () => meanKnown('mean'),
    again,
  }
}

/** The subject of a call that has been made: its value tells the mean. */
export function withValue(subject: Subject, value: Tensor): Subject {
  const { plan } = subject
  if (plan === null) return subject
  const mean = once(() => {
    if (plan.reduction === 'mean') return value.item()
    let sum = 0
    for (const each of numbersOf(value)) sum += each
    return sum / plan.denominator
  })
  return { ...subject, mean: () => mean('mean') }
}

const domainsOf = ({ inputs, options }: LossSpec): [string, Domain][] => [
  ...inputs.map(({ name, domain }): [string, Domain] => [name, domain]),
  ...Object.entries(options).flatMap(([name, option]): [string, Domain][] => (option.kind === 'tensor' ? [[name, option.domain]] : [])),
]

const given = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

function meanOf(loss: LossFunction, named: Readonly<Record<string, unknown>>): number | null {
  const { inputs, options } = loss.spec
  const given = Object.fromEntries(Object.entries(named).filter(([name]) => inputs.every((input) => input.name !== name)))
  const { reduction: _, sizeAverage: __, reduce: ___, ...rest } = given
  const mean = options.reduction === undefined ? {} : { reduction: 'mean' }
  try {
    const value: Tensor = noGrad(() => loss(...inputs.map(({ name }) => named[name]), { ...rest, ...mean } as never))
    return value.item()
  } catch (error) {
    if (error instanceof LossError) return null
    throw error
  }
}

function once<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const value = find(name)
    known.set(name, value)
    return value
  }
}
