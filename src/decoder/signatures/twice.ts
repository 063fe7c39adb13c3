import type { Checked } from '../facts.ts'
import { type Choice, choicesOf, classCounts, usualSmoothings } from '../priors.ts'
import { binaryLosses, type Candidate, figure, type Signature, signatures, softmaxLosses, softplus } from '../signature.ts'

/** Cross-entropy of scores that are `high` for the true class and `low` for the C − 1 others. */
const squeezed = (C: number, high: number, low: number): number => Math.log(1 + (C - 1) * Math.exp(low - high))

/** Candidates over C, for scores between two bounds. */
function overClasses(
  known: Checked,
  near: number,
  value: (C: number) => number,
  text: (C: number) => string,
  run: (C: number) => string,
): Candidate[] {
  const of = ({ of: C, bits, note }: Choice): Candidate => ({
    value: value(C),
    derivation: text(C),
    run: run(C),
    assumes: { classes: C },
    bits,
    note,
  })
  return classCounts(known, near, value).map(of)
}

/** Scores of one row: `high` first, then `low` for the others. */
const row = (C: number, high: number | string, low: number | string): string => `[${high}, ...Array(${C - 1}).fill(${low})]`

/** The anchor that other signatures scale. */
export const doubleSoftmax: Signature = {
  id: 'double-softmax-floor',
  title: 'Softmax before a loss that has one: perfect answers',
  losses: ['crossEntropy', 'linearCrossEntropy'],
  weight: 16,
  approach: 'floor',
  formula: 'ln(e + C − 1) − 1',
  means:
    'The input holds probabilities, at best 1 and 0s; the loss takes a softmax of these again, and cannot come lower. The answers may all be right; gradients of wrong ones are near 0. ' +
    'A sigmoid before the loss, or similarities in [0, 1] without a temperature, have the same floor.',
  sure: 'Rows of the input lie in [0, 1] and add up to 1. Once the network is sure, the loss is ln(e + C − 1) − accuracy.',
  repair: {
    here: 'crossEntropy(scores, target) // without softmax(scores)',
    torch: 'remove nn.Softmax from the model; nn.CrossEntropyLoss() takes raw scores',
  },
  examples: [{ classes: 4 }, { classes: 2 }, { classes: 10 }, { classes: 1000 }],
  candidates: (known, near) =>
    overClasses(
      known,
      near,
      (C) => squeezed(C, 1, 0),
      (C) => `ln(e + ${C} − 1) − 1`,
      (C) => `crossEntropy([${row(C, 1, 0)}], [0]).item()`,
    ).map((candidate) => ({
      ...candidate,
      many: (n, options) => {
        const C = Number(candidate.assumes?.classes)
        return `crossEntropy(Array(${n}).fill(${row(C, 1, 0)}), Array(${n}).fill(0)${options}).item()`
      },
    })),
}

