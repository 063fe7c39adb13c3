import type { View } from '../../tensor/view.ts'

/** Where a window may lie: inside the image, or centred on every pixel of it, with the image mirrored at its edges. */
export type Border = 'valid' | 'reflect'

/** How two images are compared, window by window. */
export interface Comparison {
  /** The weights of one axis of the window, an odd number of them, symmetric, of sum 1; a pixel's weight is the product of two. */
  readonly weights: readonly number[]
  readonly border: Border
  /** What keeps the two quotients from 0/0: (k1·dataRange)² and (k2·dataRange)². */
  readonly c1: number
  readonly c2: number
  /** A factor of the variances: 1, or n/(n − 1) for those of samples of n pixels. */
  readonly spread: number
}

export interface WindowsProblem extends Comparison {
  /** Images (images, channels, height, width). */
  readonly input: View
  readonly target: View
  readonly images: number
  readonly channels: number
  readonly height: number
  readonly width: number
  /** The exponent of each scale, from the finest; null for one scale and no exponent. */
  readonly betas: readonly number[] | null
  /** Takes the value of each window, where there is one scale. */
  readonly map?: Float64Array
  readonly compute: 'float64' | 'float32'
}

/** Two planes of one size, in float64. */
export interface Planes {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly height: number
  readonly width: number
}

/** How unlike two planes are: the sum over all windows of 1 − SSIM, or of 1 − its second factor, with its slopes by each pixel where wanted. */
export interface Unlikeness {
  readonly sum: number
  /** The number of windows. */
  readonly count: number
  readonly dx: Float64Array | null
  readonly dy: Float64Array | null
}

/** Compares two planes. Without `whole` the luminance is left out; `map`, where it is given, takes the value of each window. */
export type Compare = (planes: Planes, by: Comparison, want: { whole: boolean; slopes: boolean; map?: Float64Array }) => Unlikeness

/** The size of the map of windows along an axis. */
export const windowsAlong = (extent: number, { weights, border }: Comparison): number =>
  border === 'valid' ? Math.max(extent - weights.length + 1, 0) : extent
