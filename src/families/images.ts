import { type Call, wrongDType } from '../check.ts'
import { LossError } from '../errors.ts'
import { type DType, isFloating, resultType } from '../tensor/dtype.ts'
import { repairShape, sameShape, tupleOf } from '../tensor/shape.ts'

/** How many planes of which size a tensor of images holds. */
export interface Images {
  readonly images: number
  /** Of each image. */
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Whether the first axis counts images: else there is one. */
  readonly batched: boolean
}

/** Reads (N, C, H, W), (C, H, W) or (H, W). */
export function imagesOf(call: Call, argument: string): Images {
  const { shape } = call.tensors[argument]
  if (shape.length < 2 || shape.length > 4) {
    throw new LossError({
      code: 'shape',
      fn: call.spec.name,
      argument,
      received: `shape ${tupleOf(shape)}`,
      expected: 'images of shape (N, C, H, W), or one image of shape (C, H, W) or (H, W)',
      repair: `reshape(${argument}, [N, C, H, W])`,
      pytorch: null,
    })
  }
  const [width, height, channels = 1, images = 1] = [...shape].reverse()
  return { images, channels, height, width, batched: shape.length === 4 }
}

/** Refuses a target of another shape than the input's. */
export function sameImages(call: Call): void {
  const { input, target } = call.tensors
  if (sameShape(input.shape, target.shape)) return
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'target',
    received: `shape ${tupleOf(target.shape)}`,
    expected: `the input's shape ${tupleOf(input.shape)}`,
    repair: repairShape('target', target.shape, input.shape) ?? `give target the shape ${tupleOf(input.shape)}`,
    pytorch: null,
  })
}

/** The dtype that the images promote to; bytes are not images to a loss, unless the other one is floating-point. */
export function imageDType(call: Call, names: readonly string[]): DType {
  const dtype = resultType(names.map((name) => ({ dtype: call.tensors[name].dtype, shape: call.tensors[name].shape })))
  if (isFloating(dtype)) return dtype
  throw wrongDType(call, names[0], 'a floating-point dtype', `tensor(${names[0]}, { dtype: 'float32' })`, null)
}
