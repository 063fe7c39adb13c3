import type { Checked } from '../facts.ts'
import { coprime } from '../priors.ts'
import { binaryLosses, type Candidate, signatures, softmaxLosses } from '../signature.ts'

interface Share {
  readonly k: number
  readonly of: number
  readonly bits: number
}

/**
 * Which share of the elements shows a constant: all of them; or, of a known number, the whole number that comes nearest; of an unknown
 * number, a simple fraction.
 */
function sharesOf({ elements, batch }: Checked, near: number, constant: number): Share[] {
  const N = elements ?? batch
  if (N !== undefined && N > 1) {
    const k = Math.round((near / constant) * N)
    const all: Share = { k: 1, of: 1, bits: 1 }
    return k >= 1 && k < N ? [all, { k, of: N, bits: 1 + Math.log2(N - 1) }] : [all]
  }
  const simple = FRACTIONS.flatMap((of) => {
    const k = Math.round((near / constant) * of)
    const bits = -Math.log2(PART / FRACTIONS.length) + Math.log2(of - 1)
    return k >= 1 && k < of && coprime(k, of) ? [{ k, of, bits }] : []
  })
  return [{ k: 1, of: 1, bits: -Math.log2(1 - PART) }, ...simple]
}

/** Denominators that are looked for where the number of elements is unknown, and how often it is a part at all. */
const FRACTIONS = [2, 3, 4, 5, 6, 8, 10]
const PART = 1 / 16

const times = (constant: string, { k, of }: Share): string => (of === 1 ? constant : `${constant}·${k}/${of}`)

const shareOf = ({ k, of }: Share): Candidate['assumes'] => (of === 1 ? {} : { saturated: `${k} of ${of}` })

/** Epsilons that people and frameworks add to, or clamp, a probability with before the logarithm. */
const epsilons: readonly (readonly [text: string, eps: number, weight: number, who: string])[] = [
  ['1e-12', 1e-12, 5, "PyTorch's BCELoss before 1.2"],
  ['1e-7', 1e-7, 5, "Keras's epsilon"],
  ['1e-8', 1e-8, 5, 'a usual epsilon'],
  ['1e-6', 1e-6, 4, 'a usual epsilon'],
  ['1e-10', 1e-10, 3, 'a usual epsilon'],
  ['1e-5', 1e-5, 2, 'a usual epsilon'],
  ['1e-9', 1e-9, 2, 'a usual epsilon'],
  ['1e-4', 1e-4, 1, 'a usual epsilon'],
  ['1e-15', 1e-15, 3, "scikit-learn's log_loss, older versions"],
  ['2⁻⁵²', 2 ** -52, 2, "float64's epsilon; scikit-learn's log_loss"],
  ['2⁻²³', 2 ** -23, 3, "float32's epsilon"],
  ['2⁻²⁴', 2 ** -24, 2, 'the step of float32 below 1, and the least float16'],
  ['2⁻¹⁰', 2 ** -10, 1, "float16's epsilon"],
  ['2⁻¹⁴', 2 ** -14, 1, 'the least normal float16'],
  ['2⁻¹²⁶', 2 ** -126, 2, 'the least normal float32'],
  ['2⁻¹⁴⁹', 2 ** -149, 2, 'the least float32: beyond it softmax is 0 and its logarithm −∞'],
]
const totalWeight = epsilons.reduce((sum, [, , weight]) => sum + weight, 0)

/** Numbers with which scores are masked, where −∞ is avoided. */
const fills: readonly (readonly [text: string, fill: number, weight: number])[] = [
  ['1e9', 1e9, 4],
  ['1e4', 1e4, 3],
  ['1e8', 1e8, 1],
  ['1e10', 1e10, 1],
  ['1e30', 1e30, 1],
  ['65504', 65504, 2],
  ['3.4028235e38', 3.4028234663852886e38, 3],
]

