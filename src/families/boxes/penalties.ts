import type { Penalty } from './problem.ts'

const [left, top, right, bottom] = [0, 1, 2, 3]

/** The share of the hull that neither box covers: (A − U) / (A + ε), with A the hull's area. */
export const uncovered: Penalty = ({ r, hull, union, slope }, eps, slopes) => {
  const width = r(hull[right] - hull[left])
  const height = r(hull[bottom] - hull[top])
  const area = r(width * height)
  const whole = r(area + eps)
  const share = r(r(area - union) / whole)
  if (slopes) {
    const dArea = (1 - share) / whole
    slope.union -= 1 / whole
    slope.hull[left] -= dArea * height
    slope.hull[right] += dArea * height
    slope.hull[top] -= dArea * width
    slope.hull[bottom] += dArea * width
  }
  return share
}

/** The squared distance of the centres, over the squared diagonal of the hull: ρ² / (D² + ε). */
export const apart: Penalty = ({ r, rb, a, b, hull, slope }, eps, slopes) => {
  const width = r(hull[right] - hull[left])
  const height = r(hull[bottom] - hull[top])
  const diagonal = r(r(r(width * width) + r(height * height)) + eps)
  const dx = r(r(r(a[right] + a[left]) / 2) - rb(rb(b[left] + b[right]) / 2))
  const dy = r(r(r(a[bottom] + a[top]) / 2) - rb(rb(b[top] + b[bottom]) / 2))
  const distance = r(r(dx * dx) + r(dy * dy))
  const share = r(distance / diagonal)
  if (slopes) {
    // half of d(dx²) = 2·dx goes to each of the two sides
    const byX = dx / diagonal
    const byY = dy / diagonal
    slope.a[left] += byX
    slope.a[right] += byX
    slope.a[top] += byY
    slope.a[bottom] += byY
    slope.b[left] -= byX
    slope.b[right] -= byX
    slope.b[top] -= byY
    slope.b[bottom] -= byY
    const byDiagonal = -share / diagonal
    slope.hull[left] -= byDiagonal * 2 * width
    slope.hull[right] += byDiagonal * 2 * width
    slope.hull[top] -= byDiagonal * 2 * height
    slope.hull[bottom] += byDiagonal * 2 * height
  }
  return share
}

/** The ε of the IoU and the distance in torchvision's complete IoU loss, which does not pass its own on to them. */
export const fixedEps = 1e-7

/**
 * The distance and how unlike the boxes are in aspect: ρ² / (D² + 1e-7) + α·v, with v = 4/π²·(arctan w′/h′ − arctan w/h)² and
 * α = v / (1 − IoU + v + ε), which counts as a constant in the gradient.
 */
export const apartAndUnlike: Penalty = (pair, eps, slopes) => {
  const { r, rb, a, b, iou, slope } = pair
  const distance = apart(pair, r(fixedEps), slopes)
  const constant = r(4 / Math.PI ** 2)
  const width = r(a[right] - a[left])
  const height = r(a[bottom] - a[top])
  const widthB = rb(b[right] - b[left])
  const heightB = rb(b[bottom] - b[top])
  const ratio = r(width / height)
  const ratioB = rb(widthB / heightB)
  const difference = r(rb(Math.atan(ratioB)) - r(Math.atan(ratio)))
  const unlike = r(constant * r(difference * difference))
  const alpha = r(unlike / r(r(r(1 - iou) + unlike) + eps))
  if (slopes) {
    const byAngle = alpha * constant * 2 * difference
    const byRatio = -byAngle / (ratio * ratio + 1)
    const byRatioB = byAngle / (ratioB * ratioB + 1)
    toSides(slope.a, byRatio, ratio, height)
    toSides(slope.b, byRatioB, ratioB, heightB)
  }
  return r(distance + r(alpha * unlike))
}

/** Passes the slope by width / height on to the corners. */
function toSides(slope: Float64Array, byRatio: number, ratio: number, height: number): void {
  const byWidth = byRatio / height
  const byHeight = (-byRatio * ratio) / height
  slope[left] -= byWidth
  slope[right] += byWidth
  slope[top] -= byHeight
  slope[bottom] += byHeight
}
