import type { CompiledKernel, KernelMemory } from './memory.ts'
import { sharedMemory } from './memory.ts'
import { type Dispatch, dispatchWith, functionOf, serial } from './run.ts'

/**
 * Threads that run kernel calls side by side.
 *
 * A job is a list of calls of one function. Its calls are handed out by a ticket, a job number and a call number in one word, which a thread
 * takes by compare-and-exchange. The ticket is closed while the next job is written down, so a thread that is late can never take a call of
 * another job by mistake. The results lie in the order of the calls, whoever made them. Waiting threads look around for a moment, then sleep.
 */
interface Thread {
  postMessage(message: unknown): void
  unref?(): void
  terminate(): unknown
}

interface Starter {
  readonly start: (code: string) => Thread
  readonly patient: boolean
}

/** The words at the head of the control memory. */
const word = { ticket: 0, done: 1, calls: 2, width: 3, fn: 4, wake: 5, listening: 6, started: 7, ready: 8 } as const

const mostCalls = 4096
/** Two tiles are done by one thread as soon as another has woken up: measured, threads pay from three (some 100,000 elements) on. */
const fewestCalls = 3
/** The call number of a ticket that hands out nothing. */
const closed = 0xffff
const widest = 32
const head = 1024

/** Tiles that are made ready at a time: enough for each thread to have several. */
const tilesAtOnce = 16

class Pool {
  readonly threads: Thread[] = []
  private readonly control = new SharedArrayBuffer(head + 8 * mostCalls * (widest + 1))
  private readonly words = new Int32Array(this.control)
  private readonly args = new Float64Array(this.control, head, mostCalls * widest)
  private readonly results = new Float64Array(this.control, head + 8 * mostCalls * widest, mostCalls)
  private readonly known = new Map<KernelMemory, Map<CompiledKernel, Map<string, number>>>()
  private functions = 0
  private job = 0

  /** Whether a thread may be waited for from the start; a browser's start only while the page's event loop turns. */
  private readonly patient: boolean

  constructor(count: number, { start, patient }: Starter) {
    this.patient = patient
    for (let i = 0; i < count; i++) {
      const thread = start(workerCode)
      thread.unref?.()
      thread.postMessage({ control: this.control, index: i, word, head, mostCalls, widest })
      this.threads.push(thread)
    }
  }

  readonly dispatch: Dispatch = (memory, kernel, name, calls) => {
    const few = calls.length < fewestCalls || calls.length > mostCalls
    if (!memory.shared || few || !this.started()) return serial(memory, kernel, name, calls)
    const run = functionOf(memory, kernel, name)
    const fn = this.numberOf(memory, kernel, name)
    const width = calls[0].length
    const { words } = this
    // a late thread may just have looked at the last job's ticket: it must not take it for one of more calls
    Atomics.store(words, word.ticket, (this.job << 16) | closed)
    for (let i = 0; i < calls.length; i++) this.args.set(calls[i], i * width)
    words[word.calls] = calls.length
    words[word.width] = width
    words[word.fn] = fn
    Atomics.store(words, word.done, 0)
    this.job = (this.job + 1) & 0x7fff
    Atomics.store(words, word.ticket, this.job << 16)
    this.wake()
    return { finish: () => this.finish(calls, run) }
  }

  private finish(calls: readonly (readonly number[])[], run: (...args: readonly number[]) => number): ArrayLike<number> {
    const { words } = this
    for (;;) {
      const ticket = Atomics.load(words, word.ticket)
      const call = ticket & 0xffff
      if (call >= calls.length) break
      if (Atomics.compareExchange(words, word.ticket, ticket, ticket + 1) !== ticket) continue
      this.results[call] = run(...calls[call])
      Atomics.add(words, word.done, 1)
    }
    while (Atomics.load(words, word.done) < calls.length) pause()
    return this.results.subarray(0, calls.length)
  }

  stop(): void {
    for (const thread of this.threads) thread.terminate()
  }

  private started(): boolean {
    const { length } = this.threads
    while (this.patient && Atomics.load(this.words, word.started) < length) pause()
    return Atomics.load(this.words, word.started) === length
  }

  private wake(): void {
    Atomics.add(this.words, word.wake, 1)
    Atomics.notify(this.words, word.wake)
  }