export const twice = signatures(
  doubleSoftmax,
  {
    id: 'double-softmax-ceiling',
    title: 'Softmax before a loss that has one: all answers wrong',
    losses: ['crossEntropy', 'linearCrossEntropy'],
    weight: 3,
    approach: 'exact',
    formula: 'ln(e + C − 1)',
    means:
      'The input holds probabilities and the network is sure of one class, which is never the true one; the loss cannot rise higher. Often all inputs get the same class.',
    sure: 'Rows of the input lie in [0, 1] and add up to 1; count how often each class is predicted.',
    repair: {
      here: 'crossEntropy(scores, target) // without softmax(scores)',
      torch: 'remove nn.Softmax from the model; nn.CrossEntropyLoss() takes raw scores',
    },
    examples: [{ classes: 10 }, { classes: 1000 }],
    candidates: (known, near) =>
      overClasses(
        known,
        near,
        (C) => Math.log(Math.E + C - 1),
        (C) => `ln(e + ${C} − 1)`,
        (C) => `crossEntropy([${row(C, 1, 0)}], [1]).item()`,
      ),
  },
  {
    id: 'double-softmax-majority',
    title: 'Softmax before a loss that has one: always the same class',
    losses: ['crossEntropy', 'linearCrossEntropy'],
    weight: 3,
    approach: 'level',
    formula: 'ln(e + C − 1) − f, with f the share of the largest class',
    means:
      'The input holds probabilities and the network is sure of the most frequent class, whatever the input is: its accuracy is that share.',
    sure: 'Rows of the input lie in [0, 1]; every prediction is the most frequent class.',
    repair: {
      here: 'crossEntropy(scores, target) // without softmax(scores)',
      torch: 'remove nn.Softmax from the model; nn.CrossEntropyLoss() takes raw scores',
    },
    needs: ['frequencies'],
    examples: [{ frequencies: [3, 1] }, { frequencies: [0.5, 0.25, 0.25] }],
    candidates: ({ frequencies = [] }) => {
      const C = frequencies.length
      const f = Math.max(...frequencies) / frequencies.reduce((sum, count) => sum + count, 0)
      if (C < 2) return []
      return [
        {
          value: Math.log(Math.E + C - 1) - f,
          derivation: `ln(e + ${C} − 1) − ${figure(f)}`,
          run: `${f} * crossEntropy([${row(C, 1, 0)}], [0]).item() + ${1 - f} * crossEntropy([${row(C, 1, 0)}], [1]).item()`,
        },
      ]
    },
  },
  {
    id: 'smoothed-double-softmax',
    title: 'Softmax before a loss that has one, with label smoothing: perfect answers',
    losses: ['crossEntropy', 'linearCrossEntropy'],
    weight: 3,
    approach: 'floor',
    formula: 'ln(e + C − 1) − 1 + ε − ε/C',
    means: 'The input holds probabilities, and the smoothed target asks for less than 1: the two floors meet.',
    sure: 'Rows of the input lie in [0, 1] and add up to 1.',
    repair: {
      here: 'crossEntropy(scores, target, { labelSmoothing }) // without softmax(scores)',
      torch: 'remove nn.Softmax from the model',
    },
    needs: ['labelSmoothing'],
    examples: [{ classes: 10, labelSmoothing: 0.1 }],
    candidates: (known, near) => {
      const { labelSmoothing: e = 0 } = known
      return overClasses(
        known,
        near,
        (C) => squeezed(C, 1, 0) + e - e / C,
        (C) => `ln(e + ${C} − 1) − 1 + ${figure(e)} − ${figure(e)}/${C}`,
        (C) => `crossEntropy([${row(C, 1, 0)}], [0], { labelSmoothing: ${e} }).item()`,
      )
    },
  },
  {
    id: 'bounded-scores-floor',
    title: 'Scores between −1 and 1 (tanh, cosines): perfect answers',
    losses: ['crossEntropy', 'linearCrossEntropy'],
    weight: 5,
    approach: 'floor',
    formula: 'ln(1 + (C − 1)·e⁻²)',
    means:
      'A tanh, or the cosine of normalised vectors, keeps the scores within ±1, so that no class can win by more than 2. Contrastive losses divide by a temperature for that reason.',
    sure: 'The largest score is 1 and the least −1.',
    repair: { here: 'crossEntropy(div(cosines, 0.07), target)', torch: 'F.cross_entropy(cosines / 0.07, target); no tanh before the loss' },
    examples: [{ classes: 10 }, { classes: 100 }],
    candidates: (known, near) =>
      overClasses(
        known,
        near,
        (C) => squeezed(C, 1, -1),
        (C) => `ln(1 + ${C - 1}·e⁻²)`,
        (C) => `crossEntropy([${row(C, 1, -1)}], [0]).item()`,
      ),
  },
  {
    id: 'double-sigmoid',
    title: 'Sigmoid before a loss that has one: perfect answers',
    losses: ['binaryCrossEntropyWithLogits', 'multilabelSoftMarginLoss'],
    weight: 14,
    approach: 'floor',
    formula: 'p·ln(1 + 1/e) + (1 − p)·ln 2',
    means:
      'The input holds probabilities; the loss takes a sigmoid of these again and sees nothing outside 0.5 … 0.731. Positives cannot come below ln(1 + 1/e), negatives not below ln 2, ' +
      'and gradients nearly vanish. The number says the share p of positives.',
    sure: 'All scores lie in [0, 1].',
    repair: {
      here: 'binaryCrossEntropyWithLogits(scores, target) // without sigmoid(scores)',
      torch: 'remove nn.Sigmoid from the model, or use nn.BCELoss()',
    },
    examples: [{ positives: 1 }, { positives: 0.5 }, { positives: 0 }, { positives: 0.2 }],
    candidates: ({ positives }) => {
      const choices = positives === undefined ? [1, 0.5, 0] : [positives]
      return choices.map((p) => ({
        value: p * softplus(-1) + (1 - p) * Math.LN2,
        derivation: p === 1 ? 'ln(1 + 1/e)' : p === 0 ? 'ln 2' : `${figure(p)}·ln(1 + 1/e) + ${figure(1 - p)}·ln 2`,
        run: `binaryCrossEntropyWithLogits([1, 0], [1, 0], { weight: [${2 * p}, ${2 - 2 * p}] }).item()`,
        assumes: { positives: p },
        bits: choices.length === 1 ? 0 : Math.log2(3),
      }))
    },
  },
  {
    id: 'softmax-before-bce',
    title: 'Softmax before BCE with logits: perfect answers',
    losses: ['binaryCrossEntropyWithLogits', 'multilabelSoftMarginLoss'],
    weight: 3,
    approach: 'floor',
    formula: '(ln(1 + 1/e) + (C − 1)·ln 2) / C',
    means:
      'A softmax over C classes with one-hot targets goes into a loss with a sigmoid inside: one positive in C, each term at the floor of a double sigmoid.',
    sure: 'Rows of the input lie in [0, 1] and add up to 1.',
    repair: { here: 'crossEntropy(scores, target)', torch: 'nn.CrossEntropyLoss() on raw scores' },
    needs: ['classes'],
    examples: [{ classes: 3 }, { classes: 20 }],
    candidates: ({ classes: C = 2 }) =>
      C < 2
        ? []
        : [
            {
              value: (softplus(-1) + (C - 1) * Math.LN2) / C,
              derivation: `(ln(1 + 1/e) + ${C - 1}·ln 2) / ${C}`,
              run: `binaryCrossEntropyWithLogits(${row(C, 1, 0)}, ${row(C, 1, 0)}).item()`,
            },
          ],
  },
  {
    id: 'tanh-before-bce',
    title: 'Scores between −1 and 1 (tanh, cosines) in BCE with logits: perfect answers',
    losses: ['binaryCrossEntropyWithLogits', 'multilabelSoftMarginLoss', 'softMarginLoss'],
    weight: 3,
    approach: 'floor',
    formula: 'ln(1 + 1/e)',
    means: 'Bounded scores give probabilities of 0.269 … 0.731 only; both positives and negatives stop at ln(1 + 1/e).',
    sure: 'The largest score is 1 and the least −1.',
    repair: {
      here: 'binaryCrossEntropyWithLogits(scores, target) // without tanh',
      torch: 'remove nn.Tanh before the loss, or scale cosines by 10 to 20',
    },
    examples: [{}],
    candidates: () => [{ value: softplus(-1), derivation: 'ln(1 + 1/e)', run: 'binaryCrossEntropyWithLogits([1, -1], [1, 0]).item()' }],
  },
  {
    id: 'relu-before-bce',
    title: 'ReLU before BCE with logits: negatives stay at one half',
    losses: ['binaryCrossEntropyWithLogits', 'multilabelSoftMarginLoss'],
    weight: 3,
    approach: 'floor',
    formula: '(1 − p)·ln 2',
    means: 'Scores below 0 are cut off, so no negative can be surer than 0.5. Positives cost nothing.',
    sure: 'No score is below 0, and many are exactly 0.',
    repair: { here: 'binaryCrossEntropyWithLogits(scores, target) // without relu(scores)', torch: 'remove the last nn.ReLU' },
    needs: ['positives'],
    examples: [{ positives: 0.25 }],
    candidates: ({ positives: p = 0 }) => [
      {
        value: (1 - p) * Math.LN2,
        derivation: `${figure(1 - p)}·ln 2`,
        run: `binaryCrossEntropyWithLogits([200, 0], [1, 0], { weight: [${2 * p}, ${2 - 2 * p}] }).item()`,
      },
    ],
  },
  {
    id: 'smoothing-floor',
    title: 'The floor of label smoothing: perfect answers',
    losses: ['crossEntropy', 'linearCrossEntropy'],
    weight: 8,
    approach: 'floor',
    formula: '−(1 − ε + ε/C)·ln(1 − ε + ε/C) − (C − 1)·ε/C·ln(ε/C)',
    means:
      'The entropy of the smoothed target. The loss cannot come lower; nothing is wrong. Compare runs by the distance to this floor, and turn smoothing off for validation.',
    sure: 'The same batch without smoothing gives a loss near 0.',
    repair: {
      here: 'crossEntropy(input, target) // labelSmoothing 0 for what you watch',
      torch: 'F.cross_entropy(x, t) for validation, label_smoothing for training only',
    },
    examples: [
      { classes: 10, labelSmoothing: 0.1 },
      { classes: 21, labelSmoothing: 0.2 },
      { classes: 1000, labelSmoothing: 0.1 },
    ],
    candidates: (known, near) => smoothed(known, near, (e, C) => e / C, 'C', 0),
  },
  {
    id: 'smoothing-floor-other',
    title: 'The floor of label smoothing over the other classes only (ε/(C − 1))',
    losses: softmaxLosses,
    weight: 3,
    approach: 'floor',
    formula: '−(1 − ε)·ln(1 − ε) − ε·ln(ε/(C − 1))',
    means:
      "The paper's other convention: ε is shared by the C − 1 wrong classes. PyTorch shares it among all C, so this is somebody's own smoothing, or fairseq's.",
    sure: 'The smoothed target has 1 − ε at the true class, not 1 − ε + ε/C.',
    repair: {
      here: 'crossEntropy(input, target, { labelSmoothing: ε·C/(C − 1) }) // the same target',
      torch: 'label_smoothing=eps * C / (C - 1) gives the same target',
    },
    examples: [{ classes: 10, labelSmoothing: 0.1 }],
    candidates: (known, near) => smoothed(known, near, (e, C) => e / (C - 1), 'C − 1', 1),
  },
  {
    id: 'binary-smoothing-floor',
    title: 'The floor of smoothed yes and no: perfect answers',
    losses: binaryLosses,
    weight: 4,
    approach: 'floor',
    formula: '−(1 − δ)·ln(1 − δ) − δ·ln δ, with targets 1 − δ and δ',
    means:
      "The entropy of targets that are not 0 and 1: δ is ε/2 in Keras's smoothing, ε for targets such as 0.9 and 0.1. The loss cannot come lower; nothing is wrong.",
    sure: 'Look at the distinct values of the target.',
    repair: { here: 'binaryCrossEntropyWithLogits(input, hardTarget) // for what you watch', torch: 'watch the loss of the hard targets' },
    examples: [{ labelSmoothing: 0.1 }, { labelSmoothing: 0.2 }],
    candidates: ({ labelSmoothing }) =>
      choicesOf(usualSmoothings, labelSmoothing)
        .flatMap(({ of: e, bits }) =>
          [e / 2, e].map((d) => ({
            value: d === 0 ? 0 : -(1 - d) * Math.log(1 - d) - d * Math.log(d),
            derivation: `−${figure(1 - d)}·ln ${figure(1 - d)} − ${figure(d)}·ln ${figure(d)}`,
            run: `binaryCrossEntropyWithLogits([${Math.log((1 - d) / d)}], [${1 - d}]).item()`,
            assumes: { targets: `${figure(1 - d)} and ${figure(d)}` },
            bits: bits + 1,
          })),
        )
        .filter(({ value }) => value > 0 && Number.isFinite(value)),
  },
  {
    id: 'one-sided-smoothing',
    title: 'The floor of one-sided smoothing: positives of 0.9, half of all',
    losses: binaryLosses,
    weight: 2,
    approach: 'floor',
    formula: '½·(−(1 − ε)·ln(1 − ε) − ε·ln ε)',
    means: 'A discriminator with real labels of 1 − ε and fake ones of 0 that answers perfectly: the generator gets no useful gradient.',
    sure: "Look at the loss of real and fake batches by themselves: the fake one's is near 0.",
    repair: {
      here: 'watch the two parts by themselves',
      torch: 'watch loss_real and loss_fake by themselves; a discriminator this good is too strong',
    },
    examples: [{ labelSmoothing: 0.1 }],
    candidates: ({ labelSmoothing }) =>
      choicesOf(usualSmoothings, labelSmoothing)
        .filter(({ of: e }) => e > 0 && e < 1)
        .map(({ of: e, bits }) => ({
          value: 0.5 * (-(1 - e) * Math.log(1 - e) - e * Math.log(e)),
          derivation: `½·(−${figure(1 - e)}·ln ${figure(1 - e)} − ${figure(e)}·ln ${figure(e)})`,
          run: `binaryCrossEntropyWithLogits([${Math.log((1 - e) / e)}, -200], [${1 - e}, 0]).item()`,
          assumes: { labelSmoothing: e },
          bits,
        })),
  },
)