export const saturation = signatures(
  {
    id: 'bce-clamp',
    title: "BCELoss's clamp: probabilities of exactly 0 or 1 on the wrong side",
    losses: ['binaryCrossEntropy'],
    weight: 12,
    approach: 'exact',
    formula: '100·k/N',
    means:
      'BCELoss cuts logarithms off at −100: each element that is surely wrong counts 100, and gets no gradient through a saturated sigmoid. 100 itself: all are. ' +
      'In float32 a sigmoid is exactly 1 from a score of about 17. Also the sign of targets or inputs that are swapped: BCELoss(target, output).',
    sure: 'Count inputs that are exactly 0 or 1 and not equal to their target.',
    repair: {
      here: 'binaryCrossEntropyWithLogits(scores, target) // instead of a sigmoid before',
      torch: 'nn.BCEWithLogitsLoss() on raw scores',
    },
    examples: [{}, { elements: 64 }],
    candidates: (known, near) =>
      sharesOf(known, near, 100).map((share) => ({
        value: (100 * share.k) / share.of,
        derivation: times('100', share),
        run: `binaryCrossEntropy(${half(share)}).item()`,
        assumes: shareOf(share),
        bits: share.bits,
      })),
  },
  {
    id: 'log-epsilon',
    title: 'The logarithm of an epsilon: probabilities of 0 where 1 was asked for',
    losses: [...softmaxLosses, ...binaryLosses, 'klDiv'],
    weight: 6,
    approach: 'exact',
    formula: '−ln ε, times the share of such elements',
    means:
      'Somebody clamps probabilities at ε, or adds ε, before the logarithm; the elements that are surely wrong all show −ln ε, and their gradient is 0 or nearly.',
    sure: 'Look for clamp, eps or epsilon beside a log; print the smallest probability.',
    repair: {
      here: 'binaryCrossEntropyWithLogits(scores, target) // or crossEntropy(scores, target)',
      torch: 'F.log_softmax / nn.BCEWithLogitsLoss on raw scores: no epsilon needed',
    },
    examples: [{ dtype: 'float64' }, { elements: 8 }],
    candidates: (known, near) =>
      epsilons.flatMap(([text, eps, weight, who]) =>
        sharesOf(known, near, -Math.log(eps)).map((share) => ({
          value: (-Math.log(eps) * share.k) / share.of,
          derivation: times(`−ln ${text}`, share),
          run: `nllLoss(log(tensor([[${eps}, 1]], { dtype: 'float64' })), [0]).item()${share.of === 1 ? '' : ` * ${share.k} / ${share.of}`}`,
          assumes: { epsilon: text, ...shareOf(share) },
          bits: share.bits + Math.log2(totalWeight / weight),
          note: who,
        })),
      ),
  },
  {
    id: 'sigmoid-steps',
    title: 'BCELoss of a float32 sigmoid that is one or a few steps from 1',
    losses: ['binaryCrossEntropy'],
    weight: 3,
    approach: 'exact',
    formula: '−ln(k·2⁻²⁴)',
    means: 'Just below 1 the float32 numbers are 2⁻²⁴ apart: −ln(1 − p) knows only a few values there, and the next is the clamp, 100.',
    sure: 'Print 1 − p: a small multiple of 5.96e-8.',
    repair: { here: 'binaryCrossEntropyWithLogits(scores, target)', torch: 'nn.BCEWithLogitsLoss() on raw scores' },
    examples: [{}],
    candidates: () =>
      [1, 2, 3, 4].map((k) => ({
        value: -Math.log(k * 2 ** -24),
        derivation: `−ln(${k}·2⁻²⁴)`,
        run: `binaryCrossEntropy([${1 - k * 2 ** -24}], [0]).item()`,
        assumes: { steps: k },
        bits: 2,
      })),
  },
  {
    id: 'mask-leak',
    title: 'The fill of a mask: the true class was masked out',
    losses: [...softmaxLosses, 'ctcLoss'],
    weight: 5,
    approach: 'exact',
    formula: 'fill·k/N',
    means: 'Scores were masked with a large negative number, and a target points at a masked class: each such target costs the fill.',
    sure: 'Gather the scores of the targets: some are the fill.',
    repair: {
      here: 'crossEntropy(scores, target, { ignoreIndex }) // for targets that are masked',
      torch: 'masked_fill must not touch the target class; or ignore those targets',
    },
    examples: [{}, { elements: 10 }],
    candidates: (known, near) =>
      fills.flatMap(([text, fill, weight]) =>
        sharesOf(known, near, fill).map((share) => ({
          value: (fill * share.k) / share.of,
          derivation: times(text, share),
          run: `crossEntropy([[0, -${fill}]], [1]).item()${share.of === 1 ? '' : ` * ${share.k} / ${share.of}`}`,
          assumes: { fill: text, ...shareOf(share) },
          bits: share.bits + Math.log2(15 / weight),
        })),
      ),
  },
  {
    id: 'half-overflow',
    title: 'The largest float16',
    losses: ['mseLoss', 'l1Loss', 'smoothL1Loss', 'huberLoss'],
    weight: 3,
    approach: 'exact',
    formula: '(2 − 2⁻¹⁰)·2¹⁵',
    means: 'Something was clamped to the range of float16, or just fits: squares of 256 and more overflow.',
    sure: 'Compute the loss of the same arrays in float32.',
    repair: { here: "mseLoss(tensor(x, { dtype: 'float32' }), target)", torch: 'loss_fn(x.float(), t.float())' },
    examples: [{}],
    candidates: () => [
      {
        value: (2 - 2 ** -10) * 2 ** 15,
        derivation: '(2 − 2⁻¹⁰)·2¹⁵',
        run: "l1Loss(tensor([65504], { dtype: 'float16' }), tensor([0], { dtype: 'float16' })).item()",
      },
    ],
  },
  {
    id: 'float32-step',
    title: 'The least that float32 has above 0: perfect answers',
    losses: [...softmaxLosses, ...binaryLosses],
    weight: 4,
    approach: 'exact',
    formula: '−ln(1 − 2⁻²⁴), 2⁻²³',
    means:
      'Around 1 the float32 numbers are 2⁻²⁴ below and 2⁻²³ above it apart: a probability of 1 but for one step. The answers are right and sure: memorised, or leaked from the input. Frameworks that clamp at 1 − 1e-7 stay there.',
    sure: 'The loss of other data than it was trained on is larger; the largest probability is 0.9999999.',
    repair: {
      here: 'look for the target among the inputs; evaluate on data that is held out',
      torch: 'evaluate on held-out data; stop earlier',
    },
    examples: [{ loss: 'crossEntropy' }, { loss: 'binaryCrossEntropy' }],
    candidates: ({ loss }) => {
      const binary = loss !== undefined && binaryLosses.includes(loss)
      const above: Candidate = { value: 2 ** -23, derivation: '2⁻²³', run: 'crossEntropy([[0, -15.9]], [0]).item()', bits: 1 }
      const below: Candidate = {
        value: -Math.log(1 - 2 ** -24),
        derivation: '−ln(1 − 2⁻²⁴)',
        run: `binaryCrossEntropy([${1 - 2 ** -24}], [1]).item()`,
        bits: 1,
      }
      return binary ? [below, above] : [above, below]
    },
  },
  {
    id: 'gan-equilibrium',
    title: 'A discriminator that cannot tell real from fake: two terms of ln 2',
    losses: ['binaryCrossEntropyWithLogits', 'binaryCrossEntropy'],
    weight: 4,
    approach: 'level',
    formula: '2·ln 2',
    means:
      'loss_real + loss_fake with probability one half everywhere. At the end of training that is the aim; from the first step on it means that the discriminator learns nothing.',
    sure: 'Each of the two parts is ln 2.',
    repair: { here: 'watch the two parts by themselves', torch: 'watch loss_real and loss_fake by themselves' },
    examples: [{}],
    candidates: () => [
      {
        value: 2 * Math.LN2,
        derivation: '2·ln 2',
        run: 'binaryCrossEntropyWithLogits([0], [1]).item() + binaryCrossEntropyWithLogits([0], [0]).item()',
      },
    ],
  },
)

/** Inputs and targets of which k in `of` are surely wrong. */
function half({ k, of }: Share): string {
  if (of === 1) return '[1], [0]'
  return `[...Array(${k}).fill(1), ...Array(${of - k}).fill(0)], Array(${of}).fill(0)`
}
