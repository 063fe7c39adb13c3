import { hasGoldens, readGoldens } from '../../oracle/goldens.ts'
import * as surprisal from '../../src/index.ts'
import * as losses from '../../src/losses/index.ts'
import { type LossSpec, snakeName } from '../../src/spec.ts'

/** Runs code as a reader would paste it, without its imports; gives what is thrown, or null. */
export function thrownBy(code: string): unknown {
  const [names, members] = [Object.keys(surprisal), Object.values(surprisal)]
  try {
    new Function(...names, code)(...members)
    return null
  } catch (error) {
    return error
  }
}

/** What `error.pytorch` of the refused call says; null where it is not refused. */
export function pytorchOf(code: string): string | null {
  const error = thrownBy(code)
  if (error === null) return null
  if (error instanceof surprisal.LossError) return error.pytorch
  throw error
}

/** The codes of what the checks find in the calls of losses that code makes. */
export function checksOf(code: string): string[] {
  const found: string[] = []
  const looked = Object.entries<unknown>(losses).map(([name, loss]) => {
    const look = (...args: readonly unknown[]) => {
      found.push(...surprisal.check(loss as surprisal.LossFunction, ...args).map((finding) => finding.code))
    }
    return [name, look] as const
  })
  const names: Record<string, unknown> = { ...surprisal, ...Object.fromEntries(looked) }
  new Function(...Object.keys(names), code)(...Object.values(names))
  return found
}

export interface Said {
  readonly text: string
  /** The losses that say so. */
  readonly losses: readonly string[]
}

/** Every text with which PyTorch or torchvision refuses a call of the goldens. Formulas of our own oracle speak for themselves. */
export function textsOfGoldens(): Said[] {
  const said = new Map<string, Set<string>>()
  for (const { spec } of Object.values<{ readonly spec: LossSpec }>(losses)) {
    const name = snakeName(spec)
    if (spec.pytorch === null || !hasGoldens(name)) continue
    for (const { answer } of readGoldens(name).goldens) {
      for (const error of [answer.error, answer.backwardError]) {
        if (error === undefined) continue
        const text = `${error.class}: ${error.message}`
        said.set(text, (said.get(text) ?? new Set()).add(name))
      }
    }
  }
  return [...said].map(([text, by]) => ({ text, losses: [...by] }))
}
