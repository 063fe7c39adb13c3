import { imageReduction, type OptionTable } from '../../spec.ts'

/** The arguments of losses that compare two images window by window. */
export const imagePair = [
  { name: 'input', domain: 'pixels', axes: ['N C H W', 'C H W', 'H W'], help: 'the restored images: (N, C, H, W), (C, H, W) or (H, W)' },
  { name: 'target', domain: 'pixels', axes: ['N C H W', 'C H W', 'H W'], help: "the true images, the input's shape" },
] as const

/** Their options, with the constants of the papers. */
export const windowOptions = {
  dataRange: {
    kind: 'number',
    default: 1,
    examples: [1, 2, 255],
    help: 'How far apart the smallest and the largest value of an image may be: 1 for [0, 1], 255 for bytes.',
  },
  window: {
    kind: 'choice',
    default: 'gaussian',
    choices: ['gaussian', 'uniform'],
    help: "How the pixels of a window weigh: 'gaussian', less away from its middle; 'uniform', all the same.",
  },
  windowSize: { kind: 'integer', default: 11, examples: [3, 5, 7, 11], help: 'The sides of the window in pixels, an odd number.' },
  sigma: { kind: 'number', default: 1.5, examples: [0.5, 1, 1.5], help: 'The standard deviation of a Gaussian window, in pixels.' },
  k1: { kind: 'number', default: 0.01, examples: [0.01, 0.1, 0], help: 'c1 = (k1·dataRange)², which steadies the luminance.' },
  k2: { kind: 'number', default: 0.03, examples: [0.03, 0.1], help: 'c2 = (k2·dataRange)², which steadies contrast and structure.' },
  border: {
    kind: 'choice',
    default: 'valid',
    choices: ['valid', 'reflect'],
    help: "'valid': windows that lie inside the image; 'reflect': one around each pixel, with the image mirrored at its edges.",
  },
  sampleCovariance: {
    kind: 'boolean',
    default: false,
    help: 'Variances and covariances of samples, which are n/(n − 1) times larger for windows of n pixels.',
  },
  reduction: imageReduction,
} as const satisfies OptionTable
