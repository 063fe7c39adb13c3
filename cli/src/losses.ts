import type { LossFunction, LossSpec } from 'surprisal'
import * as surprisal from 'surprisal'

/** Every loss of the library: whatever it exports that has a spec. */
export const losses: readonly LossFunction[] = Object.values<unknown>(surprisal).filter(isLoss)

function isLoss(value: unknown): value is LossFunction {
  return typeof value === 'function' && 'spec' in value
}

/** `ignoreIndex`, `ignore_index` → `ignore-index`. */
export const kebabCase = (name: string): string =>
  name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .replaceAll('_', '-')
    .toLowerCase()

/** The command of a loss: its name, which is PyTorch's functional name, with hyphens. */
export const commandName = (spec: LossSpec): string => kebabCase(spec.name)

/** The same with underscores, as Python spells it. */
export const snakeName = (spec: LossSpec): string => commandName(spec).replaceAll('-', '_')

/** Everything else that the loss may be called: without `-loss`, the short names, and the spellings of PyTorch and of the library. */
export function otherNames(spec: LossSpec): string[] {
  const name = commandName(spec)
  const names = new Set([...spec.aliases, name.replace(/-loss$/, ''), snakeName(spec), spec.module, spec.name])
  names.delete(name)
  return [...names]
}

/** The loss of any of its names. */
export const lossNamed = (name: string): LossFunction | undefined =>
  losses.find(({ spec }) => commandName(spec) === name || otherNames(spec).includes(name))
