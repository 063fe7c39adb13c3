import { checkCutoffs, checkForward, checkInput, checkParameters, clustersOf } from './adaptive-checks.ts'
import { Linear, type LinearLayer, type LinearOptions } from './layers.ts'
import { linearCrossEntropy } from './losses/linear-cross-entropy.ts'
import { add, argmax, logSoftmax, mean, reshape, sub } from './ops/index.ts'
import { placeRows, spreadClusters, takeRows } from './ops/rows.ts'
import { refuseUnknown } from './strict.ts'
import { noGrad } from './tensor/autograd.ts'
import type { TensorLike } from './tensor/from.ts'
import { Tensor } from './tensor/tensor.ts'
import { numbersOf } from './tensor/view.ts'

export interface AdaptiveSoftmaxOptions extends Omit<LinearOptions, 'bias'> {
  /** By how much each cluster has fewer features than the one before; 4 if left out. */
  readonly divValue?: number
  /** Whether the head has a bias. */
  readonly headBias?: boolean
}

/** The layers hold the parameters, which may be replaced: `head.weight`, `tail[0][1].weight` and so on, by PyTorch's names. */
export interface AdaptiveSoftmax {
  (input: TensorLike, target: TensorLike): { readonly output: Tensor; readonly loss: Tensor }
  /** The log-probability of each target, (N) or (), and their mean times −1. */
  forward(input: TensorLike, target: TensorLike): { readonly output: Tensor; readonly loss: Tensor }
  /** The log-probabilities of all classes, (N, nClasses). */
  logProb(input: TensorLike): Tensor
  /** The class of the largest probability of each row, (N) of int64. Of a cluster that is not the likeliest, none is computed. */
  predict(input: TensorLike): Tensor
  /** Scores of the frequent classes, then one of each cluster. */
  readonly head: LinearLayer
  /** Of each cluster a projection to fewer features, and the scores of its classes. */
  readonly tail: readonly (readonly [projection: LinearLayer, scores: LinearLayer])[]
}

/**
 * The negative log-likelihood of many classes of unequal frequency: the frequent ones in a head, the rest in clusters.
 *
 * loss = mean over rows of −log p(t), with p(t) = softmax(head)ₜ for t < cutoffs[0], else softmax(head) of t's cluster times softmax(tail) of t in it.
 *
 * Labels are sorted by frequency, the most frequent is 0. Cluster k has the classes from cutoffs[k] on, and ⌊inFeatures / divValueᵏ⁺¹⌋
 * features. Shapes: input (N, inFeatures) and target (N), or (inFeatures) and (). dtypes: the input has the parameters', which is float32 if
 * left out; targets are int64 or int32. Gradients: input and all parameters; a cluster that has no target is not computed, and its parameters get
 * none. The scores of head and clusters are never in memory as a whole (`linearCrossEntropy`), nor those of a cluster for other rows than its own.
 *
 * Throws LossError for cutoffs that do not increase within 1 … nClasses − 1, shapes and dtypes that do not fit, and targets outside the classes.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html; E. Grave et al., Efficient softmax
 * approximation for GPUs, https://arxiv.org/abs/1609.04309
 *
 * @example
 * const criterion = nn.AdaptiveLogSoftmaxWithLoss(2, 6, [2, 4], { divValue: 2, random: () => 0.75 })
 * const { output, loss } = criterion([[1, 2], [0, 1]], [0, 5])
 * output.toArray() // ≈ [-1.38629, -2.07944]
 * loss.item() // ≈ 1.73287
 */
export function AdaptiveLogSoftmaxWithLoss(
  inFeatures: number,
  nClasses: number,
  cutoffs: readonly number[],
  options: AdaptiveSoftmaxOptions = {},
): AdaptiveSoftmax {
  refuseUnknown('nn.AdaptiveLogSoftmaxWithLoss', options, ['divValue', 'headBias', 'dtype', 'random'])
  const { divValue = 4, headBias = false, ...linear } = options
  checkCutoffs(cutoffs, nClasses)
  const shortlist = cutoffs[0]
  const clusters = clustersOf(inFeatures, nClasses, cutoffs, divValue)
  const head = Linear(inFeatures, shortlist + clusters.length, { ...linear, bias: headBias })
  const tail = clusters.map(({ features, classes }) => {
    const projection = Linear(inFeatures, features, { ...linear, bias: false })
    return [projection, Linear(features, classes, { ...linear, bias: false })] as const
  })
  const model = { inFeatures, nClasses, cutoffs: [...cutoffs], clusters, head, tail }

  const forward = (input: TensorLike, target: TensorLike) => {
    checkParameters(model)
    const { rows, labels, isBatch } = checkForward(model, input, target)
    const count = labels.length
    // of a label in a cluster the head's class is the cluster
    const headLabels = labels.map((label) => (label < shortlist ? label : shortlist + clusterOf(label)))
    let surprise = surprisalOf(rows, head, headLabels)
    for (const [k, [projection, scores]] of tail.entries()) {
      const own = indicesOf(labels, (label) => clusterOf(label) === k)
      if (own.length === 0) continue
      const within = own.map((i) => labels[i] - cutoffs[k])
      surprise = add(surprise, placeRows(surprisalOf(projection(takeRows(rows, own)), scores, within), own, count))
    }
    const output = sub(0, surprise)
    return { output: isBatch ? output : reshape(output, []), loss: mean(surprise) }
  }
  const clusterOf = (label: number): number => cutoffs.findLastIndex((cutoff) => label >= cutoff)

  const logProb = (input: TensorLike): Tensor => {
    checkParameters(model)
    const rows = checkInput(model, input)
    return fullLogProb(rows, head(rows))
  }
  const fullLogProb = (rows: Tensor, scores: Tensor): Tensor =>
    spreadClusters(
      logSoftmax(scores, 1),
      tail.map(([projection, within]) => logSoftmax(within(projection(rows)), 1)),
    )

  const predict = (input: TensorLike): Tensor =>
    noGrad(() => {
      checkParameters(model)
      const rows = checkInput(model, input)
      const scores = head(rows)
      const best = numbersOf(argmax(scores, 1), 'float64').slice()
      const unsure = indicesOf(best, (label) => label >= shortlist)
      const among =
        unsure.length === 0 ? [] : numbersOf(argmax(fullLogProb(takeRows(rows, unsure), takeRows(scores, unsure)), 1), 'float64')
      for (const [i, row] of unsure.entries()) best[row] = among[i]
      return new Tensor({ data: BigInt64Array.from(best, BigInt), dtype: 'int64', shape: [best.length] })
    })

  return Object.assign((input: TensorLike, target: TensorLike) => forward(input, target), { forward, logProb, predict, head, tail })
}

/** −log p of each row's label, of the softmax of a layer's scores, without these in memory. */
const surprisalOf = (rows: Tensor, { weight, bias }: LinearLayer, labels: ArrayLike<number>): Tensor =>
  linearCrossEntropy(rows, weight, BigInt64Array.from(Array.from(labels, BigInt)), { linearBias: bias, reduction: 'none' })

/** Where the labels are for which something is true. */
function indicesOf(labels: ArrayLike<number>, is: (label: number) => boolean): number[] {
  const found: number[] = []
  for (let i = 0; i < labels.length; i++) if (is(labels[i])) found.push(i)
  return found
}
