import { type Backend, Unsupported } from '../backend.ts'

/** SIMD kernels made at run time, each for its loss and its options. */
export const wasmBackend: Backend = {
  name: 'wasm',
  run: (kernel, problem, want) => {
    if (kernel.wasm === undefined) throw new Unsupported(`${kernel.family} has no wasm kernel`)
    return kernel.wasm(problem, want)
  },
}
