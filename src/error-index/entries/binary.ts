import { type Shape, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { dtypeOf, program, zeros } from '../code.ts'
import { type Entry, entry, type Repair } from '../entry.ts'
import { drawAligned } from '../shapes.ts'

/** The same, where the shapes are not known. */
export const sameSizes: readonly Repair[] = [
  {
    when: 'the input has an axis of one entry',
    pytorch: 'target.unsqueeze(1), or input.squeeze(1)',
    surprisal: 'reshape(target, input.shape)',
  },
  { when: 'the outputs are classes', pytorch: 'F.cross_entropy(input, target.long())', surprisal: 'crossEntropy(input, target)' },
]

/** What gives input and target one shape. */
export function sameSizeRepairs(input: Shape, target: Shape): Repair[] {
  const longer = (shape: Shape) => shape.filter((extent) => extent !== 1)
  if (sameShape(longer(input), longer(target)) && input.length !== target.length) {
    const shorter = target.length < input.length
    const at = (shorter ? input : target).findIndex((extent, axis) => extent === 1 && (shorter ? target : input)[axis] !== 1)
    const axis = at === (shorter ? input : target).length - 1 ? -1 : at
    const one = Math.abs(input.length - target.length) === 1
    return [
      shorter
        ? { pytorch: one ? `target.unsqueeze(${axis})` : 'target.view_as(input)', surprisal: `reshape(target, [${input.join(', ')}])` }
        : { pytorch: one ? `target.squeeze(${axis})` : 'target.view_as(input)', surprisal: `reshape(target, [${input.join(', ')}])` },
    ]
  }
  if (
    target.length === input.length - 1 &&
    sameShape(
      target,
      input.filter((_, axis) => axis !== 1),
    )
  ) {
    return [
      {
        when: `the ${input[1]} outputs are classes of which one is right`,
        pytorch: 'F.cross_entropy(input, target.long())',
        surprisal: 'crossEntropy(input, target)',
      },
      {
        when: 'there are two classes, and one output would do',
        pytorch: 'input[:, 1] - input[:, 0], as the only logit',
        surprisal: 'one output per sample',
      },
    ]
  }
  if (sizeOf(input) === sizeOf(target))
    return [
      {
        pytorch: 'target.view_as(input), where the order of the elements is the same',
        surprisal: `reshape(target, [${input.join(', ')}])`,
      },
    ]
  return [{ pytorch: `a target of shape ${tupleOf(input)}`, surprisal: `a target of shape ${tupleOf(input)}` }]
}

const boolAdvice = [{ pytorch: 'target.float()', surprisal: `tensor(target, { dtype: 'float32' })` }]

/** BCELoss and BCEWithLogitsLoss: probabilities or scores, and masks. */
export const binary: readonly Entry[] = [
  entry({
    id: 'bce-input-range',
    finding: 'logits-as-probabilities',
    title: 'Raw scores in BCELoss',
    says: 'RuntimeError: all elements of input should be between 0 and 1',
    sample: {},
    older: [
      {
        says: 'Assertion `input_val >= zero && input_val <= one` failed.',
        versions: 'CUDA, as threads of 2021 to 2025 show it',
        seen: 'https://github.com/Blealtan/efficient-kan/issues/41',
      },
      {
        says: 'Assertion `input >= 0. && input <= 1.` failed.',
        versions: 'CUDA, PyTorch up to 1.x, as threads of 2018 and 2019 show it',
        seen: 'https://github.com/NVIDIA/pix2pixHD/issues/9',
      },
      {
        says: "RuntimeError: Assertion `x >= 0. && x <= 1.' failed. input value should be between 0~1, but got {value:number}",
        versions: 'up to about PyTorch 1.1',
      },
      {
        says: 'Assertion `*input >= 0. && *input <= 1.` failed.',
        versions: "CUDA with reduction='none', as threads of 2019 show it",
        seen: 'https://github.com/dbolya/yolact/issues/164',
      },
    ],
    mistake: 6,
    cause:
      'BCELoss takes probabilities. Its input holds scores of a layer without a sigmoid, or NaN from earlier, or a product of probabilities that rounding lifted above 1.',
    repair: () => [
      {
        when: 'the input holds scores',
        pytorch: 'nn.BCEWithLogitsLoss()(input, target)',
        surprisal: 'binaryCrossEntropyWithLogits(input, target)',
      },
      { when: 'it was rounded out of the range', pytorch: 'input.clamp(0, 1)', surprisal: 'input.map((p) => Math.min(Math.max(p, 0), 1))' },
      { when: 'it holds NaN', pytorch: 'torch.isnan(input).any(), layer by layer', surprisal: 'input.some(Number.isNaN)' },
    ],
    example: () => ({ wrong: 'binaryCrossEntropy([0.3, 2.5], [0, 1])', right: 'binaryCrossEntropyWithLogits([0.3, 2.5], [0, 1])' }),
  }),
  entry({
    id: 'bce-target-range',
    finding: 'impossible-target',
    title: 'A target that is no probability',
    says: 'RuntimeError: all elements of target should be between 0 and 1',
    sample: {},
    versions: 'PyTorch 2.13; 1.13 computes a number all the same, and BCEWithLogitsLoss does to this day',
    older: [{ says: 'Assertion `target_val >= zero && target_val <= one` failed.', versions: 'CUDA, PyTorch 2.x' }],
    mistake: 17,
    cause:
      'The target of BCELoss is a probability: 0, 1, or between. A mask of 0 and 255, labels of −1 and 1, or class indices above 1 are none.',
    repair: () => [
      { when: 'the mask holds 0 and 255', pytorch: 'target / 255', surprisal: 'target.map((value) => value / 255)' },
      { when: 'the labels are −1 and 1', pytorch: '(target + 1) / 2', surprisal: 'target.map((label) => (label + 1) / 2)' },
      { when: 'they are class indices', pytorch: 'F.cross_entropy(input, target)', surprisal: 'crossEntropy(input, target)' },
    ],
    example: () => ({ wrong: 'binaryCrossEntropy([0.3, 0.9], [0, 255])', right: 'binaryCrossEntropy([0.3, 0.9], [0, 1])' }),
  }),
  entry({
    id: 'bce-sizes-differ',
    title: 'Input and target of different shapes in BCELoss',
    says: 'ValueError: Using a target size (torch.Size({target:shape})) that is different to the input size (torch.Size({input:shape})) is deprecated. Please ensure they have the same size.',
    sample: { target: [4], input: [4, 1] },
    older: [
      {
        says: 'ValueError: Target and input must have the same number of elements. target nelement ({targetSize:number}) != input nelement ({inputSize:number})',
        versions: 'PyTorch 0.4 to 1.4, after a UserWarning with the shapes',
        seen: 'https://github.com/milesial/Pytorch-UNet/issues/58',
      },
    ],
    mistake: 7,
    cause: 'BCELoss compares element by element and wants equal shapes. A layer with one output gives (N, 1), labels come as (N).',
    here: ({ target, input }) => `The input is ${tupleOf(input)} and the target ${tupleOf(target)}.`,
    picture: ({ target, input }) => drawAligned({ input, target }),
    repair: ({ target, input }) => sameSizeRepairs(input, target),
    general: sameSizes,
    example: ({ target, input }) => ({
      wrong: program({ input: zeros(input), target: zeros(target) }, 'binaryCrossEntropy(input, target)'),
      right: program({ input: zeros(input), target: zeros(input) }, 'binaryCrossEntropy(input, target)'),
    }),
  }),
  entry({
    id: 'bce-logits-sizes-differ',
    title: 'Input and target of different shapes in BCEWithLogitsLoss',
    says: 'ValueError: Target size (torch.Size({target:shape})) must be the same as input size (torch.Size({input:shape}))',
    sample: { target: [4], input: [4, 1] },
    mistake: 7,
    cause:
      'The loss compares element by element and wants equal shapes. A layer with one output gives (N, 1), labels come as (N), masks as (N, H, W).',
    here: ({ target, input }) => `The input is ${tupleOf(input)} and the target ${tupleOf(target)}.`,
    picture: ({ target, input }) => drawAligned({ input, target }),
    repair: ({ target, input }) => sameSizeRepairs(input, target),
    general: sameSizes,
    example: ({ target, input }) => ({
      wrong: program({ input: zeros(input), target: zeros(target) }, 'binaryCrossEntropyWithLogits(input, target)'),
      right: program({ input: zeros(input), target: zeros(input) }, 'binaryCrossEntropyWithLogits(input, target)'),
    }),
  }),
  entry({
    id: 'float-target-wanted',
    finding: 'wrong-dtype',
    title: 'A target of another type than the input',
    says: 'RuntimeError: Found dtype {got:dtype} but expected {wanted:dtype}',
    sample: { got: 'Long', wanted: 'Float' },
    older: [
      {
        says: 'RuntimeError: expected dtype {wanted:dtype} but got dtype {got:dtype}',
        versions: 'PyTorch 1.5, from backward(), as threads show it',
        seen: 'https://github.com/pytorch/pytorch/issues/36553',
      },
      {
        says: `RuntimeError: Expected object of type {wanted:dtype} but found type {got:dtype} for argument #2 'target'`,
        versions: 'PyTorch 0.4, as threads of 2018 show it',
        seen: 'https://github.com/chenyuntc/pytorch-book/issues/122',
      },
    ],
    mistake: 4,
    cause:
      'Input and target have to be of the same floating-point type. Labels come from a data set as int64 (Long), NumPy and pandas make float64 (Double). BCELoss says so at the call; the loss of two types in MSELoss or HuberLoss may be computed, and backward() says so.',
    here: ({ got, wanted }) => `One is ${got}, the other ${wanted}.`,
    repair: ({ wanted }) => [
      {
        pytorch: wanted === 'Float' ? 'target.float()' : 'target.to(input.dtype)',
        surprisal: `tensor(target, { dtype: '${dtypeOf(wanted)}' })`,
      },
    ],
    example: ({ got, wanted }) => ({
      wrong: program({ input: zeros([2], dtypeOf(wanted)), target: zeros([2], dtypeOf(got)) }, 'binaryCrossEntropy(input, target)'),
      right: program({ input: zeros([2]), target: zeros([2]) }, 'binaryCrossEntropy(input, target)'),
    }),
  }),
  entry({
    id: 'integer-target',
    finding: 'wrong-dtype',
    title: 'Integers where the result would be written',
    says: `RuntimeError: result type {result:dtype} can't be cast to the desired output type {output:dtype}`,
    sample: { result: 'Float', output: 'Long' },
    mistake: 4,
    cause:
      'The loss writes floating-point numbers into the place of a tensor that holds integers. BCEWithLogitsLoss does so with its target, gaussian_nll_loss with var: make that tensor floating-point.',
    here: ({ result, output }) => `A ${result} does not go into a tensor of ${output}.`,
    repair: () => boolAdvice,
    example: ({ result, output }) => {
      const made = { input: zeros([2]), target: zeros([2]) }
      if (/[a-z]/.test(output[0])) {
        const call = 'gaussianNllLoss(input, target, variance)'
        return {
          wrong: program({ ...made, variance: zeros([2], dtypeOf(output)) }, call),
          right: program({ ...made, variance: zeros([2]) }, call),
        }
      }
      if (output === 'Bool') {
        const call = 'huberLoss(input, target, { weight: target })'
        return { wrong: program({ input: zeros([2], 'bool'), target: zeros([2], dtypeOf(result)) }, call), right: program(made, call) }
      }
      const call = 'binaryCrossEntropyWithLogits(input, target)'
      return {
        wrong: program({ input: zeros([2], dtypeOf(result)), target: zeros([2], dtypeOf(output)) }, call),
        right: program(made, call),
      }
    },
    elsewhere: 'Every operation in place says so: counts += 0.5 on a tensor of integers, for instance.',
  }),
  entry({
    id: 'bool-target',
    finding: 'wrong-dtype',
    title: 'A mask of booleans in a binary loss',
    says: 'RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
    sample: {},
    mistake: 4,
    cause: 'The formula has a difference, and booleans have none. The mask comes from a comparison, such as mask > 0.',
    repair: () => boolAdvice,
    example: () => ({
      wrong: 'binaryCrossEntropyWithLogits(tensor([0.5, -1.2]), [true, false])',
      right: `binaryCrossEntropyWithLogits(tensor([0.5, -1.2]), tensor([true, false], { dtype: 'float32' }))`,
    }),
    elsewhere: 'Every subtraction of two masks says so.',
  }),
  entry({
    id: 'bool-operand',
    finding: 'wrong-dtype',
    title: 'Booleans in a difference',
    says: 'RuntimeError: Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    sample: {},
    older: [
      {
        says: 'RuntimeError: Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
        versions: 'PyTorch 2.13, from margin_ranking_loss and soft_margin_loss',
      },
    ],
    mistake: 4,
    cause:
      'One of the arguments holds booleans, and the formula subtracts or negates it. A mask comes from a comparison, such as mask > 0.',
    repair: () => boolAdvice,
    example: () => ({
      wrong: 'l1Loss(tensor([0.5, -1.2]), [true, false])',
      right: `l1Loss(tensor([0.5, -1.2]), tensor([true, false], { dtype: 'float32' }))`,
    }),
    elsewhere: 'Every subtraction of a mask says so: 1 - mask, for instance.',
  }),
  entry({
    id: 'bce-autocast',
    title: 'BCELoss under autocast',
    says: 'RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.',
    sample: {},
    versions: 'CUDA, since autocast came with PyTorch 1.6, as threads show it; on the CPU 2.13 computes',
    mistake: 25,
    cause:
      'Under autocast the sigmoid before BCELoss is a float16, in which everything above 0.9998 is 1: the loss of a sure mistake would be 100 and its gradient 0.',
    repair: () => [
      { pytorch: 'nn.BCEWithLogitsLoss()(scores, target), without the sigmoid', surprisal: 'binaryCrossEntropyWithLogits(scores, target)' },
      {
        when: 'the probabilities have no scores',
        pytorch: "with torch.autocast('cuda', enabled=False): F.binary_cross_entropy(p.float(), target.float())",
        surprisal: `binaryCrossEntropy(tensor(p, { dtype: 'float32' }), target)`,
      },
    ],
    example: () => ({
      wrong: `binaryCrossEntropy(tensor([0.25, 0.75], { dtype: 'float16' }), tensor([0, 1], { dtype: 'float16' }))`,
      says: null,
      right: `binaryCrossEntropyWithLogits(tensor([-1, 1], { dtype: 'float16' }), tensor([0, 1], { dtype: 'float16' }))`,
    }),
  }),
  entry({
    id: 'weight-broadcast',
    title: 'Shapes that do not broadcast',
    says: 'RuntimeError: The size of tensor a ({a:number}) must match the size of tensor b ({b:number}) at non-singleton dimension {axis:number}',
    sample: { a: 3, b: 5, axis: 3 },
    mistake: 12,
    cause:
      'Two shapes are aligned at the right, and there an axis differs. In BCEWithLogitsLoss it is pos_weight or weight with one value per class, which lands on the last axis instead of axis 1; in MSELoss it is input and target, after the warning about their sizes.',
    here: ({ a, b, axis }) =>
      `On axis ${axis} (the first is 0) one tensor has ${a} entries and the other ${b}; equal extents would fit, or 1.`,
    repair: ({ a, b }) => {
      const perClass = Math.min(a, b)
      return [
        {
          when: 'it is a weight per class of images',
          pytorch: `pos_weight.view(${perClass}, 1, 1)`,
          surprisal: `reshape(posWeight, [${perClass}, 1, 1])`,
        },
        { when: 'it is input and target', pytorch: 'print(input.shape, target.shape)', surprisal: 'two arguments of one shape' },
      ]
    },
    example: ({ a, b, axis }) => {
      const shape = [...new Array<number>(axis).fill(1), b]
      const made = { scores: zeros(shape), target: zeros(shape) }
      const call = 'binaryCrossEntropyWithLogits(scores, target, { posWeight })'
      return { wrong: program({ ...made, posWeight: zeros([a]) }, call), right: program({ ...made, posWeight: zeros([b]) }, call) }
    },
    elsewhere: 'Every operation of two tensors says so.',
  }),
  entry({
    id: 'weight-too-large',
    title: 'A weight with more axes or entries than the input',
    says: `RuntimeError: output with shape {output:shape} doesn't match the broadcast shape {broadcast:shape}`,
    sample: { output: [2, 3], broadcast: [4, 2, 3] },
    mistake: 12,
    cause: 'The weight (or pos_weight) would make the result larger than the input. It has to broadcast into the shape of the input.',
    here: ({ output, broadcast }) => `The input is ${tupleOf(output)}, and with the weight it would be ${tupleOf(broadcast)}.`,
    picture: ({ output, broadcast }) => drawAligned({ input: output, 'with weight': broadcast }),
    repair: ({ output }) => [
      { pytorch: `a weight that broadcasts into ${tupleOf(output)}`, surprisal: `a weight that broadcasts into ${tupleOf(output)}` },
    ],
    example: ({ output, broadcast }) => ({
      wrong: program(
        { scores: zeros(output), target: zeros(output), weight: zeros(broadcast) },
        'binaryCrossEntropyWithLogits(scores, target, { weight })',
      ),
      right: program(
        { scores: zeros(output), target: zeros(output), weight: zeros(output) },
        'binaryCrossEntropyWithLogits(scores, target, { weight })',
      ),
    }),
    elsewhere: 'Every operation in place says so.',
  }),
  entry({
    id: 'bce-weight-broadcast',
    title: 'A weight of BCELoss that does not broadcast',
    says: 'RuntimeError: Attempting to broadcast a dimension of length {length:number} at {axis:number}! Mismatching argument at index 1 had torch.Size({weight:shape}); but expected shape should be broadcastable to {wanted:shape}',
    sample: { length: 3, axis: -2, weight: [2, 3, 1], wanted: [1, 2, 3] },
    mistake: 12,
    cause: 'The weight of BCELoss is broadcast to the shape of the target, aligned at the right.',
    here: ({ weight, axis, length, wanted }) =>
      `The weight is ${tupleOf(weight)}; on axis ${axis} it has ${length} entries, which does not fit into ${tupleOf(wanted)}.`,
    picture: ({ weight, wanted }) => drawAligned({ target: wanted, weight }),
    repair: ({ wanted }) => [
      { pytorch: `a weight that broadcasts into ${tupleOf(wanted)}`, surprisal: `a weight that broadcasts into ${tupleOf(wanted)}` },
    ],
    example: ({ weight, wanted }) => {
      const shape = wanted.slice(wanted.findIndex((extent) => extent !== 1))
      return {
        wrong: program(
          { input: zeros(shape), target: zeros(shape), weight: zeros(weight) },
          'binaryCrossEntropy(input, target, { weight })',
        ),
        right: program(
          { input: zeros(shape), target: zeros(shape), weight: zeros(shape) },
          'binaryCrossEntropy(input, target, { weight })',
        ),
      }
    },
  }),
]
