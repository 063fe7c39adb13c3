import type { Axes, LossSpec } from '../src/spec.ts'
import type { Shape } from '../src/tensor/shape.ts'
import type { Random } from './random.ts'

/** What the symbols of a loss's axes stand for in one case. */
export interface Extents {
  /** By letter. */
  readonly letters: Readonly<Record<string, number>>
  /** Whether the axes marked with `?` are there. */
  readonly optional: boolean
  /** What `…` stands for. */
  readonly further: Shape
}

interface Symbols {
  readonly letters: readonly string[]
  readonly optional: boolean
  readonly further: boolean
}

const alternatives = (axes: Axes): readonly string[] => [axes].flat()

const tokensOf = (axes: string): readonly string[] => axes.split(' ').filter((token) => token !== '')

/** Whether the arguments of a loss are of related shapes. */
export const hasAxes = (spec: LossSpec): boolean => spec.inputs.some(({ axes }) => axes !== undefined)

function symbolsOf(spec: LossSpec): Symbols {
  const options = Object.values(spec.options).flatMap((option) =>
    option.kind === 'tensor' && option.axes !== undefined ? [option.axes] : [],
  )
  const all = [...spec.inputs.flatMap(({ axes }) => (axes === undefined ? [] : [axes])), ...options]
  const tokens = all.flatMap(alternatives).flatMap(tokensOf)
  const letters = tokens.map((token) => token.replace('?', '')).filter((token) => /^[A-Za-z]/.test(token))
  return {
    letters: [...new Set(letters)],
    optional: tokens.some((token) => token.startsWith('?')),
    further: tokens.includes('…'),
  }
}

/** The shape that axes have: `'?N C …'` → (2, 3, 4). */
export function shapeOf(axes: string, { letters, optional, further }: Extents): Shape {
  return tokensOf(axes).flatMap((token) => {
    if (token === '…') return further
    const symbol = token.replace('?', '')
    if (token.startsWith('?') && !optional) return []
    return [/^\d+$/.test(symbol) ? Number(symbol) : letters[symbol]]
  })
}

/** One of the alternatives; of a target that may be classes or probabilities, one of the wanted kind. */
export function pickAxes(random: Random, axes: Axes, distribution?: boolean): string {
  const all = alternatives(axes).filter((each) => distribution === undefined || tokensOf(each).includes('C') === distribution)
  return random.pick(all)
}

/** Extents as they come: small, rarely 1 or 0, mostly with a batch. */
export function drawExtents(spec: LossSpec, random: Random): Extents {
  const { letters, optional, further } = symbolsOf(spec)
  const wide = random.chance(0.1)
  const extent = () => (random.chance(0.02) ? 0 : random.chance(0.1) ? 1 : wide ? 5 + random.integer(8) : 2 + random.integer(4))
  const present = !optional || random.chance(0.8)
  return {
    letters: Object.fromEntries(letters.map((letter) => [letter, extent()])),
    optional: present,
    further: further && present ? random.pick([[], [], [], [], [2], [3], [2, 3], [1, 2]]) : [],
  }
}

/** Extents at the edges: all alike, each 1 and each 0 in turn, without a batch, with and without further axes. */
export function edgeExtents(spec: LossSpec): Extents[] {
  const { letters, optional, further } = symbolsOf(spec)
  const usual = Object.fromEntries(letters.map((letter, i) => [letter, 3 + (i % 3)]))
  const plain: Extents = { letters: usual, optional: true, further: [] }
  const changed = (change: Readonly<Record<string, number>>): Extents => ({ ...plain, letters: { ...usual, ...change } })
  return [
    plain,
    changed(Object.fromEntries(letters.map((letter) => [letter, 1]))),
    changed(Object.fromEntries(letters.map((letter) => [letter, 4]))),
    ...letters.flatMap((letter) => [changed({ [letter]: 1 }), changed({ [letter]: 0 }), changed({ [letter]: 9 })]),
    ...(optional ? [{ ...plain, optional: false }] : []),
    ...(further ? [[2], [2, 3], [2, 1, 2], [0]].map((axes) => ({ ...plain, further: axes })) : []),
  ]
}
