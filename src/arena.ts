import { features } from './backends/wasm/engine.ts'
import { KernelMemory } from './backends/wasm/memory.ts'
import { LossError } from './errors.ts'
import { type DType, dtypes, type Storage } from './tensor/dtype.ts'
import { type TensorLike, type TensorOptions, tensor } from './tensor/from.ts'
import { type Shape, sizeOf } from './tensor/shape.ts'
import { Tensor } from './tensor/tensor.ts'
import { copyOf } from './tensor/view.ts'

/**
 * A place for tensors in the memory that kernels run in: they are worked on without a copy, and by several threads.
 *
 * An arena holds up to 4 GiB, grows as it is filled, and is freed as a whole, with its tensors, by the garbage collector. There is nothing
 * to dispose of. Its tensors are ordinary ones where WebAssembly is missing, and on pages that are not cross-origin isolated in browsers
 * without resizable memory (`WebAssembly.Memory.toResizableBuffer`), since tensors there would be lost as the arena grows.
 *
 * @example
 * const arena = new Arena()
 * const input = arena.tensor([[2, 1], [0, 3]])
 * const grad = arena.empty([2, 2])
 * crossEntropy.valueAndGrad(input, [0, 1], { into: grad }).loss.item() // ≈ 0.180924
 */
export class Arena {
  private readonly memory = lastingMemory()

  /** A copy of `values` in the arena; takes what `tensor` takes. */
  tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
    const made = tensor(values, options)
    const { dtype, shape, requiresGrad, plain } = made
    const data = this.allocate(dtype, made.size)
    if (data instanceof BigInt64Array) data.set(copyOf(made) as BigInt64Array)
    else data.set(copyOf(made) as Exclude<Storage, BigInt64Array>)
    return new Tensor({ data, dtype, shape, requiresGrad, plain })
  }

  /** A tensor of zeros, to be written into. */
  empty(shape: Shape, dtype: DType = 'float32'): Tensor {
    return new Tensor({ data: this.allocate(dtype, sizeOf(shape)), dtype, shape })
  }

  private allocate(dtype: DType, length: number): Storage {
    const fresh = dtypes[dtype].allocate
    if (this.memory === null) return fresh(length)
    const { bytes } = dtypes[dtype]
    const address = this.room(this.memory, length * bytes)
    const storage = fresh(0).constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Storage
    return new storage(this.memory.memory.buffer, address, length)
  }

  /** A little is left between arrays, so that they do not lie a power of two apart and compete for the same cache lines. */
  private room(memory: KernelMemory, bytes: number): number {
    try {
      return memory.allocate(bytes + 320)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new LossError({
        code: 'array-size',
        fn: 'Arena',
        argument: 'this',
        received: `${bytes} bytes more than its memory can take`,
        expected: 'up to 4 GiB in one arena',
        repair: 'make another arena, of which each holds 4 GiB, and cut the batch; ordinary typed arrays have no such limit',
        pytorch: null,
      })
    }
  }
}

function lastingMemory(): KernelMemory | null {
  const memory = features().simd ? new KernelMemory(true) : null
  return memory?.lasting === true ? memory : null
}
