import { sizeOf } from '../../tensor/shape.ts'
import type { View } from '../../tensor/view.ts'
import { Unsupported } from '../backend.ts'
import { FunctionBuilder, type Local } from './assembler.ts'
import { cached, compile, features, homeOf } from './engine.ts'
import { type CompiledKernel, memoryOf } from './memory.ts'
import { upTo } from './row-sweep.ts'
import { runTiles } from './run.ts'
import { ConstantTable } from './simd.ts'
import { scratchOf } from './tiles.ts'

/** Contiguous int64 that are to be classes, and what they are as the kernels of rows take them. */
export interface Labels {
  readonly view: View
  /** How many classes there are. */
  readonly count: number
  /** NaN for none. */
  readonly ignoreIndex: number
  /** To be filled: the class of each, −1 where ignored. */
  readonly classes: Int32Array
}

/** The lower and the upper half of an integer as int64 has them. */
export const halvesOf = (integer: number): readonly [low: number, high: number] => [integer | 0, Math.floor(integer / 2 ** 32) | 0]

/** The halves of all elements in turn: reading them as BigInt would cost more than the loss. */
export const wordsOf = ({ data, offset, shape }: View): Int32Array =>
  new Int32Array(data.buffer, data.byteOffset + 8 * offset, 2 * sizeOf(shape))

/** Labels at a time: reading them is so quick that fewer are no work for several threads. */
const tile = 65_536

/** Reads labels as `readLabels` does; NaN where one is no class. */
export function runLabels({ view, count, ignoreIndex, classes }: Labels): number {
  if (!features().simd) throw new Unsupported('no SIMD')
  const memory = homeOf([view])
  const kernel = cached(labelsModule, [], labelsModule)
  const scratch = scratchOf(memory, Math.min(tile, classes.length), 'float32')
  const results = scratch()
  const words = wordsOf(view)
  const copies = memoryOf(view.data) === memory ? null : scratch(2 * Math.min(tile, classes.length))
  const ignore = halvesOf(ignoreIndex)
  return runTiles(memory, {
    kernel,
    name: 'labels',
    size: classes.length,
    tile,
    args: (start, rows, slot) => {
      copies?.[slot].int32.set(words.subarray(2 * start, 2 * (start + rows)))
      const input = copies === null ? words.byteOffset + 8 * start : copies[slot].address
      return [rows, input, results[slot].address, count, ...ignore]
    },
    done: (start, rows, slot) => classes.set(results[slot].int32.subarray(0, rows), start),
  })
}

/** `labels(rows, input, out, count, ignoreLow, ignoreHigh)`: int32 classes at `out`, −1 where ignored; how many are not, or NaN. */
function labelsModule(): CompiledKernel {
  const f = new FunctionBuilder('labels', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], ['f64'])
  const [rows, input, out, ...limits] = f.params
  const v128 = () => f.local('v128')
  const [row, whole, at] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const [first, second, low, high, skip, odd] = Array.from({ length: 6 }, v128)
  const [count, ignoreLow, ignoreHigh] = limits.map((limit) => {
    const lanes = v128()
    f.get(limit).op('i32x4.splat').set(lanes)
    return lanes
  })
  const half = (word: 0 | 1, into: Local) => {
    const bytes = [0, 8, 16, 24].flatMap((label) => [0, 1, 2, 3].map((byte) => label + 4 * word + byte))
    f.get(first, second).shuffle(bytes).set(into)
  }
  /** Of the four labels in `first` and `second`: the classes, on the stack. */
  const read = (ignored: Local) => {
    half(0, low)
    half(1, high)
    f.get(low, ignoreLow).op('i32x4.eq').get(high, ignoreHigh).op('i32x4.eq').op('v128.and').set(skip)
    f.get(ignored, skip).op('i32x4.sub').set(ignored)
    // a class has no upper half, and its lower one is below the count as a number without sign
    f.get(low, count).op('i32x4.lt_u').op('v128.not').get(high).op('v128.or').get(skip).op('v128.andnot').get(odd).op('v128.or').set(odd)
    f.get(low, skip).op('v128.or')
  }
  const [inFours, alone] = [v128(), v128()]
  f.get(rows).i32(-4).op('i32.and').set(whole).get(input).set(at)
  upTo(f, row, whole, 4, () => {
    f.get(at).memory('v128.load').set(first).get(at).memory('v128.load', 16).set(second)
    f.get(out)
    read(inFours)
    f.memory('v128.store').get(out).i32(16).op('i32.add').set(out).get(at).i32(32).op('i32.add').set(at)
  })
  // of what is left over each by itself, in all lanes
  upTo(f, row, rows, 1, () => {
    f.get(at).memory('v128.load64_splat').tee(first).set(second)
    f.get(out)
    read(alone)
    f.laneMemory('v128.store32_lane', 0).get(out).i32(4).op('i32.add').set(out).get(at).i32(8).op('i32.add').set(at)
  })
  f.f64(Number.NaN).get(rows)
  for (let lane = 0; lane < 4; lane++) f.get(inFours).lane('i32x4.extract_lane', lane).op('i32.sub')
  f.get(alone).lane('i32x4.extract_lane', 0).op('i32.sub').op('f64.convert_i32_s').get(odd).op('v128.any_true').op('select')
  return compile([f], new ConstantTable())
}