/** The entropy of a target with `rest(ε, C)` at each wrong class. */
function smoothed(known: Checked, near: number, rest: (e: number, C: number) => number, by: string, wrong: 0 | 1): Candidate[] {
  return choicesOf(usualSmoothings, known.labelSmoothing)
    .filter(({ of: e }) => e > 0 && e < 1)
    .flatMap(({ of: e, bits }) => {
      const value = (C: number) => {
        const other = rest(e, C)
        const top = 1 - other * (C - 1)
        return -top * Math.log(top) - (C - 1) * other * Math.log(other)
      }
      return classCounts(known, near, value).map((choice): Candidate => {
        const C = choice.of
        const other = rest(e, C)
        const top = 1 - other * (C - 1)
        const logits = row(C, Math.log(top), Math.log(other))
        return {
          value: value(C),
          derivation: `−${figure(top)}·ln ${figure(top)} − ${C - 1}·${figure(other)}·ln ${figure(other)}`,
          run:
            wrong === 0
              ? `crossEntropy([${logits}], [0], { labelSmoothing: ${e} }).item()`
              : `crossEntropy([${logits}], [${row(C, top, other)}]).item()`,
          assumes: { labelSmoothing: e, classes: C },
          bits: bits + choice.bits,
          note: [`${figure(e)}/${by === 'C' ? C : C - 1} at each wrong class`, choice.note].filter((text) => text !== undefined).join('; '),
        }
      })
    })
}
