// `npm run check-cost`: what the checks add to a value-and-gradient call. Ratios within one run; the best of many, since other programs only add time. `-- bce --each` of one case, check by check.

import { Random } from '../oracle/random.ts'
import { detectors } from '../src/findings/index.ts'
import { subjectOf, withValue } from '../src/findings/subject.ts'
import { Arena, init, logSoftmax, nn, softmax, type Tensor, tensor } from '../src/index.ts'
import type { LossFunction } from '../src/loss.ts'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  hingeEmbeddingLoss,
  klDiv,
  mseLoss,
  nllLoss,
  poissonNllLoss,
} from '../src/losses/index.ts'

/** As many calls as there is time for, and no fewer than so many. */
const [rounds, milliseconds] = [40, 600]
const random = new Random(1)

const normals = (size: number) => Float32Array.from({ length: size }, () => random.normal())
const classes = (size: number, below: number) => BigInt64Array.from({ length: size }, () => BigInt(random.integer(below)))

type Criterion = (input: Tensor, target: Tensor) => Tensor

interface Case {
  readonly name: string
  readonly loss: LossFunction
  readonly input: Tensor
  readonly target: Tensor
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b)
const scores = (shape: readonly number[]): Tensor => tensor(normals(sizeOf(shape)), { shape })
const labels = (shape: readonly number[]): Tensor =>
  tensor(classes(sizeOf(shape) / shape[1], shape[1]), { shape: [shape[0], ...shape.slice(2)] })

const caseOf = (loss: { readonly spec: { readonly name: string } }, size: string, input: Tensor, target: Tensor): Case => ({
  name: `${loss.spec.name} ${size}`,
  loss: loss as LossFunction,
  input,
  target,
})
const categorical = (shape: readonly number[]): Case => caseOf(crossEntropy, shape.join('x'), scores(shape), labels(shape))

const million = 1_000_000
const floats = (draw: () => number, size = million): Tensor => tensor(Float32Array.from({ length: size }, draw))
const oneOrOther = (no: number) => floats(() => (random.integer(2) === 1 ? 1 : no))
const rows = [1024, 1000]
const cases: readonly Case[] = [
  categorical(rows),
  categorical([8, 21, 256, 256]),
  categorical([65536, 10]),
  categorical([32, 10]),
  caseOf(crossEntropy, '1024x1000, probabilities', scores(rows), softmax(scores(rows), 1)),
  caseOf(nllLoss, '1024x1000', logSoftmax(scores(rows), 1), labels(rows)),
  caseOf(klDiv, '1024x1000', logSoftmax(scores(rows), 1), softmax(scores(rows), 1)),
  caseOf(
    binaryCrossEntropyWithLogits,
    '1M',
    floats(() => random.normal()),
    oneOrOther(0),
  ),
  caseOf(
    binaryCrossEntropyWithLogits,
    '32',
    floats(() => random.normal(), 32),
    floats(() => random.integer(2), 32),
  ),
  caseOf(
    binaryCrossEntropy,
    '1M',
    floats(() => random.uniform()),
    oneOrOther(0),
  ),
  caseOf(
    mseLoss,
    '1M',
    floats(() => random.normal()),
    floats(() => random.normal()),
  ),
  caseOf(
    mseLoss,
    '32',
    floats(() => random.normal(), 32),
    floats(() => random.normal(), 32),
  ),
  caseOf(
    poissonNllLoss,
    '1M',
    floats(() => random.normal()),
    floats(() => random.integer(9)),
  ),
  caseOf(
    hingeEmbeddingLoss,
    '1M',
    floats(() => random.uniform()),
    oneOrOther(-1),
  ),
]

/** The best time of each of some calls, in milliseconds, taken in turns. */
function bestOf(calls: readonly (() => unknown)[], least = rounds): number[] {
  const best = calls.map(() => Infinity)
  const end = performance.now() + milliseconds
  for (let round = 0; round < least || performance.now() < end; round++) {
    // each comes after each of the others: what the last one left in the caches helps none
    for (let turn = 0; turn < calls.length; turn++) {
      const i = (turn + round) % calls.length
      const start = performance.now()
      calls[i]()
      best[i] = Math.min(best[i], performance.now() - start)
    }
  }
  return best
}

init({})
console.log("added: by checks: 'always' to a criterion's call, as a share of value and gradient in one pass, written into a given tensor\n")
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'))
for (const { name, loss, input, target } of cases) {
  if (!only.every((word) => name.toLowerCase().includes(word.toLowerCase()))) continue
  const make = (checks: 'always' | 'off'): Criterion =>
    // the cast is sound: each case is of a loss of an input and a target
    (nn[loss.spec.module as 'MSELoss'] as (options: object) => Criterion)({ checks, onFinding: () => {} })
  for (const place of ['arena', 'copying'] as const) {
    const arena = new Arena()
    const [x, t] = place === 'arena' ? [arena.tensor(input), arena.tensor(target)] : [input, target]
    const grad = place === 'arena' ? arena.empty(x.shape) : tensor(new Float32Array(x.size), { shape: x.shape })
    const [on, off] = [make('always'), make('off')]
    const [whole, looked, plain] = bestOf([
      () => (loss.valueAndGrad as (...args: unknown[]) => unknown)(x, t, { into: grad }),
      () => on(x, t),
      () => off(x, t),
    ])
    const share = (ms: number) => `${((100 * ms) / whole).toFixed(1)} %`.padStart(8)
    console.log(
      `${`${name}, ${place}`.padEnd(44)} ${whole.toFixed(3).padStart(8)} ms   added ${(looked - plain).toFixed(3).padStart(7)} ms ${share(looked - plain)}`,
    )
    if (!process.argv.includes('--each')) continue
    for (const { code, applies, look } of detectors) {
      if (!applies(loss.spec)) continue
      // the criterion knows its value
      const value = loss(x, t)
      const fresh = () => withValue(subjectOf(loss, [x, t]), value)
      const [without, all] = bestOf([fresh, () => look(fresh())], rounds / 3)
      console.log(`    ${code.padEnd(34)} ${share(all - without)}`)
    }
  }
}
