// The clock. Results go into a sink that is sent back, so that no call is dead code.
/** @typedef {import('./worker.mjs').Prepared} Prepared */

/**
 * Engines compile in the background while code runs: three calls at least, more until `budget` is over, none after ten times that.
 * Answers with the best of them.
 *
 * @param {Prepared | null} prepared @param {number} budget milliseconds
 */
export async function warm(prepared, budget) {
  const start = performance.now()
  let calls = 0
  let ms = Number.POSITIVE_INFINITY
  for (;;) {
    const before = performance.now()
    await run(prepared, 1)
    const now = performance.now()
    ms = Math.min(ms, now - before)
    calls++
    const spent = now - start
    if (spent > 10 * budget || (spent > budget && calls >= 3)) return ms
  }
}

/**
 * Samples of `batch` calls each until the time is over, at least one.
 *
 * @param {Prepared | null} prepared @param {number} budget milliseconds @param {number} batch
 */
export async function measure(prepared, budget, batch) {
  const samples = []
  let sink = 0
  const end = performance.now() + budget
  do {
    const before = performance.now()
    sink += await run(prepared, batch)
    samples.push((performance.now() - before) / batch)
  } while (performance.now() < end)
  samples.sort((a, b) => a - b)
  return { bestMs: samples[0], medianMs: samples[samples.length >> 1], runs: samples.length * batch, sink: Number.isNaN(sink) }
}

/** Synchronous subjects are not charged for an `await` per call. */
async function run(/** @type {Prepared | null} */ prepared, /** @type {number} */ batch) {
  if (prepared === null) throw new Error('nothing is prepared')
  const { call } = prepared
  let sink = 0
  for (let i = 0; i < batch; i++) {
    const result = call()
    sink += typeof result === 'number' ? result : await result
  }
  return sink
}
