import type { FunctionBuilder, Local } from './assembler.ts'
import { upTo } from './row-sweep.ts'

/** Scores as they lie in memory, and as a tile (classes, positions) that is worked on; all lengths in bytes. */
export interface TileCopy {
  readonly f: FunctionBuilder
  /** The memory's address of the first position of the strip, class 0. */
  readonly memory: Local
  /** From class to class in memory; where rows lie in one piece, the length of a row. */
  readonly stride: Local
  readonly tile: Local
  /** From class to class in the tile. */
  readonly line: Local
  readonly classes: Local
  /** Of the strip's positions, 4 bytes each: those that are there, and those up to a multiple of 16 positions. */
  readonly live: Local
  readonly padded: Local
}

/** Writes the copy of a strip whose positions lie side by side in memory, class by class. */
export function copyLines({ f, memory, stride, tile, line, classes, live, padded }: TileCopy, into: 'tile' | 'memory'): void {
  const [c, from, to, at, whole] = Array.from({ length: 5 }, () => f.local('i32'))
  const [source, destination] = into === 'tile' ? [memory, tile] : [tile, memory]
  const [sourceStep, destinationStep] = into === 'tile' ? [stride, line] : [line, stride]
  f.get(source).set(from).get(destination).set(to).get(live).i32(-64).op('i32.and').set(whole).i32(0).set(c)
  f.loop(() => {
    f.i32(0).set(at)
    upTo(f, at, whole, 64, () => {
      for (const offset of [0, 16, 32, 48]) {
        f.get(to, at).op('i32.add').get(from, at).op('i32.add').memory('v128.load', offset).memory('v128.store', offset)
      }
    })
    upTo(f, at, live, 4, () => f.get(to, at).op('i32.add').get(from, at).op('i32.add').memory('f32.load').memory('f32.store'))
    if (into === 'tile') upTo(f, at, padded, 4, () => f.get(to, at).op('i32.add').f32(0).memory('f32.store'))
    f.get(from, sourceStep).op('i32.add').set(from).get(to, destinationStep).op('i32.add').set(to)
    f.get(c).i32(1).op('i32.add').tee(c).get(classes).op('i32.lt_u')
  })
}

/** Writes the copy of a strip whose classes lie side by side in memory, row by row: blocks of 4×4 are transposed. */
export function copyRows(copy: TileCopy, into: 'tile' | 'memory'): void {
  const { f, memory, stride, tile, line, live, padded } = copy
  const [row, inMemory, inTile, c, last] = Array.from({ length: 5 }, () => f.local('i32'))
  f.get(stride).i32(16).op('i32.sub').set(last)
  f.get(memory).set(inMemory).i32(0).set(row)
  // groups of four rows whose last block of classes overlaps the one before; at least four classes are wanted for that
  const groups = f.local('i32')
  f.get(live).i32(-16).op('i32.and').i32(0).get(stride).i32(16).op('i32.ge_u').op('select').set(groups)
  upTo(f, row, groups, 16, () => {
    f.i32(0).set(c)
    f.loop(() => {
      f.get(c, last, c, last).op('i32.lt_u').op('select').set(c)
      f.get(tile, row).op('i32.add').get(c).i32(2).op('i32.shr_u').get(line).op('i32.mul').op('i32.add').set(inTile)
      transposeBlock(f, { inMemory, c, stride, inTile, line }, into)
      f.get(c).i32(16).op('i32.add').tee(c).get(stride).op('i32.lt_u')
    })
    f.get(inMemory).get(stride).i32(2).op('i32.shl').op('i32.add').set(inMemory)
  })
  upTo(f, row, live, 4, () => {
    f.get(tile, row).op('i32.add').set(inTile).i32(0).set(c)
    upTo(f, c, stride, 4, () => {
      if (into === 'tile') f.get(inTile, inMemory, c).op('i32.add').memory('f32.load').memory('f32.store')
      else f.get(inMemory, c).op('i32.add').get(inTile).memory('f32.load').memory('f32.store')
      f.get(inTile, line).op('i32.add').set(inTile)
    })
    f.get(inMemory, stride).op('i32.add').set(inMemory)
  })
  if (into === 'memory') return
  upTo(f, row, padded, 4, () => {
    f.get(tile, row).op('i32.add').set(inTile).i32(0).set(c)
    upTo(f, c, stride, 4, () => f.get(inTile).f32(0).memory('f32.store').get(inTile, line).op('i32.add').set(inTile))
  })
}

interface Block {
  readonly inMemory: Local
  /** Byte offset of the block's first class in a row. */
  readonly c: Local
  readonly stride: Local
  readonly inTile: Local
  readonly line: Local
}

function transposeBlock(f: FunctionBuilder, { inMemory, c, stride, inTile, line }: Block, into: 'tile' | 'memory'): void {
  const rows = Array.from({ length: 4 }, () => f.local('v128'))
  const pointer = f.local('i32')
  const startIn = (memory: boolean) => (memory ? f.get(inMemory, c).op('i32.add') : f.get(inTile)).set(pointer)
  const step = (memory: boolean) =>
    f
      .get(pointer, memory ? stride : line)
      .op('i32.add')
      .set(pointer)
  startIn(into === 'tile')
  for (const row of rows) {
    f.get(pointer).memory('v128.load').set(row)
    step(into === 'tile')
  }
  const pair = (a: Local, b: Local, high: boolean): Local => {
    const out = f.local('v128')
    const at = high ? 8 : 0
    const word = (start: number) => [start, start + 1, start + 2, start + 3]
    f.get(a, b)
      .shuffle([...word(at), ...word(16 + at), ...word(at + 4), ...word(20 + at)])
      .set(out)
    return out
  }
  const [r0, r1, r2, r3] = rows
  const [low02, low13, high02, high13] = [pair(r0, r2, false), pair(r1, r3, false), pair(r0, r2, true), pair(r1, r3, true)]
  const columns = [pair(low02, low13, false), pair(low02, low13, true), pair(high02, high13, false), pair(high02, high13, true)]
  startIn(into === 'memory')
  for (const column of columns) {
    f.get(pointer, column).memory('v128.store')
    step(into === 'memory')
  }
}
