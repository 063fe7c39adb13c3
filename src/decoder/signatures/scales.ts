import type { Checked } from '../facts.ts'
import { choicesOf, usualCounts } from '../priors.ts'
import { type Candidate, figure, type Signature, signatures, softmaxLosses } from '../signature.ts'
import { binaryGuess, uniformGuess } from './chance.ts'
import { doubleSoftmax } from './twice.ts'

/** The numbers that are looked for behind a factor: by far the most usual ones. Their bits are the price of naming one of them. */
const anchors: readonly (readonly [Signature, bits: number])[] = [
  [uniformGuess, 1],
  [binaryGuess, 2],
  [doubleSoftmax, 2],
]
const both = ['crossEntropy', ...softmaxLosses, 'binaryCrossEntropyWithLogits', 'binaryCrossEntropy', 'multilabelSoftMarginLoss']

interface Scaled {
  readonly forth: (value: number) => number
  readonly back: (near: number) => number
  readonly text: (inner: string) => string
  readonly run: (candidate: Candidate) => string
  readonly bits?: number
  readonly assumes?: Candidate['assumes']
  readonly note?: string
}

/** What anchors become under a change of scale: the number is taken back, explained there, and the explanation is scaled. */
function scaled(known: Checked, near: number, scales: readonly Scaled[]): Candidate[] {
  const fitting = anchors.filter(([{ losses }]) => known.loss === undefined || losses.includes(known.loss))
  return scales.flatMap(({ forth, back, text, run, bits = 0, assumes, note }) =>
    fitting.flatMap(([anchor, cost]) =>
      anchor.candidates(known, back(near)).flatMap((inner): Candidate[] => {
        if (typeof inner.value !== 'number') return []
        const notes = [anchor.title, inner.note, note].filter((each) => each !== undefined)
        return [
          {
            value: forth(inner.value),
            derivation: text(inner.derivation),
            run: run(inner),
            assumes: { ...inner.assumes, ...assumes },
            bits: (inner.bits ?? 0) + cost + bits,
            note: notes.join('; '),
          },
        ]
      }),
    ),
  )
}

const many = (inner: Candidate, n: number, options: string): string => inner.many?.(n, options) ?? inner.run

/** How many there are: as given; the counts that people have, otherwise. */
const countsOf = (given: readonly (number | undefined)[]) => {
  const own = [...new Set(given.filter((count) => count !== undefined && count > 1))] as number[]
  return own.length > 0 ? own.map((of) => ({ of, bits: Math.log2(own.length) })) : choicesOf(usualCounts)
}

const factor = (by: number, text: (inner: string) => string, run: (inner: Candidate) => string, rest: Partial<Scaled> = {}): Scaled => ({
  forth: (value) => value * by,
  back: (near) => near / by,
  text,
  run,
  ...rest,
})

