import { lastBackend } from '../src/backends/choose.ts'
import { LossError } from '../src/errors.ts'
import type { LossFunction } from '../src/loss.ts'
import * as losses from '../src/losses/index.ts'
import { nn } from '../src/nn.ts'
import { legacyReduction } from '../src/reduce.ts'
import { ignoresGradient, snakeName } from '../src/spec.ts'
import { dtypes } from '../src/tensor/dtype.ts'
import { tensor } from '../src/tensor/from.ts'
import { sizeOf } from '../src/tensor/shape.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { copyOf } from '../src/tensor/view.ts'
import { onWarning } from '../src/warn.ts'
import { base64Of, type Case, type CaseTensor, encode, jsonNumber, laidOut, numberOf, optionValue, valuesOf } from './cases.ts'

/** What the library answers. */
export interface Ours {
  readonly loss?: CaseTensor
  readonly grads?: Readonly<Record<string, CaseTensor>>
  readonly error?: LossError
  readonly warnings: readonly string[]
}

/** A difference between two ways of asking the library itself. */
export class Disagreement extends Error {}

/** The loss of a case, by its name in Python's spelling. */
export const lossOf = (name: string): LossFunction => {
  const found = Object.values(losses).find(({ spec }) => snakeName(spec) === name)
  if (found === undefined) throw new Error(`no loss ${name} in the table`)
  return found as unknown as LossFunction
}

/** Runs a case on the tape, by `valueAndGrad`, and by the module; all three have to agree bit for bit. */
export function runCase(c: Case): Ours {
  const warnings: string[] = []
  const before = onWarning((message) => warnings.push(message))
  try {
    const loss = lossOf(c.loss)
    const taped = attempt(() => onTape(c, (...args) => loss(...args)))
    if (c.upstream === undefined && c.requires.length > 0 && gradable(c)) {
      agree(
        c,
        'valueAndGrad',
        taped,
        attempt(() => fused(c, loss)),
      )
    }
    if (
      loss.spec.parametric !== true &&
      !batchOfLegacy(c) &&
      !Object.keys({ ...c.tensors, ...c.options }).some(
        (name) => loss.spec.options[name]?.functional || !(name in loss.spec.options || c.tensors[name]),
      )
    ) {
      agree(
        c,
        `nn.${loss.spec.module}`,
        taped,
        attempt(() => onTape(c, byModule(loss))),
      )
    }
    const { backends: _, ...answer } = taped
    return { ...answer, warnings }
  } finally {
    onWarning(before)
  }
}

/** The deprecated options replace 'batchmean' altogether in PyTorch's module; its function divides by the batch beside them. */
const batchOfLegacy = ({ options }: Case): boolean => options.reduction === 'batchmean' && legacyReduction(options) !== null

type Result = Omit<Ours, 'warnings'> & { readonly backends: readonly (string | null)[] }

function attempt(body: () => Result): Result {
  try {
    return body()
  } catch (error) {
    if (error instanceof LossError) return { error, backends: [] }
    throw error
  }
}

/** The positional tensors and the options object of a case. */
export function argumentsOf(
  c: Case,
  requires: readonly string[] = c.requires,
): { tensors: Record<string, Tensor>; args: unknown[]; options: Record<string, unknown> } {
  const { spec } = lossOf(c.loss)
  const tensors = Object.fromEntries(
    Object.entries(c.tensors).map(([name, t]) => [name, tensor(laidOut(t), requires.includes(name) ? { requiresGrad: true } : {})]),
  )
  const options: Record<string, unknown> = Object.fromEntries(
    Object.entries(c.options).map(([name, value]) => [name, optionValue(value, spec.options[name])]),
  )
  for (const name of Object.keys(tensors)) if (name in spec.options) options[name] = tensors[name]
  return { tensors, args: spec.inputs.map(({ name }) => tensors[name]), options }
}

function onTape(c: Case, call: (...args: unknown[]) => Tensor): Result {
  const { tensors, args, options } = argumentsOf(c)
  const loss = call(...args, options)
  const value = caseTensor(loss)
  const backends = [lastBackend()]
  if (c.requires.length === 0) return { loss: value, backends }
  loss.backward(upstreamFor(c, loss))
  const grads: [string, CaseTensor][] = c.requires.flatMap((name) => {
    const { grad } = tensors[name]
    return grad === null ? [] : [[name, caseTensor(grad)] as [string, CaseTensor]]
  })
  return { loss: value, grads: Object.fromEntries(grads), backends: [...backends, lastBackend()] }
}

const byModule = (loss: LossFunction) => {
  const make = nn[loss.spec.module as 'MSELoss'] as unknown as (options: unknown) => (...args: unknown[]) => Tensor
  return (...args: unknown[]): Tensor => make(args[loss.spec.inputs.length])(...args.slice(0, loss.spec.inputs.length))
}

function fused(c: Case, loss: LossFunction): Result {
  const { args, options } = argumentsOf(c, [])
  // in the order of the arguments, as the tape finds them: the first that has no gradient is named
  const order = [...loss.spec.inputs.map(({ name }) => name), ...Object.keys(loss.spec.options)]
  const wrt = [...c.requires].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const { loss: value, grad } = loss.valueAndGrad(...([...args, { ...options, wrt }] as unknown as [never]))
  const grads = Object.entries(grad as unknown as Record<string, Tensor>).map(([name, g]) => [name, caseTensor(g)])
  return { loss: caseTensor(value), grads: Object.fromEntries(grads), backends: [lastBackend()] }
}

/** The tape looks at `requiresGrad` of tensors only: a gradient of integers is refused when the tensor is made, and some are ignored. */
const gradable = (c: Case): boolean =>
  c.requires.every((name) => dtypes[c.tensors[name].dtype].floating && !ignoresGradient(lossOf(c.loss).spec, name))

function upstreamFor(c: Case, loss: Tensor): Tensor {
  const values = (c.upstream ?? [1]).map(numberOf)
  const size = sizeOf(loss.shape)
  return tensor(
    laidOut(
      encode(
        loss.dtype,
        loss.shape,
        Array.from({ length: size }, (_, i) => values[i % values.length]),
      ),
    ),
  )
}

const caseTensor = (t: Tensor): CaseTensor => ({ dtype: t.dtype, shape: t.shape, data: base64Of(copyOf(t)) })

/** A module may refuse when it is made, before it sees an input, in words of its own: test/nn.test.ts holds them to PyTorch's. */
const refusedWhenMade = ({ error }: Result): boolean => error?.fn.startsWith('nn.') === true && error.code !== 'option-unknown'

/** Bit for bit; but where two backends had a part in it, they may add up differently, and each is held to PyTorch by itself. */
function agree(c: Case, way: string, taped: Result, other: Result): void {
  if (taped.error !== undefined && refusedWhenMade(other)) return
  const mixed = new Set([...taped.backends, ...other.backends]).size > 1
  // one NaN is like another, whatever sign the processor gave it
  const plain = (t: CaseTensor | undefined) =>
    t && { dtype: t.dtype, shape: t.shape, ...(mixed ? {} : { values: Array.from(valuesOf(t), jsonNumber) }) }
  const [a, b] = [taped, other].map(({ loss, grads = {}, error }) =>
    JSON.stringify({ loss: plain(loss), grads: c.requires.map((name) => plain(grads[name])), pytorch: error?.pytorch, code: error?.code }),
  )
  if (a !== b) throw new Disagreement(`${c.id}: the tape and ${way} differ:\n  ${a}\n  ${b}`)
}
