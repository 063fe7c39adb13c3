import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { cached, features, homeOf } from '../../backends/wasm/engine.ts'
import { type CompiledKernel, type KernelMemory, memoryOf, type Tile } from '../../backends/wasm/memory.ts'
import { runTiles } from '../../backends/wasm/run.ts'
import { lanesModule } from '../../backends/wasm/softmax-lanes.ts'
import { type RowsParameter, rowsModule, rowsParameters } from '../../backends/wasm/softmax-rows.ts'
import { inputOf, outputOf, type Scratch, scratchOf } from '../../backends/wasm/tiles.ts'
import { exactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { RowsProblem } from './problem.ts'
import { referenceRows } from './reference.ts'

/** Up to so many classes, rows are laid side by side in the lanes. */
const fewClasses = 32

/** Scores of a block of rows, whose values are summed in one go: blocks depend on the shape alone, so that no cut into copies shows. */
const blockElements = 32768
const tileElements = 8192

/** The kernels on WebAssembly, each made for this formula and these options. */
export function runRows(problem: RowsProblem, want: Want): Outcome {
  if (!features().simd) throw new Unsupported('no SIMD')
  const { compute, normalised, inner, params } = problem
  if (compute !== 'float32' || normalised || params.classes === 0) throw new Unsupported('not spelled in SIMD')
  if (want.gradients.includes('weight')) return withWeightGradient(problem, want)
  return inner === 1 && params.classes > fewClasses ? longRows(problem, want) : tiles(problem, want)
}

/** The gradient of the class weights, which few ask for, comes from the reference. */
function withWeightGradient(problem: RowsProblem, want: Want): Outcome {
  // first, since the input's gradient may overwrite the input
  const { weight } = referenceRows(problem, { ...want, values: false, total: false, gradients: ['weight'] }).gradients
  const rest = runRows(problem, { ...want, gradients: want.gradients.filter((name) => name !== 'weight') })
  return { ...rest, gradients: { ...rest.gradients, weight } }
}

/** Rows in one piece: block by block, in place where the arrays lie in kernel memory. */
function longRows(problem: RowsProblem, want: Want): Outcome {
  const { params, input, target, classes, outer, compute } = problem
  const count = params.classes
  const block = Math.max(1, Math.floor(blockElements / count))
  const memory = homeOf([input])
  const kernel = compiled(problem, want, 'rows')
  const scratch = scratchOf(memory, block * count)
  const x = inputOf(input, compute, memory, scratch)
  const q = classes === null ? inputOf(target, compute, memory, scratch) : null
  const upstream = want.upstream === null ? null : inputOf(want.upstream, compute, memory, scratch)
  const output = (name: string) =>
    want.gradients.includes(name) ? outputOf(outer * count, compute, memory, want.into[name], scratch) : null
  const values = want.values ? outputOf(outer, compute, memory, undefined, scratch) : null
  // the target's gradient reads the scores once more, so these must not be overwritten then
  const inPlace = want.gradients.includes('target') && want.into.input?.buffer === input.data.buffer
  const gradient = inPlace ? outputOf(outer * count, compute, memory, undefined, scratch) : output('input')
  const targetGradient = output('target')
  const common = commonArguments(problem, want, memory, kernel, scratch)
  const marks = scratch()
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: outer,
    tile: block,
    args: (row, rows, slot) => {
      if (classes !== null) marks[slot].int32.set(classes.subarray(row, row + rows))
      return inOrder({
        ...common,
        rows,
        x: x.at(row * count, rows * count, slot),
        targets: q?.at(row * count, rows * count, slot) ?? marks[slot].address,
        counted: 0,
        upstream: upstream?.at(row, rows, slot) ?? 0,
        values: values?.at(row, slot) ?? 0,
        gradient: gradient?.at(row * count, slot) ?? 0,
        targetGradient: targetGradient?.at(row * count, slot) ?? 0,
      })
    },
    done: (row, rows, slot) => {
      values?.done(row, rows, slot)
      gradient?.done(row * count, rows * count, slot)
      targetGradient?.done(row * count, rows * count, slot)
    },
  })
  return outcome(values?.numbers, total, gradient?.numbers, targetGradient?.numbers)
}

