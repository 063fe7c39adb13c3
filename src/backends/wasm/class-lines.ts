import type { FunctionBuilder, Local } from './assembler.ts'
import type { Lanes, Simd } from './simd.ts'

/** A line of positions for each class: where the first one starts, and how many bytes further the next one does. */
export interface Lines {
  readonly start: Local
  readonly step: Local
}

/** A place in such lines, which a pass takes from class to class. */
export interface Cursor {
  readonly at: Local
  readonly step: Local | number
}

export function cursorAt(f: FunctionBuilder, start: Local, offset: Local | null, step: Local | number): Cursor {
  const at = f.local('i32')
  f.get(start)
  if (offset !== null) f.get(offset).op('i32.add')
  f.set(at)
  return { at, step }
}

/** On to the next class. */
export function advance(f: FunctionBuilder, { at, step }: Cursor): void {
  f.get(at)
  amount(f, step).op('i32.add').set(at)
}

export function load(f: FunctionBuilder, { at }: Cursor, vector: number): Lanes {
  const local = f.local('v128')
  f.get(at)
    .memory('v128.load', 16 * vector)
    .set(local)
  return { local }
}

export function store(f: FunctionBuilder, { at }: Cursor, vector: number, lanes: Lanes): void {
  f.get(at, lanes.local).memory('v128.store', 16 * vector)
}

const amount = (f: FunctionBuilder, bytes: Local | number): FunctionBuilder => (typeof bytes === 'number' ? f.i32(bytes) : f.get(bytes))

/** The addresses of the entries of four positions' classes; of class 0 for a negative one. */
function addressesOf(s: Simd, { at, step }: Cursor, classes: Lanes): Local {
  const addresses = s.f.local('v128')
  const class0 = s.write('i32x4.max_s', [classes, s.bits(0)])
  s.f.get(class0.local)
  amount(s.f, step).op('i32x4.splat').op('i32x4.mul')
  s.f.get(at).op('i32x4.splat').op('i32x4.add').set(addresses)
  return addresses
}

/** The entries of four positions' classes, `offset` bytes from the cursor, and so many more from position to position. */
export function gather(s: Simd, from: Cursor, classes: Lanes, offset: number, between: number): Lanes {
  const addresses = addressesOf(s, from, classes)
  const local = s.f.local('v128')
  for (let lane = 0; lane < 4; lane++) {
    s.f
      .get(addresses)
      .lane('i32x4.extract_lane', lane)
      .get(local)
      .laneMemory('v128.load32_lane', lane, offset + between * lane)
      .set(local)
  }
  return { local }
}

/** Adds a vector, position by position, to the entries of their classes, `offset` bytes from the cursor. */
export function scatter(s: Simd, into: Cursor, classes: Lanes, added: Lanes, offset: number): void {
  const addresses = addressesOf(s, into, classes)
  const at = s.f.local('i32')
  for (let lane = 0; lane < 4; lane++) {
    s.f.get(addresses).lane('i32x4.extract_lane', lane).tee(at)
    s.f.get(at).memory('f32.load', offset + 4 * lane)
    s.f
      .get(added.local)
      .lane('f32x4.extract_lane', lane)
      .op('f32.add')
      .memory('f32.store', offset + 4 * lane)
  }
}
