/**
 * PyTorch's loss functions for TypeScript: the same numbers, the same gradients, the same arguments.
 *
 * @module
 */
export type { AdaptiveSoftmax, AdaptiveSoftmaxOptions } from './adaptive-softmax.ts'
export { Arena } from './arena.ts'
export { type Card, card, inputCards } from './card.ts'
export { type CustomLoss, pointwise } from './custom.ts'
export { type Decoded, type FactName, type Known, type Meaning, why, whyFacts } from './decoder/index.ts'
export { type Explained, type Explanation, explain } from './error-index/explain.ts'
export { LossError, type LossErrorCode, type LossErrorFields } from './errors.ts'
export { check } from './findings/check.ts'
export type { CheckState, Finding, Findings } from './findings/finding.ts'
export { type Fit, lossesFor } from './findings/fits.ts'
export type { CheckOptions } from './findings/watch.ts'
export { type Engine, type InitOptions, init } from './init.ts'
export type { Layer, LinearLayer, LinearOptions, PairLayer } from './layers.ts'
export type { GradientOf, LossFunction } from './loss.ts'
export * from './losses/index.ts'
export * from './measures/index.ts'
export type { Measure, MeasureSpec } from './measures/measure.ts'
export type { Psnr } from './measures/psnr.ts'
export type { Perplexity } from './measures/sequences.ts'
export type { Ssim } from './measures/ssim.ts'
export { type Criterion, nn } from './nn.ts'
export {
  abs,
  add,
  argmax,
  type CosineSimilarityOptions,
  cosineSimilarity,
  div,
  exp,
  log,
  logSigmoid,
  logSoftmax,
  matmul,
  mean,
  mul,
  type PairwiseDistanceOptions,
  pairwiseDistance,
  permute,
  relu,
  reshape,
  sigmoid,
  softmax,
  sqrt,
  sub,
  sum,
} from './ops/index.ts'
export { mergeReports } from './reports/merge.ts'
export { Meter } from './reports/meter.ts'
export { report } from './reports/report.ts'
export { reportText, type TextOptions } from './reports/text.ts'
export type * from './reports/types.ts'
export type { Composition, LossSpec, OptionSpec, OptionsOf, OptionTable } from './spec.ts'
export { noGrad } from './tensor/autograd.ts'
export type { DType, Storage } from './tensor/dtype.ts'
export { type ArrayLike, type TensorLike, type TensorOptions, tensor } from './tensor/from.ts'
export { shortest } from './tensor/print.ts'
export type { Nested, Tensor } from './tensor/tensor.ts'
export { onWarning, type WarningHandler } from './warn.ts'