/** Positions side by side: tile by tile of (classes, positions), copied from where the scores lie. */
function tiles(problem: RowsProblem, want: Want): Outcome {
  const { params, input, target, classes, outer, inner, compute } = problem
  const count = params.classes
  const rows = outer * inner
  // few classes: the rows are the positions; else the axes behind the classes are, and no tile reaches over two samples
  const length = inner === 1 ? outer : inner
  const positions = Math.max(16, Math.floor(tileElements / count) & ~15)
  const perSample = Math.ceil(length / positions)
  const samples = inner === 1 ? 1 : outer
  const memory = homeOf([input])
  const kernel = compiled(problem, want, 'lanes')
  const scratch = scratchOf(memory, positions * count)
  const staged = stager(memory, memory.instance(kernel).exports, count, inner, scratch)
  const source = numbersOf(input, compute)
  const distributions = classes === null ? numbersOf(target, compute) : null
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const [x, q, dx, dq, marks, factors, results] = Array.from({ length: 7 }, scratch)
  const values = want.values ? allocateNumbers(compute, rows) : null
  const output = (name: string) => (want.gradients.includes(name) ? (want.into[name] ?? allocateNumbers(compute, rows * count)) : null)
  const gradient = output('input')
  const targetGradient = output('target')
  const common = commonArguments(problem, want, memory, kernel, scratch)
  const place = (index: number) => {
    const [n, start] = [Math.floor(index / perSample), (index % perSample) * positions]
    return { n, start, size: Math.min(positions, length - start), row: n * inner + start }
  }
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: samples * perSample,
    tile: 1,
    args: (index, _, slot) => {
      const { n, start, size, row } = place(index)
      staged.load(source, n, start, size, slot, x[slot])
      if (distributions !== null) staged.load(distributions, n, start, size, slot, q[slot])
      const mark = marks[slot].int32
      if (classes === null) mark.fill(0, 0, size)
      else mark.set(classes.subarray(row, row + size))
      mark.fill(-1, size, padded(size))
      if (upstream !== null) factors[slot].float32.fill(0, size, padded(size)).set(upstream.subarray(row, row + size))
      return inOrder({
        ...common,
        rows: padded(size),
        x: x[slot].address,
        targets: classes === null ? q[slot].address : marks[slot].address,
        counted: marks[slot].address,
        upstream: factors[slot].address,
        values: results[slot].address,
        gradient: dx[slot].address,
        targetGradient: dq[slot].address,
      })
    },
    done: (index, _, slot) => {
      const { n, start, size, row } = place(index)
      values?.set(results[slot].float32.subarray(0, size), row)
      if (gradient !== null) staged.store(gradient, n, start, size, slot, dx[slot])
      if (targetGradient !== null) staged.store(targetGradient, n, start, size, slot, dq[slot])
    },
  })
  return outcome(values, total, gradient, targetGradient)
}

/** Vectors are taken four at a time. */
const padded = (size: number): number => (size + 15) & ~15

interface Stager {
  load(from: Numbers, n: number, start: number, size: number, slot: number, tile: Tile): void
  store(into: Numbers, n: number, start: number, size: number, slot: number, tile: Tile): void
}

/** Copies between arrays and tiles of (classes, positions); positions beyond `size` are 0. */
function stager(memory: KernelMemory, exports: Readonly<Record<string, unknown>>, count: number, inner: number, scratch: Scratch): Stager {
  if (inner > 1) {
    return {
      load(from, n, start, size, _, { float32 }) {
        const wide = padded(size)
        for (let c = 0; c < count; c++) {
          const at = (n * count + c) * inner + start
          float32.set(from.subarray(at, at + size), c * wide)
          if (size < wide) float32.fill(0, c * wide + size, (c + 1) * wide)
        }
      },
      store(into, n, start, size, _, { float32 }) {
        const wide = padded(size)
        for (let c = 0; c < count; c++) into.set(float32.subarray(c * wide, c * wide + size), (n * count + c) * inner + start)
      },
    }
  }
  const rows = scratch()
  const transpose = exports as { toTile(...args: number[]): void; fromTile(...args: number[]): void }
  const addressOf = (array: Numbers, start: number, slot: number) =>
    memoryOf(array) === memory ? array.byteOffset + 4 * start * count : rows[slot].address
  return {
    load(from, _, start, size, slot, { address, float32 }) {
      const wide = padded(size)
      const at = addressOf(from, start, slot)
      if (at === rows[slot].address) rows[slot].float32.set(from.subarray(start * count, (start + size) * count))
      if (size < wide) float32.fill(0, 0, count * wide)
      transpose.toTile(at, address, size, count, wide)
    },
    store(into, _, start, size, slot, { address }) {
      const at = addressOf(into, start, slot)
      transpose.fromTile(at, address, size, count, padded(size))
      if (at === rows[slot].address) into.set(rows[slot].float32.subarray(0, size * count), start * count)
    },
  }
}

type Arguments = Readonly<Record<RowsParameter, number>>

/** What does not change from block to block. */
function commonArguments(
  { params, weight, compute }: RowsProblem,
  want: Want,
  memory: KernelMemory,
  kernel: CompiledKernel,
  scratch: Scratch,
) {
  const weights = weight === null ? null : numbersOf(weight, compute)
  const [tile] = scratch()
  if (weights !== null) tile[compute].set(weights)
  const weightSum = weights === null ? params.classes : exactSum(weights)
  return { table: memory.instance(kernel).table, classes: params.classes, weight: tile.address, scale: want.scale, weightSum }
}

const inOrder = (named: Arguments): number[] => rowsParameters.map(([name]) => named[name])

const outcome = (values: Numbers | null | undefined, total: number, input?: Numbers | null, target?: Numbers | null): Outcome => ({
  values: values ?? null,
  total,
  gradients: { ...(input ? { input } : {}), ...(target ? { target } : {}) },
})

function compiled({ formula, params, classes, weight }: RowsProblem, want: Want, layout: 'rows' | 'lanes'): CompiledKernel {
  const { fma } = features()
  const soft = classes === null
  const key = [layout, fma, soft, weight !== null, want.values, want.upstream !== null, want.gradients, Object.values(params)].join('|')
  const make = layout === 'rows' ? rowsModule : lanesModule
  return cached(formula, key, () =>
    make({
      value: (m, row) => formula.value(m, row, params),
      slopePicked: (m, row) => formula.slope.picked(m, row, params),
      slopeUniform: formula.slope.uniform(params),
      blend: soft ? formula.blend(params) : null,
      weighted: weight !== null,
      upstream: want.upstream !== null,
      values: want.values,
      gradient: want.gradients.includes('input'),
      targetGradient: want.gradients.includes('target'),
      fma,
    }),
  )
}
