// RESULTS.md: the machine, the verdicts, the ratios, then every rate.
import { cases, elements, title } from './cases.mjs'
import { copyBandwidth, geometricMean, micro, Numbers, table, verdicts } from './verdicts.mjs'

/**
 * @typedef {import('./session.mjs').Row} Row
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./cases.mjs').Mode} Mode
 * @typedef {object} Run
 * @property {string} date
 * @property {string} command
 * @property {Record<string, string>} machine
 * @property {{ id: string, label: string }[]} subjects
 * @property {string[]} missing
 * @property {Row[]} rows
 *
 * @param {Run} run
 */
export function report(run) {
  const facts = Object.entries(run.machine).map(([name, value]) => `| ${name} | ${value} |`)
  return `# Benchmark results

Made by \`${run.command}\` on ${run.date}; the raw numbers are in results.json. Rates are Gel/s, 1e9 float32 elements (logits) a second, of the best of many
calls; the subjects took turns in one run on seeded data with warm buffers, and each had to give our loss and gradient first. Compare within
this run only. Arena: the tensors live in kernel memory. Copying: they are plain typed arrays. The gradient is written into a given tensor in
both. PyTorch, tuned: AVX-512 asked for, no page faults for large results, OpenMP that waits without spinning; "best" is the better of the two.

![rates of value and gradient](results.svg)

| | |
|---|---|
${facts.join('\n')}
${run.missing.map((line) => `\nNot measured: ${line}.\n`).join('')}
## Targets

${targets(run.rows)}

## Ratios: how many times faster, arena, equal threads

${ratios(run.rows, 'relaxed')}

${ratios(run.rows, 'plain')}

## Latency, linear layer, CTC, SSIM, copy bandwidth

${singles(run)}

## Every rate, Gel/s

${rates(run)}
`
}

/** @param {Row[]} rows */
export function targets(rows) {
  const mark = (/** @type {boolean | null} */ reached) => (reached === null ? '-' : reached ? 'yes' : '**no**')
  const lines = verdicts(rows).map((one) => [
    one.against,
    one.what,
    one.target,
    one.measured + (one.worst === '' ? '' : `; ${one.worst}`),
    mark(one.reached),
  ])
  return grid(['against', 'what', 'target', 'measured', 'reached'], lines, false)
}

/** How many times faster one of our builds is, a table. @param {Row[]} rows @param {'relaxed' | 'plain'} build */
export function ratios(rows, build) {
  const numbers = new Numbers(rows)
  const ours = (/** @type {Case} */ test, /** @type {Mode} */ mode, threads = 1) => numbers.ms(test, mode, `ours-${build}-arena-${threads}`)
  /** @type {{ head: string, of: (test: Case, mode: Mode) => number }[]} */
  const columns = [
    ...[1, 2].flatMap((threads) => [
      {
        head: `torch defaults ${threads}T`,
        of: (/** @type {Case} */ test, /** @type {Mode} */ mode) =>
          numbers.ms(test, mode, `torch-default-${threads}`) / ours(test, mode, threads),
      },
      {
        head: `torch best ${threads}T`,
        of: (/** @type {Case} */ test, /** @type {Mode} */ mode) => numbers.bestTorch(test, mode, threads) / ours(test, mode, threads),
      },
    ]),
    { head: 'tfjs-wasm 1T', of: (test, mode) => numbers.ms(test, mode, 'tfjs') / ours(test, mode) },
    { head: 'jax-js 1T', of: (test, mode) => numbers.ms(test, mode, 'jax') / ours(test, mode) },
    { head: 'onnxruntime 1T', of: (test, mode) => numbers.ms(test, mode, 'onnx-1') / ours(test, mode) },
    { head: 'plain JS 1T', of: (test, mode) => numbers.ms(test, mode, 'plain') / ours(test, mode) },
    { head: 'our copying path 1T', of: (test, mode) => numbers.ms(test, mode, `ours-${build}-copying-1`) / ours(test, mode) },
  ]
  const chosen = measuredRows(rows)
  if (chosen.length === 0) return 'Not measured.'
  const lines = chosen.map(([test, mode]) => [title(test, mode), ...columns.map(({ of }) => fixed(of(test, mode)))])
  const means = (/** @type {Mode} */ mode) => {
    const some = chosen.filter((row) => row[1] === mode)
    const values = columns.map(({ of }) => some.map((row) => of(...row)).filter((value) => Number.isFinite(value)))
    return [`geometric mean ${mode === 'fwd' ? 'fwd' : 'fwd+bwd'}`, ...values.map((list) => fixed(geometricMean(list)))]
  }
  return grid([`${build} SIMD, against`, ...columns.map(({ head }) => head)], [...lines, means('fwd'), means('fwdbwd')])
}

