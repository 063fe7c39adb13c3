import { describe, expect, test } from 'vitest'
import { Random } from '../oracle/random.ts'
import { Alignments } from '../src/families/sequence/alignments.ts'
import { exponentials, reach } from '../src/families/sequence/exponential.ts'
import { Lattice } from '../src/families/sequence/lattice.ts'
import { alignInLogarithms } from '../src/families/sequence/logarithms.ts'
import { ctcLoss, logSoftmax, nn, report, type Tensor, tensor } from '../src/index.ts'
import { refused } from './support.ts'

const float64 = (values: readonly number[], shape: readonly number[], requiresGrad = false): Tensor =>
  tensor(Float64Array.from(values), { shape, requiresGrad })

const flat = (t: Tensor | null): number[] => Array.from((t as Tensor).data as Float64Array)

/** The labels that a walk through the classes spells: repeats count once, and blanks not at all. */
const spelled = (walk: readonly number[], blank: number): string =>
  walk.filter((label, t) => label !== blank && (t === 0 || label !== walk[t - 1])).join()

/** The likelihood of labels by its definition: the sum over all walks of so many steps. */
function likelihood(probabilities: readonly number[][], labels: readonly number[], blank: number): number {
  const classes = probabilities[0].length
  let total = 0
  for (let number = 0; number < classes ** probabilities.length; number++) {
    const walk = probabilities.map((_, t) => Math.floor(number / classes ** t) % classes)
    if (spelled(walk, blank) === labels.join()) total += walk.reduce((product, label, t) => product * probabilities[t][label], 1)
  }
  return total
}

function distributions(random: Random, steps: number, classes: number, spread = 1): number[][] {
  return Array.from({ length: steps }, () => {
    const scores = Array.from({ length: classes }, () => random.normal() * spread)
    const top = Math.max(...scores)
    const log = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0))
    return scores.map((score) => score - log)
  })
}

