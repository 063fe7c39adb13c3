/**
 * What stands between the last layer and the loss, differentiable: arithmetic, exp and log, sums, reshape, permute and the matrix product; argmax.
 * Everything broadcasts and promotes dtypes as in PyTorch; plain numbers take the other operand's dtype.
 */
export { argmax, permute } from './axes.ts'
export { add, div, exp, log, logSigmoid, mul, relu, sigmoid, sub } from './elementwise.ts'
export { matmul, reshape, transpose } from './matrices.ts'
export { mean, sum } from './reductions.ts'
export { logSoftmax, softmax } from './softmax.ts'
