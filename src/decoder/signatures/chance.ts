import { classCounts, searchedCounts } from '../priors.ts'
import { binaryLosses, type Candidate, entropy, figure, type Signature, shares, signatures, softmaxLosses } from '../signature.ts'

const uniformOf = (C: number, bits: number, note?: string): Candidate => ({
  value: Math.log(C),
  derivation: `ln ${C}`,
  run: `crossEntropy([Array(${C}).fill(0)], [0]).item()`,
  many: (n, options) => `crossEntropy(Array(${n}).fill(Array(${C}).fill(0)), Array(${n}).fill(0)${options}).item()`,
  assumes: { classes: C },
  bits,
  note,
})

/** The anchor that other signatures scale: what a network says that knows nothing. */
export const uniformGuess: Signature = {
  id: 'uniform-guess',
  title: 'Chance: every class is equally likely',
  losses: softmaxLosses,
  weight: 16,
  approach: 'level',
  formula: 'ln C',
  means:
    'The scores do not tell the classes apart. At the first step that is right (scores of standard deviation σ add about σ²/2); later it means that nothing is learned, ' +
    'or that nothing can be: dead gradients, a detached graph, shuffled labels, too large a learning rate, inputs that are all alike.',
  sure: 'Look at the spread of the scores: nearly 0 in every row. Overfit one batch of two samples; if that fails too, no gradient reaches the weights.',
  repair: {
    here: 'report(crossEntropy, input, target) // gap to chance; then overfit one small batch',
    torch: 'print(logits.std(), [p.grad.norm() for p in model.parameters()])',
  },
  examples: [{ classes: 10 }, { classes: 2 }, { classes: 21 }, { classes: 1000 }, { classes: 50257 }],
  candidates: (known, near) => classCounts(known, near, Math.log).map(({ of, bits, note }) => uniformOf(of, bits, note)),
}

/** The anchor of losses of yes and no. */
export const binaryGuess: Signature = {
  id: 'binary-guess',
  title: 'Chance of yes and no: probability one half',
  losses: [...binaryLosses, 'softMarginLoss', 'crossEntropy'],
  weight: 16,
  approach: 'level',
  formula: 'ln 2',
  means:
    'Every score is about 0, every probability about 0.5. Right at the first step, whatever the number of classes; later nothing is learned.',
  sure: 'sigmoid(scores) is 0.5 nearly everywhere. If you expected ln C: BCE asks C questions of yes and no, each worth ln 2.',
  repair: {
    here: 'crossEntropy(input, target) // if exactly one class is true',
    torch: 'nn.CrossEntropyLoss() for exactly one true class; else check that gradients flow',
  },
  examples: [{}],
  candidates: ({ loss }) => [
    {
      value: Math.LN2,
      // cross-entropy that is none: of yes and no
      bits: loss === 'crossEntropy' ? 3 : 0,
      derivation: 'ln 2',
      run: 'binaryCrossEntropyWithLogits([0], [1]).item()',
      many: (n, options) => `binaryCrossEntropyWithLogits(Array(${n}).fill(0), Array(${n}).fill(1)${options}).item()`,
    },
  ],
}

