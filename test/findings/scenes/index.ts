import type { Scene } from '../scene.ts'
import { againstChance } from './against-chance.ts'
import { broadcastPairs } from './broadcast-pairs.ts'
import { cannotAlign } from './cannot-align.ts'
import { classAxis } from './class-axis.ts'
import { classOutOfRange } from './class-out-of-range.ts'
import { damagedMask } from './damaged-mask.ts'
import { dataRange } from './data-range.ts'
import { degenerateBoxes } from './degenerate-boxes.ts'
import { divergenceInputs } from './divergence-inputs.ts'
import { divergenceMean } from './divergence-mean.ts'
import { elementWeights } from './element-weights.ts'
import { focalConstants } from './focal-constants.ts'
import { ignoredInMean } from './ignored-in-mean.ts'
import { impossibleTarget } from './impossible-target.ts'
import { integerScores } from './integer-scores.ts'
import { labelShift } from './label-shift.ts'
import { logitsAsProbabilities } from './logits-as-probabilities.ts'
import { maskOfGreys } from './mask-of-greys.ts'
import { meanOfMeans } from './mean-of-means.ts'
import { notADistribution } from './not-a-distribution.ts'
import { notFinite } from './not-finite.ts'
import { notLogProbabilities } from './not-log-probabilities.ts'
import { notPositive } from './not-positive.ts'
import { notSigns } from './not-signs.ts'
import { nothingCounted } from './nothing-counted.ts'
import { oneClass } from './one-class.ts'
import { oneHotInBinary } from './one-hot-in-binary.ts'
import { overflow } from './overflow.ts'
import { paddingCounted } from './padding-counted.ts'
import { ratesAsLogarithms } from './rates-as-logarithms.ts'
import { saturated } from './saturated.ts'
import { scoresNotFinite } from './scores-not-finite.ts'
import { segmentationFlags } from './segmentation-flags.ts'
import { severalClasses } from './several-classes.ts'
import { sigmoidTwice } from './sigmoid-twice.ts'
import { softmaxInBinary } from './softmax-in-binary.ts'
import { softmaxTwice } from './softmax-twice.ts'
import { sumOrMean } from './sum-or-mean.ts'
import { swappedArguments } from './swapped-arguments.ts'
import { targetShape } from './target-shape.ts'
import { weightedMean } from './weighted-mean.ts'
import { wrongDType } from './wrong-dtype.ts'

/** What each check is tried on, one line each; a check without a scene fails the tests. */
export const scenes: readonly Scene[] = [
  againstChance,
  targetShape,
  classAxis,
  wrongDType,
  classOutOfRange,
  maskOfGreys,
  damagedMask,
  oneClass,
  nothingCounted,
  softmaxTwice,
  sigmoidTwice,
  notLogProbabilities,
  notADistribution,
  severalClasses,
  softmaxInBinary,
  oneHotInBinary,
  integerScores,
  scoresNotFinite,
  overflow,
  weightedMean,
  ignoredInMean,
  paddingCounted,
  labelShift,
  logitsAsProbabilities,
  impossibleTarget,
  broadcastPairs,
  notSigns,
  degenerateBoxes,
  notPositive,
  divergenceInputs,
  divergenceMean,
  notFinite,
  saturated,
  swappedArguments,
  cannotAlign,
  ratesAsLogarithms,
  elementWeights,
  dataRange,
  focalConstants,
  segmentationFlags,
  meanOfMeans,
  sumOrMean,
]
