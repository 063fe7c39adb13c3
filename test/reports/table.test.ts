import { expect, test } from 'vitest'
import type { Case } from '../../oracle/cases.ts'
import { hasGoldens, readGoldens } from '../../oracle/goldens.ts'
import { argumentsOf } from '../../oracle/run-case.ts'
import { LossError, mergeReports, onWarning, type Report, type ReportOptions, report, type Tensor, tensor } from '../../src/index.ts'
import type { LossFunction } from '../../src/loss.ts'
import * as losses from '../../src/losses/index.ts'
import { snakeName } from '../../src/spec.ts'
import { copyOf } from '../../src/tensor/view.ts'

/**
 * The report of every loss, on the calls that PyTorch was asked: its value is the loss's, which the goldens hold to PyTorch's; and cutting the
 * batch in two changes nothing. Every `step`-th golden is taken.
 */
const step = 8
const quiet = () => onWarning(() => undefined)
const all = Object.values(losses) as unknown as LossFunction[]
const goldens = all
  .filter(({ spec }) => hasGoldens(snakeName(spec)))
  .map((loss) => ({
    name: loss.spec.name,
    loss,
    cases: readGoldens(snakeName(loss.spec))
      .goldens.filter(({ answer }, i) => i % step === 0 && answer.loss !== undefined)
      .map((golden) => golden.case),
  }))

/** One unit in the last place of the result's dtype, relative to the sum of the values' magnitudes. */
const units: Readonly<Record<string, number>> = { float64: 2 ** -50, float32: 2 ** -22, float16: 2 ** -9, bfloat16: 2 ** -6 }

/** Reports a case as it is; null where the library refuses it on purpose. */
function reported(loss: LossFunction, c: Case, how: ReportOptions = {}): { value: Tensor; one: Report; magnitude: number } | null {
  const { args, options } = argumentsOf(c, [])
  const call = (more: object = {}) => [...args, { ...options, ...more }] as unknown as []
  try {
    const value = loss(...call())
    const one = report(loss, ...call(), { check: false, ...how } as never)
    return { value, one, magnitude: Math.max(0, ...one.worst.map((w) => Math.abs(w.value))) }
  } catch (error) {
    if (error instanceof LossError) return null
    throw error
  }
}

test.each(goldens)('$name: the value of the report is the loss', ({ loss, cases }) => {
  const before = quiet()
  let compared = 0
  for (const c of cases) {
    const found = reported(loss, c)
    if (found === null) continue
    const { value, one, magnitude } = found
    expect(mergeReports(JSON.parse(JSON.stringify(one))), c.id).toEqual(one)
    if (one.reduction === 'none') {
      expect(one.shape, c.id).toEqual(value.shape)
      continue
    }
    compared++
    const item = value.item()
    if (!Number.isFinite(item) || !Number.isFinite(one.value)) expect(one.value, c.id).toBe(item)
    else {
      // what is summed may cancel: its rounding is relative to the largest value, and to how many there are
      const scale = one.reduction === 'sum' ? magnitude * Math.max(one.totals.numbers.values, 1) : magnitude
      expect(Math.abs(one.value - item), `${c.id}: ${one.value} for ${item}`).toBeLessThanOrEqual(
        units[one.dtype] * Math.max(scale, Math.abs(item)),
      )
    }
  }
  expect(compared).toBeGreaterThan(2)
  onWarning(before)
})

/** Samples [start, end) of a tensor. */
function rows(t: Tensor, start: number, end: number): Tensor {
  const data = copyOf(t)
  const length = data.length / t.shape[0]
  return tensor({ data: data.slice(start * length, end * length), shape: [end - start, ...t.shape.slice(1)], dtype: t.dtype } as never)
}

/** The report of samples [start, end) of a case: every argument that has a row for each sample is cut. */
function cut(loss: LossFunction, c: Case, size: number, start: number, end: number): Report {
  const { tensors, options } = argumentsOf(c, [])
  const rank = tensors[loss.spec.inputs[0].name].shape.length
  const part = (name: string) => (name === 'linearWeight' ? tensors[name] : rows(tensors[name], start, end))
  const own = Object.entries(options).map(([name, value]) => {
    const option = loss.spec.options[name]
    const { shape } = name in tensors ? tensors[name] : { shape: [] }
    // keys of its own for each sample have an axis more than those for all
    const perSample =
      name === 'negativeKeys'
        ? shape.length > rank
        : option.kind === 'tensor' && option.shape !== 'classes' && shape.length === rank && shape[0] === size
    return [name, perSample || name === 'target' ? part(name) : value]
  })
  const args = loss.spec.inputs.map(({ name }) => part(name))
  return report(loss, ...([...args, Object.fromEntries(own)] as unknown as []), { check: false, perSample: true, first: start } as never)
}

/** How many samples a case has along the first axis of all its arguments; 0 where it has none. */
function samplesOf(loss: LossFunction, c: Case, one: Report): number {
  const { tensors, options } = argumentsOf(c, [])
  const firsts = loss.spec.inputs.flatMap(({ name }) => (name === 'linearWeight' ? [] : [tensors[name].shape[0] ?? 0]))
  const legacy = options.sizeAverage !== undefined || options.reduce !== undefined || options.broadcast === true
  return !legacy && one.totals.of.axes[0] === 'n' && firsts.every((extent) => extent === firsts[0]) && one.perSample.samples === firsts[0]
    ? firsts[0]
    : 0
}

/** Sequences are time first: their batch lies along the second axis. */
const batchFirst = goldens.filter(({ loss }) => loss.family.family !== 'sequence')

test.each(batchFirst)('$name: cutting the batch changes nothing', ({ loss, cases }) => {
  const before = quiet()
  for (const c of cases) {
    const found = reported(loss, c, { perSample: true })
    if (found === null || found.one.totals.of.apart !== null) continue
    const size = samplesOf(loss, c, found.one)
    if (size < 2) continue
    const middle = 1 + Math.floor(size / 3)
    const merged = mergeReports(cut(loss, c, size, middle, size), cut(loss, c, size, 0, middle))
    const { parts, averages, totals } = found.one
    const numbers = { ...totals.numbers, parts: 2 }
    expect(parts).toBe(1)
    expect(merged, c.id).toEqual({
      ...found.one,
      parts: 2,
      averages: { ...averages, perBatch: averages.perBatch / 2 },
      totals: { ...totals, numbers },
    })
  }
  onWarning(before)
})
