import { expectTypeOf, test } from 'vitest'
import { crossEntropy, type LossFunction, linearCrossEntropy, mseLoss, nn, psnr, ssim, type Tensor, type TensorLike } from '../src/index.ts'
import type * as losses from '../src/losses/index.ts'

test('a loss takes input, target and its own options', () => {
  expectTypeOf(crossEntropy).parameter(0).toEqualTypeOf<TensorLike>()
  expectTypeOf(crossEntropy).toBeCallableWith([[1, 2]], [0], { ignoreIndex: 255, labelSmoothing: 0.1, weight: null })
  // @ts-expect-error: an option of another loss
  crossEntropy([[1, 2]], [0], { posWeight: [1] })
  // @ts-expect-error: PyTorch's spelling
  crossEntropy([[1, 2]], [0], { ignore_index: 255 })
  // @ts-expect-error: no such reduction
  mseLoss([1], [2], { reduction: 'avg' })
})

test('gradients come in the shape that wrt has', () => {
  expectTypeOf(mseLoss.valueAndGrad([1], [2]).grad).toEqualTypeOf<Tensor>()
  expectTypeOf(mseLoss.valueAndGrad([1], [2], { wrt: 'target' }).grad).toEqualTypeOf<Tensor>()
  expectTypeOf(mseLoss.valueAndGrad([1], [2], { wrt: ['input', 'target'] }).grad).toEqualTypeOf<{
    readonly input: Tensor
    readonly target: Tensor
  }>()
})

test('wrt names arguments of the loss', () => {
  mseLoss.valueAndGrad([1], [2], { wrt: ['input', 'weight'], weight: [1] })
  // @ts-expect-error: no such argument
  mseLoss.valueAndGrad([1], [2], { wrt: 'inputs' })
  // @ts-expect-error: an option that is no tensor
  mseLoss.valueAndGrad([1], [2], { wrt: ['input', 'reduction'] })
  // @ts-expect-error: an argument of another loss
  crossEntropy.valueAndGrad([[1, 2]], [0], { wrt: 'linearWeight' })
  linearCrossEntropy.valueAndGrad([[1]], [[1]], [0], { wrt: ['input', 'linearWeight'] })
  // a loss that is not known before the program runs takes any name, and checks it then
  expectTypeOf<LossFunction['valueAndGrad']>().toBeCallableWith(mseLoss, { wrt: 'whatever' })
})

test('every loss of the table knows the names of its arguments', () => {
  type NamesOf<F> = F extends { readonly spec: { readonly inputs: readonly { readonly name: infer N }[] } } ? N : never
  type Nameless = { [K in keyof typeof losses]: string extends NamesOf<(typeof losses)[K]> ? K : never }[keyof typeof losses]
  expectTypeOf<Nameless>().toEqualTypeOf<never>()
})

test('modules take the options of PyTorch’s modules', () => {
  mseLoss([1], [2], { weight: [1] })
  // @ts-expect-error: an option of the function only
  nn.MSELoss({ weight: [1] })
  nn.MSELoss({ reduction: 'sum', broadcast: true })
  nn.BCELoss({ weight: [1] })
})

test('nn has every module of the table, under its own name', () => {
  expectTypeOf(nn.CrossEntropyLoss).toBeCallableWith({ ignoreIndex: 255 })
  expectTypeOf(nn.BCEWithLogitsLoss({ posWeight: [2] })).toBeCallableWith([1], [0])
  expectTypeOf(nn.MSELoss()([1], [2])).toEqualTypeOf<Tensor>()
  // @ts-expect-error: no such module
  nn.CrossEntropy()
})

test('a measure takes what it needs', () => {
  expectTypeOf(psnr([[1]], [[1]], { dataRange: 1 }).meanOfImages).toEqualTypeOf<number>()
  // @ts-expect-error: there is no default
  psnr([[1]], [[1]])
  expectTypeOf(ssim([[1]], [[1]], { map: true }).map).toEqualTypeOf<Tensor | null>()
  // @ts-expect-error: a measure is not reduced
  ssim([[1]], [[1]], { reduction: 'sum' })
})
