import type { Storage } from '../../tensor/dtype.ts'

/** The parts of the WebAssembly interface that are used; the compiler's own typings come with the DOM's, which Node lacks. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
  /** Newer engines: from now on `buffer` grows in place, and its views stay. */
  toResizableBuffer?(): ArrayBufferLike
}
interface WasmNamespace {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
  Memory: new (descriptor: { initial: number; maximum: number; shared?: boolean }) => WasmMemory
}
declare const WebAssembly: WasmNamespace | undefined

export const wasm = (): WasmNamespace | null => (typeof WebAssembly === 'undefined' ? null : WebAssembly)

const page = 65536
/** 4 GiB, the most that 32-bit addresses reach. */
export const maximumPages = 65536

/** Whether memories are shared between threads: always in Node, in browsers on cross-origin isolated pages. */
export const sharedMemory = (): boolean => typeof SharedArrayBuffer !== 'undefined'

/** A compiled kernel: the module, for memories that threads share or for others, and the constants that it reads from memory. */
export interface CompiledKernel {
  moduleFor(shared: boolean): object
  readonly constants: Uint8Array
}

/** A piece of scratch memory, seen as elements of each kind. */
export class Tile {
  readonly address: number
  readonly bytes: number
  private readonly memory: WasmMemory
  private views: { readonly float32: Float32Array; readonly float64: Float64Array; readonly int32: Int32Array }

  constructor(memory: WasmMemory, address: number, bytes: number) {
    this.memory = memory
    this.address = address
    this.bytes = bytes
    this.views = this.look()
  }

  get float32(): Float32Array {
    return this.live().float32
  }

  get float64(): Float64Array {
    return this.live().float64
  }

  get int32(): Int32Array {
    return this.live().int32
  }

  /** A memory that is not shared detaches its views when it grows. */
  private live() {
    if (this.views.float64.length === 0) this.views = this.look()
    return this.views
  }

  private look() {
    const { address, bytes } = this
    const { buffer } = this.memory
    return {
      float32: new Float32Array(buffer, address, bytes / 4),
      float64: new Float64Array(buffer, address, bytes / 8),
      int32: new Int32Array(buffer, address, bytes / 4),
    }
  }
}

/** A memory that kernels run in, with the instances of those that ran. */
export class KernelMemory {
  readonly memory: WasmMemory
  readonly shared: boolean
  /** Whether views of it stay valid when it grows. */
  readonly lasting: boolean
  private next = 64 // address 0 is left alone
  private readonly tiles: Tile[] = []
  private readonly instances = new Map<CompiledKernel, { exports: Readonly<Record<string, unknown>>; table: number }>()

  /** `shared` with threads, where the page or process has such memory; copies into memory that is not shared are faster. */
  constructor(shared: boolean, initialPages = 16) {
    const namespace = wasm()
    if (namespace === null) throw new Error('WebAssembly is not there')
    this.shared = shared && sharedMemory()
    this.memory = new namespace.Memory({ initial: initialPages, maximum: maximumPages, shared: this.shared })
    this.lasting = this.shared || this.memory.toResizableBuffer?.() !== undefined
    owners.set(this.memory.buffer, this)
  }

  /** The address of fresh bytes, at a multiple of 64. */
  allocate(bytes: number): number {
    const address = this.next
    this.next = Math.ceil((address + bytes) / 64) * 64
    this.reserve(this.next)
    return address
  }

  /** Grows now if it has to, so that the next `bytes` that are allocated detach no views. */
  makeRoom(bytes: number): void {
    this.reserve(this.next + bytes)
  }

  /** Scratch memory, by number, with views of it; it moves when more is asked for than before. */
  scratch(name: number, bytes: number): Tile {
    const known = this.tiles[name]
    if (known !== undefined && known.bytes >= bytes) return known
    // what is outgrown is not used again: doubled at least, all that is left behind is no more than what is there
    const size = known === undefined ? bytes : Math.max(bytes, 2 * known.bytes)
    // a little more, so that tiles do not lie a power of two apart and compete for the same cache lines; and 16 bytes further, where the
    // allocators of engines put arrays beyond a multiple of 64: copies between such places are a tenth faster
    const made = new Tile(this.memory, this.allocate(size + 192) + 16, size)
    this.tiles[name] = made
    return made
  }

  /** An exported function of a kernel in this memory, and the address of the kernel's constants. */
  instance(kernel: CompiledKernel): { exports: Readonly<Record<string, unknown>>; table: number } {
    const known = this.instances.get(kernel)
    if (known !== undefined) return known
    const namespace = wasm()
    if (namespace === null) throw new Error('WebAssembly is not there')
    const { exports } = new namespace.Instance(kernel.moduleFor(this.shared), { m: { m: this.memory } })
    const table = this.allocate(Math.max(kernel.constants.length, 8))
    new Uint8Array(this.memory.buffer, table, kernel.constants.length).set(kernel.constants)
    const made = { exports, table }
    this.instances.set(kernel, made)
    return made
  }

  /** Makes addresses below `bytes` usable. A memory that is not lasting detaches its views. */
  private reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / page)
    if (missing <= 0) return
    const before = this.memory.buffer
    this.memory.grow(Math.max(missing, 16))
    // detached views are nobody's: they tell no address, and what reads them throws
    if (!this.lasting) owners.delete(before)
    owners.set(this.memory.buffer, this)
  }
}

/** The kernel memory that a typed array lies in, if any. */
export const memoryOf = (data: Storage): KernelMemory | undefined => owners.get(data.buffer)

const owners = new WeakMap<ArrayBufferLike, KernelMemory>()
