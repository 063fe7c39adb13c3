import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { init, mseLoss } from '../../src/index.ts'

/**
 * Threads at the worst moment, brought about rather than waited for: a real thread runs the real code with an `Atomics` that halts it where the
 * test wants it to be late, and the main thread goes on when it is there.
 */

afterEach(() => {
  vi.restoreAllMocks()
  init({ threads: 1 })
})

/** What the two sides tell each other, and which words of the control memory they mean. */
const at = { armed: 0, held: 1, open: 2, decided: 3, took: 4, ticket: 5, calls: 6 } as const
/** A thread that was not started in this time never will be. */
const patience = 20_000

/** Before the thread's own code: a ticket of which nothing is left is read, and the thread halts with it in its hand. */
const late = `
const gate = new Int32Array(process.getBuiltinModule('node:worker_threads').workerData)
const at = ${JSON.stringify(at)}
const { load, compareExchange, wait, store, notify } = Atomics
const tell = (word) => { store(gate, word, 1); notify(gate, word) }
Atomics.load = (words, index) => {
  const value = load(words, index)
  if (load(gate, at.armed) === 1 && index === gate[at.ticket] && (value & 0xffff) >= load(words, gate[at.calls])) {
    store(gate, at.armed, 0)
    tell(at.held)
    wait(gate, at.open, 0)
  }
  return value
}
Atomics.compareExchange = (words, index, expected, value) => {
  const found = compareExchange(words, index, expected, value)
  if (load(gate, at.open) === 1 && load(gate, at.decided) === 0) {
    store(gate, at.took, found === expected ? 1 : 0)
    tell(at.decided)
  }
  return found
}
`

test('a thread that is late with the ticket of one job takes no call of the next', () => {
  const gate = new Int32Array(new SharedArrayBuffer(4 * 8))
  let words: Int32Array = new Int32Array(0)
  let word: Readonly<Record<string, number>> = {}
  class LateWorker extends Worker {
    constructor(code: string) {
      super(late + code, { eval: true, workerData: gate.buffer })
    }
    override postMessage(message: { control?: SharedArrayBuffer; word: typeof word }): void {
      if (message.control !== undefined) {
        words = new Int32Array(message.control)
        word = message.word
        gate[at.ticket] = word.ticket
        gate[at.calls] = word.calls
      }
      super.postMessage(message)
    }
  }
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ Worker: LateWorker } as never)

  const sum = (tiles: number) => {
    const x = Float32Array.from({ length: tiles * 32768 }, (_, i) => Math.sin(i))
    return mseLoss(x, new Float32Array(x.length), { reduction: 'sum' }).item()
  }
  const alone = sum(9)
  expect(init({ threads: 2 }).threads).toBe(2)
  sum(4)
  expect(words[word.calls]).toBeGreaterThanOrEqual(3)
  const before = words[word.calls]

  // the thread looks at the ticket of a job that is done, and halts
  Atomics.store(gate, at.armed, 1)
  Atomics.add(words, word.wake, 1)
  Atomics.notify(words, word.wake)
  expect(Atomics.wait(gate, at.held, 0, patience)).not.toBe('timed-out')

  // the next job is written down and not yet open: now the thread goes on
  const { store } = Atomics
  vi.spyOn(Atomics, 'store').mockImplementation(((array: Int32Array, index: number, value: number) => {
    if (array.buffer === words.buffer && index === word.ticket && (value & 0xffff) === 0 && gate[at.open] === 0) {
      store(gate, at.open, 1)
      Atomics.notify(gate, at.open)
      Atomics.wait(gate, at.decided, 0, patience)
    }
    return store(array, index, value)
  }) as typeof Atomics.store)
  expect(sum(9)).toBe(alone)
  expect(words[word.calls]).toBeGreaterThan(before)
  expect({ decided: gate[at.decided], took: gate[at.took] }).toEqual({ decided: 1, took: 0 })
})
