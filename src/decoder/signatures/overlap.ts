import { classCounts } from '../priors.ts'
import { entropy, figure, shares, signatures } from '../signature.ts'

/** Probabilities p against targets of which the share f is true: 1 − 2·p·f/(p + f). */
const dice = (p: number, f: number): number => 1 - (2 * p * f) / (p + f)

export const overlaps = signatures(
  {
    id: 'dice-of-halves',
    title: 'Chance of Dice: one half everywhere',
    losses: ['diceLoss'],
    weight: 10,
    approach: 'level',
    formula: '1 − f/(½ + f), with f the share of foreground',
    means:
      'Scores of 0. Dice has its chance level at the foreground: near 1 for small objects, so that a loss of 0.97 may be the first step.',
    sure: 'sigmoid(scores) is 0.5 nearly everywhere.',
    repair: { here: 'diceCrossEntropyLoss(input, target)', torch: 'Dice + BCE: Dice alone has small gradients here' },
    needs: ['positives'],
    examples: [{ positives: 0.5 }, { positives: 0.1 }],
    candidates: ({ positives: f = 0 }) => [
      {
        value: dice(0.5, f),
        derivation: `1 − ${figure(f)}/(0.5 + ${figure(f)})`,
        run: `diceLoss(Array(100).fill(0), Array.from({ length: 100 }, (_, i) => (i < ${Math.round(f * 100)} ? 1 : 0)), { mode: 'binary' }).item()`,
      },
    ],
  },
  {
    id: 'dice-all-foreground',
    title: 'Dice of foreground everywhere',
    losses: ['diceLoss'],
    weight: 6,
    approach: 'level',
    formula: '1 − 2·f/(1 + f), with f the share of foreground',
    means: 'Every pixel is called foreground. With small objects that is a local optimum of Dice.',
    sure: 'The predicted share of foreground is 1.',
    repair: { here: 'diceCrossEntropyLoss(input, target)', torch: 'Dice + BCE' },
    needs: ['positives'],
    examples: [{ positives: 0.2 }],
    candidates: ({ positives: f = 0 }) => [
      {
        value: dice(1, f),
        derivation: `1 − 2·${figure(f)}/(1 + ${figure(f)})`,
        run: `diceLoss(Array(100).fill(50), Array.from({ length: 100 }, (_, i) => (i < ${Math.round(f * 100)} ? 1 : 0)), { mode: 'binary' }).item()`,
      },
    ],
  },
  {
    id: 'dice-guess',
    title: 'Chance of Dice over classes that are equally frequent',
    losses: ['diceLoss', 'lovaszSoftmaxLoss'],
    weight: 8,
    approach: 'level',
    formula: '1 − 1/C',
    means: 'Every class has probability 1/C at every pixel.',
    sure: 'softmax(scores) is 1/C nearly everywhere.',
    repair: { here: 'diceCrossEntropyLoss(input, target)', torch: 'Dice + CE' },
    examples: [{ classes: 4 }, { classes: 21 }],
    candidates: (known, near) =>
      classCounts(known, near, (C) => 1 - 1 / C).map(({ of: C, bits, note }) => ({
        value: 1 - 1 / C,
        derivation: `1 − 1/${C}`,
        run: `diceLoss(tensor([Array(${C}).fill(Array(${C}).fill(0))]), tensor([Array.from({ length: ${C} }, (_, i) => i)], { dtype: 'int64' })).item()`,
        assumes: { classes: C },
        bits,
        note,
      })),
  },
  {
    id: 'jaccard-guess',
    title: 'Chance of Jaccard over classes that are equally frequent',
    losses: ['jaccardLoss'],
    weight: 8,
    approach: 'level',
    formula: '1 − 1/(2·C − 1)',
    means: 'Every class has probability 1/C at every pixel: I = 1/C², U = 2/C − 1/C².',
    sure: 'softmax(scores) is 1/C nearly everywhere.',
    repair: { here: 'add crossEntropy(input, target)', torch: 'Jaccard + CE' },
    examples: [{ classes: 4 }],
    candidates: (known, near) =>
      classCounts(known, near, (C) => 1 - 1 / (2 * C - 1)).map(({ of: C, bits, note }) => ({
        value: 1 - 1 / (2 * C - 1),
        derivation: `1 − 1/(2·${C} − 1)`,
        run: `jaccardLoss(tensor([Array(${C}).fill(Array(${C}).fill(0))]), tensor([Array.from({ length: ${C} }, (_, i) => i)], { dtype: 'int64' })).item()`,
        assumes: { classes: C },
        bits,
        note,
      })),
  },
  {
    id: 'dice-and-cross-entropy-guess',
    title: 'Chance of Dice plus cross-entropy',
    losses: ['diceCrossEntropyLoss', 'diceLoss', 'crossEntropy'],
    weight: 6,
    approach: 'level',
    formula: 'ln C + 1 − 1/C',
    means: 'Both parts at chance, for classes that are equally frequent: ln C and 1 − 1/C.',
    sure: 'Look at the two parts by themselves.',
    repair: { here: 'watch diceLoss and crossEntropy by themselves', torch: 'log the two parts by themselves' },
    examples: [{ classes: 4 }, { classes: 2 }],
    candidates: (known, near) =>
      classCounts(known, near, (C) => Math.log(C) + 1 - 1 / C).map(({ of: C, bits, note }) => ({
        value: Math.log(C) + 1 - 1 / C,
        derivation: `ln ${C} + 1 − 1/${C}`,
        run: `diceCrossEntropyLoss(tensor([Array(${C}).fill(Array(${C}).fill(0))]), tensor([Array.from({ length: ${C} }, (_, i) => i)], { dtype: 'int64' })).item()`,
        assumes: { classes: C },
        bits,
        note,
      })),
  },
  {
    id: 'dice-only',
    title: 'Dice plus a cross-entropy that is 0: one output channel',
    losses: ['diceLoss', 'diceCrossEntropyLoss'],
    weight: 4,
    approach: 'level',
    formula: '1 − f/(½ + f) + ln 1',
    means: 'The cross-entropy of one channel is 0 and has no gradient: only Dice trains, from its own chance level.',
    sure: 'Look at the two parts by themselves; input.shape[1] is 1.',
    repair: { here: 'diceLoss + binaryCrossEntropyWithLogits', torch: 'BCEWithLogitsLoss beside Dice; MONAI: DiceCELoss(sigmoid=True)' },
    needs: ['positives'],
    examples: [{ positives: 0.25 }],
    candidates: ({ positives: f = 0 }) => [
      {
        value: dice(0.5, f),
        derivation: `1 − ${figure(f)}/(0.5 + ${figure(f)}) + ln 1`,
        run: `diceLoss(Array(100).fill(0), Array.from({ length: 100 }, (_, i) => (i < ${Math.round(f * 100)} ? 1 : 0)), { mode: 'binary' }).item() + crossEntropy([[0]], [0]).item()`,
      },
    ],
  },
  {
    id: 'kl-guess',
    title: 'Chance of klDiv: all classes equally likely',
    losses: ['klDiv'],
    weight: 10,
    approach: 'level',
    formula: 'ln C − H(t); one-hot targets: ln C',
    means:
      'The input says 1/C for every class. Under batchmean (or summed by hand) that is ln C for one-hot targets, less their entropy for soft ones.',
    sure: 'exp(input) is 1/C nearly everywhere.',
    repair: {
      here: "klDiv(logSoftmax(x, 1), target, { reduction: 'batchmean' })",
      torch: "F.kl_div(x.log_softmax(1), t, reduction='batchmean')",
    },
    examples: [
      { classes: 10, reduction: 'batchmean' },
      { frequencies: [0.5, 0.25, 0.25], reduction: 'batchmean' },
    ],
    candidates: (known, near) => {
      const { frequencies, reduction } = known
      if (reduction === 'mean') return []
      if (frequencies !== undefined) {
        const t = shares(frequencies)
        const C = t.length
        return [
          {
            value: Math.log(C) - entropy(t),
            derivation: `ln ${C} − ${figure(entropy(t))}`,
            run: `klDiv(log([Array(${C}).fill(1 / ${C})]), [[${t.join(', ')}]], { reduction: 'batchmean' }).item()`,
          },
        ]
      }
      return classCounts(known, near, Math.log).map(({ of: C, bits, note }) => ({
        value: Math.log(C),
        derivation: `ln ${C}`,
        run: `klDiv(log([Array(${C}).fill(1 / ${C})]), [[1, ...Array(${C - 1}).fill(0)]], { reduction: 'batchmean' }).item()`,
        assumes: { classes: C },
        bits,
        note,
      }))
    },
  },
  {
    id: 'kl-mean-guess',
    title: "klDiv's mean divides by the classes too: chance",
    losses: ['klDiv'],
    weight: 10,
    approach: 'level',
    formula: '(ln C − H(t)) / C; one-hot targets: ln C / C',
    means:
      "reduction 'mean' divides by all elements, not by the samples: C times too small, and so are the gradients. Distillation losses lose their weight that way.",
    sure: "Multiply by C: is it what 'batchmean' gives?",
    repair: { here: "klDiv(logProbabilities, target, { reduction: 'batchmean' })", torch: "F.kl_div(x, t, reduction='batchmean')" },
    examples: [
      { classes: 10, reduction: 'mean' },
      { frequencies: [0.5, 0.25, 0.25], reduction: 'mean' },
    ],
    candidates: (known, near) => {
      const { frequencies, reduction } = known
      if (reduction === 'batchmean' || reduction === 'sum') return []
      if (frequencies !== undefined) {
        const t = shares(frequencies)
        const C = t.length
        return [
          {
            value: (Math.log(C) - entropy(t)) / C,
            derivation: `(ln ${C} − ${figure(entropy(t))}) / ${C}`,
            run: `klDiv(log([Array(${C}).fill(1 / ${C})]), [[${t.join(', ')}]]).item()`,
          },
        ]
      }
      // ln C / C falls from 3 on
      return classCounts(known, near, (C) => Math.log(Math.max(C, 3)) / Math.max(C, 3)).map(({ of, bits, note }) => {
        const C = known.classes ?? Math.max(of, 3)
        return {
          value: Math.log(C) / C,
          derivation: `ln ${C} / ${C}`,
          run: `klDiv(log([Array(${C}).fill(1 / ${C})]), [[1, ...Array(${C - 1}).fill(0)]]).item()`,
          assumes: { classes: C },
          bits,
          note,
        }
      })
    },
  },
)
