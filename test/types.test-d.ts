import { expectTypeOf, test } from 'vitest'
import { crossEntropy, mseLoss, nn, type Tensor, type TensorLike } from '../src/index.ts'

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

test('nn has every module of the table, under its own name', () => {
  expectTypeOf(nn.CrossEntropyLoss).toBeCallableWith({ ignoreIndex: 255 })
  expectTypeOf(nn.BCEWithLogitsLoss({ posWeight: [2] })).toBeCallableWith([1], [0])
  expectTypeOf(nn.MSELoss()([1], [2])).toEqualTypeOf<Tensor>()
  // @ts-expect-error: no such module
  nn.CrossEntropy()
})
