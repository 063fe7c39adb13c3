// The table of measures: numbers to report rather than to train by. The commands, the docs and the tests derive from it.
export { perplexity } from './perplexity.ts'
export { perplexityOfLogProbabilities } from './perplexity-of-log-probabilities.ts'
export { psnr } from './psnr.ts'
export { ssim } from './ssim.ts'
