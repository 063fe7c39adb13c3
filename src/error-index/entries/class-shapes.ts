import { tupleOf } from '../../tensor/shape.ts'
import { classes, program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'
import type { Values } from '../pattern.ts'
import { classAxis, drawAligned, drawClasses, shapeRepairs, without } from '../shapes.ts'

/** Scores of two samples, three classes each. */
const scores = '[[0.5, -1.2, 2], [1, 0.3, -0.7]]'

/** On CUDA the message has the target's shape, and not only its rank. */
const rankOf = ({ target }: Values): Values => ({ rank: Array.isArray(target) ? target.length : 0 })

const squeezed = { when: 'the target has an axis of one entry', pytorch: 'target.squeeze(1)', surprisal: 'reshape(target, [N, H, W])' }
const movedClasses = {
  when: 'the classes are on the last axis',
  pytorch: 'input.movedim(-1, 1)',
  surprisal: 'permute(input, [0, 3, 1, 2])',
}

/** The shape of a target of class indices. */
export const classShapes: readonly Entry[] = [
  entry({
    id: 'multi-target',
    finding: 'target-shape',
    title: 'A target with an axis too many',
    says: 'RuntimeError: 0D or 1D target tensor expected, multi-target not supported',
    sample: {},
    older: [
      {
        says: 'RuntimeError: multi-target not supported at {where:text}',
        versions: 'up to about PyTorch 1.4, with a file of C or CUDA behind it',
        seen: 'https://github.com/pytorch/pytorch/issues/3670',
      },
      { says: 'RuntimeError: 1D target tensor expected, multi-target not supported', versions: 'about PyTorch 1.5 to 1.9' },
    ],
    mistake: 3,
    cause:
      'For an input of shape (N, C) the target is (N), one index per sample. Here it has more axes: (N, 1) from a data set with one column, or a one-hot code of other extents than the input.',
    repair: () => [
      { when: 'the target is (N, 1)', pytorch: 'target.squeeze(1)', surprisal: 'reshape(target, [target.shape[0]])' },
      { when: 'it is a one-hot code', pytorch: 'target.argmax(1)', surprisal: 'argmax(target, 1)' },
    ],
    example: () => ({
      wrong: program({ input: scores, target: classes([2, 1]) }, 'crossEntropy(input, target)'),
      right: program({ input: scores, target: classes([2]) }, 'crossEntropy(input, target)'),
    }),
  }),
  entry({
    id: 'batch-sizes-differ',
    finding: 'class-axis',
    title: 'Input and target of different batch sizes',
    says: 'ValueError: Expected input batch_size ({input:number}) to match target batch_size ({target:number}).',
    sample: { input: 4, target: 3 },
    mistake: 3,
    cause:
      'Axis 0 counts the samples in both, and they are not as many. Often a view(-1, …) before the last layer swallowed a part of the batch, the scores of a sequence were flattened and the labels were not, or the last batch of a loader is shorter than a fixed size.',
    here: ({ input, target }) => {
      const factor = input > target && target > 0 && input % target === 0 ? input / target : 0
      const inverse = target > input && input > 0 && target % input === 0 ? target / input : 0
      const guess =
        factor > 0
          ? ` ${input} = ${factor} × ${target}: ${factor} rows of scores for each label, so a flatten before the last layer keeps too many rows.`
          : inverse > 0
            ? ` ${target} = ${inverse} × ${input}: ${inverse} labels for each row of scores; give the scores the axis that the labels have.`
            : ''
      return `There are ${input} rows of scores and ${target} labels.${guess}`
    },
    repair: ({ input, target }) => [
      { when: 'the network flattens', pytorch: 'x.flatten(1), instead of x.view(-1, features)', surprisal: 'reshape(x, [N, features])' },
      ...(target > input
        ? [
            {
              when: 'the labels are those of a sequence',
              pytorch: 'F.cross_entropy(input.flatten(0, 1), target.flatten())',
              surprisal: 'crossEntropy(reshape(input, [N * L, C]), reshape(target, [N * L]))',
            },
          ]
        : []),
    ],
    example: ({ input, target }) => ({
      wrong: program({ input: zeros([input, 3]), target: classes(target === 0 ? [] : [target]) }, 'crossEntropy(input, target)'),
      right: program({ input: zeros([input, 3]), target: classes([input]) }, 'crossEntropy(input, target)'),
    }),
  }),
  entry({
    id: 'target-size',
    finding: 'class-axis',
    general: [movedClasses],
    title: 'A target that is not the input without its class axis',
    says: 'RuntimeError: Expected target size {wanted:shape}, got {got:shape}',
    sample: { wanted: [2, 5], got: [2, 4] },
    mistake: 9,
    cause:
      'The classes are on axis 1. For sequences that is (N, C, L) with a target of (N, L); most networks give (N, L, C), and then PyTorch takes the positions for classes.',
    here: ({ wanted, got }) => {
      const differ = `PyTorch wants ${tupleOf(wanted)}, the input without its axis 1, and the target is ${tupleOf(got)}.`
      return wanted.length === 2 && got.length === 2
        ? `${differ} If the classes stand last, the input was (${[got[0], got[1], wanted[1]].join(', ')}): ${got[1]} positions with ${wanted[1]} scores each.`
        : differ
    },
    picture: ({ wanted, got }) => drawAligned({ wanted, target: got }),
    repair: ({ got, wanted }) => {
      if (got.length < wanted.length) {
        const one = {
          when: 'there is one label per sample',
          pytorch: 'input[:, -1], the scores of the last step',
          surprisal: 'scores of shape (N, C)',
        }
        return [
          one,
          {
            when: 'every position has a label',
            pytorch: `a target of shape ${tupleOf(wanted)}`,
            surprisal: `a target of shape ${tupleOf(wanted)}`,
          },
        ]
      }
      const squeeze = shapeRepairs([wanted[0], -1, ...wanted.slice(1)], got).filter(({ pytorch }) => pytorch.includes('squeeze'))
      if (got.length > wanted.length) return squeeze.length > 0 ? squeeze : [squeezed]
      return [
        got.length === 2
          ? {
              when: 'the classes are on the last axis',
              pytorch: 'input.transpose(1, 2)',
              surprisal: 'permute(input, [0, 2, 1])',
            }
          : movedClasses,
        {
          when: 'or flatten both',
          pytorch: 'F.cross_entropy(input.flatten(0, -2), target.flatten())',
          surprisal: 'crossEntropy(reshape(input, [N * L, C]), reshape(target, [N * L]))',
        },
      ]
    },
    example: ({ wanted, got }) => {
      const scoresOf = zeros([wanted[0], 4, ...wanted.slice(1)])
      return {
        wrong: program({ input: scoresOf, target: classes(got) }, 'crossEntropy(input, target)'),
        right: program({ input: scoresOf, target: classes(wanted) }, 'crossEntropy(input, target)'),
      }
    },
  }),
  entry({
    id: 'size-mismatch',
    finding: 'class-axis',
    general: [movedClasses, squeezed],
    title: 'A mask that does not fit the scores',
    says: 'RuntimeError: size mismatch (got input: {input:shape} , target: {target:shape}',
    sample: { input: [2, 4, 5, 3], target: [2, 4, 5] },
    older: [
      {
        says: "RuntimeError: input and target batch or spatial sizes don't match: target {target:shape}, input {input:shape}",
        versions: 'up to about PyTorch 1.9',
      },
    ],
    mistake: 9,
    cause:
      'For an input of shape (N, C, H, W) the target is (N, H, W): the input without its class axis, which is axis 1. Either the classes are on another axis, or the images are of different sizes.',
    here: ({ input, target }) => {
      const axis = classAxis(input, target)
      if (axis >= 0)
        return `The input is ${tupleOf(input)}, and without its axis ${axis} it is the target ${tupleOf(target)}: the ${input[axis]} classes are on axis ${axis}${axis === input.length - 1 ? ', the last' : ''}. They belong on axis 1.`
      return `The input is ${tupleOf(input)}, so the target would be ${tupleOf(without(input, 1))}. It is ${tupleOf(target)}.`
    },
    picture: ({ input, target }) => drawClasses(input, target),
    repair: ({ input, target }) => {
      const found = shapeRepairs(input, target)
      return found.length > 0
        ? found
        : [{ pytorch: `a target of shape ${tupleOf(without(input, 1))}`, surprisal: `a target of shape ${tupleOf(without(input, 1))}` }]
    },
    example: ({ input, target }) => {
      const [repair] = shapeRepairs(input, target)
      const moved = classAxis(input, target) >= 0
      const single = input.length === 1
      return {
        wrong: program({ input: zeros(input), target: classes(target) }, single ? 'nllLoss(input, target)' : 'crossEntropy(input, target)'),
        ...(single ? { says: null } : {}),
        right: moved
          ? program({ input: zeros(input), view: repair.surprisal, target: classes(target) }, 'crossEntropy(view, target)')
          : program(
              { input: zeros(input), target: classes(single ? [] : without(input, 1)) },
              single ? 'nllLoss(input, target)' : 'crossEntropy(input, target)',
            ),
      }
    },
  }),
  entry({
    id: 'spatial-targets',
    finding: 'target-shape',
    general: [squeezed],
    title: 'A mask with an axis too many or too few',
    says: 'RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of dimension: {rank:number}',
    sample: { rank: 4 },
    older: [
      {
        says: 'RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of size: : {target:shape}',
        versions: 'CUDA, PyTorch 1.5 to 2.x, as threads show it (before a wrong "1": "1only batches …")',
        seen: 'https://github.com/milesial/Pytorch-UNet/issues/226',
        reads: rankOf,
      },
      {
        says: 'RuntimeError: only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: : {target:shape}',
        versions: 'CUDA, PyTorch 1.3 to 1.5, as threads show it',
        seen: 'https://github.com/cosmic-cortex/pytorch-UNet/issues/11',
        reads: rankOf,
      },
    ],
    mistake: 3,
    cause:
      'For an input of shape (N, C, H, W) the target is (N, H, W), one class index per pixel. A mask of (N, 1, H, W) has the channel of a grey image; (N, H, W, 3) and (N, 3, H, W) are colours, and not classes.',
    here: ({ rank }) => `The target has ${rank} axes instead of 3.`,
    repair: ({ rank }) =>
      rank < 4
        ? [{ when: 'the axis of the batch is missing', pytorch: 'target.unsqueeze(0)', surprisal: 'reshape(target, [1, ...target.shape])' }]
        : [
            { when: 'the mask is (N, 1, H, W)', pytorch: 'target.squeeze(1)', surprisal: 'reshape(target, [N, H, W])' },
            {
              when: 'it is a one-hot code (N, C, H, W) of integers',
              pytorch: 'target.argmax(1)',
              surprisal: 'argmax(target, 1)',
            },
            {
              when: 'it is a colour image',
              pytorch: "np.array(Image.open(path)) of the palette image, without convert('RGB')",
              surprisal: 'a PNG with a palette, read as indices',
            },
          ],
    example: ({ rank }) => {
      const target = rank >= 4 ? [2, 1, ...new Array<number>(rank - 2).fill(4)] : [2, 4, 4].slice(0, rank)
      const input = zeros([2, 3, 4, 4])
      return {
        wrong: program({ input, target: classes(target) }, 'crossEntropy(input, target)'),
        right: program({ input, target: classes([2, 4, 4]) }, 'crossEntropy(input, target)'),
      }
    },
  }),
  entry({
    id: 'one-sample-many-targets',
    finding: 'target-shape',
    title: 'Scores without a batch, and several targets',
    says: 'ValueError: For 1D input, 1D target must have size 1, but got target size: {size:number}',
    sample: { size: 3 },
    mistake: 3,
    cause:
      'An input of one axis is the scores of a single sample, so there is one target. Often a squeeze() took the axis of a batch, or of a single class, away.',
    here: ({ size }) => `There are ${size} targets for one row of scores.`,
    repair: ({ size }) => [
      { when: 'it is a batch of one', pytorch: 'input.unsqueeze(0)', surprisal: 'reshape(input, [1, C])' },
      {
        when: `it is a batch of ${size} with one score each`,
        pytorch: 'F.binary_cross_entropy_with_logits(input, target.float())',
        surprisal: 'binaryCrossEntropyWithLogits(input, target)',
      },
    ],
    example: ({ size }) => {
      // as many classes as targets would be probabilities
      const c = size === 2 ? 3 : size + 1
      return {
        wrong: program({ input: zeros([c]), target: classes([size]) }, 'crossEntropy(input, target)'),
        right: program({ input: zeros([size, c]), target: classes([size]) }, 'crossEntropy(input, target)'),
      }
    },
  }),
]
