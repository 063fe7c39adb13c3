// The table of losses, one line each: the public functions, `nn`, the command line, the docs and the tests all derive from it.
export { binaryCrossEntropy } from './binary-cross-entropy.ts'
export { binaryCrossEntropyWithLogits } from './binary-cross-entropy-with-logits.ts'
export { crossEntropy } from './cross-entropy.ts'
export { huberLoss } from './huber-loss.ts'
export { l1Loss } from './l1-loss.ts'
export { mseLoss } from './mse-loss.ts'
export { nllLoss } from './nll-loss.ts'
export { smoothL1Loss } from './smooth-l1-loss.ts'
