// One run: every case, all subjects side by side, interleaved round robin so that a slow minute of the machine is everybody's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { elements, title, writeData } from './cases.mjs'
import { Worker } from './process.mjs'

/**
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./cases.mjs').Mode} Mode
 * @typedef {import('./subjects.mjs').Subject} Subject
 * @typedef {object} Row
 * @property {string} case
 * @property {Mode | 'peak'} mode
 * @property {string} subject
 * @property {number} [bestMs]
 * @property {number} [medianMs]
 * @property {number} [runs]
 * @property {number} [bytes] of `peak`
 * @property {string} [error]
 *
 * @param {{ cases: Case[], modesOf: (test: Case) => Mode[], subjects: Subject[], rounds: number, roundMs: number, say: (line: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function session({ cases, modesOf, subjects, rounds, roundMs, say }) {
  const folder = mkdtempSync(`${tmpdir()}/surprisal-bench-`)
  const team = await assemble(subjects, say)
  /** @type {Row[]} */
  const rows = []
  try {
    for (const test of cases.filter((one) => modesOf(one).length > 0)) {
      writeData(test, folder)
      for (const mode of modesOf(test)) {
        const players = team.filter(({ subject, worker }) => !worker.dead && subject.takes(test, mode))
        say(`· ${title(test, mode)}${test.latency === true ? ', latency' : ''} (${players.length} subjects)`)
        rows.push(...(await compete(players, { test, mode, folder, rounds, roundMs, say })))
      }
      if (test.op === 'linear') rows.push(...(await peaks(subjects, test, folder, say)))
    }
  } finally {
    for (const { worker } of team) worker.stop()
    rmSync(folder, { recursive: true })
  }
  return rows
}

/** @typedef {{ subject: Subject, worker: Worker }} Player */

/** @param {Subject[]} subjects @param {(line: string) => void} say @returns {Promise<Player[]>} */
async function assemble(subjects, say) {
  const started = subjects.map((subject) => ({ subject, worker: new Worker(subject) }))
  const ready = []
  for (const player of started) {
    const { error } = await player.worker.ready
    if (error === undefined) ready.push(player)
    else {
      say(`✗ ${player.subject.label}: ${error}`)
      player.worker.stop()
    }
  }
  return ready
}

/**
 * @param {Player[]} players
 * @param {{ test: Case, mode: Mode, folder: string, rounds: number, roundMs: number, say: (line: string) => void }} options
 * @returns {Promise<Row[]>}
 */
async function compete(players, { test, mode, folder, rounds, roundMs, say }) {
  /** @type {Map<Player, any>} */
  const prepared = new Map()
  for (const player of players)
    prepared.set(player, await player.worker.ask({ do: 'prepare', case: test, mode, folder, ms: Math.min(150, roundMs) }, 180))
  const truth = [...prepared].find(([{ subject }, answer]) => subject.id.startsWith('ours') && answer.error === undefined)?.[1]
  /** @type {Map<Player, any[]>} */
  const samples = new Map(players.map((player) => [player, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < players.length; i++) {
      const player = players[(i + round) % players.length]
      const first = prepared.get(player)
      // few samples of what takes seconds; none of what failed, or computed something else
      if (fault(first, truth, player) !== null || (round > 1 && first.warmMs > 2000)) continue
      samples.get(player)?.push(await player.worker.ask({ do: 'measure', ms: roundMs }, 120))
    }
  }
  const rows = []
  for (const player of players) {
    const { subject, worker } = player
    const taken = samples.get(player) ?? []
    const error = fault(prepared.get(player), truth, player) ?? taken.find((sample) => sample.error !== undefined)?.error
    if (error !== undefined) say(`  ✗ ${subject.label}: ${error}`)
    rows.push({ case: test.id, mode, subject: subject.id, ...(error === undefined ? summary(taken) : { error }) })
    await worker.ask({ do: 'release' }, 30)
  }
  return rows
}

/** Why a subject is not measured: it failed, or its loss or gradient is not ours. @param {any} answer @param {any} truth @param {Player} player */
function fault(answer, truth, { subject }) {
  if (answer.error !== undefined) return answer.error
  if (truth === undefined || subject.id.startsWith('copy')) return null
  for (const what of ['loss', 'gradient']) {
    const [theirs, ours] = [answer[what], truth[what]]
    if (typeof theirs !== 'number' || typeof ours !== 'number' || (what === 'gradient' && theirs === 0)) continue
    if (!(Math.abs(theirs - ours) <= 1e-3 * Math.max(1e-3, Math.abs(ours)))) return `another ${what}: ${theirs}, ours is ${ours}`
  }
  return null
}

/** @param {{ bestMs: number, medianMs: number, runs: number }[]} samples */
function summary(samples) {
  const medians = samples.map(({ medianMs }) => medianMs).sort((a, b) => a - b)
  return {
    bestMs: round(Math.min(...samples.map(({ bestMs }) => bestMs))),
    medianMs: round(medians[medians.length >> 1]),
    runs: samples.reduce((sum, { runs }) => sum + runs, 0),
  }
}

/** Peak memory of one call, in a fresh process. @param {Subject[]} subjects @param {Case} test @param {string} folder @param {(line: string) => void} say */
async function peaks(subjects, test, folder, say) {
  const rows = []
  say(`· ${title(test)}, peak memory (logits would be ${(elements(test) * 4) / 2 ** 20} MiB)`)
  for (const subject of subjects) {
    if (!subject.takes(test, 'fwdbwd') || subject.id.startsWith('torch-tuned')) continue
    const worker = new Worker(subject)
    const { error: broken } = await worker.ready
    const { bytes, error = broken } = await worker.ask({ do: 'peak', case: test, folder }, 180)
    worker.stop()
    if (error !== undefined) say(`  ✗ ${subject.label}: ${error}`)
    rows.push({ case: test.id, mode: /** @type {const} */ ('peak'), subject: subject.id, ...(error === undefined ? { bytes } : { error }) })
  }
  return rows
}

const round = (/** @type {number} */ value) => Number(value.toPrecision(5))
