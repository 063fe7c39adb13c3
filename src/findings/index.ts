import type { Detector } from './detector.ts'
import { againstChance } from './detectors/against-chance.ts'
import { broadcastPairs } from './detectors/broadcast-pairs.ts'
import { cannotAlign } from './detectors/cannot-align.ts'
import { classAxis } from './detectors/class-axis.ts'
import { classOutOfRange } from './detectors/class-out-of-range.ts'
import { damagedMask } from './detectors/damaged-mask.ts'
import { dataRange } from './detectors/data-range.ts'
import { degenerateBoxes } from './detectors/degenerate-boxes.ts'
import { divergenceInputs } from './detectors/divergence-inputs.ts'
import { divergenceMean } from './detectors/divergence-mean.ts'
import { elementWeights } from './detectors/element-weights.ts'
import { focalConstants } from './detectors/focal-constants.ts'
import { ignoredInMean } from './detectors/ignored-in-mean.ts'
import { impossibleTarget } from './detectors/impossible-target.ts'
import { integerScores } from './detectors/integer-scores.ts'
import { labelShift } from './detectors/label-shift.ts'
import { logitsAsProbabilities } from './detectors/logits-as-probabilities.ts'
import { maskOfGreys } from './detectors/mask-of-greys.ts'
import { meanOfMeans } from './detectors/mean-of-means.ts'
import { notADistribution } from './detectors/not-a-distribution.ts'
import { notFinite } from './detectors/not-finite.ts'
import { notLogProbabilities } from './detectors/not-log-probabilities.ts'
import { notPositive } from './detectors/not-positive.ts'
import { notSigns } from './detectors/not-signs.ts'
import { nothingCounted } from './detectors/nothing-counted.ts'
import { oneClass } from './detectors/one-class.ts'
import { oneHotInBinary } from './detectors/one-hot-in-binary.ts'
import { overflow } from './detectors/overflow.ts'
import { paddingCounted } from './detectors/padding-counted.ts'
import { ratesAsLogarithms } from './detectors/rates-as-logarithms.ts'
import { saturated } from './detectors/saturated.ts'
import { scoresNotFinite } from './detectors/scores-not-finite.ts'
import { segmentationFlags } from './detectors/segmentation-flags.ts'
import { severalClasses } from './detectors/several-classes.ts'
import { sigmoidTwice } from './detectors/sigmoid-twice.ts'
import { softmaxInBinary } from './detectors/softmax-in-binary.ts'
import { softmaxTwice } from './detectors/softmax-twice.ts'
import { sumOrMean } from './detectors/sum-or-mean.ts'
import { swappedArguments } from './detectors/swapped-arguments.ts'
import { targetShape } from './detectors/target-shape.ts'
import { weightedMean } from './detectors/weighted-mean.ts'
import { wrongDType } from './detectors/wrong-dtype.ts'

/** The table of checks, one line each: `check`, the command line, the pages and the measured false alarms derive from it. */
export const detectors: readonly Detector[] = [
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
  againstChance,
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
