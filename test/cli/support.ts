import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { type NdArray, writeNpy } from '../../files/src/index.ts'

export const binary = fileURLToPath(new URL('../../cli/bin/surprisal.js', import.meta.url))
export const examples = fileURLToPath(new URL('../../examples', import.meta.url))

export interface Outcome {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line as a user would: in a folder of the examples, without colour, with nothing of the test runner's environment. */
export function surprisal(args: readonly string[], { cwd = examples, env = {}, input }: Setting = {}): Outcome {
  const { PATH } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...args], { cwd, env: { PATH, ...env }, input })
  return { exit: status, stdout: stdout.toString(), stderr: stderr.toString() }
}

interface Setting {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: Uint8Array
}

/** A text whose lines were broken to fit, in one line; what is indented goes on. */
export const unwrapped = (text: string): string => text.replaceAll(/\n {2,}/g, ' ')

/** The document on stdout, with whatever fields it has. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into it field by field
export const json = (args: readonly string[], setting?: Setting): any => JSON.parse(surprisal([...args, '--json'], setting).stdout)

/** A folder that is gone after the tests of the file. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'surprisal-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const path = (name: string) => join(folder, name)
  const save = (name: string, array: NdArray | Uint8Array) => {
    writeFileSync(path(name), array instanceof Uint8Array ? array : writeNpy(array))
    return path(name)
  }
  return { folder, path, save }
}
