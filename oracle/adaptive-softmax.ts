import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { LossError } from '../src/errors.ts'
import { nn } from '../src/nn.ts'
import { mul, sum } from '../src/ops/index.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import { tensor } from '../src/tensor/from.ts'
import { sameShape, tupleOf } from '../src/tensor/shape.ts'
import type { Tensor } from '../src/tensor/tensor.ts'
import { numbersOf } from '../src/tensor/view.ts'
import { encode, laidOut, numberOf } from './cases.ts'
import { finite, largest, tolerances } from './tolerance.ts'

/** A tensor as oracle/adaptive_log_softmax.py writes it. */
interface Said {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
}

type Answer =
  | { readonly error: string }
  | { readonly error?: undefined; readonly grads?: Grads; readonly [part: string]: Said | Grads | undefined }
type Grads = Readonly<Record<string, Said | null>>

export interface AdaptiveGolden {
  readonly case: {
    readonly inFeatures: number
    readonly nClasses: number
    readonly cutoffs: readonly number[]
    readonly divValue: number
    readonly headBias: boolean
    readonly dtype: 'float32' | 'float64'
    readonly input: Said
    readonly target: Said
    readonly upstream: readonly number[] | null
  }
  readonly parameters: Readonly<Record<string, Said>>
  readonly answer: { readonly error?: string; readonly forward: Answer; readonly logProb?: Answer; readonly predict?: Answer }
}

/** PyTorch's answers, as oracle/adaptive_log_softmax.py has kept them. */
export function readAdaptive(file: URL | string): { readonly torch: string; readonly cases: number; readonly goldens: AdaptiveGolden[] } {
  const [first, ...rest] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  return { ...JSON.parse(first), goldens: rest.map((line) => JSON.parse(line)) }
}

type Criterion = ReturnType<typeof nn.AdaptiveLogSoftmaxWithLoss>

/** Where ours differs from PyTorch's; nothing where it does not. */
export function differences({ case: c, parameters, answer }: AdaptiveGolden): string[] {
  const { inFeatures, nClasses, cutoffs, divValue, headBias, dtype } = c
  const make = () => nn.AdaptiveLogSoftmaxWithLoss(inFeatures, nClasses, cutoffs, { divValue, headBias, dtype })
  if (answer.error !== undefined) return compared('constructor', { error: answer.error }, c, parameters, () => ({ made: make() as never }))
  const ask = (part: 'forward' | 'logProb' | 'predict', run: (criterion: Criterion, input: Tensor) => Parts): string[] => {
    const expected = answer[part]
    if (expected === undefined) return []
    return compared(part, expected, c, parameters, () => {
      const criterion = make()
      const leaves = load(criterion, parameters)
      const input = read(c.input, isFloating(c.input.dtype))
      const { grads, ...parts } = run(criterion, input)
      const found = grads === undefined ? {} : Object.fromEntries(Object.entries({ input, ...leaves }).map(([name, t]) => [name, t.grad]))
      return { ...parts, grads: found }
    })
  }
  return [
    ...ask('forward', (criterion, input) => {
      const { output, loss } = criterion(input, read(c.target))
      if (c.upstream === null) loss.backward()
      else
        output.backward(
          read({ ...said(output), data: Array.from({ length: output.size }, (_, i) => c.upstream?.[i % c.upstream.length] ?? 0) }),
        )
      return { output, loss, grads: {} }
    }),
    ...ask('logProb', (criterion, input) => {
      const logProb = criterion.logProb(input)
      const { size } = logProb
      const weights = Array.from({ length: size }, (_, i) => (size === 1 ? -1 : -1 + (2 * i) / (size - 1)))
      sum(mul(logProb, read({ ...said(logProb), data: weights }))).backward()
      return { logProb, grads: {} }
    }),
    ...ask('predict', (criterion, input) => ({ predict: criterion.predict(input) })),
  ]
}

type Parts = { readonly grads?: Readonly<Record<string, Tensor | null>> } & { readonly [part: string]: unknown }

const said = ({ dtype, shape }: Tensor) => ({ dtype, shape })

const read = ({ dtype, shape, data }: Said, requiresGrad = false): Tensor =>
  tensor(laidOut(encode(dtype, shape, data.map(numberOf))), requiresGrad ? { requiresGrad } : {})

/** Gives the layers PyTorch's parameters, by PyTorch's names. */
function load({ head, tail }: Criterion, parameters: Readonly<Record<string, Said>>): Record<string, Tensor> {
  const leaves = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, read(value, true)]))
  head.weight = leaves['head.weight']
  if (head.bias !== null) head.bias = leaves['head.bias']
  for (const [k, layers] of tail.entries()) for (const [j, layer] of layers.entries()) layer.weight = leaves[`tail.${k}.${j}.weight`]
  return leaves
}

function compared(
  part: string,
  expected: Answer,
  c: AdaptiveGolden['case'],
  parameters: AdaptiveGolden['parameters'],
  run: () => Parts,
): string[] {
  let ours: Parts
  try {
    ours = run()
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    return error.pytorch === expected.error
      ? []
      : [`${part}: PyTorch: ${expected.error ?? 'no error'}\n  ours: ${error.pytorch} (${error.message})`]
  }
  if (expected.error !== undefined) return [`${part}: PyTorch: ${expected.error}; ours: no error`]
  const sizes = sizesOf(c, parameters)
  const { grads = {}, ...values } = expected
  return [
    ...Object.entries(values).flatMap(([name, theirs]) => unlike(`${part} ${name}`, ours[name] as Tensor, theirs as Said, sizes.value)),
    ...Object.entries(grads).flatMap(([name, theirs]) => {
      const mine = ours.grads?.[name] ?? null
      if (theirs === null || mine === null)
        return (theirs === null) === (mine === null) ? [] : [`${part} gradient of ${name}: only one has it`]
      return unlike(`${part} gradient of ${name}`, mine, theirs, sizes.gradient)
    }),
  ]
}

/** The largest that the terms can be: of a score a product of inputs and of one weight or two; of a gradient one for each row and class. */
function sizesOf({ input, inFeatures, nClasses }: AdaptiveGolden['case'], parameters: AdaptiveGolden['parameters']) {
  const weight = Math.max(1, ...Object.values(parameters).map(({ data }) => largest(data.map(numberOf))))
  const x = Math.max(1, ...input.data.map((value) => finite(numberOf(value))))
  const score = inFeatures * x * Math.max(weight, inFeatures * weight * weight)
  return { value: score, gradient: score * Math.max(1, input.shape[0] ?? 1) * nClasses }
}

function unlike(name: string, mine: Tensor, { dtype, shape, data }: Said, size: number): string[] {
  if (mine.dtype !== dtype || !sameShape(mine.shape, shape))
    return [`${name}: ${mine.dtype} ${tupleOf(mine.shape)}, PyTorch's ${dtype} ${tupleOf(shape)}`]
  const { relative = 0, epsilon = 0, steps = 0, tiny = 0 } = isFloating(dtype) ? tolerances[dtype] : {}
  const values = numbersOf(mine, dtype === 'float32' ? 'float32' : 'float64')
  const odd = data.findIndex((each, i) => {
    const theirs = numberOf(each)
    if (Object.is(values[i], theirs) || values[i] === theirs) return false
    return !(Math.abs(values[i] - theirs) <= relative * Math.abs(theirs) + steps * (epsilon * size + tiny))
  })
  return odd < 0 ? [] : [`${name}[${odd}]: ${values[odd]}, PyTorch's ${data[odd]}`]
}
