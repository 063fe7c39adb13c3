import type { Kernel } from '../../backends/backend.ts'
import type { Call } from '../../check.ts'
import { defineLoss, type LossFunction, type Plan } from '../../loss.ts'
import { denominatorOf } from '../../reduce.ts'
import type { Denominator, LossSpec, OptionTable, Reduction } from '../../spec.ts'
import { computeDType } from '../../tensor/dtype.ts'
import type { TensorLike } from '../../tensor/from.ts'
import { chosenClasses, type Mode, type Pixels, readPixels, refusesClasses, resultOf } from './check.ts'
import type { Activation, OverlapFormula, OverlapProblem } from './problem.ts'
import { referenceOverlap } from './reference.ts'
import { runOverlap } from './wasm.ts'

/** The overlap of the predicted and the true region of a class. */
export const overlapKernel: Kernel<OverlapProblem> = {
  family: 'overlap',
  about: 'one value per class, or per image and class, from sums over its pixels',
  simd: ['float32'],
  reference: referenceOverlap,
  wasm: runOverlap,
}

/** What the losses of the overlap of classes have in common. */
export const overlapData = {
  pytorch: null,
  inside: 'softmax (multiclass) or sigmoid, unless fromLogits is false',
  mean: 'terms',
  refuses: refusesClasses,
  inputs: [
    { name: 'input', domain: 'logits', help: 'raw scores (N, C, …); in mode binary (N, …) or (N, 1, …)' },
    {
      name: 'target',
      domain: 'masks',
      enforced: true,
      gradient: false,
      help: "multiclass: class indices (N, …), or one-hot (N, C, …); multilabel and binary: 0 or 1, the input's shape",
    },
  ],
} as const satisfies Partial<LossSpec>

/** A loss of the overlap of classes: its data, and its formula over three sums. */
export interface OverlapDefinition<T extends OptionTable, M extends string, N extends string = string>
  extends LossSpec<T, N>,
    OverlapFormula {
  readonly module: M
}

/** Makes a loss of a formula of the overlap of a class, predicted and true. */
export function overlap<const T extends OptionTable, const M extends string, const N extends string>(
  definition: OverlapDefinition<T, M, N>,
): LossFunction<[input: TensorLike, target: TensorLike], T, M, N> {
  return defineLoss(definition, (call, reduction) => planOverlap(definition, call, reduction), overlapKernel)
}

/** The terms of a call's classes, checked. */
export function planOverlap(
  formula: OverlapFormula,
  call: Call,
  reduction: Reduction,
  mean: Denominator = call.spec.mean,
): Plan<OverlapProblem> {
  const { input } = call.tensors
  const { mode, fromLogits, absent, perImage, squared } = call.values
  const activation: Activation = fromLogits === false ? 'none' : mode === 'multiclass' ? 'softmax' : 'sigmoid'
  const pixels = readPixels(call, mode as Mode, activation)
  const { images, classes, target } = pixels
  const { chosen, truth, counts } = countTerms(call, pixels, squared === true)
  const counted = absent === 'skip' ? counts.reduce((sum, one) => sum + one, 0) : counts.length
  // where every class is skipped, the mean is 0
  const terms = absent === 'skip' ? Math.max(counted, 1) : counted
  const dtype = resultOf(call)
  return {
    kernel: overlapKernel,
    problem: {
      formula,
      params: call.values,
      input,
      images,
      classes,
      pixels: pixels.pixels,
      target,
      activation,
      squared: squared === true,
      perImage: perImage === true,
      chosen,
      truth,
      counts,
      factor: 1,
      crossEntropy: null,
      compute: computeDType(dtype),
    },
    shape: perImage === true ? [images, chosen.length] : [chosen.length],
    dtype,
    reduction,
    denominator: denominatorOf(mean, { elements: terms, positions: terms, targetWeights: terms, weights: terms, terms }),
    counted: pixels.counted,
    ignored: pixels.ignored,
    differentiable: { input },
    native: null,
  }
}

/** The classes that have a term, Σ t (or Σ t²) of each class, and whether a term counts: image by image where that is asked for. */
export function countTerms(call: Call, pixels: Pixels, squared: boolean) {
  const { absent, perImage } = call.values
  const { images, classes } = pixels
  const chosen = chosenClasses(call, classes)
  const truth = truthSums(pixels, perImage === true, squared)
  const counts = Uint8Array.from({ length: (perImage === true ? images : 1) * chosen.length }, (_, i) =>
    absent === 'keep' || truth[Math.floor(i / chosen.length) * classes + chosen[i % chosen.length]] > 0 ? 1 : 0,
  )
  return { chosen, truth, counts }
}

function truthSums({ images, classes, pixels, target }: Pixels, perImage: boolean, squared: boolean): Float64Array {
  const truth = new Float64Array((perImage ? images : 1) * classes)
  for (let image = 0; image < images; image++) {
    const unit = perImage ? image * classes : 0
    if ('labels' in target) {
      for (let i = image * pixels; i < (image + 1) * pixels; i++) if (target.labels[i] >= 0) truth[unit + target.labels[i]]++
      continue
    }
    for (let c = 0, at = image * classes * pixels; c < classes; c++, at += pixels) {
      for (let i = at; i < at + pixels; i++) {
        const t = target.values[i]
        if (t !== target.ignored) truth[unit + c] += squared ? t * t : t
      }
    }
  }
  return truth
}
