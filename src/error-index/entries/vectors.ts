import { type Shape, tupleOf } from '../../tensor/shape.ts'
import { dtypeOf, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'
import { drawAligned, drawClasses } from '../shapes.ts'

const shapeOf = (rank: number): Shape => [2, 3, 4, 5, 6, 7].slice(0, rank)

/** Losses over vectors, pairs and margins. */
export const vectors: readonly Entry[] = [
  entry({
    id: 'cosine-ranks',
    title: 'Vectors and signs that do not belong together',
    says: 'RuntimeError: {target:number}D target tensor expects {inputs:number}D input tensors, but found inputs with sizes {input1:shape} and {input2:shape}.',
    sample: { target: 1, inputs: 2, input1: [5], input2: [5] },
    cause: 'cosine_embedding_loss takes two batches of vectors, (N, D) each, with N signs, or two vectors (D) with a single sign.',
    here: ({ target, inputs, input1, input2 }) =>
      `With a target of ${target} ${target === 1 ? 'axis' : 'axes'} the inputs have ${inputs}; they are ${tupleOf(input1)} and ${tupleOf(input2)}.`,
    picture: ({ input1, input2 }) => drawAligned({ input1, input2 }),
    repair: () => [
      { when: 'it is one pair', pytorch: 'target.squeeze()', surprisal: 'cosineEmbeddingLoss(a, b, 1)' },
      { when: 'it is a batch', pytorch: 'input1.unsqueeze(0), input2.unsqueeze(0)', surprisal: 'reshape(a, [1, D]), reshape(b, [1, D])' },
    ],
    example: ({ target, input1, input2 }) => ({
      wrong: `cosineEmbeddingLoss(${zeros(input1)}, ${zeros(input2)}, ${target === 0 ? '1' : '[1]'})`,
      right: `cosineEmbeddingLoss(${zeros([1, 5])}, ${zeros([1, 5])}, [1])`,
    }),
  }),
  entry({
    id: 'triplet-ranks',
    title: 'Anchor, positive and negative of different ranks',
    says: 'RuntimeError: The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {anchor:number}D, positive {positive:number}D, and negative {negative:number}D inputs',
    sample: { anchor: 2, positive: 1, negative: 2 },
    cause: 'The three are vectors (D) or batches of vectors (N, D), all alike.',
    here: ({ anchor, positive, negative }) => `They have ${anchor}, ${positive} and ${negative} axes.`,
    repair: () => [{ pytorch: 'positive.unsqueeze(0)', surprisal: 'reshape(positive, [1, D])' }],
    example: ({ anchor, positive, negative }) => ({
      wrong: `tripletMarginLoss(${[anchor, positive, negative].map((rank) => zeros(shapeOf(rank))).join(', ')})`,
      right: `tripletMarginLoss(${[2, 2, 2].map((rank) => zeros(shapeOf(rank))).join(', ')})`,
    }),
  }),
  entry({
    id: 'triplet-margin',
    title: 'A margin that is not positive',
    says: 'ValueError: margin must be greater than 0, got {margin:number}',
    sample: { margin: -0.5 },
    older: [
      {
        says: 'ValueError: {module:word}: expected margin to be greater than 0, got {margin:number} instead',
        versions: 'PyTorch 2.13, from the module',
      },
    ],
    versions: 'PyTorch 2.13; 1.13 takes any margin',
    cause: 'The margin is how much further away the negative has to be: above 0.',
    here: ({ margin }) => `It was ${margin}.`,
    repair: () => [{ pytorch: 'margin=1.0', surprisal: 'margin: 1' }],
    example: ({ margin }) => ({
      wrong: `tripletMarginLoss([1, 2], [1, 2], [3, 4], { margin: ${margin} })`,
      right: 'tripletMarginLoss([1, 2], [1, 2], [3, 4], { margin: 1 })',
    }),
  }),
  entry({
    id: 'empty-norm',
    title: 'A norm of empty vectors',
    says: 'RuntimeError: linalg.vector_norm cannot compute the {norm:word} norm on the dimension {axis:number}because this dimension is empty and the operation does not have an identity',
    sample: { norm: 'inf', axis: 0 },
    cause: 'The vectors of triplet_margin_loss have no entries, and the largest of none does not exist.',
    repair: () => [{ pytorch: 'print(anchor.shape)', surprisal: 'vectors with entries' }],
    example: ({ norm, axis }) => ({
      wrong: `tripletMarginLoss(${new Array<string>(3).fill(zeros([...shapeOf(axis), 0])).join(', ')}, { p: ${norm.startsWith('-') ? '-Infinity' : norm === 'inf' ? 'Infinity' : norm} })`,
      right: 'tripletMarginLoss([1, 2], [1, 2], [3, 4])',
    }),
  }),
  entry({
    id: 'cosine-of-integers',
    title: 'The angle between vectors of integers',
    says: 'RuntimeError: expected common dtype to be floating point, yet common dtype is {dtype:dtype}',
    sample: { dtype: 'Long' },
    mistake: 4,
    cause: 'cosine_similarity divides by lengths, and takes floating-point vectors.',
    here: ({ dtype }) => `Both are ${dtype}.`,
    repair: () => [{ pytorch: 'x1.float(), x2.float()', surprisal: `tensor(x1, { dtype: 'float32' })` }],
    example: ({ dtype }) => ({
      wrong: `cosineSimilarity(${zeros([2, 3], dtypeOf(dtype))}, ${zeros([2, 3], dtypeOf(dtype))})`,
      right: `cosineSimilarity(${zeros([2, 3])}, ${zeros([2, 3])})`,
    }),
    elsewhere: 'A few other functions of two tensors say so.',
  }),
  entry({
    id: 'distance-is-no-function',
    title: 'A distance that is no function',
    says: `TypeError: '{got:word}' object is not callable`,
    sample: { got: 'str' },
    cause: 'distance_function of triplet_margin_with_distance_loss is a function of two tensors, and not the name of one.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [
      {
        pytorch: 'distance_function=nn.PairwiseDistance()',
        surprisal: 'distanceFunction: (a, b) => sub(1, cosineSimilarity(a, b))',
      },
    ],
    example: ({ got }) => ({
      wrong: `tripletMarginWithDistanceLoss([[1, 2]], [[1, 2]], [[3, 4]], { distanceFunction: ${{ NoneType: 'null', float: '0.5', int: '1' }[got] ?? `'cosine'`} })`,
      ...(got === 'str' ? {} : { says: null }),
      right: `tripletMarginWithDistanceLoss([[1, 2]], [[1, 2]], [[3, 4]], { distanceFunction: pairwiseDistance })`,
    }),
    elsewhere: 'Python says so of everything that is called and is no function.',
  }),
  entry({
    id: 'ranking-ranks',
    title: 'Arguments of margin_ranking_loss of different ranks',
    says: 'RuntimeError: margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size({input1:shape}), input2: torch.Size({input2:shape}), target: torch.Size({target:shape}) ',
    sample: { input1: [2, 3], input2: [3], target: [3] },
    cause:
      'The two scores and the sign which of them is to be larger have as many axes as each other; a number and a vector are not broadcast.',
    here: ({ input1, input2, target }) => `They are ${tupleOf(input1)}, ${tupleOf(input2)} and ${tupleOf(target)}.`,
    picture: ({ input1, input2, target }) => drawAligned({ input1, input2, target }),
    repair: () => [{ pytorch: 'target.view_as(input1)', surprisal: 'reshape(target, input1.shape)' }],
    example: ({ input1, input2, target }) => ({
      wrong: `marginRankingLoss(${[input1, input2, target].map((shape) => zeros(shape)).join(', ')})`,
      right: `marginRankingLoss(${[input1, input1, input1].map((shape) => zeros(shape)).join(', ')})`,
    }),
  }),
  entry({
    id: 'margin-target-range',
    finding: 'class-out-of-range',
    title: 'A class index that does not exist, in multi_margin_loss',
    says: 'RuntimeError: target out of range',
    sample: {},
    mistake: 2,
    cause: 'The target holds a class index outside 0 … C − 1, where C is the number of scores per sample.',
    repair: () => [{ when: 'the labels count from 1', pytorch: 'target - 1', surprisal: 'target.map((label) => label - 1)' }],
    example: () => ({ wrong: 'multiMarginLoss([[0.5, -1.2, 2]], [3])', right: 'multiMarginLoss([[0.5, -1.2, 2]], [2])' }),
  }),
  entry({
    id: 'margin-target-shape',
    finding: 'target-shape',
    title: 'Not one class per sample, in multi_margin_loss',
    says: 'RuntimeError: multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size {wanted:shape}, but got {got:shape}. Input has shape {input:shape}.',
    sample: { wanted: [2], got: [2, 1], input: [2, 3] },
    older: [{ says: 'RuntimeError: inconsistent target size, got: {got:shape}', versions: 'PyTorch 1.13' }],
    mistake: 3,
    cause: 'multi_margin_loss takes one class index per sample: (N, C) with (N), or (C) with ().',
    here: ({ wanted, got, input }) => `For scores of ${tupleOf(input)} the target would be ${tupleOf(wanted)}, and is ${tupleOf(got)}.`,
    picture: ({ input, got }) => drawClasses(input, got),
    repair: ({ wanted }) => [{ pytorch: `target.view(${wanted.join(', ')})`, surprisal: `reshape(target, [${wanted.join(', ')}])` }],
    example: ({ wanted, got, input }) => ({
      wrong: `multiMarginLoss(${zeros(input)}, ${zeros(got, 'int64')})`,
      right: `multiMarginLoss(${zeros([wanted[0] ?? 1, 3])}, ${zeros([wanted[0] ?? 1], 'int64')})`,
    }),
  }),
  entry({
    id: 'margin-exponent',
    title: 'An exponent other than 1 and 2',
    says: 'ValueError: only p == 1 and p == 2 supported',
    sample: {},
    cause: 'p of multi_margin_loss is the power of the margin: 1 or 2.',
    repair: () => [{ pytorch: 'p=1', surprisal: 'p: 1' }],
    example: () => ({
      wrong: 'multiMarginLoss([[0.5, -1.2, 2]], [0], { p: 3 })',
      right: 'multiMarginLoss([[0.5, -1.2, 2]], [0], { p: 2 })',
    }),
  }),
  entry({
    id: 'margin-weight-axes',
    title: 'Class weights with more than one axis',
    says: 'ValueError: weight must be one-dimensional',
    sample: {},
    older: [
      {
        says: 'ValueError: MultiMarginLoss: expected weight to be None or 1D tensor, got {axes:number}D instead',
        versions: 'PyTorch 2.13, when the module is made',
      },
      {
        says: 'RuntimeError: inconsistent weight size, expected {classes:number} but got {weight:shape}',
        versions: 'PyTorch 2.13; 1.13 reads past the end of such a weight',
      },
    ],
    mistake: 12,
    cause: 'The weight of multi_margin_loss is one number per class, of shape (C).',
    repair: () => [{ pytorch: 'weight.flatten()', surprisal: 'reshape(weight, [C])' }],
    example: () => ({
      wrong: `multiMarginLoss([[0.5, -1.2, 2]], [0], { weight: ${zeros([1, 3])} })`,
      right: 'multiMarginLoss([[0.5, -1.2, 2]], [0], { weight: [1, 1, 2] })',
    }),
  }),
  entry({
    id: 'margin-empty',
    title: 'Samples without scores',
    says: 'RuntimeError: Expected non-empty vector or matrix with optional 0-dim batch size, but got: {input:shape}',
    sample: { input: [3, 0] },
    cause: 'multi_margin_loss and multilabel_margin_loss take (N, C) or (C), with at least one class.',
    here: ({ input }) => `The input is ${tupleOf(input)}.`,
    repair: () => [{ pytorch: 'print(input.shape)', surprisal: 'an input of shape (N, C)' }],
    example: ({ input }) => ({
      wrong: `multilabelMarginLoss(${zeros(input)}, ${zeros(input, 'int64')})`,
      right: `multilabelMarginLoss(${zeros([3, 2])}, ${zeros([3, 2], 'int64')})`,
    }),
  }),
  entry({
    id: 'label-list-range',
    title: 'A label that does not exist, in multilabel_margin_loss',
    says: `RuntimeError: argument #2 'target' is out of range`,
    sample: {},
    mistake: 2,
    cause: 'The target lists the classes of a row, ended by −1: every entry lies in −1 … C − 1. It is no vector of zeros and ones.',
    repair: () => [
      { when: 'the labels count from 1', pytorch: 'target - 1', surprisal: 'target.map((label) => label - 1)' },
      {
        when: 'the target holds 0 and 1',
        pytorch: 'F.multilabel_soft_margin_loss(input, target)',
        surprisal: 'multilabelSoftMarginLoss(input, target)',
      },
    ],
    example: () => ({
      wrong: 'multilabelMarginLoss([[0.5, -1.2, 2]], [[1, 3, -1]])',
      right: 'multilabelMarginLoss([[0.5, -1.2, 2]], [[0, 2, -1]])',
    }),
  }),
  entry({
    id: 'label-list-shape',
    title: 'Lists of labels of another shape than the scores',
    says: 'RuntimeError: inconsistent target size: {target:shape} for input of size: {input:shape}',
    sample: { target: [2, 2], input: [2, 3] },
    older: [{ says: `RuntimeError: inconsistent size {target:shape} for argument #2 'target'`, versions: 'PyTorch 1.13' }],
    mistake: 3,
    cause: 'The target of multilabel_margin_loss has the shape of the input: a list of classes in each row, filled up with −1.',
    here: ({ target, input }) => `The input is ${tupleOf(input)}, the target ${tupleOf(target)}.`,
    picture: ({ target, input }) => drawAligned({ input, target }),
    repair: ({ input }) => [
      { pytorch: `F.pad(target, (0, ${input.at(-1) ?? 1} - target.shape[-1]), value=-1)`, surprisal: 'rows filled up with −1' },
    ],
    example: ({ target, input }) => ({
      wrong: `multilabelMarginLoss(${zeros(input)}, ${zeros(target, 'int64')})`,
      right: `multilabelMarginLoss(${zeros([2, 3])}, ${zeros([2, 3], 'int64')})`,
    }),
  }),
  entry({
    id: 'boxes-four',
    title: 'Boxes of more than four numbers',
    says: 'ValueError: too many values to unpack (expected 4)',
    sample: {},
    cause: 'A box is x1, y1, x2, y2 on the last axis. A score, an angle or a class stands behind them.',
    repair: () => [{ pytorch: 'boxes[..., :4]', surprisal: 'rows of four' }],
    example: () => ({
      wrong: 'generalizedBoxIouLoss([0, 0, 2, 2, 0.9], [1, 1, 3, 3])',
      right: 'generalizedBoxIouLoss([0, 0, 2, 2], [1, 1, 3, 3])',
    }),
    elsewhere: 'Python says so wherever a list is unpacked.',
  }),
  entry({
    id: 'boxes-fewer',
    title: 'Boxes of fewer than four numbers',
    says: 'ValueError: not enough values to unpack (expected 4, got {got:number})',
    sample: { got: 3 },
    cause: 'A box is x1, y1, x2, y2 on the last axis.',
    here: ({ got }) => `There are ${got} numbers.`,
    repair: () => [{ pytorch: 'boxes.view(-1, 4)', surprisal: 'reshape(boxes, [N, 4])' }],
    example: ({ got }) => ({
      wrong: `generalizedBoxIouLoss(${zeros([got])}, [1, 1, 3, 3])`,
      right: 'generalizedBoxIouLoss([0, 0, 2, 2], [1, 1, 3, 3])',
    }),
    elsewhere: 'Python says so wherever a list is unpacked.',
  }),
  entry({
    id: 'boxes-mask',
    title: 'Not as many boxes as targets',
    says: 'IndexError: The shape of the mask {mask:shape} at index {axis:number} does not match the shape of the indexed tensor {indexed:shape} at index {other:number}',
    sample: { mask: [2], axis: 0, indexed: [1], other: 0 },
    cause: 'The losses of boxes compare box by box: predictions and targets are as many, in the same order, matched before.',
    here: ({ mask, indexed }) =>
      `There are ${tupleOf(indexed)} boxes in the first argument, and together with the second they would be ${tupleOf(mask)}.`,
    repair: () => [{ pytorch: 'boxes1[matched], boxes2[targets]', surprisal: 'one target for each box' }],
    example: ({ mask, indexed }) => ({
      wrong: `generalizedBoxIouLoss(${zeros([...indexed, 4])}, ${zeros([...mask, 4])})`,
      right: `generalizedBoxIouLoss(${zeros([...mask, 4])}, ${zeros([...mask, 4])})`,
    }),
    elsewhere: 'Every index by a mask of another shape says so.',
  }),
  entry({
    id: 'boxes-axes',
    title: 'Boxes with different numbers of axes',
    says: 'IndexError: too many indices for tensor of dimension {axes:number}',
    sample: { axes: 1 },
    cause: 'The losses of boxes index the first argument with a mask as large as both together: the two have to be of one shape.',
    here: ({ axes }) => `The first argument has ${axes} ${axes === 1 ? 'axis' : 'axes'} of boxes, the second more.`,
    repair: () => [{ pytorch: 'boxes1.view(-1, 4), boxes2.view(-1, 4)', surprisal: 'reshape(boxes, [N, 4])' }],
    example: ({ axes }) => {
      const [few, more] = [shapeOf(axes), [1, ...shapeOf(axes)]].map((shape) => zeros([...shape, 4]))
      return { wrong: `generalizedBoxIouLoss(${few}, ${more})`, right: `generalizedBoxIouLoss(${few}, ${few})` }
    },
    elsewhere: 'Every index with too many axes says so.',
  }),
  entry({
    id: 'boxes-dtypes',
    finding: 'wrong-dtype',
    title: 'Boxes of two types',
    says: 'RuntimeError: Index put requires the source and destination dtypes match, got {destination:dtype} for the destination and {source:dtype} for the source.',
    sample: { destination: 'Float', source: 'Double' },
    mistake: 4,
    cause:
      'The two arguments hold numbers of two types, float64 from a data set and float32 from the network. (16 bits and integers are computed as float32.)',
    here: ({ destination, source }) => `One is ${destination}, the other ${source}.`,
    repair: () => [{ pytorch: 'boxes2.to(boxes1.dtype)', surprisal: `tensor(boxes, { dtype: 'float32' })` }],
    example: () => ({
      wrong: `generalizedBoxIouLoss(${zeros([1, 4])}, ${zeros([1, 4], 'float64')})`,
      right: `generalizedBoxIouLoss(${zeros([1, 4])}, ${zeros([1, 4])})`,
    }),
    elsewhere: 'Every assignment by a mask says so.',
  }),
  entry({
    id: 'garbled-message',
    finding: 'class-out-of-range',
    title: 'A message that PyTorch could not print',
    says: `UnicodeDecodeError: 'utf-8' codec can't decode byte {byte:word} in position {position:number}: invalid start byte`,
    sample: { byte: '0x9c', position: 7 },
    versions: 'PyTorch 2.13: nll_loss with a uint8 target that is out of range prints memory in place of the number',
    mistake: 2,
    cause:
      'With uint8 (Byte) targets and 16-bit scores nll_loss fails to put the label into its message "Target … is out of bounds.": a class index does not exist.',
    repair: () => [{ pytorch: 'print(target.unique()), and target.long()', surprisal: 'nllLoss(input, target), which names the label' }],
    example: () => ({
      wrong: `nllLoss(${zeros([2, 3], 'bfloat16')}, new Uint8Array([0, 156]))`,
      says: 'IndexError: Target 156 is out of bounds.',
      right: `nllLoss(${zeros([2, 3], 'bfloat16')}, new Uint8Array([0, 2]))`,
    }),
    elsewhere: 'Python says so of every file that is no UTF-8.',
  }),
  entry({
    id: 'matrices-do-not-multiply',
    title: 'A layer of another width than its input',
    says: 'RuntimeError: mat1 and mat2 shapes cannot be multiplied ({rows:number}x{features:number} and {wanted:number}x{outputs:number})',
    sample: { rows: 4, features: 5, wanted: 3, outputs: 2 },
    older: [
      {
        says: 'RuntimeError: size mismatch, got input ({rows:number}), mat ({features:number}x{wanted:number}), vec ({outputs:number})',
        versions: 'PyTorch 2.x, of a matrix and a vector',
      },
      {
        says: 'RuntimeError: inconsistent tensor size, expected tensor {a:shape} and src {b:shape} to have the same number of elements, but got {na:number} and {nb:number} elements respectively',
        versions: 'PyTorch 2.x, of two vectors',
      },
    ],
    cause:
      'The last axis of what goes into a linear layer has another extent than the layer was made for. It is the layer before the loss, or a flatten before it.',
    here: ({ features, wanted, outputs }) =>
      `There are ${features} features per row, and the layer takes ${wanted} (and gives ${outputs}).`,
    repair: ({ features, outputs }) => [{ pytorch: `nn.Linear(${features}, ${outputs})`, surprisal: `nn.Linear(${features}, ${outputs})` }],
    example: ({ rows, features, wanted, outputs }) => ({
      wrong: `nn.Linear(${wanted}, ${outputs})(${zeros([rows, features])})`,
      right: `nn.Linear(${features}, ${outputs})(${zeros([rows, features])})`,
    }),
    elsewhere: 'Every layer of a network says so, also one far from the loss.',
  }),
]
