import type { OverlapFormula, Params } from './problem.ts'

/** 1 − score, or −log score. */
const unlike = (score: number, p: Params): number => (p.logLoss === true ? -Math.log(Math.max(score, Number(p.eps))) : 1 - score)

const unlikeSlope = (score: number, p: Params): number => (p.logLoss !== true ? -1 : score >= Number(p.eps) ? -1 / score : 0)

/** 2·I / (P + T). */
export const dice: OverlapFormula = {
  score: () => ({ gain: 2, intersection: 0, predicted: 1, truth: 1 }),
  term: unlike,
  slope: unlikeSlope,
}

/** I / (P + T − I). */
export const jaccard: OverlapFormula = {
  score: () => ({ gain: 1, intersection: -1, predicted: 1, truth: 1 }),
  term: unlike,
  slope: unlikeSlope,
}

/** I / (I + α·(P − I) + β·(T − I)). */
export const tversky: OverlapFormula = {
  score: ({ alpha, beta }) => ({ gain: 1, intersection: 1 - Number(alpha) - Number(beta), predicted: Number(alpha), truth: Number(beta) }),
  term: unlike,
  slope: unlikeSlope,
}

/** The term of Tversky's index to the power γ. A perfect score has the slope 0: a power below 1 would have an infinite one. */
export const focalTversky: OverlapFormula = {
  score: tversky.score,
  term: (score, { gamma }) => (score >= 1 ? 0 : power(1 - score, Number(gamma))),
  slope: (score, { gamma }) => (score >= 1 ? 0 : -Number(gamma) * power(1 - score, Number(gamma) - 1)),
}

/** As PyTorch's, and C's: a power of 1 is 1, whatever the exponent is. */
const power = (base: number, exponent: number): number => (base === 1 ? 1 : base ** exponent)