export const chance = signatures(
  uniformGuess,
  binaryGuess,
  {
    id: 'class-prior',
    title: 'Chance from the class frequencies: always the same answer',
    losses: softmaxLosses,
    weight: 8,
    approach: 'level',
    formula: '−Σ f·ln f, with f the frequencies (times the weights)',
    means: 'The network has learned how often each class comes, and nothing from the input. This, not ln C, is what has to be beaten.',
    sure: 'softmax(scores) is the same for every input, and equals the class frequencies.',
    repair: {
      here: 'crossEntropy(input, target, { weight }) // and look at what the network gets as input',
      torch: 'nn.CrossEntropyLoss(weight=1 / frequencies), then check the inputs: are they all alike, normalised, in the right order?',
    },
    needs: ['frequencies'],
    examples: [{ frequencies: [0.9, 0.1] }, { frequencies: [50, 30, 20] }, { frequencies: [3, 1], weight: [1, 2] }],
    candidates: ({ frequencies = [], weight }) => {
      const weights = weight?.length === frequencies.length ? weight : frequencies.map(() => 1)
      const f = shares(frequencies.map((count, i) => count * weights[i]))
      const terms = f.filter((p) => p > 0).map((p) => `${figure(p)}·ln ${figure(p)}`)
      const shown = terms.length > 4 ? `${terms.slice(0, 3).join(' + ')} + … (${terms.length} terms)` : terms.join(' + ')
      const logits = `[${f.map((p) => (p > 0 ? Math.log(p) : -1e9)).join(', ')}]`
      return [{ value: entropy(f), derivation: `−(${shown})`, run: `crossEntropy([${logits}], [[${f.join(', ')}]]).item()` }]
    },
  },
  {
    id: 'positives-prior',
    title: 'Chance from the share of positives: always the same probability',
    losses: binaryLosses,
    weight: 8,
    approach: 'level',
    formula: '−p·ln p − (1 − p)·ln(1 − p); with posWeight w, q = w·p/(w·p + 1 − p): −w·p·ln q − (1 − p)·ln(1 − q)',
    means: 'The network says the share of positives everywhere and ignores the input: an empty-looking mask with a loss that looks small.',
    sure: 'sigmoid(scores) is nearly constant. Compare the loss with this level, not with ln 2.',
    repair: {
      here: 'binaryCrossEntropyWithLogits(input, target, { posWeight: negatives / positives })',
      torch: 'nn.BCEWithLogitsLoss(pos_weight=negatives / positives)',
    },
    needs: ['positives'],
    examples: [{ positives: 0.03 }, { positives: 0.3, posWeight: 4 }],
    candidates: ({ positives: p = 0, posWeight: w = 1 }) => {
      if (p === 0 || p === 1 || w === 0) return []
      const q = (w * p) / (w * p + 1 - p)
      const value = -w * p * Math.log(q) - (1 - p) * Math.log(1 - q)
      const z = Math.log(q / (1 - q))
      return [
        {
          value,
          derivation: `−${w === 1 ? '' : `${figure(w)}·`}${figure(p)}·ln ${figure(q)} − ${figure(1 - p)}·ln ${figure(1 - q)}`,
          run: `binaryCrossEntropyWithLogits([${z}], [${p}], { posWeight: [${w}] }).item()`,
        },
      ]
    },
  },
  {
    id: 'pos-weight-guess',
    title: 'Chance of yes and no under posWeight',
    losses: ['binaryCrossEntropyWithLogits'],
    weight: 4,
    approach: 'level',
    formula: 'ln 2·(1 + (w − 1)·p)',
    means:
      'Scores of 0, as at the first step; posWeight multiplies the terms of positives but not the denominator, so that the level lies above ln 2.',
    sure: 'Without posWeight the same batch gives ln 2.',
    repair: {
      here: 'report(binaryCrossEntropyWithLogits, input, target, { posWeight })',
      torch: 'compare with ln 2·(1 + (pos_weight − 1)·target.mean())',
    },
    needs: ['posWeight', 'positives'],
    examples: [{ posWeight: 9, positives: 0.1 }],
    candidates: ({ posWeight: w = 1, positives: p = 0 }) => [
      {
        value: Math.LN2 * (1 + (w - 1) * p),
        derivation: `ln 2·(1 + (${figure(w)} − 1)·${figure(p)})`,
        run: `binaryCrossEntropyWithLogits([0], [${p}], { posWeight: [${w}] }).item()`,
      },
    ],
  },
  {
    id: 'constant-weight',
    title: 'Chance times a weight: BCE divides by the elements, not by the weights',
    losses: ['binaryCrossEntropyWithLogits', 'binaryCrossEntropy'],
    weight: 2,
    approach: 'level',
    formula: 'w·ln 2',
    means:
      'A weight that is the same for all multiplies the loss. Cross-entropy divides by the sum of the weights, BCE by the number of elements.',
    sure: 'Without the weight the loss is ln 2.',
    repair: { here: 'leave weight out, or divide by weight.mean()', torch: 'nn.BCEWithLogitsLoss(pos_weight=…) if positives were meant' },
    needs: ['weight'],
    examples: [{ weight: [10] }],
    candidates: ({ weight = [] }) =>
      weight.length !== 1
        ? []
        : [
            {
              value: weight[0] * Math.LN2,
              derivation: `${figure(weight[0])}·ln 2`,
              run: `binaryCrossEntropyWithLogits([0], [1], { weight: [${weight[0]}] }).item()`,
            },
          ],
  },
  {
    id: 'other-class-count',
    title: 'Chance for another number of classes',
    losses: softmaxLosses,
    weight: 6,
    approach: 'level',
    formula: 'ln C′, C′ ≠ C',
    means:
      'The loss is at chance for a number of classes that is not the one you gave: the last layer, or the class axis, has C′ entries. C ± 1 is a background or void class; twice is one output too many per class.',
    sure: 'print(logits.shape): which axis is 1, and is it C′ long?',
    repair: {
      here: 'crossEntropy(input, target) // the classes are axis 1 of the input',
      torch: 'nn.Linear(features, C); logits.permute(0, 3, 1, 2) if the classes are last',
    },
    needs: ['classes'],
    examples: [{ classes: 9 }, { classes: 80 }],
    candidates: ({ classes: C = 0 }, near) =>
      // without a number to explain: the neighbour, a background class
      (Number.isFinite(near) ? searchedCounts(near, Math.log) : [{ of: C + 1, bits: 2, note: undefined }])
        .filter(({ of }) => of !== C)
        .map(({ of, bits, note }) => {
          const related = [C + 1, C - 1, 2 * C].includes(of)
          return {
            ...uniformOf(
              of,
              related ? 2.6 : bits + 1,
              related ? `${of > C ? (of === 2 * C ? 'twice as many' : 'one more') : 'one fewer'} than C = ${C}` : note,
            ),
          }
        }),
  },
  {
    id: 'softmax-over-batch',
    title: 'Chance over the batch: softmax along the wrong axis',
    losses: softmaxLosses,
    weight: 4,
    approach: 'level',
    formula: 'ln N',
    means: 'The level of chance belongs to the batch size, not to the classes: the softmax runs over axis 0, or the input is transposed.',
    sure: 'Change the batch size: the loss moves to ln of the new one. For contrastive losses (InfoNCE, CLIP) this is right: the batch are the classes, and embeddings do not differ yet.',
    repair: { here: 'logSoftmax(input, 1)', torch: 'F.log_softmax(logits, dim=1)' },
    needs: ['batch'],
    examples: [{ batch: 32 }],
    candidates: ({ batch: N = 1 }) => [
      {
        value: Math.log(N),
        derivation: `ln ${N}`,
        run: `nllLoss(logSoftmax(tensor(Array(${N}).fill([0, 0, 0])), 0), Array(${N}).fill(0)).item()`,
      },
    ],
  },
  {
    id: 'nt-xent-guess',
    title: 'Chance of NT-Xent (SimCLR): embeddings that are all alike',
    losses: ['ntXentLoss', 'crossEntropy'],
    weight: 3,
    approach: 'level',
    formula: 'ln(2·N − 1)',
    means:
      'Every other view of the batch is equally near: embeddings have collapsed, or training has just begun. Each of the 2·N views is compared with 2·N − 1.',
    sure: 'Look at the spread of the embeddings along the batch: 0 is a collapse.',
    repair: {
      here: 'check the spread of the embeddings before the temperature',
      torch: 'F.normalize(z, dim=1).std(dim=0) should be near 1/√D',
    },
    needs: ['batch'],
    examples: [{ batch: 256 }],
    candidates: ({ batch: N = 1 }) => [
      {
        value: Math.log(2 * N - 1),
        derivation: `ln(2·${N} − 1)`,
        run: `ntXentLoss(Array(${N}).fill([1, 0]), Array(${N}).fill([1, 0])).item()`,
      },
    ],
  },
  {
    id: 'info-nce-guess',
    title: 'Chance of InfoNCE (CLIP, MoCo): embeddings that are all alike',
    losses: ['infoNceLoss'],
    weight: 14,
    approach: 'level',
    formula: 'ln N',
    means:
      'Every key of the batch is equally near to a query: embeddings have collapsed, or training has just begun. With a memory bank N is its size and one.',
    sure: 'Look at the spread of the embeddings along the batch: 0 is a collapse.',
    repair: {
      here: 'check the spread of the embeddings before the temperature',
      torch: 'F.normalize(z, dim=1).std(dim=0) should be near 1/√D',
    },
    needs: ['batch'],
    examples: [{ batch: 64 }],
    candidates: ({ batch: N = 1 }) => [
      { value: Math.log(N), derivation: `ln ${N}`, run: `infoNceLoss(Array(${N}).fill([1, 0]), Array(${N}).fill([1, 0])).item()` },
    ],
  },
  {
    id: 'focal-guess',
    title: 'Chance of the binary focal loss',
    losses: ['sigmoidFocalLoss'],
    weight: 8,
    approach: 'level',
    formula: 'ln 2·0.5^γ·(α·p + (1 − α)·(1 − p))',
    means:
      'Scores of 0. A focal loss is small from the start: compare it with this level, never with ln 2. A prior of 1 % (the bias −ln 99) starts still lower.',
    sure: 'With gamma 0 and alpha −1 the same batch gives ln 2.',
    repair: {
      here: "sigmoidFocalLoss(inputs, targets, { reduction: 'sum' }) // and divide by the number of positives",
      torch: "sigmoid_focal_loss(x, t, reduction='sum') / positives",
    },
    examples: [{ positives: 0 }, { positives: 1 }, { positives: 0.1, gamma: 1.5, alpha: 0.75 }, { positives: 0.5, alpha: -1 }],
    candidates: ({ positives, gamma = 2, alpha: known }) => {
      // unknown: all negatives, as nearly everything in detection is; or one of the other plain cases; without α it is the same for all
      const some = positives === undefined ? [0, 1, 0.5] : [positives]
      const alphas = known === undefined ? [0.25, -1] : [known]
      const choices = alphas.flatMap((alpha) => (alpha < 0 ? some.slice(0, 1) : some).map((p) => ({ alpha, p })))
      return choices.map(({ alpha, p }): Candidate => {
        const balance = alpha < 0 ? 1 : alpha * p + (1 - alpha) * (1 - p)
        const targets = p === 0.5 ? '[0, 0], [1, 0]' : `[0, 0], [${p}, ${p}]`
        // a target between 0 and 1 has another loss than a mixture of both
        const mixed = p !== 0 && p !== 1 && p !== 0.5
        const one = (t: number) => `sigmoidFocalLoss([0], [${t}], { gamma: ${gamma}, alpha: ${alpha}, reduction: 'mean' }).item()`
        return {
          value: Math.LN2 * 0.5 ** gamma * balance,
          derivation: `ln 2·0.5^${figure(gamma)}${alpha < 0 ? '' : `·(${figure(alpha)}·${figure(p)} + ${figure(1 - alpha)}·${figure(1 - p)})`}`,
          run: mixed
            ? `${p} * ${one(1)} + ${1 - p} * ${one(0)}`
            : `sigmoidFocalLoss(${targets}, { gamma: ${gamma}, alpha: ${alpha}, reduction: 'mean' }).item()`,
          assumes: alpha < 0 ? { alpha } : { positives: p },
          bits: Math.log2(choices.length),
        }
      })
    },
  },
  {
    id: 'softmax-focal-guess',
    title: 'Chance of the focal loss of classes',
    losses: ['softmaxFocalLoss'],
    weight: 8,
    approach: 'level',
    formula: '(1 − 1/C)^γ·ln C',
    means: 'Every class is equally likely. The factor is near 1 for many classes, and a quarter for two.',
    sure: 'With gamma 0 the same batch gives ln C.',
    repair: { here: 'softmaxFocalLoss(input, target, { gamma: 0 }) // is crossEntropy', torch: 'compare with F.cross_entropy(x, t)' },
    examples: [{ classes: 2 }, { classes: 21, gamma: 1 }],
    candidates: (known, near) => {
      const { gamma = 2 } = known
      const value = (C: number) => (1 - 1 / C) ** gamma * Math.log(C)
      return classCounts(known, near, value).map(({ of: C, bits, note }) => ({
        value: value(C),
        derivation: `(1 − 1/${C})^${figure(gamma)}·ln ${C}`,
        run: `softmaxFocalLoss([Array(${C}).fill(0)], [0], { gamma: ${gamma} }).item()`,
        assumes: { classes: C },
        bits,
        note,
      }))
    },
  },
  {
    id: 'poly1-guess',
    title: 'Chance of the poly-1 loss',
    losses: ['poly1CrossEntropyLoss'],
    weight: 8,
    approach: 'level',
    formula: 'ln C + 1 − 1/C (epsilon 1)',
    means: 'Every class is equally likely; the added term is 1 − 1/C there.',
    sure: 'With epsilon 0 the same batch gives ln C.',
    repair: {
      here: 'poly1CrossEntropyLoss(input, target, { epsilon: 0 }) // is crossEntropy',
      torch: 'compare with F.cross_entropy(x, t)',
    },
    examples: [{ classes: 10 }],
    candidates: (known, near) =>
      classCounts(known, near, (C) => Math.log(C) + 1 - 1 / C).map(({ of: C, bits, note }) => ({
        value: Math.log(C) + 1 - 1 / C,
        derivation: `ln ${C} + 1 − 1/${C}`,
        run: `poly1CrossEntropyLoss([Array(${C}).fill(0)], [0]).item()`,
        assumes: { classes: C },
        bits,
        note,
      })),
  },
  {
    id: 'ctc-uniform',
    title: 'Chance of CTC: every symbol equally likely at every step',
    losses: ['ctcLoss'],
    weight: 8,
    approach: 'level',
    formula: '(T·ln C − ln binom(T + S, 2·S)) / S',
    means:
      'Untrained scores. (T·ln C are the steps; binom(T + S, 2·S) is the number of ways to place S labels without repeats in T steps.) A network that says blank everywhere stays near here for a long time.',
    sure: 'Look at the most likely symbol of each step: all the same.',
    repair: {
      here: 'ctcLoss(logSoftmax(scores, 2), targets, lengths, targetLengths)',
      torch: 'log_probs = logits.log_softmax(2); shape (T, N, C), blank=0 not among the labels',
    },
    needs: ['frames', 'labels', 'classes'],
    examples: [
      { frames: 20, labels: 4, classes: 28 },
      { frames: 6, labels: 2, classes: 5, reduction: 'sum' },
    ],
    candidates: ({ frames: T = 0, labels: S = 0, classes: C = 2, reduction = 'mean' }) => {
      if (S < 1 || T < S || C < 3) return []
      const divisor = reduction === 'mean' ? S : 1
      const value = (T * Math.log(C) - logBinomial(T + S, 2 * S)) / divisor
      const labels = Array.from({ length: S }, (_, i) => 1 + (i % 2))
      return [
        {
          value,
          derivation: `(${T}·ln ${C} − ln binom(${T + S}, ${2 * S}))${divisor === 1 ? '' : ` / ${S}`}`,
          run: `ctcLoss(logSoftmax(tensor(Array(${T}).fill(Array(${C}).fill(0))), 1), [${labels.join(', ')}], ${T}, ${S}, { reduction: '${reduction === 'mean' ? 'mean' : 'sum'}' }).item()`,
        },
      ]
    },
  },
)

function logBinomial(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i)
  return sum
}