export const scales = signatures(
  {
    id: 'sum-for-mean',
    title: 'A sum in place of a mean',
    losses: both,
    weight: 8,
    approach: 'level',
    formula: 'N·ln C, N·ln 2, N·(ln(e + C − 1) − 1)',
    means:
      'The value divided by the number of samples (pixels, tokens) is a known level: the loss was summed, or a mean was multiplied by the batch size (as YOLO does). Gradients are N times as large, and so is the effective learning rate.',
    sure: 'Halve the batch: the loss halves.',
    repair: {
      here: "crossEntropy(input, target, { reduction: 'mean' })",
      torch: "reduction='mean'; do not multiply by batch_size before .backward()",
    },
    examples: [
      { batch: 32, classes: 10 },
      { elements: 100, loss: 'binaryCrossEntropyWithLogits' },
    ],
    candidates: (known, near) =>
      scaled(
        known,
        near,
        countsOf([known.batch, known.elements]).map(({ of: N, bits }) =>
          factor(
            N,
            (inner) => `${N}·${wrapped(inner)}`,
            (inner) => many(inner, N, ", { reduction: 'sum' }"),
            { bits, assumes: { N } },
          ),
        ),
      ),
  },
  {
    id: 'divided-again',
    title: 'A mean that was divided again',
    losses: both,
    weight: 7,
    approach: 'level',
    formula: 'ln C / N, ln 2 / N',
    means:
      'The value times N is a known level: a mean was divided by the batch size, by the steps of accumulation (which is right for gradients, not for what is printed), or by the wrong length of a dataset.',
    sure: 'Double the batch, or the steps: the loss halves.',
    repair: {
      here: 'print loss.item(), not div(loss, steps).item()',
      torch: 'log loss.item() * accumulation_steps; running_loss / number_of_batches',
    },
    examples: [
      { batch: 32, classes: 10 },
      { steps: 4, loss: 'binaryCrossEntropyWithLogits' },
    ],
    candidates: (known, near) =>
      scaled(
        known,
        near,
        countsOf([known.batch, known.steps, known.elements]).map(({ of: N, bits }) =>
          factor(
            1 / N,
            (inner) => `${wrapped(inner)} / ${N}`,
            ({ run }) => `${run} / ${N}`,
            { bits, assumes: { N } },
          ),
        ),
      ),
  },
  {
    id: 'several-terms',
    title: 'Several outputs, added up',
    losses: both,
    weight: 2,
    approach: 'level',
    formula: 'k·ln C; 1.4·ln C and 1.6·ln C with auxiliary outputs',
    means:
      'k outputs each at the same level: deep supervision, several heads or scales; auxiliary classifiers weigh 0.4 (PSPNet, DeepLab) or twice 0.3 (GoogLeNet).',
    sure: 'Print the terms by themselves.',
    repair: { here: 'report each term by itself', torch: 'log each term by itself' },
    examples: [{ steps: 3, classes: 5 }],
    candidates: (known, near) => {
      const usual = [
        { of: 1.4, bits: 2.6, note: 'an auxiliary output of weight 0.4' },
        { of: 1.6, bits: 2.6, note: 'two auxiliary outputs of weight 0.3' },
        ...[2, 3, 4, 5, 6].map((of) => ({ of, bits: 3, note: undefined })),
      ]
      const choices = known.steps === undefined ? usual : [{ of: known.steps, bits: 0, note: undefined }]
      return scaled(
        known,
        near,
        choices
          .filter(({ of }) => of !== 1)
          .map(({ of, bits, note }) =>
            factor(
              of,
              (inner) => `${figure(of)}·${wrapped(inner)}`,
              ({ run }) => `${of} * ${run}`,
              { bits, note, assumes: { terms: of } },
            ),
          ),
      )
    },
  },
  {
    id: 'sum-over-classes',
    title: 'BCE summed over the classes',
    losses: ['binaryCrossEntropyWithLogits', 'binaryCrossEntropy'],
    weight: 5,
    approach: 'level',
    formula: 'C·ln 2',
    means: 'loss.sum(1).mean() in place of a mean over everything: chance is C·ln 2, and gradients are C times as large.',
    sure: 'Divide by C: ln 2?',
    repair: {
      here: "binaryCrossEntropyWithLogits(input, target) // reduction 'mean'",
      torch: "reduction='mean', or adapt the learning rate",
    },
    needs: ['classes'],
    examples: [{ classes: 20 }],
    candidates: ({ classes: C = 2 }) => [
      {
        value: C * Math.LN2,
        derivation: `${C}·ln 2`,
        run: `binaryCrossEntropyWithLogits(Array(${C}).fill(0), Array(${C}).fill(1), { reduction: 'sum' }).item()`,
      },
    ],
  },
  {
    id: 'ignored-in-mean',
    title: 'Ignored targets counted in the mean',
    losses: both,
    weight: 6,
    approach: 'level',
    formula: '(1 − i)·ln C, with i the share that is ignored',
    means:
      "reduction 'none' and then .mean(), or a mask multiplied in: what is ignored adds 0 and still counts in the denominator. The loss depends on how much padding there is.",
    sure: 'Divide by the share of counted targets.',
    repair: {
      here: "crossEntropy(input, target, { ignoreIndex }) // 'mean' divides by what is counted",
      torch: '(loss * mask).sum() / mask.sum()',
    },
    needs: ['ignored'],
    examples: [{ ignored: 0.5, classes: 10 }],
    candidates: (known, near) => {
      const { ignored: i = 0 } = known
      if (i === 0 || i === 1) return []
      return scaled(known, near, [
        factor(
          1 - i,
          (inner) => `${figure(1 - i)}·${wrapped(inner)}`,
          (inner) => {
            const C = inner.assumes?.classes
            // at the level of chance, by the losses themselves; the others as they are scaled
            const isChance = C !== undefined && inner.derivation === `ln ${C}`
            const n = Math.round(i * 100)
            return isChance && Math.abs(n - i * 100) < 1e-9
              ? `mean(crossEntropy(Array(100).fill(Array(${C}).fill(0)), [...Array(${n}).fill(-100), ...Array(${100 - n}).fill(0)], { reduction: 'none' })).item()`
              : `${1 - i} * ${inner.run}`
          },
        ),
      ])
    },
  },
  {
    id: 'bits',
    title: 'Bits in place of nats',
    losses: both,
    weight: 5,
    approach: 'level',
    formula: 'log₂ C = ln C / ln 2; 1 for yes and no',
    means: 'The same level with logarithms to the base 2: bits per token, per byte or per dimension. PyTorch prints nats.',
    sure: 'Multiply by ln 2 = 0.6931.',
    repair: { here: 'crossEntropy(input, target).item() / Math.LN2 // bits', torch: 'F.cross_entropy(x, t) / math.log(2) for bits' },
    examples: [{ classes: 10 }, { classes: 50257 }],
    candidates: (known, near) =>
      scaled(known, near, [
        factor(
          1 / Math.LN2,
          (inner) => `${wrapped(inner)} / ln 2`,
          ({ run }) => `${run} / Math.LN2`,
        ),
      ]),
  },
  {
    id: 'decimal-logarithm',
    title: 'Logarithms to the base 10',
    losses: both,
    weight: 2,
    approach: 'level',
    formula: 'log₁₀ C = ln C / ln 10',
    means: 'Somebody took log10 where the natural logarithm was meant: 0.4343 times as large.',
    sure: 'Multiply by ln 10 = 2.3026.',
    repair: { here: 'log(x) // the natural logarithm', torch: 'torch.log, not torch.log10' },
    examples: [{ classes: 21 }],
    candidates: (known, near) =>
      scaled(known, near, [
        factor(
          1 / Math.LN10,
          (inner) => `${wrapped(inner)} / ln 10`,
          ({ run }) => `${run} / Math.LN10`,
        ),
      ]),
  },
  {
    id: 'perplexity',
    title: 'A perplexity, not a loss',
    losses: [...softmaxLosses, 'perplexity'],
    weight: 5,
    approach: 'level',
    formula: 'e^(ln C) = C',
    means:
      'exp of the mean loss: at chance exactly the number of classes, the size of the vocabulary. exp of a mean, not the mean of exps.',
    sure: 'Its logarithm is ln C.',
    repair: { here: 'Math.exp(crossEntropy(input, target).item())', torch: 'torch.exp(loss), over all tokens at once' },
    examples: [{ classes: 50257 }, { classes: 27 }],
    candidates: (known, near) =>
      scaled({ ...known, loss: 'crossEntropy' }, near, [
        {
          forth: Math.exp,
          back: (value) => (value > 0 ? Math.log(value) : Number.NaN),
          text: (inner) => `e^(${inner})`,
          run: ({ run }) => `Math.exp(${run})`,
        },
      ]).filter(({ derivation }) => derivation.startsWith('e^(ln ') && !derivation.includes('−') && derivation !== 'e^(ln 2)'),
  },
  {
    id: 'negated',
    title: 'The sign is turned',
    losses: both,
    weight: 3,
    approach: 'level',
    formula: '−ln C, −ln 2',
    means: 'A log-likelihood in place of a loss: minimising it makes the network as wrong as can be.',
    sure: 'The loss falls while the accuracy does.',
    repair: { here: 'crossEntropy(input, target) // is −log already', torch: 'loss = F.cross_entropy(x, t), without a minus before it' },
    examples: [{ classes: 10 }],
    candidates: (known, near) =>
      scaled(known, near, [
        factor(
          -1,
          (inner) => `−${wrapped(inner)}`,
          ({ run }) => `-${run}`,
        ),
      ]),
  },
)

/** A sum in brackets, where it is multiplied. */
const wrapped = (inner: string): string => (/[−+]/.test(inner.slice(1)) ? `(${inner})` : inner)
