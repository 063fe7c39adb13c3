import { type Outcome, Unsupported, type Want } from '../../backends/backend.ts'
import { cached, features, homeOf } from '../../backends/wasm/engine.ts'
import { type CompiledKernel, type KernelMemory, memoryOf } from '../../backends/wasm/memory.ts'
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
  const rest = runRows(problem, { ...want, gradients: want.gradients.filter((name) => name !== 'weight') })
  const { weight } = referenceRows(problem, { ...want, values: false, total: false, gradients: ['weight'] }).gradients
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
  const marks = scratch(compute)
  const total = runTiles(memory, {
    kernel,
    name: 'rows',
    size: outer,
    tile: block,
    args: (row, rows, slot) => {
      if (classes !== null) new Int32Array(memory.memory.buffer, marks.addresses[slot], rows).set(classes.subarray(row, row + rows))
      return inOrder({
        ...common,
        rows,
        x: x.at(row * count, rows * count, slot),
        targets: q?.at(row * count, rows * count, slot) ?? marks.addresses[slot],
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
  const [x, q, dx, dq, marks, factors, results] = Array.from({ length: 7 }, () => scratch(compute))
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
      staged.load(source, n, start, size, slot, x)
      if (distributions !== null) staged.load(distributions, n, start, size, slot, q)
      const mark = new Int32Array(memory.memory.buffer, marks.addresses[slot], positions).fill(-1)
      if (classes === null) mark.fill(0, 0, size)
      else mark.set(classes.subarray(row, row + size))
      if (upstream !== null) factors.tiles[slot].fill(0).set(upstream.subarray(row, row + size))
      return inOrder({
        ...common,
        rows: padded(size),
        x: x.addresses[slot],
        targets: classes === null ? q.addresses[slot] : marks.addresses[slot],
        counted: marks.addresses[slot],
        upstream: factors.addresses[slot],
        values: results.addresses[slot],
        gradient: dx.addresses[slot],
        targetGradient: dq.addresses[slot],
      })
    },
    done: (index, _, slot) => {
      const { n, start, size, row } = place(index)
      values?.set(results.tiles[slot].subarray(0, size), row)
      if (gradient !== null) staged.store(gradient, n, start, size, slot, dx)
      if (targetGradient !== null) staged.store(targetGradient, n, start, size, slot, dq)
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

type Tile = ReturnType<Scratch>

/** Copies between arrays and tiles of (classes, positions); positions beyond `size` are 0. */
function stager(memory: KernelMemory, exports: Readonly<Record<string, unknown>>, count: number, inner: number, scratch: Scratch): Stager {
  if (inner > 1) {
    return {
      load(from, n, start, size, slot, { tiles }) {
        const wide = padded(size)
        for (let c = 0; c < count; c++) {
          const at = (n * count + c) * inner + start
          tiles[slot].set(from.subarray(at, at + size), c * wide)
          if (size < wide) tiles[slot].fill(0, c * wide + size, (c + 1) * wide)
        }
      },
      store(into, n, start, size, slot, { tiles }) {
        const wide = padded(size)
        for (let c = 0; c < count; c++) into.set(tiles[slot].subarray(c * wide, c * wide + size), (n * count + c) * inner + start)
      },
    }
  }
  const rows = scratch('float32')
  const transpose = (name: string) => exports[name] as (...args: number[]) => void
  const inPlace = (array: Numbers, start: number, slot: number) =>
    memoryOf(array) === memory ? array.byteOffset + 4 * start * count : rows.addresses[slot]
  return {
    load(from, _, start, size, slot, { addresses, tiles }) {
      const wide = padded(size)
      const address = inPlace(from, start, slot)
      if (address === rows.addresses[slot]) rows.tiles[slot].set(from.subarray(start * count, (start + size) * count))
      if (size < wide) tiles[slot].fill(0, 0, count * wide)
      transpose('toTile')(address, addresses[slot], size, count, wide)
    },
    store(into, _, start, size, slot, { addresses }) {
      const address = inPlace(into, start, slot)
      transpose('fromTile')(address, addresses[slot], size, count, padded(size))
      if (address === rows.addresses[slot]) into.set(rows.tiles[slot].subarray(0, size * count), start * count)
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
  const { addresses, tiles } = scratch(compute)
  if (weights !== null) tiles[0].set(weights)
  const weightSum = weights === null ? params.classes : exactSum(weights)
  return { table: memory.instance(kernel).table, classes: params.classes, weight: addresses[0], scale: want.scale, weightSum }
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
