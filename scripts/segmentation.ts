import { diceCrossEntropyLoss, diceLoss, jaccardLoss, lovaszHingeLoss, lovaszSoftmaxLoss, tverskyLoss } from '../src/losses/index.ts'
import { tensor } from '../src/tensor/from.ts'
import type { Tensor } from '../src/tensor/tensor.ts'

/** The page on conventions. */
export const segmentationPage = new URL('../docs/segmentation.md', import.meta.url)

/** Two images of 2×3 pixels and their scores of three classes; the last class is in the first image only. */
const scores = tensor({
  data: Float64Array.of(
    ...[2, -1, 0, 1, 0.5, -2, 0, 1.5, -1, 0, 2, 1, -1, 0, 1, 0.5, -1, 0],
    ...[1, 2, 0, -1, 1, 0, 0, -1, 2, 1.5, 0, -1, -2, 0, 0.5, 1, -1, 2],
  ),
  shape: [2, 3, 2, 3],
})
const labels = tensor({ data: Int32Array.of(0, 1, 2, 0, 1, 1, 0, 0, 1, 1, 0, 1), shape: [2, 2, 3] })
/** The same with two pixels that are not to be counted, one of them the only one of the last class. */
const partly = tensor({ data: Int32Array.of(0, 1, 255, 0, 1, 1, 0, 0, 1, 1, 0, 255), shape: [2, 2, 3] })
const data = labels.data as Int32Array
const oneHot = tensor({
  data: Float64Array.from({ length: 36 }, (_, i) => (data[Math.floor(i / 18) * 6 + (i % 6)] === Math.floor(i / 6) % 3 ? 1 : 0)),
  shape: [2, 3, 2, 3],
})
const scoresOf0 = tensor({
  data: Float64Array.from({ length: 12 }, (_, i) => Number(scores.data[(i % 6) + (i < 6 ? 0 : 18)])),
  shape: [2, 2, 3],
})
const is0 = tensor({ data: data.map((label) => (label === 0 ? 1 : 0)), shape: [2, 2, 3] })

/** A call of another library, what its code gives for the same arrays, and the call here that gives the same. */
export interface Convention {
  readonly theirs: string
  readonly value: number
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  readonly here: () => Tensor
}

const perImage = { perImage: true, absent: 'keep', smooth: 1e-5, eps: 0 } as const
const perBatch = { absent: 'keep', smooth: 1e-5, eps: 0 } as const

const row = <O extends Readonly<Record<string, unknown>>>(
  theirs: string,
  value: number,
  loss: { readonly spec: { readonly name: string } },
  options: O,
  call: (options: O) => Tensor,
): Convention => ({ theirs, value, name: loss.spec.name, options, here: () => call(options) })

