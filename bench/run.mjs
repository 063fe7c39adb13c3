// `npm run bench`: this library beside PyTorch, tfjs-wasm, jax-js, ONNX Runtime and a plain JS loop, in one interleaved run.
//
//   --quick        under two minutes: fewer sizes, shorter samples       --only ce,mse,latency   these operations (ce, bce, mse, latency, linear, ctc, ssim)
//   --no-peers     only this library, PyTorch and the memory copy        --no-build              measure dist/ as it is
//
// A full run writes bench/RESULTS.md, results.json and results.svg; a quick or partial one writes the same into bench/latest/, which git ignores.
// PyTorch: .venv-oracle/bin/python, or SURPRISAL_PYTHON.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepare, say } from '../scripts/prepare.mjs'
import { cases } from './cases.mjs'
import { plot } from './plot.mjs'
import { ratios, report, targets } from './report.mjs'
import { session } from './session.mjs'
import { findSubjects } from './subjects.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
})
const quick = flags.quick
const only = flags.only.split(',').filter(Boolean)
const peers = !flags['no-peers']

if (!flags['no-build']) prepare()
install()
const { subjects, missing, nodes } = findSubjects({ peers })
for (const line of missing) say(`✗ ${line}`)

const start = Date.now()
const [load] = loadavg()
if (load > 0.5) say(`✗ other work is running here (load average ${load.toFixed(1)}): ratios will be noisy, spinning OpenMP threads worst`)
const rows = await session({
  cases: cases.filter((test) => only.length === 0 || only.includes(test.latency === true ? 'latency' : test.op)),
  modesOf: (test) => (quick ? test.quick : test.modes),
  subjects,
  rounds: quick ? 3 : 6,
  roundMs: quick ? 40 : 120,
  say,
})
const run = {
  date: new Date().toISOString().slice(0, 10),
  command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  machine: machine(),
  subjects: subjects.map(({ id, label }) => ({ id, label })),
  missing,
  rows,
}
const folder = quick || only.length > 0 || !peers ? `${here}latest/` : here
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}RESULTS.md`, report(run))
writeFileSync(`${folder}results.json`, json(run))
writeFileSync(`${folder}results.svg`, plot(rows))
console.log([ratios(rows, 'relaxed'), ratios(rows, 'plain'), targets(rows)].map(columns).join('\n\n'))
say(`\n· ${((Date.now() - start) / 1000).toFixed(0)} s; written to ${folder === here ? 'bench' : 'bench/latest'}/RESULTS.md`)
process.exit(0)

/** The peers, and a Node with relaxed SIMD: 800 MB, on first use or when the lock file has changed. */
function install() {
  const installed = `${here}node_modules/.package-lock.json`
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${here}package-lock.json`).mtimeMs) return
  say('· installing what is measured against into bench/node_modules (tfjs, jax-js, ONNX Runtime, Node 24; once, about 800 MB)')
  const { status } = spawnSync('npm', ['ci'], { cwd: here, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (status === 0) return
  say('✗ npm ci in bench/ failed')
  process.exit(1)
}

function machine() {
  const torch = subjects.find(({ id }) => id.startsWith('torch'))?.label.split(',')[0]
  const wide = ['avx512f', 'avx2'].find(
    (flag) => existsSync('/proc/cpuinfo') && spawnSync('grep', ['-qw', flag, '/proc/cpuinfo']).status === 0,
  )
  return {
    processor: `${cpus()[0].model.trim()}, ${cpus().length} logical cores${wide === undefined ? '' : `, ${wide}`}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${type()} ${process.arch}`,
    'load average before': load.toFixed(2),
    'plain SIMD': `Node ${nodes.running}`,
    'relaxed SIMD': nodes.relaxed === null ? '-' : `Node ${nodes.relaxed}`,
    peers: `Node ${nodes.peers}`,
    PyTorch: torch ?? '-',
  }
}

/** JSON with a line for each row, as the formatter likes it. */
function json(/** @type {any} */ { rows: list, subjects: who, ...facts }) {
  const line = (/** @type {object} */ row) =>
    `{ ${Object.entries(row)
      .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(', ')} }`
  const head = JSON.stringify(facts, null, 2).replace(/\n}$/, '')
  const fitting = (/** @type {object} */ item) =>
    line(item).length < 135 ? line(item) : JSON.stringify(item, null, 2).replaceAll('\n', '\n    ')
  const lines = (/** @type {object[]} */ items) => items.map((item) => `    ${fitting(item)}`).join(',\n')
  return `${head},\n  "subjects": [\n${lines(who)}\n  ],\n  "rows": [\n${lines(list)}\n  ]\n}\n`
}

/** A Markdown table in columns, for the terminal. */
function columns(/** @type {string} */ markdown) {
  const cells = markdown
    .split('\n')
    .filter((line) => !line.startsWith('|---'))
    .map((line) => line.slice(2, -2).split(' | '))
  const widths = cells[0].map((_, i) => Math.min(60, Math.max(...cells.map((row) => row[i].length))))
  return cells.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  ')).join('\n')
}
