// `npm run check-cost`: what the checks add to a value-and-gradient call. Ratios within one run; the best of many, since other programs only add time. `-- bce --each` of one case, check by check.

import { Random } from '../oracle/random.ts'
import { detectors } from '../src/findings/index.ts'
import { subjectOf, withValue } from '../src/findings/subject.ts'
import { Arena, init, nn, type Tensor, tensor } from '../src/index.ts'
import type { LossFunction } from '../src/loss.ts'
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss } from '../src/losses/index.ts'

const rounds = 100
const random = new Random(1)

const normals = (size: number) => Float32Array.from({ length: size }, () => random.normal())
const classes = (size: number, below: number) => BigInt64Array.from({ length: size }, () => BigInt(random.integer(below)))

type Criterion = (input: Tensor, target: Tensor) => Tensor

interface Case {
  readonly name: string
  readonly loss: LossFunction
  readonly make: (checks: 'always' | 'off') => Criterion
  readonly input: Tensor
  readonly target: Tensor
}

const categorical = (shape: readonly number[]): Case => ({
  name: `cross-entropy ${shape.join('x')}`,
  loss: crossEntropy as unknown as LossFunction,
  make: (checks) => nn.CrossEntropyLoss({ checks, onFinding: () => {} }),
  input: tensor(normals(shape.reduce((a, b) => a * b)), { shape }),
  target: tensor(classes(shape.reduce((a, b) => a * b) / shape[1], shape[1]), { shape: [shape[0], ...shape.slice(2)] }),
})

const million = 1_000_000
const cases: readonly Case[] = [
  categorical([1024, 1000]),
  categorical([8, 21, 256, 256]),
  categorical([65536, 10]),
  {
    name: 'bce-with-logits 1M',
    loss: binaryCrossEntropyWithLogits as unknown as LossFunction,
    make: (checks) => nn.BCEWithLogitsLoss({ checks, onFinding: () => {} }),
    input: tensor(normals(million)),
    target: tensor(Float32Array.from({ length: million }, () => random.integer(2))),
  },
  {
    name: 'mse 1M',
    loss: mseLoss as unknown as LossFunction,
    make: (checks) => nn.MSELoss({ checks, onFinding: () => {} }),
    input: tensor(normals(million)),
    target: tensor(normals(million)),
  },
]

/** The best time of each of some calls, in milliseconds, taken in turns. */
function bestOf(calls: readonly (() => unknown)[], count = rounds): number[] {
  const best = calls.map(() => Infinity)
  for (let round = 0; round < count; round++) {
    for (const [i, call] of calls.entries()) {
      const start = performance.now()
      call()
      best[i] = Math.min(best[i], performance.now() - start)
    }
  }
  return best
}

init({})
console.log("added: by checks: 'always' to a criterion's call, as a share of value and gradient in one pass, written into a given tensor\n")
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'))
for (const { name, loss, make, input, target } of cases) {
  if (!only.every((word) => name.includes(word))) continue
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
      `${`${name}, ${place}`.padEnd(38)} ${whole.toFixed(3).padStart(8)} ms   added ${(looked - plain).toFixed(3).padStart(7)} ms ${share(looked - plain)}`,
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
