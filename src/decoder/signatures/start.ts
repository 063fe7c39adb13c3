import { binaryLosses, signatures, softmaxLosses } from '../signature.ts'

/** What a network shows before its first step: chance, and what random scores add to it. */
export const starts = signatures(
  {
    id: 'untrained-scores',
    title: 'A little above chance: random scores, as before the first step',
    losses: softmaxLosses,
    weight: 10,
    approach: 'start',
    formula: 'ln C, and about σ²/2 for scores of standard deviation σ',
    means:
      'What an untrained network shows: its scores are noise, and noise costs more than saying nothing. Right at the first step. Far above ln C the first scores are too large; after many steps nothing is learned.',
    sure: 'ln C + scores.var() / 2 is near the loss; accuracy is 1/C.',
    repair: {
      here: 'report(crossEntropy, input, target) // chance, and the gap to it',
      torch: 'a smaller init of the last layer begins at ln C: nn.init.normal_(head.weight, std=0.01)',
    },
    needs: ['classes'],
    examples: [{ classes: 10 }, { classes: 1000 }],
    candidates: ({ classes: C = 0 }) =>
      C < 2 ? [] : [{ value: Math.log(C), derivation: `ln ${C}`, run: `crossEntropy([Array(${C}).fill(0)], [0]).item()` }],
  },
  {
    id: 'untrained-binary-scores',
    title: 'A little above chance of yes and no: random scores, as before the first step',
    losses: binaryLosses,
    weight: 10,
    approach: 'start',
    formula: 'ln 2, and about σ²/8 for scores of standard deviation σ',
    means:
      'What an untrained network shows: its scores are noise, and noise costs more than saying nothing. Right at the first step; after many nothing is learned.',
    sure: 'ln 2 + scores.var() / 8 is near the loss.',
    repair: {
      here: 'report(binaryCrossEntropyWithLogits, input, target) // chance, and the gap to it',
      torch: 'a smaller init of the last layer begins at ln 2: nn.init.normal_(head.weight, std=0.01)',
    },
    examples: [{}],
    candidates: () => [{ value: Math.LN2, derivation: 'ln 2', run: 'binaryCrossEntropyWithLogits([0], [1]).item()' }],
  },
)
