// results.svg: rates of value and gradient, grouped horizontal bars on a logarithmic axis, readable on light and on dark pages.
import { title } from './cases.mjs'
import { Numbers, table } from './verdicts.mjs'

const series = [
  { id: 'ours-relaxed-arena-2', label: 'surprisal, relaxed SIMD, 2 threads', colour: 'a' },
  { id: 'ours-plain-arena-2', label: 'surprisal, plain SIMD, 2 threads', colour: 'b' },
  { id: 'torch-tuned-2', label: 'PyTorch 2.13, tuned, 2 threads', colour: 'c' },
  { id: 'torch-default-2', label: 'PyTorch 2.13, defaults, 2 threads', colour: 'd' },
  { id: 'ours-relaxed-arena-1', label: 'surprisal, relaxed SIMD, 1 thread', colour: 'e' },
  { id: 'plain', label: 'a plain JS loop', colour: 'f' },
  { id: 'jax', label: 'jax-js', colour: 'g' },
  { id: 'tfjs', label: 'tfjs-wasm', colour: 'h' },
]

const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .quiet { fill: #656d76 } .head { font-weight: 600; font-size: 15px } line { stroke: #d0d7de }
  .a { fill: #0a5cd6 } .b { fill: #4493f8 } .e { fill: #9ec5fe } .c { fill: #c2410c } .d { fill: #fb923c }
  .f { fill: #57606a } .g { fill: #8b949e } .h { fill: #b6bec7 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } line { stroke: #3d444d }
    .a { fill: #4493f8 } .b { fill: #2f6dc0 } .e { fill: #1f4a85 } .c { fill: #fb923c } .d { fill: #b45309 }
    .f { fill: #b6bec7 } .g { fill: #8b949e } .h { fill: #656d76 }
  }`

const [left, width, bar, gap, top] = [180, 560, 9, 16, 100]

/** @param {import('./session.mjs').Row[]} rows @returns {string} */
export function plot(rows) {
  const numbers = new Numbers(rows)
  const groups = table
    .map((test) => ({
      name: title(test),
      bars: series.map(({ id, colour }) => ({ colour, rate: numbers.rate(test, 'fwdbwd', id) })).filter(({ rate }) => rate > 0),
    }))
    .filter(({ bars }) => bars.length > 0)
  const all = groups.flatMap(({ bars }) => bars.map(({ rate }) => rate))
  const low = Math.floor(Math.log10(Math.min(...all, 0.1)))
  const high = Math.ceil(Math.log10(Math.max(...all, 1)))
  const x = (/** @type {number} */ rate) => left + (width * (Math.log10(rate) - low)) / (high - low)

  const parts = []
  let y = top
  for (const { name, bars } of groups) {
    const middle = y + (bars.length * (bar + 1)) / 2 + 4
    parts.push(`<text x="${left - 10}" y="${middle}" text-anchor="end">${name}</text>`)
    for (const { colour, rate } of bars) {
      parts.push(`<rect class="${colour}" x="${left}" y="${y}" width="${(x(rate) - left).toFixed(1)}" height="${bar}"/>`)
      parts.push(
        `<text class="quiet" x="${(x(rate) + 4).toFixed(1)}" y="${y + bar - 1}" style="font-size:9px">${rate.toPrecision(2)}</text>`,
      )
      y += bar + 1
    }
    y += gap
  }
  const bottom = y - gap + 6
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map((rate) => {
    const at = x(rate).toFixed(1)
    const label = `<text class="quiet" x="${at}" y="${bottom + 16}" text-anchor="middle">${Number(rate.toPrecision(1))}</text>`
    return `<line x1="${at}" x2="${at}" y1="${top - 6}" y2="${bottom}"/>${label}`
  })
  const shown = series.filter(({ colour }) => groups.some(({ bars }) => bars.some((one) => one.colour === colour)))
  const legend = shown.map(({ label, colour }, i) => {
    const [column, line] = [i % 3, Math.floor(i / 3)]
    const [at, down] = [20 + column * 260, 42 + line * 17]
    return `<rect class="${colour}" x="${at}" y="${down - 9}" width="10" height="10"/><text x="${at + 16}" y="${down}">${label}</text>`
  })
  const height = bottom + 40
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" width="800" height="${height}" role="img" aria-label="Rates of value and gradient">
<style>${style}
</style>
<text class="head" x="20" y="22">Loss and gradient: 1e9 elements a second (longer is faster; logarithmic)</text>
${[...legend, ...ticks, ...parts].join('\n')}
<text class="quiet" x="${left + width / 2}" y="${bottom + 32}" text-anchor="middle">Gel/s, float32, best of many, one run</text>
</svg>
`
}
