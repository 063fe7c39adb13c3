import { choicesOf, coprime } from '../priors.ts'
import { type Candidate, figure, signatures } from '../signature.ts'

/** Noise levels of denoising papers, in units of 0 … 255. */
const usualNoise = { 15: 3, 25: 5, 50: 3, 10: 1, 30: 1, 70: 1 }

/** Variances of targets that people have without computing them: standardised, 0 or 1 in halves, evenly spread over [0, 1]. */
const usualVariances = { 1: 6, 0.25: 3, 0.08333333333333333: 1 }
const whose = (v: number): string | undefined =>
  v === 1
    ? 'standardised targets, or the noise that a diffusion model is to predict'
    : v === 0.25
      ? '0 and 1 in halves'
      : 'evenly spread over [0, 1]'

/** Two values with that variance. */
const pair = (variance: number): string => `${Math.sqrt(variance)}, ${-Math.sqrt(variance)}`

export const regression = signatures(
  {
    id: 'predicts-the-mean',
    title: 'The variance of the targets: the network says their mean',
    losses: ['mseLoss'],
    weight: 12,
    approach: 'level',
    formula: 'Var(t)',
    means:
      'The best constant answer. The input is ignored, as after a broadcast of (N, 1) against (N), or nothing is learned yet; a diffusion model that predicts no noise shows 1.',
    sure: 'The predictions are all alike; their mean is that of the targets. Are the shapes of input and target equal?',
    repair: { here: 'mseLoss(reshape(input, [N]), target)', torch: 'F.mse_loss(x.squeeze(1), t); overfit one batch' },
    examples: [{ variance: 7.49 }, { variance: 1 }],
    candidates: ({ variance }) =>
      choicesOf(usualVariances, variance).map(({ of: v, bits }) => ({
        value: v,
        derivation: figure(v),
        run: `mseLoss([0, 0], [${pair(v)}]).item()`,
        assumes: { variance: v },
        bits,
        note: variance === undefined ? whose(v) : undefined,
      })),
  },
  {
    id: 'broadcast-pairs',
    title: 'Twice the variance: perfect answers, but every pair was compared',
    losses: ['mseLoss'],
    weight: 10,
    approach: 'level',
    formula: '2·Var(t)',
    means:
      '(N, 1) against (N) broadcasts to N×N: each prediction is compared with every target. PyTorch warns for mse_loss, and is silent for a difference that you square yourself.',
    sure: 'input.shape and target.shape differ.',
    repair: { here: 'mseLoss(reshape(input, [N]), target)', torch: 'F.mse_loss(x.squeeze(1), t)' },
    examples: [{ variance: 7.49 }, { variance: 1 }],
    candidates: ({ variance }) =>
      choicesOf(usualVariances, variance).map(({ of: v, bits }) => ({
        value: 2 * v,
        derivation: `2·${figure(v)}`,
        run: `mseLoss([[${Math.sqrt(v)}], [${-Math.sqrt(v)}]], [${pair(v)}], { broadcast: true }).item()`,
        assumes: { variance: v },
        bits,
        note: variance === undefined ? whose(v) : undefined,
      })),
  },
  {
    id: 'mask-of-halves',
    title: 'One half everywhere against 0 and 1',
    losses: ['mseLoss', 'l1Loss', 'smoothL1Loss', 'huberLoss'],
    weight: 8,
    approach: 'level',
    formula: '(½ − t)² = ¼; |½ − t| = ½; ½·(½ − t)² = ⅛',
    means: 'The output is 0.5 at every pixel: a sigmoid of scores of 0. Also: one pixel in four differs between two masks.',
    sure: 'The least and the largest output are both about 0.5.',
    repair: {
      here: 'binaryCrossEntropyWithLogits(scores, mask) // its gradient does not vanish',
      torch: 'nn.BCEWithLogitsLoss() for masks; MSE of a sigmoid hardly learns',
    },
    examples: [{}],
    candidates: ({ loss }) => {
      const all: readonly (readonly [names: readonly string[], value: number, derivation: string, fn: string])[] = [
        [['mseLoss'], 0.25, '(½ − t)²', 'mseLoss'],
        [['l1Loss'], 0.5, '|½ − t|', 'l1Loss'],
        [['smoothL1Loss', 'huberLoss'], 0.125, '½·(½ − t)²', 'smoothL1Loss'],
      ]
      const own = loss === undefined ? all : all.filter(([names]) => names.includes(loss))
      return own.map(
        ([, value, derivation, fn]): Candidate => ({
          value,
          derivation,
          run: `${fn}([0.5, 0.5], [0, 1]).item()`,
          assumes: loss === undefined ? { loss: fn } : {},
          bits: Math.log2(own.length),
        }),
      )
    },
  },
  {
    id: 'constant-mask',
    title: 'The share of positives everywhere, as a square',
    losses: ['mseLoss'],
    weight: 6,
    approach: 'level',
    formula: 'p·(1 − p)',
    means: 'The output is the share of foreground at every pixel; the input is ignored. For a small share that looks like a small loss.',
    sure: 'The least and the largest output are about the same.',
    repair: { here: 'binaryCrossEntropyWithLogits(scores, mask, { posWeight })', torch: 'nn.BCEWithLogitsLoss(pos_weight=…) or Dice' },
    needs: ['positives'],
    examples: [{ positives: 0.03 }],
    candidates: ({ positives: p = 0 }) => [
      {
        value: p * (1 - p),
        derivation: `${figure(p)}·${figure(1 - p)}`,
        run: `${p} * mseLoss([${p}], [1]).item() + ${1 - p} * mseLoss([${p}], [0]).item()`,
      },
    ],
  },
  {
    id: 'random-images',
    title: 'Two unrelated images, all grey levels equally frequent',
    losses: ['mseLoss', 'l1Loss'],
    weight: 6,
    approach: 'level',
    formula: 'E(u − v)² = R²/6, E|u − v| = R/3; for the 256 grey levels (256² − 1)/6 and (256² − 1)/(3·256)',
    means: 'Input and target have nothing to do with each other: pairs are shuffled, or an untrained network writes noise.',
    sure: 'Show a pair side by side.',
    repair: { here: 'sort both lists of files the same way', torch: 'zip files by name; the same seed for both crops' },
    examples: [{ loss: 'mseLoss' }, { loss: 'l1Loss' }, { loss: 'mseLoss', dataRange: 255 }],
    candidates: ({ loss, dataRange: R }) => {
      const ranges = R === undefined ? [1, 255] : [R]
      const kinds = loss === undefined ? ['mseLoss', 'l1Loss'] : [loss]
      return ranges.flatMap((range) =>
        kinds.flatMap((fn): Candidate[] => {
          const square = fn === 'mseLoss'
          const grid = `Array.from({ length: 256 }, (_, i) => ${range === 255 ? 'i' : `${range} * i / 255`})`
          const both = {
            assumes: { ...(R === undefined ? { dataRange: range } : {}), ...(loss === undefined ? { loss: fn } : {}) },
            bits: 1 + Math.log2(ranges.length * kinds.length),
          }
          // any numbers, as rand() gives them: the spread of 4096 steps is that of them all to six digits
          const steps = `Array.from({ length: 4096 }, (_, i) => ${range} * (i + 0.5) / 4096)`
          const smooth: Candidate = {
            value: square ? range ** 2 / 6 : range / 3,
            derivation: `${figure(range)}${square ? '²/6' : '/3'}`,
            run: `${fn}(${steps}.map((v) => [v]), ${steps}, { broadcast: true }).item()`,
            ...both,
          }
          const bytes: Candidate = {
            value: square ? (65535 / 6) * (range / 255) ** 2 : (65535 / 768) * (range / 255),
            derivation: `${square ? '(256² − 1)/6' : '(256² − 1)/768'}${range === 255 ? '' : square ? `·(${figure(range)}/255)²` : `·${figure(range)}/255`}`,
            run: `${fn}(${grid}.map((v) => [v]), ${grid}, { broadcast: true }).item()`,
            ...both,
          }
          return [bytes, smooth]
        }),
      )
    },
  },
  {
    id: 'one-image-255',
    title: 'One image in 0 … 1, the other in 0 … 255',
    losses: ['mseLoss'],
    weight: 6,
    approach: 'level',
    formula: 'E u²·(1 + 1/255²) − 2·E u·E u/255, with E u² = 21717.5, E u = 127.5',
    means:
      'One side was divided by 255 (ToTensor does that), the other was not. For images other than evenly spread grey levels it is about the mean square of the one in 0 … 255.',
    sure: 'Print the largest value of both.',
    repair: { here: 'mseLoss(output, div(target, 255))', torch: 'target.float() / 255' },
    examples: [{}],
    candidates: () => {
      const grid = 'Array.from({ length: 256 }, (_, i) => i)'
      return [
        {
          value: ((255 * 511) / 6) * (1 + 1 / 65025) - 127.5,
          derivation: '21717.5·(1 + 1/65025) − 127.5',
          run: `mseLoss(${grid}.map((v) => [v]), ${grid}.map((v) => v / 255), { broadcast: true }).item()`,
        },
      ]
    },
  },
  {
    id: 'mask-255-square',
    title: 'Masks of 0 and 255: 65025 times the share of pixels that differ',
    losses: ['mseLoss'],
    weight: 8,
    approach: 'exact',
    formula: '255²·k/N',
    means: 'Each pixel that differs costs 255² = 65025 in place of 1: the images were not divided by 255. PSNR wants dataRange 255 then.',
    sure: 'The largest value of the arrays is 255; the loss / 65025 is the share of pixels that differ.',
    repair: { here: 'mseLoss(div(input, 255), div(target, 255))', torch: 'x / 255, t / 255' },
    examples: [{ elements: 4 }, {}],
    candidates: ({ elements }, near) => {
      const sizes = elements === undefined ? [1, 2, 4, 8, 16, 64] : [elements]
      return sizes.flatMap((N) => {
        // without a number to explain: one pixel
        const k = Number.isFinite(near) ? Math.round((near / 65025) * N) : 1
        if (k < 1 || k > N || (elements === undefined && !coprime(k, N))) return []
        return [
          {
            value: (65025 * k) / N,
            derivation: `255²·${k}/${N}`,
            run: `mseLoss(${N === k ? `Array(${k}).fill(255)` : `[...Array(${k}).fill(255), ...Array(${N - k}).fill(0)]`}, Array(${N}).fill(0)).item()`,
            assumes: { differing: `${k} of ${N}` },
            bits: Math.log2(sizes.length) + Math.log2(N),
          },
        ]
      })
    },
  },
  {
    id: 'beyond-range',
    title: 'More than the range of the pixels allows',
    losses: ['mseLoss', 'l1Loss'],
    weight: 10,
    approach: 'exact',
    formula: 'an error of at most R, R² for squares',
    means:
      'Pixels of range R cannot be further apart than R: one array, or both, have another range. Both of 0 … 255 make the square 65025 times as large as in [0, 1], and |d| 255 times.',
    sure: 'Print the least and the largest value of both arrays.',
    repair: { here: 'mseLoss(div(input, 255), div(target, 255))', torch: 'x / 255, t / 255' },
    needs: ['dataRange'],
    examples: [{ dataRange: 1 }, { dataRange: 2, loss: 'l1Loss' }],
    candidates: ({ dataRange: R, loss = 'mseLoss' }, near) => {
      if (R === undefined) return []
      const most = loss === 'l1Loss' ? R : R ** 2
      const step = loss === 'l1Loss' ? 255 : 65025
      return [
        {
          value: { from: most, to: Infinity },
          derivation: `above ${figure(most)}`,
          note: Number.isFinite(near) ? `if both are of 0 … 255, it is ${figure(near / step)} in [0, 1]` : undefined,
          run: `${loss}([190, 23], [101, 88]).item()`,
        },
      ]
    },
  },
  {
    id: 'nothing-denoised',
    title: 'The noise itself: the output is the input',
    losses: ['mseLoss'],
    weight: 8,
    approach: 'level',
    formula: '(σ/255)², or σ² for pixels of 0 … 255',
    means: 'The mean square of the noise that was added: the network passes its input on, or, if it predicts the residual, says 0.',
    sure: 'Compare with the loss of the noisy image itself.',
    repair: {
      here: 'mseLoss(noisy, clean) // is what has to be beaten',
      torch: 'F.mse_loss(noisy, clean) as the baseline; check the residual connection',
    },
    examples: [
      { noise: 25, dataRange: 1 },
      { noise: 50, dataRange: 255 },
    ],
    candidates: ({ noise, dataRange }) =>
      choicesOf(usualNoise, noise).flatMap(({ of: s, bits }) =>
        (dataRange === undefined ? [1, 255] : [dataRange]).map((range) => ({
          value: ((s / 255) * range) ** 2,
          derivation: range === 255 ? `${figure(s)}²` : range === 1 ? `(${figure(s)}/255)²` : `(${figure(s)}/255·${figure(range)})²`,
          run: `mseLoss([${(s / 255) * range}, ${(-s / 255) * range}], [0, 0]).item()`,
          assumes: { noise: s, dataRange: range },
          bits: bits + (dataRange === undefined ? 1 : 0),
        })),
      ),
  },
  {
    id: 'psnr-of-noise',
    title: 'The PSNR of the noisy image: nothing was denoised',
    losses: ['psnr'],
    weight: 3,
    approach: 'level',
    formula: '20·log₁₀(255/σ)',
    means: 'The PSNR of white noise of standard deviation σ, which the input already has (clipping to 0 … 255 raises it a little).',
    sure: 'Compute the PSNR of the noisy input against the clean image.',
    repair: { here: 'psnr(noisy, clean, { dataRange: 1 }) // is what has to be beaten', torch: 'psnr(noisy, clean) as the baseline' },
    examples: [{ noise: 25 }, { noise: 50 }],
    candidates: ({ noise }) =>
      choicesOf(usualNoise, noise)
        .filter(({ of }) => of > 0)
        .map(({ of: s, bits }) => ({
          value: 20 * Math.log10(255 / s),
          derivation: `20·log₁₀(255/${figure(s)})`,
          run: `psnr([[${s / 255}, ${-s / 255}]], [[0, 0]], { dataRange: 1 }).ofMeanError`,
          assumes: { noise: s },
          bits,
        })),
  },
  {
    id: 'psnr-of-halves',
    title: 'The PSNR of one half everywhere against 0 and 1',
    losses: ['psnr'],
    weight: 2,
    approach: 'level',
    formula: '10·log₁₀(1/¼) = 20·log₁₀ 2',
    means: 'Half the range off at every pixel. 6.02 dB is also what a range of 2 (pixels in [−1, 1]) adds where it was taken for 1.',
    sure: 'Print the least and the largest pixel of both images.',
    repair: {
      here: 'psnr(input, target, { dataRange: 2 }) // for [−1, 1]',
      torch: 'peak_signal_noise_ratio(x, t, data_range=2.0) for [−1, 1]',
    },
    examples: [{}],
    candidates: () => [
      { value: 20 * Math.log10(2), derivation: '20·log₁₀ 2', run: 'psnr([[0.5, 0.5]], [[0, 1]], { dataRange: 1 }).ofMeanError' },
    ],
  },
  {
    id: 'psnr-below-0',
    title: 'A PSNR below 0: the error is larger than the range',
    losses: ['psnr'],
    weight: 6,
    approach: 'exact',
    formula: '10·log₁₀(R²/MSE) with MSE > R²',
    means: 'Images of 0 … 255 with a range of 1, as a rule: 20·log₁₀ 255 = 48.13 dB are missing then.',
    sure: 'Add 48.13: is that the PSNR that you expected?',
    repair: { here: 'psnr(input, target, { dataRange: 255 })', torch: 'data_range=255' },
    examples: [{}],
    candidates: (_, near) => [
      {
        value: { from: -Infinity, to: 0 },
        derivation: 'below 0',
        note: Number.isFinite(near) ? `with a range of 255 it is ${figure(near + 20 * Math.log10(255))}` : undefined,
        run: 'psnr([[200, 90]], [[100, 100]], { dataRange: 1 }).ofMeanError',
      },
    ],
  },
  {
    id: 'psnr-range',
    title: 'A PSNR with a range of 1 for pixels of 0 … 255',
    losses: ['psnr'],
    weight: 3,
    approach: 'level',
    formula: '10·log₁₀(6/(256² − 1)) for unrelated images; in general 20·log₁₀ 255 = 48.13 dB too low',
    means: 'A negative PSNR means that the error is larger than the range: 48.13 dB are missing.',
    sure: 'Add 48.13: is that the PSNR that you expected?',
    repair: { here: 'psnr(input, target, { dataRange: 255 })', torch: 'data_range=255' },
    examples: [{}],
    candidates: () => [
      {
        value: 10 * Math.log10(6 / 65535),
        derivation: '10·log₁₀(6/65535)',
        run: '(() => { const g = Array.from({ length: 256 }, (_, i) => i); return 10 * Math.log10(1 / mseLoss(g.map((v) => [v]), g, { broadcast: true }).item()) })()',
      },
    ],
  },
  {
    id: 'charbonnier-floor',
    title: "Charbonnier's ε: input and target are equal",
    losses: ['charbonnierLoss'],
    weight: 10,
    approach: 'floor',
    formula: '√(0 + ε²) = ε',
    means: 'The loss never falls below ε, 1e-3 unless set: there is nothing left to gain.',
    sure: 'mseLoss of the same arrays is 0.',
    repair: { here: 'l1Loss(input, target) // has its floor at 0', torch: 'subtract eps for what you watch' },
    examples: [{}],
    candidates: () => [{ value: 1e-3, derivation: '√(0 + 0.001²)', run: 'charbonnierLoss([1, 2], [1, 2]).item()' }],
  },
)
