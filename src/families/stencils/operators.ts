/** A plane of pixels, row by row. */
export interface Plane {
  readonly pixels: Float64Array
  readonly height: number
  readonly width: number
}

/** A linear operator on planes: its responses, one plane each, and its adjoint, which adds what flows back from them to the pixels. */
interface Operator {
  readonly responses: 1 | 2
  readonly apply: (plane: Plane) => readonly Float64Array[]
  readonly adjoint: (flowing: readonly Float64Array[], to: Plane) => void
}

/** A weight at an offset of rows and columns. */
type Tap = readonly [down: number, right: number, weight: number]

/** Weights at places around a pixel; beyond the edges the edge's own pixels go on. */
const stencil = (...kernels: readonly [readonly Tap[]] | readonly [readonly Tap[], readonly Tap[]]): Operator => ({
  responses: kernels.length,
  apply: ({ pixels, height, width }) =>
    kernels.map((taps) => {
      const response = new Float64Array(pixels.length)
      for (const tap of taps) gather(tap, pixels, response, height, width)
      return response
    }),
  adjoint: (flowing, { pixels, height, width }) => {
    for (const [k, taps] of kernels.entries()) for (const tap of taps) scatter(tap, flowing[k], pixels, height, width)
  },
})

/** Adds the pixel at the tap's place, times its weight, to each pixel's response. */
function gather([down, right, weight]: Tap, pixels: Float64Array, response: Float64Array, height: number, width: number): void {
  // columns whose place lies within the row
  const low = Math.min(Math.max(-right, 0), width)
  const high = Math.max(width - Math.max(right, 0), low)
  for (let row = 0; row < height; row++) {
    const at = row * width
    const from = within(row + down, height) * width
    for (let column = 0; column < low; column++) response[at + column] += weight * pixels[from]
    for (let column = low; column < high; column++) response[at + column] += weight * pixels[from + column + right]
    for (let column = high; column < width; column++) response[at + column] += weight * pixels[from + width - 1]
  }
}

/** Its adjoint: what flows to each pixel's response goes to the pixel at the tap's place. */
function scatter([down, right, weight]: Tap, flowing: Float64Array, pixels: Float64Array, height: number, width: number): void {
  const low = Math.min(Math.max(-right, 0), width)
  const high = Math.max(width - Math.max(right, 0), low)
  for (let row = 0; row < height; row++) {
    const at = row * width
    const to = within(row + down, height) * width
    for (let column = 0; column < low; column++) pixels[to] += weight * flowing[at + column]
    for (let column = low; column < high; column++) pixels[to + column + right] += weight * flowing[at + column]
    for (let column = high; column < width; column++) pixels[to + width - 1] += weight * flowing[at + column]
  }
}

const within = (index: number, extent: number): number => (index < 0 ? 0 : index < extent ? index : extent - 1)

/** The Gaussian of Burt and Adelson's pyramid, along rows and then columns. */
const weights = [0.05, 0.25, 0.4, 0.25, 0.05]
const blurs = [stencil(weights.map((weight, i): Tap => [0, i - 2, weight])), stencil(weights.map((weight, i): Tap => [i - 2, 0, weight]))]

function blur({ pixels, height, width }: Plane): Plane {
  const [rows] = blurs[0].apply({ pixels, height, width })
  const [smooth] = blurs[1].apply({ pixels: rows, height, width })
  return { pixels: smooth, height, width }
}

function blurBack({ pixels, height, width }: Plane): Plane {
  const [rows, back] = [new Float64Array(pixels.length), new Float64Array(pixels.length)]
  blurs[1].adjoint([pixels], { pixels: rows, height, width })
  blurs[0].adjoint([rows], { pixels: back, height, width })
  return { pixels: back, height, width }
}

/** Every second pixel of every second row, four times; the others 0. */
function thinned({ pixels, height, width }: Plane): Plane {
  const kept = new Float64Array(pixels.length)
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) kept[row * width + column] = 4 * pixels[row * width + column]
  }
  return { pixels: kept, height, width }
}

/** What one step of a pyramid loses: the image less its blurred, halved and expanded self. */
const pyramid: Operator = {
  responses: 1,
  apply: (plane) => {
    const expanded = blur(thinned(blur(plane))).pixels
    return [plane.pixels.map((value, i) => value - expanded[i])]
  },
  adjoint: ([flowing], to) => {
    const lost = blurBack(thinned(blurBack({ ...to, pixels: flowing }))).pixels
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
    steps(height, width).map(({ rows, columns, step }) => {
      const response = new Float64Array(pixels.length)
      for (let row = 0; row < rows; row++) {
        for (let i = row * width; i < row * width + columns; i++) response[i] = pixels[i + step] - pixels[i]
      }
      return response
    }),
  adjoint: (flowing, { pixels, height, width }) => {
    for (const [k, { rows, columns, step }] of steps(height, width).entries()) {
      for (let row = 0; row < rows; row++) {
        for (let i = row * width; i < row * width + columns; i++) {
          pixels[i + step] += flowing[k][i]
          pixels[i] -= flowing[k][i]
        }
      }
    }
  },
}

/** How far the next pixel is, along rows and columns, and how many have one. */
const steps = (height: number, width: number) => [
  { step: 1, rows: height, columns: width - 1 },
  { step: width, rows: height - 1, columns: width },
]

export const operators = { pyramid, laplacian, sobel, difference } as const satisfies Record<string, Operator>

export type OperatorName = keyof typeof operators