/** Values computed by the code of the three projects, in float64: commits 14c60e2 and 0d8c7a6, e4dd079 and 5e020a8, 19279a0. */
export const conventions: Readonly<Record<string, readonly Convention[]>> = {
  'segmentation_models.pytorch': [
    row("DiceLoss('multiclass')", 0.408367889, diceLoss, {}, (o) => diceLoss(scores, labels, o)),
    row("DiceLoss('multiclass', classes=[1, 2])", 0.494000416, diceLoss, { classes: [1, 2] }, (o) => diceLoss(scores, labels, o)),
    row("DiceLoss('multiclass', smooth=1)", 0.347516185, diceLoss, { smooth: 1 }, (o) => diceLoss(scores, labels, o)),
    row("DiceLoss('multiclass', log_loss=True)", 0.589857391, diceLoss, { logLoss: true }, (o) => diceLoss(scores, labels, o)),
    row("DiceLoss('multiclass', ignore_index=255)", 0.14879085, diceLoss, { ignoreIndex: 255 }, (o) => diceLoss(scores, partly, o)),
    row("DiceLoss('multilabel')", 0.479215328, diceLoss, { mode: 'multilabel' } as const, (o) => diceLoss(scores, oneHot, o)),
    row("JaccardLoss('multiclass')", 0.555391703, jaccardLoss, {}, (o) => jaccardLoss(scores, labels, o)),
    row("TverskyLoss('multiclass', alpha=0.3, beta=0.7)", 0.399245072, tverskyLoss, { alpha: 0.3, beta: 0.7 }, (o) =>
      tverskyLoss(scores, labels, o),
    ),
    row("LovaszLoss('multiclass', ignore_index=255)", 0.287289912, lovaszSoftmaxLoss, { ignoreIndex: 255 }, (o) =>
      lovaszSoftmaxLoss(scores, partly, o),
    ),
    row("LovaszLoss('binary', per_image=True)", 0.533333333, lovaszHingeLoss, { perImage: true }, (o) =>
      lovaszHingeLoss(scoresOf0, is0, o),
    ),
  ],
  MONAI: [
    row('DiceLoss(softmax=True, to_onehot_y=True)', 0.433475117, diceLoss, perImage, (o) => diceLoss(scores, labels, o)),
    row('… include_background=False', 0.52690549, diceLoss, { ...perImage, classes: [1, 2] }, (o) => diceLoss(scores, labels, o)),
    row('… batch=True', 0.408367156, diceLoss, perBatch, (o) => diceLoss(scores, labels, o)),
    row('… squared_pred=True', 0.288154022, diceLoss, { ...perImage, squared: true }, (o) => diceLoss(scores, labels, o)),
    row('… smooth_nr=0', 0.433478195, diceLoss, { ...perImage, smooth: 0, smoothDenominator: 1e-5 }, (o) => diceLoss(scores, labels, o)),
    row('… jaccard=True', 0.561180972, jaccardLoss, { ...perImage, smooth: 5e-6 }, (o) => jaccardLoss(scores, labels, o)),
    row('DiceLoss(sigmoid=True)', 0.488320977, diceLoss, { ...perImage, mode: 'multilabel' } as const, (o) => diceLoss(scores, oneHot, o)),
    row(
      'TverskyLoss(softmax=True, to_onehot_y=True, alpha=0.3, beta=0.7)',
      0.443218439,
      tverskyLoss,
      { ...perImage, alpha: 0.3, beta: 0.7 },
      (o) => tverskyLoss(scores, labels, o),
    ),
    row('DiceCELoss(softmax=True, to_onehot_y=True)', 1.020224122, diceCrossEntropyLoss, perImage, (o) =>
      diceCrossEntropyLoss(scores, labels, o),
    ),
  ],
  'LovaszSoftmax (the authors)': [
    row('lovasz_softmax(softmax(x), y, ignore=255)', 0.287289912, lovaszSoftmaxLoss, { ignoreIndex: 255 }, (o) =>
      lovaszSoftmaxLoss(scores, partly, o),
    ),
    row("… classes='all'", 0.311255977, lovaszSoftmaxLoss, { ignoreIndex: 255, absent: 'keep' } as const, (o) =>
      lovaszSoftmaxLoss(scores, partly, o),
    ),
    row('lovasz_softmax(softmax(x), y, per_image=True)', 0.35520136, lovaszSoftmaxLoss, { perImage: true }, (o) =>
      lovaszSoftmaxLoss(scores, labels, o),
    ),
    row('lovasz_hinge(x, y)', 0.533333333, lovaszHingeLoss, { perImage: true }, (o) => lovaszHingeLoss(scoresOf0, is0, o)),
    row('lovasz_hinge(x, y, per_image=False)', 0.527777778, lovaszHingeLoss, {}, (o) => lovaszHingeLoss(scoresOf0, is0, o)),
  ],
}

const marks = /(<!-- conventions:[^>]*-->\n)[\s\S]*?(<!-- \/conventions -->)/

/** The page with its table as the losses compute it. */
export const withConventions = (text: string): string =>
  text.replace(marks, (_, open: string, close: string) => `${open}${table()}\n${close}`)

function table(): string {
  const sections = Object.entries(conventions).flatMap(([library, rows]) => [
    `| **${library}** | | |`,
    ...rows.map(
      ({ theirs, name, options, here }) => `| \`${theirs}\` | \`${name}(x, t${textOf(options)})\` | ${here().item().toFixed(6)} |`,
    ),
  ])
  return ['| there | here | both give |', '| --- | --- | --- |', ...sections].join('\n')
}

function textOf(options: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.join(', ')}]`
    if (typeof value === 'number' && value > 0 && value < 1e-3) return value.toExponential()
    return typeof value === 'string' ? `'${value}'` : String(value)
  }
  const all = Object.entries(options).map(([name, value]) => `${name}: ${text(value)}`)
  return all.length === 0 ? '' : `, { ${all.join(', ')} }`
}
