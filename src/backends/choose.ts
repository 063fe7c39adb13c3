import { type Backend, type Kernel, type Outcome, Unsupported, type Want } from './backend.ts'
import { reference } from './reference.ts'
import { wasmBackend } from './wasm/backend.ts'

export type BackendName = 'reference' | 'wasm'

/** Fastest first; the last one can do everything. */
const all: readonly Backend[] = [wasmBackend, reference]
let chosen = all
let ran: string | null = null

/** Leaves out backends, so that results can be compared; null is all of them. */
export function useBackend(name: BackendName | null): void {
  chosen = name === null ? all : all.filter((backend) => backend.name === name || backend.name === 'reference')
}

/** The backend that did the last computation. */
export const lastBackend = (): string | null => ran

/** Runs a kernel on the first backend that can do it. */
export function run<P>(kernel: Kernel<P>, problem: P, want: Want): Outcome {
  for (const backend of chosen) {
    try {
      const outcome = backend.run(kernel, problem, want)
      ran = backend.name
      return outcome
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
    }
  }
  throw new Unsupported(`no backend can run ${kernel.family}`)
}