  /** The number under which the threads know a function; tells them of it the first time, and waits until they have it. */
  private numberOf(memory: KernelMemory, kernel: CompiledKernel, name: string): number {
    const kernels = this.known.get(memory) ?? new Map<CompiledKernel, Map<string, number>>()
    const names = kernels.get(kernel) ?? new Map<string, number>()
    const known = names.get(name)
    if (known !== undefined) return known
    const fn = this.functions++
    this.known.set(memory, kernels.set(kernel, names.set(name, fn)))
    // a sleeping thread hears no message: it is sent back to its event loop first
    Atomics.store(this.words, word.listening, 1)
    this.wake()
    for (const thread of this.threads) thread.postMessage({ fn, module: kernel.moduleFor(true), memory: memory.memory, name })
    for (let i = 0; i < this.threads.length; i++) while (Atomics.load(this.words, word.ready + i) <= fn) pause()
    Atomics.store(this.words, word.listening, 0)
    return fn
  }
}

function pause(): void {
  // a hint to the processor where the engine has one; looking around without it is as right
  const { pause } = Atomics as unknown as { pause?: () => void }
  pause?.call(Atomics)
}

/** What a thread runs; plain JavaScript, since it is handed over as text. */
const workerCode = `
let state
const functions = []
const instances = new Map()
const list = []
const receive = (message) => {
  if (message.control) { state = { ...message, words: new Int32Array(message.control), args: new Float64Array(message.control, message.head, message.mostCalls * message.widest), results: new Float64Array(message.control, message.head + 8 * message.mostCalls * message.widest, message.mostCalls) }; Atomics.add(state.words, state.word.started, 1); return }
  let perMemory = instances.get(message.memory)
  if (!perMemory) instances.set(message.memory, (perMemory = new Map()))
  let exports = perMemory.get(message.module)
  if (!exports) perMemory.set(message.module, (exports = new WebAssembly.Instance(message.module, { m: { m: message.memory } }).exports))
  functions[message.fn] = exports[message.name]
  Atomics.store(state.words, state.word.ready + state.index, message.fn + 1)
  work()
}
const work = () => {
  const { words, word, args, results } = state
  let idle = 0
  for (;;) {
    const wake = Atomics.load(words, word.wake)
    if (Atomics.load(words, word.listening) === 1) {
      while (Atomics.load(words, word.listening) === 1 && Atomics.load(words, word.ready + state.index) < functions.length) ;
      return setTimeout(afterListening, 0)
    }
    const ticket = Atomics.load(words, word.ticket)
    const call = ticket & 0xffff
    if (ticket !== 0 && call < Atomics.load(words, word.calls)) {
      if (Atomics.compareExchange(words, word.ticket, ticket, ticket + 1) !== ticket) continue
      const width = words[word.width]
      list.length = width
      for (let i = 0; i < width; i++) list[i] = args[call * width + i]
      results[call] = functions[words[word.fn]](...list)
      Atomics.add(words, word.done, 1)
      idle = 0
    } else if (++idle > 20000) {
      Atomics.wait(words, word.wake, wake)
      idle = 0
    }
  }
}
const afterListening = () => (Atomics.load(state.words, state.word.listening) === 1 ? setTimeout(afterListening, 0) : work())
if (typeof self === 'undefined') process.getBuiltinModule('node:worker_threads').parentPort.on('message', receive)
else self.onmessage = ({ data }) => receive(data)
`

let pool: Pool | null = null

/** Uses `count` threads, this one among them; 1 stops the others. Gives the number that will be used. */
export function useThreads(count: number): number {
  pool?.stop()
  pool = null
  dispatchWith(null, 1)
  const start = starter()
  if (count <= 1 || start === null || !sharedMemory()) return 1
  pool = new Pool(count - 1, start)
  dispatchWith(pool.dispatch, tilesAtOnce)
  return count
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): { Worker: new (code: string, options: { eval: true }) => Thread }
}
interface Browser {
  readonly Worker?: new (url: string) => Thread
  readonly Blob?: new (parts: string[], options: { type: string }) => object
  readonly URL?: { createObjectURL(blob: object): string }
  readonly process?: NodeProcess
}

/** How a thread is started here: worker_threads in Node, Worker on cross-origin isolated pages. */
function starter(): Starter | null {
  const { Worker, Blob, URL, process } = globalThis as Browser
  const threads = process?.getBuiltinModule?.('node:worker_threads')
  if (threads !== undefined) return { start: (code) => new threads.Worker(code, { eval: true }), patient: true }
  if (Worker === undefined || Blob === undefined || URL === undefined) return null
  const start = (code: string) => new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))
  return { start, patient: false }
}
