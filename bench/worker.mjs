// A subject's process: `node worker.mjs <subject> <options>`. One JSON line in, one out.
//
//   {"do":"prepare","case":{…},"mode":"fwdbwd","folder":"…","ms":150}  →  {"loss":…,"gradient":…,"warmMs":…}   gradient: the sum of its magnitudes
//   {"do":"measure","ms":250}                                →  {"bestMs":…,"medianMs":…,"runs":…}
//   {"do":"peak","case":{…},"folder":"…"}                    →  {"bytes":…}    over inputs and gradients, for one call
//   {"do":"release"}                                         →  {}
//
// Whatever fails answers {"error":"…"}.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { measure, warm } from './measure.mjs'

/**
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./cases.mjs').Mode} Mode
 * @typedef {{ input: Float32Array, target: Float32Array | Int32Array, weight: Float32Array }} Data the last for the linear layer alone
 * @typedef {object} Prepared
 * @property {() => number | Promise<number>} call one call, all of whose work has to happen for its result to be right
 * @property {() => ArrayLike<number>} [gradient] what the last call left
 * @property {() => void} [release]
 */

const [name, options] = process.argv.slice(2)
/** @type {Prepared | null} */
let current = null
let batch = 1

const actions = {
  async prepare(/** @type {{ case: Case, mode: Mode, folder: string, ms: number }} */ { case: test, mode, folder, ms: budget }) {
    current = await opened.prepare(test, mode, readData(test, folder))
    const loss = await current?.call()
    const gradient = mode === 'fwdbwd' ? magnitude(current?.gradient?.() ?? []) : undefined
    const ms = await warm(current, budget)
    batch = Math.max(1, Math.ceil(0.2 / ms))
    return { loss, gradient, warmMs: ms }
  },
  async measure(/** @type {{ ms: number }} */ { ms }) {
    return measure(current, ms, batch)
  },
  async peak(/** @type {{ case: Case, folder: string }} */ { case: test, folder }) {
    return { bytes: await opened.peak(test, readData(test, folder)) }
  },
  async release() {
    current?.release?.()
    current = null
    globalThis.gc?.()
    return {}
  },
}

const opened = await import(`./subjects/${name}.mjs`).then((module) => module.open(JSON.parse(options))).catch(failed)
say(opened.error === undefined ? {} : opened)

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  say(await /** @type {any} */ (actions)[request.do](request).catch(failed))
}
process.exit(0)

/** @param {Case} test @param {string} folder @returns {Data} */
function readData(test, folder) {
  const file = (/** @type {string} */ path) => new Uint8Array(readFileSync(`${folder}/${path}`)).buffer
  const classes = ['ce', 'linear', 'ctc'].includes(test.op)
  return {
    input: new Float32Array(file('input.f32')),
    target: classes ? new Int32Array(file('target.i32')) : new Float32Array(file('target.f32')),
    weight: new Float32Array(test.op === 'linear' ? file('weight.f32') : 0),
  }
}

/** @param {ArrayLike<number>} values */
function magnitude(values) {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i])
  return sum
}

/** @param {unknown} error */
function failed(error) {
  return { error: String(error instanceof Error ? error.message : error).split('\n')[0] }
}

/** @param {object} answer */
function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
