/** One axis of a Gaussian window: e^(−d²/2σ²) at distance d from the middle, of sum 1. */
export function gaussianWindow(size: number, sigma: number): number[] {
  const weights = Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / sigma) ** 2) / 2))
  const sum = weights.reduce((all, weight) => all + weight)
  return weights.map((weight) => weight / sum)
}

/** One axis of a window whose pixels all weigh the same. */
export const uniformWindow = (size: number): number[] => new Array<number>(size).fill(1 / size)
