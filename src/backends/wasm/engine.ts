import type { View } from '../../tensor/view.ts'
import { assemble, FunctionBuilder } from './assembler.ts'
import { type CompiledKernel, KernelMemory, maximumPages, memoryOf, sharedMemory, wasm } from './memory.ts'
import { slotCount } from './run.ts'
import type { ConstantTable } from './simd.ts'

/** What the engine at hand can do, found by asking it to validate a few bytes. */
export interface Features {
  readonly simd: boolean
  /** Multiply-add in one rounding, of relaxed SIMD. */
  readonly fma: boolean
}

let found: Features | undefined
let fmaAllowed = true

export function features(): Features {
  found ??= { simd: validates('f32x4.add', 2), fma: validates('f32x4.relaxed_madd', 3) }
  return { simd: found.simd, fma: found.fma && fmaAllowed }
}

/** Forbids or allows FMA: without it, every engine gives the same bits. */
export const allowFma = (allowed: boolean): void => {
  fmaAllowed = allowed
}

function validates(op: 'f32x4.add' | 'f32x4.relaxed_madd', operands: number): boolean {
  const namespace = wasm()
  if (namespace === null) return false
  const f = new FunctionBuilder('probe', ['v128'], ['v128'])
  for (let i = 0; i < operands; i++) f.get(f.params[0])
  try {
    return namespace.validate(assemble([f.op(op)], { maximum: 1, shared: false })) && compiles()
  } catch {
    // a content security policy without 'wasm-unsafe-eval' forbids compiling: the reference does the work
    return false
  }
}

function compiles(): boolean {
  const namespace = wasm()
  if (namespace === null) return false
  new namespace.Module(assemble([new FunctionBuilder('probe', [], [])], { maximum: 1, shared: false }))
  return true
}

/** Functions that share a table of constants, compiled when they are first needed. */
export function compile(functions: readonly FunctionBuilder[], constants: ConstantTable): CompiledKernel {
  const namespace = wasm()
  if (namespace === null) throw new Error('WebAssembly is not there')
  const modules = new Map<boolean, object>()
  return {
    moduleFor: (shared) => {
      const known = modules.get(shared)
      if (known !== undefined) return known
      const made = new namespace.Module(assemble(functions, { maximum: maximumPages, shared }))
      modules.set(shared, made)
      return made
    },
    constants: constants.bytes,
  }
}

const common: { shared?: KernelMemory; own?: KernelMemory } = {}

/** The memory for arrays that lie elsewhere: scratch tiles, no more. */
function commonMemory(shared: boolean): KernelMemory {
  if (shared && sharedMemory()) {
    common.shared ??= new KernelMemory(true)
    return common.shared
  }
  common.own ??= new KernelMemory(false)
  return common.own
}

/**
 * The memory that the first operand in kernel memory lies in, or a common one: a shared one if that is asked for, since threads need it and
 * its views stay as they are when it grows; else one that is faster to copy into.
 */
export function homeOf(views: readonly View[], shared = slotCount() > 1): KernelMemory {
  for (const { data } of views) {
    const memory = memoryOf(data)
    if (memory !== undefined) return memory
  }
  return commonMemory(shared)
}

interface Specialisations {
  readonly all: Map<string, CompiledKernel>
  /** The one asked for last, since the calls of a loop are alike: comparing costs less than making a text. */
  last: { readonly parts: readonly unknown[]; readonly kernel: CompiledKernel } | null
}

const cache = new WeakMap<object, Specialisations>()

/** The kernel of a formula in the specialisation that `parts` name, compiled once. */
export function cached(formula: object, parts: readonly unknown[], make: () => CompiledKernel): CompiledKernel {
  let known = cache.get(formula)
  if (known === undefined) {
    known = { all: new Map(), last: null }
    cache.set(formula, known)
  }
  if (known.last !== null && areSame(known.last.parts, parts)) return known.last.kernel
  const key = parts.join('|')
  let kernel = known.all.get(key)
  if (kernel === undefined) {
    kernel = make()
    known.all.set(key, kernel)
  }
  known.last = { parts, kernel }
  return kernel
}

/** Objects may have changed meanwhile, and never are. */
function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] || (typeof a[i] === 'object' && a[i] !== null)) return false
  return true
}
