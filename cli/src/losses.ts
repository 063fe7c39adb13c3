import type { LossFunction, LossSpec, Measure } from 'surprisal'
import * as surprisal from 'surprisal'

/** Every loss of the library: whatever it exports that has a spec and gradients. */
export const losses: readonly LossFunction[] = Object.values<unknown>(surprisal).filter(isLoss)

/** Every measure: whatever has a spec that says what it gives. */
export const measures: readonly Measure[] = Object.values<unknown>(surprisal).filter(isMeasure)

function hasSpec(value: unknown): value is { readonly spec: object } {
  return typeof value === 'function' && 'spec' in value
}

function isLoss(value: unknown): value is LossFunction {
  return hasSpec(value) && 'valueAndGrad' in value
}

function isMeasure(value: unknown): value is Measure {
  return hasSpec(value) && 'gives' in value.spec
}

/** What a loss and a measure are called by. */
type Names = Pick<LossSpec, 'name' | 'aliases'> & { readonly module?: string }

/** `ignoreIndex`, `ignore_index` → `ignore-index`. */
export const kebabCase = (name: string): string =>
  name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .replaceAll('_', '-')
    .toLowerCase()

/** The command of a loss: its name, which is PyTorch's functional name, with hyphens. */
export const commandName = (spec: Names): string => kebabCase(spec.name)

/** The same with underscores, as Python spells it. */
export const snakeName = (spec: Names): string => commandName(spec).replaceAll('-', '_')

/**
 * Everything else that the loss may be called: without `-loss`, where that is no measure (`ssim` is not 1 − SSIM), the short names, and the
 * spellings of PyTorch and of the library.
 */
export function otherNames(spec: Names): string[] {
  const name = commandName(spec)
  const short = name.replace(/-loss$/, '')
  const isTaken = measures.some((measure) => commandName(measure.spec) === short)
  const names = new Set([...spec.aliases, ...(isTaken ? [] : [short]), snakeName(spec), spec.module ?? name, spec.name])
  names.delete(name)
  return [...names]
}

/** The loss or the measure of a command. */
export const named = (command: string): LossFunction | Measure | undefined =>
  [...losses, ...measures].find(({ spec }) => commandName(spec) === command)

/** The loss of any of its names. */
export const lossNamed = (name: string): LossFunction | undefined =>
  losses.find(({ spec }) => commandName(spec) === name || otherNames(spec).includes(name))
