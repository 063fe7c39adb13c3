/** A plane of pixels, row by row. */
export interface Plane {
  readonly pixels: Float64Array
  readonly height: number
  readonly width: number
}

/** A linear operator on planes: its responses, one plane each, and its adjoint, which adds what flows back from a response to the pixels. */
interface Operator {
  readonly responses: number
  readonly apply: (plane: Plane) => readonly Float64Array[]
  readonly adjoint: (flowing: readonly Float64Array[], to: Plane) => void
}

/** A weight at an offset of rows and columns. */
type Tap = readonly [down: number, right: number, weight: number]

/** Weights at places around a pixel; beyond the edges the edge's own pixels go on. */
const stencil = (...kernels: readonly (readonly Tap[])[]): Operator => ({
  responses: kernels.length,
  apply: ({ pixels, height, width }) =>
    kernels.map((taps) => {
      const response = new Float64Array(pixels.length)
      visit(taps, height, width, (at, from, weight) => {
        response[at] += weight * pixels[from]
      })
      return response
    }),
  adjoint: (flowing, { pixels, height, width }) => {
    for (const [k, taps] of kernels.entries()) {
      visit(taps, height, width, (at, from, weight) => {
        pixels[from] += weight * flowing[k][at]
      })
    }
  },
})

function visit(taps: readonly Tap[], height: number, width: number, each: (at: number, from: number, weight: number) => void): void {
  for (const [down, right, weight] of taps) {
    for (let row = 0; row < height; row++) {
      const start = within(row + down, height) * width
      for (let column = 0; column < width; column++) each(row * width + column, start + within(column + right, width), weight)
    }
  }
}

const within = (index: number, extent: number): number => (index < 0 ? 0 : index < extent ? index : extent - 1)

/** The Gaussian of Burt and Adelson's pyramid, along both axes. */
const weights = [0.05, 0.25, 0.4, 0.25, 0.05]
const blur = stencil(weights.flatMap((a, i) => weights.map((b, j): Tap => [i - 2, j - 2, a * b])))

/** Every second pixel of every second row, four times; the others 0. */
const thinned = ({ pixels, height, width }: Plane): Plane => ({
  pixels: pixels.map((value, i) => ((Math.floor(i / width) | (i % width)) % 2 === 0 ? 4 * value : 0)),
  height,
  width,
})

/** What one step of a pyramid loses: the image less its blurred, halved and expanded self. */
const pyramid: Operator = {
  responses: 1,
  apply: (plane) => {
    const [smooth] = blur.apply(plane)
    const [expanded] = blur.apply(thinned({ ...plane, pixels: smooth }))
    return [plane.pixels.map((value, i) => value - expanded[i])]
  },
  adjoint: ([flowing], to) => {
    const back = (from: Float64Array) => {
      const plane = { ...to, pixels: new Float64Array(from.length) }
      blur.adjoint([from], plane)
      return plane
    }
    const lost = back(thinned(back(flowing)).pixels).pixels
    for (let i = 0; i < flowing.length; i++) to.pixels[i] += flowing[i] - lost[i]
  },
}

/** The second derivative: the four neighbours less four times the pixel. */
const laplacian = stencil([
  [-1, 0, 1],
  [0, -1, 1],
  [0, 0, -4],
  [0, 1, 1],
  [1, 0, 1],
])

/** The slopes along rows and columns, each a mean over three neighbours, weighted 1, 2, 1. */
const sobel = stencil(
  [-1, 0, 1].flatMap((row): Tap[] => [
    [row, -1, -(2 - Math.abs(row)) / 8],
    [row, 1, (2 - Math.abs(row)) / 8],
  ]),
  [-1, 0, 1].flatMap((column): Tap[] => [
    [-1, column, -(2 - Math.abs(column)) / 8],
    [1, column, (2 - Math.abs(column)) / 8],
  ]),
)

/** The next pixel less this one, along rows and columns; none at the end. */
const difference: Operator = {
  responses: 2,
  apply: ({ pixels, height, width }) =>
    directions(height, width).map(({ step, isLast }) => pixels.map((value, i) => (isLast(i) ? 0 : pixels[i + step] - value))),
  adjoint: (flowing, { pixels, height, width }) => {
    for (const [k, { step, isLast }] of directions(height, width).entries()) {
      for (let i = 0; i < pixels.length; i++) {
        if (isLast(i)) continue
        pixels[i + step] += flowing[k][i]
        pixels[i] -= flowing[k][i]
      }
    }
  },
}

const directions = (height: number, width: number) => [
  { step: 1, isLast: (i: number) => i % width === width - 1 },
  { step: width, isLast: (i: number) => i >= (height - 1) * width },
]

export const operators = { pyramid, laplacian, sobel, difference } as const satisfies Record<string, Operator>

export type OperatorName = keyof typeof operators
