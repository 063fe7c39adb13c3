import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { cached, features, homeOf } from '../../backends/wasm/engine.ts'
import type { CompiledKernel, KernelMemory } from '../../backends/wasm/memory.ts'
import { runPlanes } from './planes.ts'
import { type Compare, type WindowsProblem, windowsAlong } from './problem.ts'
import { pixelsOf } from './reference.ts'
import { type WindowModule, windowModule } from './steps.ts'

/** A longer window would be much code for little use. */
const longest = 33

/** The kernel on WebAssembly: row by row, with what a window needs of the last rows at hand. */
export function runWindows(problem: WindowsProblem, want: Want): Outcome {
  if (!features().simd) throw new Unsupported('no SIMD')
  if (problem.weights.length > longest) throw new Unsupported('a window of many pixels')
  return runPlanes(problem, want, compareOn(homeOf([])))
}

type Step = (table: number, count: number, ...addresses: readonly number[]) => number

/** Compares two planes in the scratch of a kernel memory: `sum` comes out alike whether slopes are wanted or not. */
export const compareOn =
  (memory: KernelMemory): Compare =>
  (planes, by, { whole, slopes, map }) => {
    const { width } = planes
    const size = by.weights.length
    const [down, across] = [pixelsOf(planes.height, by), pixelsOf(width, by)]
    const [rows, columns] = [windowsAlong(planes.height, by), windowsAlong(width, by)]
    const lead = (across.length - width) / 2
    // a row with a margin on both sides; not a power of two, so that rows do not compete for the same lines of the cache
    const stride = 8 * (64 * Math.ceil((across.length + 2 * size) / 64) + 8)
    const ring = 2 * size * stride
    const { weights, c1, c2, spread } = by
    const { fma } = features()
    const kernel = compiled({ weights, c1, c2, spread, whole, slopes, map: map !== undefined, stride, apart: ring, fma })
    const instance = memory.instance(kernel)
    const { table } = instance
    const step = (name: string) => instance.exports[name] as Step
    const bytes = {
      x: stride,
      y: stride,
      uv: 2 * ring,
      means: 4 * stride,
      slopes: 4 * ring,
      sums: 4 * stride,
      dx: stride,
      dy: stride,
      map: stride,
    }
    const { address, float64 } = memory.scratch(
      0,
      Object.values(bytes).reduce((all, own) => all + own),
    )
    const [at, row] = layout(bytes, address, float64)
    if (slopes) {
      row.slopes.fill(0)
      row.sums.fill(0)
    }
    const dx = slopes ? new Float64Array(planes.x.length) : null
    const dy = slopes ? new Float64Array(planes.y.length) : null
    const load = (plane: Float64Array, line: Float64Array, pixels: number) => {
      line.set(plane.subarray(pixels, pixels + width), lead)
      for (let i = 0; i < lead; i++) line[i] = plane[pixels + across[i]]
      for (let i = lead + width; i < across.length; i++) line[i] = plane[pixels + across[i]]
    }
    const unload = (plane: Float64Array | null, line: Float64Array, pixels: number) => {
      if (plane === null) return
      if (lead === 0) plane.set(line.subarray(0, width), pixels)
      else for (let i = 0; i < across.length; i++) plane[pixels + across[i]] += line[i]
    }
    const [split, downwards, crosswise, back, pixels] = ['split', 'down', 'across', 'back', 'pixels'].map(step)
    let sum = 0
    // from row `p` on there is a window, whose last row it is; its slopes, with those of the windows above, give the slopes of its first row
    for (let p = 0; p < down.length + size - 1; p++) {
      if (p < down.length) {
        load(planes.x, row.x, down[p] * width)
        load(planes.y, row.y, down[p] * width)
        split(table, across.length, at.x, at.y, at.uv + (p % size) * stride)
      }
      const first = p - size + 1
      if (first < 0) continue
      const slot = (first % size) * stride
      if (first < rows) {
        downwards(table, across.length, at.uv + ((p % size) + 1) * stride, at.means)
        sum += crosswise(table, columns, at.means, at.slopes + slot, at.map)
        map?.set(row.map.subarray(0, columns), first * columns)
      } else if (!slopes) break
      else
        for (let copy = 0; copy < 8; copy++)
          row.slopes.fill(0, (slot + copy * size * stride) / 8, (slot + copy * size * stride) / 8 + columns)
      if (!slopes) continue
      back(table, columns, at.slopes + slot + stride, at.sums + 8 * (size - 1))
      pixels(table, across.length, at.sums, at.uv + slot, at.dx, at.dy)
      unload(dx, row.dx, down[first] * width)
      unload(dy, row.dy, down[first] * width)
    }
    return { sum, count: rows * columns, dx, dy }
  }

/** Names for parts of a stretch of memory, one after the other: their addresses, and their elements. */
function layout<K extends string>(
  bytes: Readonly<Record<K, number>>,
  address: number,
  float64: Float64Array,
): [Record<K, number>, Record<K, Float64Array>] {
  const at = {} as Record<K, number>
  const row = {} as Record<K, Float64Array>
  let start = 0
  for (const name of Object.keys(bytes) as K[]) {
    at[name] = address + start
    row[name] = float64.subarray(start / 8, (start + bytes[name]) / 8)
    start += bytes[name]
  }
  return [at, row]
}

const kernels = {}

const compiled = (shape: WindowModule): CompiledKernel => cached(kernels, [JSON.stringify(shape)], () => windowModule(shape))
