import { type Backend, type Kernel, type Outcome, Unsupported, type Want } from './backend.ts'
import { reference } from './reference.ts'

/** Fastest first; the last one can do everything. */
const backends: readonly Backend[] = [reference]

/** Runs a kernel on the first backend that can do it. */
export function run<P>(kernel: Kernel<P>, problem: P, want: Want): Outcome {
  for (const backend of backends) {
    try {
      return backend.run(kernel, problem, want)
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
    }
  }
  throw new Unsupported(`no backend can run ${kernel.family}`)
}
