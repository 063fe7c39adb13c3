import { readFileSync } from 'node:fs'
import type { DType } from '../src/tensor/dtype.ts'
import { isFloating } from '../src/tensor/dtype.ts'
import type { Shape } from '../src/tensor/shape.ts'
import { type Case, encode, numberOf } from './cases.ts'

/** A case written by hand, each with the reason why it is there. */
interface Handmade {
  readonly id: string
  readonly loss: string
  readonly why?: string
  readonly tensors: Readonly<Record<string, { dtype: DType; shape: Shape; data: readonly (number | string)[] }>>
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
        Object.entries(tensors).map(([name, { dtype, shape, data }]) => [name, encode(dtype, shape, data.map(numberOf))]),
      ),
      options,
      requires: requires ?? Object.keys(tensors).filter((name) => name === 'input' && isFloating(tensors[name].dtype)),
    }))
}
