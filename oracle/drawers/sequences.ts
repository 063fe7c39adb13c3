import { LossError } from '../../src/errors.ts'
import { divides } from '../../src/reduce.ts'
import { sizeOf } from '../../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, numberOf, valuesOf } from '../cases.ts'
import type { Draft } from '../drawers.ts'
import type { Random } from '../random.ts'
import { finite, largest, meanFactor, planOf, type SizesOf } from '../tolerance.ts'
import type { Mood } from '../values.ts'

/**
 * A batch of sequences: mostly with steps enough for their labels, sometimes just enough or too few, with repeated labels, with no labels and no
 * steps; labels padded or one after the other; one sequence with a batch axis or without.
 */
export function drawSequences({ random, mood, dtype, uniform, option }: Draft): {
  tensors: Record<string, CaseTensor>
  options: Record<string, unknown>
} {
  const single = random.chance(0.2)
  const batch = single ? 1 : 1 + random.integer(4)
  const classes = random.chance(0.05) ? 1 : 2 + random.integer(5)
  const steps = 1 + random.integer(random.chance(0.2) ? 12 : 6)
  const blank = Number(option?.[0] === 'blank' ? option[1] : random.chance(0.6) ? 0 : random.integer(classes))
  const most = classes === 1 ? 0 : Math.min(steps, 1 + random.integer(5))
  const lengths = Array.from({ length: batch }, () => ({
    input: random.chance(0.7) ? steps : random.integer(steps + 1),
    target: random.integer(most + 1),
  }))
  const rows = lengths.map(({ target }) => Array.from({ length: target }, () => drawLabel(random, classes, blank)))
  const unbatched = single && random.chance(0.7)
  const lengthShape = unbatched && random.chance(0.6) ? [] : [batch]
  const integer = () => (random.chance(0.8) ? 'int64' : random.pick(['int32', 'uint8', 'int16'] as const))
  return {
    tensors: {
      logProbs: encode(
        uniform || random.chance(0.97) ? dtype : 'float32',
        unbatched ? [steps, classes] : [steps, batch, classes],
        drawScores(random, mood, steps * batch, classes),
        random.chance(0.2) ? random.pick(['transposed', 'sliced', 'reversed', 'offset'] as const) : undefined,
      ),
      targets: random.chance(0.5) ? padded(random, rows, unbatched) : encode(integer(), [rows.flat().length], rows.flat()),
      inputLengths: encode(
        integer(),
        lengthShape,
        lengths.map(({ input }) => input),
      ),
      targetLengths: encode(
        integer(),
        lengthShape,
        lengths.map(({ target }) => target),
      ),
    },
    options: { blank },
  }
}

function drawLabel(random: Random, classes: number, blank: number): number {
  const label = random.integer(classes - 1)
  return label >= blank && blank >= 0 ? label + 1 : label
}

/** Rows of one length, filled up with whatever: PyTorch does not look at it. */
function padded(random: Random, rows: readonly number[][], single: boolean): CaseTensor {
  const width = Math.max(...rows.map((row) => row.length)) + random.integer(2)
  const values = rows.flatMap((row) => [...row, ...Array.from({ length: width - row.length }, () => random.pick([0, 1, -1, 77]))])
  const dtype = random.chance(0.85) ? 'int64' : random.pick(['int32', 'float32', 'int16'] as const)
  return encode(dtype, single && width === rows[0].length && random.chance(0.5) ? [width] : [rows.length, width], values)
}

/** Logarithms of distributions, short in binary; in the special mood with what is none. */
function drawScores(random: Random, mood: Mood, rows: number, classes: number): number[] {
  const spread = random.pick([1, 1, 3, 20])
  const odd = mood === 'special' ? random.pick([0.02, 0.1, 0.3]) : 0
  return Array.from({ length: rows }, () => {
    const scores = Array.from({ length: classes }, () => (mood === 'ties' ? 0 : random.normal() * spread))
    const log = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0))
    const unusual = () => random.pick([-Infinity, -Infinity, -Infinity, -1e4, -350, -1000, -1e30, Number.NaN, Infinity, 3, 0])
    return scores.map((score) => (random.chance(odd) ? unusual() : Math.round((score - log) * 64) / 64))
  }).flat()
}

/**
 * The sizes of the terms: PyTorch adds up the scores along the steps, and rounds each sum. The posteriors of the gradient are exponentials of
 * such sums, so that what is uncertain of a sum is so of them.
 */
export function sequenceSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const scores = valuesOf(c.tensors.logProbs)
  const steps = c.tensors.logProbs.shape[0]
  const size = steps * Math.max(1, largest(scores))
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  return (output, shape) => {
    const terms = output === 'loss' && plan.reduction !== 'none' ? plan.counted : 1
    return new Float64Array(sizeOf(shape)).fill(size * terms * factor * (output === 'loss' ? 1 : upstream))
  }
}

/** Whether the labels are classes: PyTorch does not look, and reads the scores of others, and writes their gradients, wherever that may be. */
export function hasLabels(c: Case): boolean {
  try {
    planOf(c)
  } catch (error) {
    if (error instanceof LossError) return error.code !== 'target-range'
    throw error
  }
  return true
}
