import type { LossSpec } from '../src/spec.ts'
import { type DType, isFloating } from '../src/tensor/dtype.ts'
import type { Case, CaseTensor } from './cases.ts'
import { boxDTypes, boxSizes } from './drawers/boxes.ts'
import { contrastSizes } from './drawers/contrast.ts'
import { plainImages, windowImages } from './drawers/images.ts'
import { ignoredToken, linearSizes } from './drawers/linear.ts'
import { noRows } from './drawers/margins.ts'
import { atPole, atPowers, drawMasks } from './drawers/masks.ts'
import { classRows, scores } from './drawers/rows.ts'
import { drawSequences, hasLabels, sequenceSizes } from './drawers/sequences.ts'
import { composedSizes, cosineSizes, distanceDTypes, distanceSizes } from './drawers/vectors.ts'
import type { Random } from './random.ts'
import type { SizesOf } from './tolerance.ts'
import type { Mood } from './values.ts'

/** What a drawer is given. */
export interface Draft {
  readonly spec: LossSpec
  readonly random: Random
  readonly mood: Mood
  readonly dtype: DType
  /** All tensors of that dtype. */
  readonly uniform: boolean
  /** An option that the case is to have. */
  readonly option: readonly [name: string, value: unknown] | undefined
}

/** What a loss needs beyond its spec, to be asked about and judged; each by the loss's name here, like `ctcLoss`. */
export interface Drawer {
  /**
   * Draws the tensors of a case, tensor options too, where `axes` cannot describe how their shapes or values are related; and those other
   * options that the tensors depend on. All other options are drawn from the spec.
   */
  readonly draw?: (draft: Draft) => {
    readonly tensors: Readonly<Record<string, CaseTensor>>
    readonly options?: Readonly<Record<string, unknown>>
  }
  /** The sizes of the terms of a loss and its gradients (tolerance.ts), where 'the largest argument, or 1' is not what they are. */
  readonly sizes?: (c: Case) => SizesOf
  /** Why a number may be another than PyTorch's on purpose; null where it may not. */
  readonly excuse?: (c: Case, ours: number, theirs: number) => string | null
  /** Whether PyTorch may be asked: where it does not check, it may read and write beside its memory. */
  readonly safe?: (c: Case) => boolean
  /** The dtypes that a case passes through, where they are not those of its floating-point tensors. */
  readonly through?: (c: Case) => readonly DType[]
  /** Of how many of the usual cases the golden file consists; for losses of large tensors. */
  readonly share?: number
}

/** One line per loss that needs one; what is longer lies in oracle/drawers/. */
export const drawers: Readonly<Record<string, Drawer>> = {
  // exp and log of integers are float32, also beside float64
  completeBoxIouLoss: { sizes: boxSizes, through: boxDTypes },
  cosineEmbeddingLoss: { sizes: cosineSizes },
  ctcLoss: { draw: drawSequences, sizes: sequenceSizes, safe: hasLabels, share: 0.7 },
  diceCrossEntropyLoss: { draw: drawMasks, share: 0.5 },
  diceLoss: { draw: drawMasks, share: 0.5 },
  distanceBoxIouLoss: { sizes: boxSizes, through: boxDTypes },
  edgeLoss: plainImages,
  focalTverskyLoss: { draw: drawMasks, excuse: atPowers, share: 0.5 },
  gaussianNllLoss: { share: 0.6 },
  generalizedBoxIouLoss: { sizes: boxSizes, through: boxDTypes },
  infoNceLoss: { sizes: contrastSizes, share: 0.8 },
  jaccardLoss: { draw: drawMasks, share: 0.5 },
  klDiv: { share: 0.85 },
  labelSmoothedNllLoss: classRows,
  linearCrossEntropy: { sizes: linearSizes, excuse: ignoredToken, share: 0.4 },
  lovaszHingeLoss: { draw: drawMasks, share: 0.5 },
  lovaszSoftmaxLoss: { draw: drawMasks, share: 0.5 },
  msSsimLoss: windowImages,
  multiMarginLoss: { excuse: noRows },
  multilabelMarginLoss: { excuse: noRows },
  multilabelSoftMarginLoss: { share: 0.8 },
  ntXentLoss: { sizes: contrastSizes, share: 0.8 },
  poissonNllLoss: { share: 0.8, through: (c) => Object.values(c.tensors).map(({ dtype }) => (isFloating(dtype) ? dtype : 'float32')) },
  poly1CrossEntropyLoss: classRows,
  sigmoidFocalLoss: { share: 0.75 },
  softmaxFocalLoss: classRows,
  ssimLoss: windowImages,
  totalVariationLoss: plainImages,
  tripletMarginLoss: { sizes: distanceSizes, through: distanceDTypes },
  tripletMarginWithDistanceLoss: { sizes: composedSizes, through: distanceDTypes },
  tverskyLoss: { draw: drawMasks, excuse: atPole, share: 0.5 },
  zLoss: scores,
}