/** @param {Run} run */
function singles({ rows, subjects }) {
  const numbers = new Numbers(rows)
  const label = (/** @type {string} */ id) => subjects.find((subject) => subject.id === id)?.label ?? id
  const parts = []
  for (const test of cases.filter((one) => one.single === true)) {
    const [mode] = test.modes
    const times = rows.filter((row) => row.case === test.id && row.mode === mode && row.bestMs !== undefined)
    if (times.length === 0) continue
    const peak = (/** @type {string} */ id) => numbers.rows.get(`${test.id} peak ${id}`)?.bytes
    const lines = times.map(({ subject, bestMs = Number.NaN }) => {
      if (test.latency === true) return [label(subject), micro(bestMs)]
      if (test.op !== 'linear') return [label(subject), `${bestMs.toFixed(2)} ms`]
      const bytes = peak(subject)
      return [
        label(subject),
        `${bestMs.toFixed(0)} ms`,
        bytes === undefined ? '-' : `${((100 * bytes) / (elements(test) * 4)).toFixed(1)} %`,
      ]
    })
    const wanted = mode === 'fwd' ? 'value' : 'value and gradient'
    const what = test.latency === true ? `${title(test)}, one call, ${wanted}` : `${title(test)}, ${wanted}`
    const head = test.op !== 'linear' ? [what, 'best'] : [what, 'best', "peak memory over inputs and gradients, of the logits' size"]
    parts.push(grid(head, lines))
  }
  for (const test of table) {
    const [one, two] = [1, 2].map((threads) => copyBandwidth(numbers, test, threads))
    if (Number.isNaN(one)) continue
    const ways = rows
      .filter((row) => row.subject.startsWith('copy') && row.case === test.id && row.bestMs !== undefined)
      .map((row) => [label(row.subject), fixed((8 * 2 ** 24) / ((row.bestMs ?? 0) * 1e6))])
    const used = [1, 2]
      .map((threads) => [threads, 12 * numbers.rate(test, 'fwdbwd', `ours-relaxed-arena-${threads}`)])
      .filter(([, rate]) => rate > 0)
      .map(([threads, rate]) => [`surprisal, relaxed SIMD, ${title(test, 'fwdbwd')}, 12 B per element, ${threads}T`, fixed(rate)])
    parts.push(grid([`GB/s in the same minute (best copy: ${fixed(one)} 1T, ${fixed(two)} 2T)`, 'GB/s'], [...ways, ...used]))
  }
  return parts.join('\n\n')
}

/** @param {Run} run */
function rates({ rows, subjects }) {
  const numbers = new Numbers(rows)
  const groups = (
    measuredRows(rows).length === 0
      ? []
      : [
          ['This library', 'ours'],
          ['Others', ''],
        ]
  ).map(([name, prefix]) => {
    const members = subjects.filter(({ id }) => !id.startsWith('copy') && id.startsWith('ours') === (prefix === 'ours'))
    const lines = measuredRows(rows).map(([test, mode]) => [
      title(test, mode),
      ...members.map(({ id }) => fixed(numbers.rate(test, mode, id), 3)),
    ])
    return `${name}:\n\n${grid(['', ...members.map(({ label }) => label.replace('surprisal, ', ''))], lines)}`
  })
  const failures = rows.filter((row) => row.error !== undefined).map((row) => `* ${row.case} ${row.mode}, ${row.subject}: ${row.error}`)
  return [
    ...groups,
    ...(failures.length > 0 ? [`What failed, or gave another number and was not timed:\n\n${failures.join('\n')}`] : []),
  ].join('\n\n')
}

/** @param {Row[]} rows @returns {[Case, Mode][]} */
const measuredRows = (rows) =>
  table.flatMap((test) =>
    test.modes
      .filter((mode) => rows.some((row) => row.case === test.id && row.mode === mode))
      .map((mode) => /** @type {[Case, Mode]} */ ([test, mode])),
  )

const fixed = (/** @type {number} */ value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '-')

/** @param {string[]} head @param {string[][]} lines @param {boolean} [numeric] whether all columns but the first are numbers */
function grid(head, lines, numeric = true) {
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [row(head), `|${head.map((_, i) => (numeric && i > 0 ? '---:' : '---')).join('|')}|`, ...lines.map(row)].join('\n')
}
