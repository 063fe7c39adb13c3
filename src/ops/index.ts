/**
 * What stands between the last layer and the loss, differentiable: arithmetic, exp and log, sums, distances, reshape, permute and the matrix product; argmax.
 * Everything broadcasts and promotes dtypes as in PyTorch; plain numbers take the other operand's dtype.
 */
export { argmax, permute } from './axes.ts'
export { type CosineSimilarityOptions, cosineSimilarity, type PairwiseDistanceOptions, pairwiseDistance } from './distances.ts'
export { abs, add, div, exp, log, logSigmoid, mul, relu, sigmoid, sqrt, sub } from './elementwise.ts'
export { matmul, reshape, transpose } from './matrices.ts'
export { mean, sum } from './reductions.ts'
export { logSoftmax, softmax } from './softmax.ts'
