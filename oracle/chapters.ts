import { type LossSpec, type Reduction, snakeName } from '../src/spec.ts'
import { type Case, jsonNumber } from './cases.ts'
import { drawers } from './drawers.ts'
import { drawCase, type Pins, shapes } from './generate.ts'
import { handmadeCases } from './handmade.ts'
import { Random, seedOf } from './random.ts'
import { edgeExtents, hasAxes } from './shapes.ts'

export const seed = 20260213
/** Counts up when the generator changes. */
export const version = 1

/** Every case of a loss that goes into its golden file: the cross product in chapters, then what chance adds. */
export function goldenCases(spec: LossSpec): Case[] {
  const name = snakeName(spec)
  const random = new Random(seed + seedOf(name))
  const cases = handmadeCases(name)
  const share = drawers[spec.name]?.share ?? 1
  for (const [chapter, all] of Object.entries(chapters(spec))) {
    for (let i = 0; i < all.length * share; i++) {
      cases.push(drawCase(spec, random, `${name}/${chapter}/${i}`, all[Math.floor(i / share)]))
    }
  }
  return cases
}

function chapters(spec: LossSpec): Record<string, Pins[]> {
  const reductions = reductionsOf(spec)
  const dtypes = ['float64', 'float32', 'float16', 'bfloat16'] as const
  const plain = { mood: 'plain', mistake: false } as const
  return {
    shapes: dtypes.flatMap((dtype) =>
      edges(spec).flatMap((edge) => reductions.map((reduction): Pins => ({ ...plain, ...edge, dtype, reduction, uniform: true }))),
    ),
    special: dtypes.flatMap((dtype) =>
      repeat(32, (i): Pins => ({ dtype, mood: 'special', reduction: reductions[i % reductions.length], uniform: true })),
    ),
    ties: dtypes.flatMap((dtype) => repeat(10, (): Pins => ({ dtype, mood: 'ties' }))),
    options: Object.entries(spec.options).flatMap(([name, option]) => repeat(8, (i) => optionPins(name, option, i)).flat()),
    // what PyTorch does not have it cannot refuse
    mistakes: repeat(spec.pytorch === null ? 0 : 200, (): Pins => ({ mistake: true, mood: 'plain' })),
    chance: repeat(280, (): Pins => ({})),
  }
}

/** The reductions that a loss knows, the usual three first; undefined for a loss without any. */
export function reductionsOf(spec: LossSpec): readonly (Reduction | undefined)[] {
  const option = spec.options.reduction
  if (option?.kind !== 'reduction') return [undefined]
  const order: readonly Reduction[] = ['mean', 'sum', 'none', 'batchmean']
  return order.filter((reduction) => option.choices.includes(reduction))
}

const edges = (spec: LossSpec): readonly Pins[] =>
  hasAxes(spec) ? edgeExtents(spec).map((extents) => ({ extents })) : shapes.map((shape) => ({ shape }))

const repeat = <T>(times: number, make: (i: number) => T): T[] => Array.from({ length: times }, (_, i) => make(i))

function optionPins(name: string, option: LossSpec['options'][string], i: number): Pins[] {
  if (option.kind === 'number' || option.kind === 'integer') {
    const extra = option.kind === 'number' ? [-0.5, 'NaN', 1] : [-1, 3, 255]
    const all = [...option.examples, ...extra]
    return [{ mood: 'plain', option: [name, all[i % all.length]], ...(i < 4 ? { dtype: 'float64' } : {}) }]
  }
  if (option.kind === 'choice') return [{ mood: 'plain', option: [name, option.choices[i % option.choices.length]] }]
  if (option.kind === 'numbers') return [{ mood: 'plain', option: [name, option.examples[i % option.examples.length].map(jsonNumber)] }]
  if (option.kind === 'function') {
    const names = Object.keys(option.named)
    return [{ mood: 'plain', option: [name, names[i % names.length]], ...(i < names.length ? { dtype: 'float64' } : {}) }]
  }
  if (option.kind === 'legacy') return [{ mood: 'plain', option: [name, [true, false, null][i % 3]] }]
  return []
}
