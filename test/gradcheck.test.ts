import { expect, test } from 'vitest'
import { type Case, encode, valuesOf } from '../oracle/cases.ts'
import { reductionsOf } from '../oracle/chapters.ts'
import { drawCase } from '../oracle/generate.ts'
import { Random, seedOf } from '../oracle/random.ts'
import { argumentsOf, lossOf, runCase } from '../oracle/run-case.ts'
import { readCall } from '../src/check.ts'
import { checked } from '../src/loss.ts'
import * as losses from '../src/losses/index.ts'
import { type LossSpec, snakeName } from '../src/spec.ts'

/**
 * The gradients are those of the values: central differences in float64 on the reference, from nothing but the values.
 *
 * A five-point difference with step h is wrong by about h⁴·f⁽⁵⁾/30 + ε·|f|/h: at h = 1e-4 less than 1e-9, even for the derivatives of a
 * logarithm at 0.05, and what the roundings of f add, which is reckoned with. Where the slope changes within 2h by more than a curvature of 20 explains, there is a kink: a
 * two-point difference of step 1e-7 then stays on one side of it, and is wrong by less than 1e-6. Values are in general position.
 */
const h = 1e-4
const tolerance = 1e-8
const near = 1e-7
const toleranceNear = 1e-6
const kinked = 20 * 4 * h
const draws = 12
const elements = 24

/** Losses whose gradient is on purpose none of the value's, each with what it is and where that is tested. */
const otherwise: Readonly<Record<string, string>> = {
  completeBoxIouLoss: 'α counts as a constant: test/boxes.test.ts',
  ctcLoss: 'it is the gradient by the scores before a log-softmax: test/sequence.test.ts',
}

const all = Object.values<{ readonly spec: LossSpec }>(losses).filter(({ spec }) => !Object.hasOwn(otherwise, spec.name))
const cases = all.flatMap(({ spec }) => {
  const name = snakeName(spec)
  const random = new Random(seedOf(`gradcheck ${name}`))
  return reductionsOf(spec).flatMap((reduction) => {
    const pins = { mood: 'plain', dtype: 'float64', uniform: true, reduction, mistake: false } as const
    const found: Case[] = []
    while (found.length < draws) {
      const c = smooth(drawCase(spec, random, `${name} ${reduction} ${found.length}`, pins), random)
      const { loss } = runCase({ ...c, requires: [] })
      // a norm of p = NaN can have a value, but no slope
      const sound = !Object.values(c.options).includes('NaN')
      if (sound && loss !== undefined && valuesOf(loss).every(Number.isFinite)) found.push(c)
    }
    return found
  })
})

test.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => {
  const names = differentiable(c)
  expect(names.length).toBeGreaterThan(0)
  const { grads = {} } = runCase({ ...c, requires: names })
  for (const name of names) {
    const values = valuesOf(c.tensors[name])
    const slopes = valuesOf(grads[name])
    const at = (i: number, by: number) => total(withValue(c, name, values, i, by))
    for (const i of some(values.length, c.id)) {
      const fivePoint = (step: number) => (8 * (at(i, step) - at(i, -step)) - (at(i, 2 * step) - at(i, -2 * step))) / (12 * step)
      const five = fivePoint(h)
      const rounding = (step: number) => (2 ** -51 * Math.abs(at(i, 0))) / step
      const off = (slope: number) => Math.abs(slope - slopes[i]) / Math.max(1, Math.abs(slope))
      // where a slope changes little within the step, another step has another difference
      const kink =
        Math.abs(at(i, 2 * h) - 2 * at(i, 0) + at(i, -2 * h)) > kinked * h ||
        (off(five) > tolerance && Math.abs(fivePoint(h / 4) - five) > tolerance / 2 + rounding(h / 4))
      const slope = kink ? (at(i, near) - at(i, -near)) / (2 * near) : five
      const difference = off(slope)
      const allowed = (kink ? toleranceNear : tolerance) + rounding(kink ? near : h)
      expect(difference, `d/d${name}[${i}]: ${slopes[i]}, by differences ${slope}`).toBeLessThan(allowed)
    }
  }
})

/** All elements of a small tensor; of an image some, the same in each run. */
function some(size: number, id: string): readonly number[] {
  if (size <= elements) return Array.from({ length: size }, (_, i) => i)
  const random = new Random(seedOf(id))
  return Array.from({ length: elements }, () => random.integer(size))
}

/** The case without ties and values at the edges of their domains, where differences mean nothing. */
function smooth(c: Case, random: Random): Case {
  const { spec } = lossOf(c.loss)
  const domains = new Map([...spec.inputs.map(({ name, domain }) => [name, domain] as const)])
  const tensors = Object.entries(c.tensors).map(([name, t]) => {
    const domain = domains.get(name)
    if (domain === 'signs' || domain === 'binary') return [name, t]
    const inside = (v: number) => (domain === 'probabilities' ? 0.05 + 0.9 * v : domain === 'positive' ? Math.max(v, 0.1) : v)
    const move = (v: number) => inside(v) + (random.uniform() - 0.5) / 50
    return [name, t.dtype === 'float64' ? encode(t.dtype, t.shape, valuesOf(t).map(move), t.layout) : t]
  })
  const { upstream: _, ...rest } = c
  return { ...rest, tensors: Object.fromEntries(tensors) }
}

/** What the loss itself says has a gradient. */
function differentiable(c: Case): string[] {
  const loss = lossOf(c.loss)
  const { args, options } = argumentsOf(c, [])
  return Object.keys(checked(loss.plan, readCall(loss.spec, [...args, options])).differentiable)
}

function withValue(c: Case, name: string, values: Float64Array, i: number, by: number): Case {
  const t = c.tensors[name]
  return { ...c, requires: [], tensors: { ...c.tensors, [name]: encode(t.dtype, t.shape, values.with(i, values[i] + by), t.layout) } }
}

function total(c: Case): number {
  const { loss, error } = runCase(c)
  if (loss === undefined) throw error
  return valuesOf(loss).reduce((sum, value) => sum + value, 0)
}
