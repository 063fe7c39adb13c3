import type { LossSpec } from '../src/spec.ts'
import type { Case } from './cases.ts'
import { drawCase, type Pins, shapes } from './generate.ts'
import { handmadeCases } from './handmade.ts'
import { Random, seedOf } from './random.ts'

export const seed = 20260213
/** Counts up when the generator changes. */
export const version = 1

/** Every case of a loss that goes into its golden file: the cross product in chapters, then what chance adds. */
export function goldenCases(spec: LossSpec): Case[] {
  const random = new Random(seed + seedOf(spec.pytorch))
  const cases = handmadeCases(spec.pytorch)
  for (const [chapter, all] of Object.entries(chapters(spec))) {
    all.forEach((pins, i) => {
      cases.push(drawCase(spec, random, `${spec.pytorch}/${chapter}/${i}`, pins))
    })
  }
  return cases
}

function chapters(spec: LossSpec): Record<string, Pins[]> {
  const reductions = ['mean', 'sum', 'none'] as const
  const dtypes = ['float64', 'float32', 'float16', 'bfloat16'] as const
  const plain = { mood: 'plain', mistake: false } as const
  return {
    shapes: dtypes.flatMap((dtype) =>
      shapes.flatMap((shape) => reductions.map((reduction): Pins => ({ ...plain, dtype, shape, reduction, uniform: true }))),
    ),
    special: dtypes.flatMap((dtype) => repeat(32, (i): Pins => ({ dtype, mood: 'special', reduction: reductions[i % 3], uniform: true }))),
    ties: dtypes.flatMap((dtype) => repeat(10, (): Pins => ({ dtype, mood: 'ties' }))),
    options: Object.entries(spec.options).flatMap(([name, option]) => repeat(8, (i) => optionPins(name, option, i)).flat()),
    mistakes: repeat(200, (): Pins => ({ mistake: true, mood: 'plain' })),
    chance: repeat(280, (): Pins => ({})),
  }
}

const repeat = <T>(times: number, make: (i: number) => T): T[] => Array.from({ length: times }, (_, i) => make(i))

function optionPins(name: string, option: LossSpec['options'][string], i: number): Pins[] {
  if (option.kind === 'number' || option.kind === 'integer') {
    const extra = option.kind === 'number' ? [-0.5, 'NaN', 1] : [-1, 3, 255]
    const all = [...option.examples, ...extra]
    return [{ mood: 'plain', option: [name, all[i % all.length]], ...(i < 4 ? { dtype: 'float64' } : {}) }]
  }
  if (option.kind === 'legacy') return [{ mood: 'plain', option: [name, [true, false, null][i % 3]] }]
  return []
}