describe('ctcLoss', () => {
  test('is −log of the sum over all walks that spell the labels', () => {
    const random = new Random(1)
    for (let i = 0; i < 60; i++) {
      const [steps, classes] = [1 + random.integer(6), 2 + random.integer(3)]
      const blank = random.integer(classes)
      const labels = Array.from({ length: random.integer(4) }, () => (blank + 1 + random.integer(classes - 1)) % classes)
      const logProbs = distributions(random, steps, classes)
      const wanted = -Math.log(
        likelihood(
          logProbs.map((row) => row.map(Math.exp)),
          labels,
          blank,
        ),
      )
      const loss = ctcLoss(float64(logProbs.flat(), [steps, classes]), labels, steps, labels.length, { blank, reduction: 'sum' })
      if (wanted === Infinity) expect(loss.item()).toBe(Infinity)
      else expect(Math.abs(loss.item() - wanted)).toBeLessThan(1e-13 * Math.max(1, wanted))
    }
  })

  test('its gradient is that by the scores of a log-softmax before it', () => {
    const random = new Random(2)
    const shape = [5, 2, 3]
    const scores = Array.from({ length: 30 }, () => random.normal())
    const loss = (values: readonly number[], requiresGrad = false) => {
      const x = float64(values, shape, requiresGrad)
      return {
        x,
        value: ctcLoss(
          logSoftmax(x, 2),
          [
            [1, 2],
            [2, 0],
          ],
          [5, 4],
          [2, 1],
        ),
      }
    }
    const { x, value } = loss(scores, true)
    value.backward()
    const h = 1e-5
    flat(x.grad).forEach((slope, i) => {
      const at = (by: number) => loss(scores.map((score, k) => (k === i ? score + by : score))).value.item()
      expect(Math.abs(slope - (at(h) - at(-h)) / (2 * h)), `d/dscore[${i}]`).toBeLessThan(1e-9)
    })
  })

  test('padded labels and labels in a row, one sequence and a batch of one, give the same', () => {
    const random = new Random(3)
    const logProbs = float64(distributions(random, 12, 4).flat(), [6, 2, 4])
    const padded = ctcLoss.valueAndGrad(
      logProbs,
      [
        [1, 3, 3],
        [2, 77, -1],
      ],
      [6, 5],
      [3, 1],
    )
    const inRow = ctcLoss.valueAndGrad(logProbs, [1, 3, 3, 2], [6, 5], [3, 1])
    expect([inRow.loss.item(), flat(inRow.grad)]).toEqual([padded.loss.item(), flat(padded.grad)])
    const one = float64(distributions(random, 6, 4).flat(), [6, 4])
    const batch = tensor(one, { shape: [6, 1, 4] })
    const [single, alone] = [ctcLoss(one, [1, 2], 6, 2, { reduction: 'none' }), ctcLoss(batch, [[1, 2]], [6], [2], { reduction: 'none' })]
    expect([single.shape, alone.shape, single.item()]).toEqual([[], [1], alone.item()])
  })

  test('labels that do not fit give ∞ and NaN, or 0 with zeroInfinity', () => {
    const logProbs = float64(distributions(new Random(4), 4, 3).flat(), [2, 2, 3])
    const wild = ctcLoss.valueAndGrad(
      logProbs,
      [
        [1, 1],
        [2, 0],
      ],
      [2, 2],
      [2, 1],
      { reduction: 'none' },
    )
    expect([wild.loss.toArray()]).toEqual([[Infinity, expect.any(Number)]])
    expect(flat(wild.grad).map(Number.isNaN)).toEqual([true, true, true, false, false, false, true, true, true, false, false, false])
    const tame = ctcLoss.valueAndGrad(
      logProbs,
      [
        [1, 1],
        [2, 0],
      ],
      [2, 2],
      [2, 1],
      { reduction: 'none', zeroInfinity: true },
    )
    expect([tame.loss.toArray(), flat(tame.grad).slice(0, 3)]).toEqual([
      [0, expect.any(Number)],
      [0, 0, 0],
    ])
    expect(
      nn
        .CTCLoss({ zeroInfinity: true })(
          logProbs,
          [
            [1, 1],
            [2, 0],
          ],
          [2, 2],
          [2, 1],
        )
        .item(),
    ).toBeGreaterThan(0)
  })

  test('the mean divides by the labels of each sequence; so does a report of the values', () => {
    const logProbs = float64(distributions(new Random(5), 10, 3).flat(), [5, 2, 3])
    const call = [
      logProbs,
      [
        [1, 2],
        [2, 0],
      ],
      [5, 5],
      [2, 0],
    ] as const
    const [a, b] = ctcLoss(...call, { reduction: 'none' }).toArray() as number[]
    expect(ctcLoss(...call).item()).toBeCloseTo((a / 2 + b) / 2, 14)
    expect(report(ctcLoss, ...call, { reduction: 'none' }).value).toBe(ctcLoss(...call).item())
    expect(report(ctcLoss, ...call, { reduction: 'sum' }).sum).toBeCloseTo(a + b, 14)
  })

  test.each<[string, number[], string]>([
    ['no class', [1, 3], 'remap the labels'],
    ['below 0', [1, -1], 'remap the labels'],
    ['a fraction', [1, 1.5], 'remap the labels'],
    ['the blank', [1, 0], 'leave the blank out'],
  ])('refuses a label that is %s, where PyTorch says nothing', (_, labels, repair) => {
    const logProbs = float64(distributions(new Random(6), 4, 3).flat(), [4, 3])
    const error = refused(() => ctcLoss(logProbs, labels, 4, 2))
    expect([error.code, error.argument, error.pytorch]).toEqual(['target-range', 'targets', null])
    expect(error.repair).toContain(repair)
    expect(ctcLoss(logProbs, tensor([labels], { dtype: 'float64' }), 4, 1).item()).toBeGreaterThan(0)
  })
})

