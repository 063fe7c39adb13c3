import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nn } from '../src/index.ts'
import * as losses from '../src/losses/index.ts'
import { type LossSpec, snakeName } from '../src/spec.ts'

test('the table is in alphabetical order, one line a loss, the only list', () => {
  const text = readFileSync(new URL('../src/losses/index.ts', import.meta.url), 'utf8')
  const lines = text.split('\n').filter((line) => line.startsWith('export'))
  const names = lines.map((line) => line.replace(/.*\{ (\w+) \}.*/, '$1'))
  expect(names).toEqual([...names].sort())
  expect(lines).toHaveLength(Object.keys(losses).length)
})

const specs = Object.values<{ readonly spec: LossSpec }>(losses).map(({ spec }) => spec)

test.each(specs)('$name: its data are whole', (spec) => {
  expect(Object.keys(losses)).toContain(spec.name)
  if (spec.pytorch !== null) expect(snakeName(spec)).toBe(spec.pytorch)
  expect(nn).toHaveProperty(spec.module)
  expect(spec.summary).toMatch(/^[A-Z].*\.$/)
  if (spec.native !== undefined) {
    const { order, asked = {} } = spec.native
    const told = spec.inputs.map(({ name }) => name).filter((name) => asked[name] === undefined)
    expect(order.slice(0, told.length)).toEqual(told)
  }
  for (const [name, option] of Object.entries(spec.options)) expect(option.help, name).toMatch(/\.$/)
})

test('no two losses share a name', () => {
  const names = specs.flatMap((spec) => [snakeName(spec), spec.module, ...spec.aliases])
  expect(new Set(names).size).toBe(names.length)
})

test('the words of the algebra stay few: every backend has to spell each', () => {
  const text = readFileSync(new URL('../src/algebra/algebra.ts', import.meta.url), 'utf8')
  const words = [...text.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1])
  expect(words.length).toBeGreaterThan(10)
  expect(words.length).toBeLessThanOrEqual(24)
})
