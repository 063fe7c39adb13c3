import { type BackendName, useBackend } from './backends/choose.ts'
import { allowFma, features } from './backends/wasm/engine.ts'
import { useThreads } from './backends/wasm/threads.ts'
import { LossError } from './errors.ts'
import { refuseUnknown } from './strict.ts'

export interface InitOptions {
  /** How many threads work on large arrays; 1, which is the default, stops the others. */
  readonly threads?: number
  /** Whether multiply-add may be one rounding, where the engine has it (the default). Without it every engine gives the same bits. */
  readonly fma?: boolean
  /** Only this backend; null for the fastest that can do the work (the default). */
  readonly backend?: BackendName | null
}

/** What is in use. */
export interface Engine {
  readonly simd: boolean
  readonly fma: boolean
  readonly threads: number
}

let threads = 1

/**
 * Chooses how kernels run, and says what is in use. Need not be called.
 *
 * Threads do not keep a program running: a script that used them ends by itself.
 *
 * @example
 * init({ fma: false }).fma // => false
 */
export function init(options: InitOptions = {}): Engine {
  refuseUnknown('init', options, ['threads', 'fma', 'backend'])
  if (options.backend !== undefined && ![null, 'reference', 'wasm'].includes(options.backend)) throw wrongBackend(options.backend)
  if (options.threads !== undefined) {
    if (!Number.isInteger(options.threads) || options.threads < 1 || options.threads > 256) throw wrongThreads(options.threads)
    threads = useThreads(options.threads)
  }
  if (options.fma !== undefined) allowFma(options.fma)
  if (options.backend !== undefined) useBackend(options.backend)
  return { ...features(), threads }
}

const wrongBackend = (received: unknown): LossError =>
  new LossError({
    code: 'option-range',
    fn: 'init',
    argument: 'backend',
    received: JSON.stringify(received),
    expected: "'wasm', 'reference' or null",
    repair: 'init({ backend: null }) for the fastest that can do the work',
    pytorch: null,
  })

const wrongThreads = (received: unknown): LossError =>
  new LossError({
    code: 'option-range',
    fn: 'init',
    argument: 'threads',
    received: String(received),
    expected: 'a whole number from 1 to 256',
    repair: 'init({ threads: 2 })',
    pytorch: null,
  })