describe('alignments', () => {
  /** The gradients are shares, between 0 and 1, and exponentials of sums that are rounded: of so many steps, and of that size. */
  test.each([
    [1, 200, 40],
    [30, 200, 90],
    [400, 150, 60],
    [4000, 120, 30],
  ])('with exponents are those in logarithms, of scores that spread by %d', (spread, steps, labels) => {
    const random = new Random(spread)
    const classes = 6
    const slotOf = Int32Array.from({ length: labels }, () => 1 + random.integer(classes - 1))
    const rows = distributions(random, steps, classes, spread)
    if (spread === 400) for (let i = 0; i < 20; i++) rows[random.integer(steps)][1 + random.integer(5)] = -Infinity
    const collected = new Float64Array(steps * classes)
    const wanted = alignInLogarithms(steps, slotOf, classes, (t, k) => rows[t][k], collected)
    const alignments = new Alignments(steps, labels, classes)
    for (let again = 0; again < 2; again++) {
      alignments.begin(steps, classes, slotOf)
      rows.forEach((row, t) => {
        const probabilities = new Float64Array(classes)
        if (exponentials(Float64Array.from(row), 0, classes, probabilities)) alignments.take(t, probabilities)
        else expect(alignments.takeLogarithms(t, Float64Array.from(row))).toBe(true)
      })
      alignments.forward()
      expect(Math.abs(alignments.logLikelihood - wanted)).toBeLessThan(1e-14 * Math.abs(wanted))
      const tolerance = 2 ** -52 * steps * Math.abs(wanted)
      alignments.backward((t) => {
        let all = 0
        for (let k = 0; k < classes; k++) {
          const share = Math.exp(collected[t * classes + k] - wanted - rows[t][k])
          if (rows[t][k] > -Infinity) expect(Math.abs(alignments.shares[k] - share)).toBeLessThan(tolerance)
          all += alignments.shares[k]
        }
        expect(Math.abs(all - 1)).toBeLessThan(1e-12)
      })
    }
  })

  test('of states that a float64 cannot hold side by side have exponents of their own', () => {
    const lattice = new Lattice(1, 3)
    const start = lattice.at(0)
    lattice.clear(0)
    lattice.put(0, 0, 1, 0)
    lattice.put(0, 1, 1, 20)
    lattice.unite(0)
    expect(lattice.mixed[0]).toBe(1)
    const settled = (numbers: readonly number[]) => {
      lattice.numbers.set(numbers, start)
      return lattice.settle(0, 5, false, start, start + 3)
    }
    expect(settled([2 ** -449, 2 ** 449, 0])).toBe(true)
    expect(settled([2 ** -440, 2 ** 470, 0])).toBe(false)
    expect(settled([2 ** -600, 2 ** -550, 0])).toBe(true)
    expect(lattice.numbers[start + 1] * 2 ** (64 * (lattice.row[0] - 5))).toBe(2 ** -550)
    lattice.spread(0)
    lattice.unite(0)
    expect([lattice.mixed[0], lattice.row[0]]).toEqual([0, lattice.exponents[start]])
  })

  test('exponentials are right to 2⁻⁵¹', () => {
    const random = new Random(7)
    const x = Float64Array.from({ length: 20000 }, () => (2 * random.uniform() - 1) * reach)
    x.set([0, -0, reach, -reach, Number.MIN_VALUE])
    const out = new Float64Array(x.length)
    expect(exponentials(x, 0, x.length, out)).toBe(true)
    // Math.exp itself is within one unit in the last place
    const worst = out.reduce((most, y, i) => Math.max(most, Math.abs(y / Math.exp(x[i]) - 1)), 0)
    expect(worst).toBeLessThan(2 ** -51 + 2 ** -52)
    for (const odd of [Number.NaN, Infinity, -Infinity, 300.5]) expect(exponentials(Float64Array.of(odd), 0, 1, out)).toBe(false)
  })
})
