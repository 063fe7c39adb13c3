import { readFileSync } from 'node:fs'
import type { DType } from '../src/tensor/dtype.ts'
import { isFloating } from '../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../src/tensor/shape.ts'
import { type Case, encode, numberOf } from './cases.ts'

/** Numbers that a large tensor is filled with: classes below `classes`, or else multiples of 1/64 in [-2, 2]. */
interface Pattern {
  readonly seed: number
  readonly classes?: number
}

/** A case written by hand, each with the reason why it is there. */
interface Handmade {
  readonly id: string
  readonly loss: string
  readonly why?: string
  readonly tensors: Readonly<Record<string, { dtype: DType; shape: Shape; data: readonly (number | string)[] | Pattern }>>
  readonly options?: Readonly<Record<string, unknown>>
  readonly requires?: readonly string[]
}

/** The cases of `handmade-cases.json` for a loss. Those of losses that do not exist yet wait there. */
export function handmadeCases(pytorch: string): Case[] {
  const all: Handmade[] = JSON.parse(readFileSync(new URL('handmade-cases.json', import.meta.url), 'utf8')).cases
  return all
    .filter(({ loss }) => loss === pytorch)
    .map(({ id, loss, tensors, options = {}, requires }) => ({
      id: `${loss}/handmade/${id}`,
      loss,
      tensors: Object.fromEntries(
        Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
          name,
          encode(dtype, shape, 'seed' in data ? filled(data, sizeOf(shape)) : data.map(numberOf)),
        ]),
      ),
      options,
      requires: requires ?? Object.keys(tensors).filter((name) => name === 'input' && isFloating(tensors[name].dtype)),
    }))
}

const filled = ({ seed, classes }: Pattern, size: number): number[] =>
  Array.from({ length: size }, (_, i) =>
    classes === undefined ? (((i * 7919 + seed * 104729) % 257) - 128) / 64 : (i * 31 + seed) % classes,
  )
