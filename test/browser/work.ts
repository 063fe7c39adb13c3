import {
  Arena,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type Engine,
  type InitOptions,
  init,
  linearCrossEntropy,
  mseLoss,
  type Tensor,
} from '../../src/index.ts'

/** What was computed, on which engine: the bits of each loss and gradient. */
export interface Work {
  readonly isolated: boolean
  readonly engine: Engine
  readonly bits: Readonly<Record<string, string>>
}

/** Losses of every kernel, from plain arrays and from an arena that has to grow in between, for Node and pages alike. */
export async function work(options: InitOptions): Promise<Work> {
  const engine = init(options)
  // a page's threads start when its event loop turns
  await new Promise((resolve) => setTimeout(resolve, 200))
  const bits: Record<string, string> = {}
  for (const placed of ['plain', 'arena'] as const) {
    const arena = new Arena()
    const floats = (shape: number[], spread = 8) => {
      const data = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => spread * (((i * 2654435761) % 4093) / 4093 - 0.5),
      )
      return placed === 'arena' ? arena.tensor(data, { shape }) : { data, shape }
    }
    const classes = (shape: number[], below: number) => {
      const data = BigInt64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => BigInt((i * 7919) % below))
      return placed === 'arena' ? arena.tensor(data, { shape, dtype: 'int64' }) : { data, shape }
    }
    const keep = (name: string, { loss, grad }: { loss: Tensor; grad: Tensor }) => {
      bits[`${name}, ${placed}`] = `${loss.item()} ${hash(grad)}`
    }
    // every tensor lives until the end, so that a growing memory that loses the first ones is seen
    const [rows, few, images] = [floats([512, 700]), floats([9000, 10]), floats([2, 5, 64, 48])]
    const [rowClasses, fewClasses, imageClasses] = [classes([512], 700), classes([9000], 10), classes([2, 64, 48], 5)]
    const [a, b] = [floats([300_000]), floats([300_000], 1)]
    const [features, weight] = [floats([40, 64], 2), floats([700, 64], 0.5)]
    keep('rows', crossEntropy.valueAndGrad(rows, rowClasses))
    keep('few classes', crossEntropy.valueAndGrad(few, fewClasses, { labelSmoothing: 0.1 }))
    keep('images', crossEntropy.valueAndGrad(images, imageClasses))
    keep('mse', mseLoss.valueAndGrad(a, b))
    keep('bce', binaryCrossEntropyWithLogits.valueAndGrad(a, b))
    keep('linear', linearCrossEntropy.valueAndGrad(features, weight, classes([40], 700)))
    keep('rows again', crossEntropy.valueAndGrad(rows, rowClasses))
  }
  init({ threads: 1 })
  return { isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true, engine, bits }
}

/** FNV-1a over the bits of float32 numbers. */
function hash({ data }: Tensor): string {
  const words = new Int32Array(Float32Array.from(data as Float32Array).buffer)
  let sum = 0x811c9dc5
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193)
  return (sum >>> 0).toString(16)
}
