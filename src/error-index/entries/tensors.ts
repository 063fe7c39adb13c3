import { camelCase } from '../../names.ts'
import { sizeOf, tupleOf } from '../../tensor/shape.ts'
import { zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

const operations = ['pairwise_distance', 'cosine_similarity', 'sum', 'argmax']

/** Tensors that cannot be made, or reshaped, on the way to a loss. */
export const tensors: readonly Entry[] = [
  entry({
    id: 'ragged-rows',
    title: 'Rows of different lengths',
    says: 'ValueError: expected sequence of length {wanted:number} at dim {axis:number} (got {got:number})',
    sample: { wanted: 2, axis: 1, got: 1 },
    older: [
      { says: 'TypeError: not a sequence', versions: 'PyTorch 2.x, where a number stands in place of a row' },
      { says: 'TypeError: must be real number, not list', versions: 'PyTorch 2.x, where a row stands in place of a number' },
    ],
    cause: 'torch.tensor wants every row of a nested list equally long.',
    here: ({ wanted, axis, got }) => `On axis ${axis} the first row has ${wanted} entries, another ${got}.`,
    repair: () => [
      {
        pytorch: 'nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-100)',
        surprisal: 'rows filled up, with ignoreIndex for what was added',
      },
    ],
    example: ({ wanted, axis, got }) => {
      const deep = (row: string) => '['.repeat(axis - 1) + row + ']'.repeat(axis - 1)
      const row = (n: number) => `[${new Array<number>(n).fill(1).join(', ')}]`
      return axis === 1
        ? { wrong: `tensor([${row(wanted)}, ${row(got)}])`, right: `tensor([${row(wanted)}, ${row(wanted)}])` }
        : { wrong: `tensor([${deep(row(wanted))}, ${deep(row(got))}])`, right: `tensor([${deep(row(wanted))}, ${deep(row(wanted))}])` }
    },
    elsewhere: 'Whatever makes a tensor of lists says so, a data loader for instance.',
  }),
  entry({
    id: 'too-deep',
    title: 'Lists nested too deeply',
    says: 'ValueError: too many dimensions',
    sample: {},
    cause: 'A tensor has at most 64 axes; a list that contains itself has no end.',
    repair: () => [{ pytorch: 'torch.tensor(flat).view(shape)', surprisal: 'tensor(flat, { shape })' }],
    example: () => ({ wrong: 'const list = []\nlist.push(list)\ntensor(list)', right: 'tensor([1, 2], { shape: [1, 2] })' }),
    elsewhere: 'Others print these words of other things.',
  }),
  entry({
    id: 'shape-of-another-size',
    title: 'A shape with another number of elements',
    says: `RuntimeError: shape '{shape:shape}' is invalid for input of size {size:number}`,
    sample: { shape: [2, 3], size: 5 },
    older: [
      {
        says: 'RuntimeError: invalid shape dimension {extent:number} at index {at:number} of shape {shape:shape}',
        versions: 'PyTorch 2.x, of an extent below −1',
      },
      { says: 'RuntimeError: only one dimension can be inferred', versions: 'PyTorch 2.x, of a shape with −1 twice' },
      {
        says: 'RuntimeError: cannot reshape tensor of 0 elements into shape {shape:shape} because the unspecified dimension size -1 can be any value and is ambiguous',
        versions: 'PyTorch 2.x',
      },
    ],
    cause:
      'view and reshape keep the number of elements. Often the batch is not as large as was thought (the last one), or the image was resized.',
    here: ({ shape, size }) => `${tupleOf(shape)} are ${sizeOf(shape)} elements, and there are ${size}.`,
    repair: () => [{ pytorch: 'x.flatten(1), or x.view(x.shape[0], -1)', surprisal: 'reshape(x, [x.shape[0], -1])' }],
    example: ({ shape, size }) => ({
      wrong: `reshape(${zeros([size])}, [${shape.join(', ')}])`,
      right: `reshape(${zeros([sizeOf(shape)])}, [${shape.join(', ')}])`,
    }),
    elsewhere: 'Every view and reshape of a network says so.',
  }),
  entry({
    id: 'negative-extent',
    title: 'A negative extent',
    says: 'RuntimeError: Trying to create tensor with negative dimension {extent:number}: {shape:text}',
    sample: { extent: -1, shape: '[-1, 2]' },
    cause: 'A new tensor has a shape of its own; −1 for "what is left" belongs to view and reshape.',
    here: ({ shape }) => `The shape was ${shape}.`,
    repair: () => [{ pytorch: 'x.view(-1, 2)', surprisal: 'reshape(x, [-1, 2])' }],
    example: ({ extent }) => ({
      wrong: `tensor([1, 2], { shape: [${extent}, 2] })`,
      ...(extent === -1 ? {} : { says: `RuntimeError: Trying to create tensor with negative dimension ${extent}: [${extent}, 2]` }),
      right: 'reshape(tensor([1, 2]), [-1, 2])',
    }),
    elsewhere: 'Whatever makes a tensor says so.',
  }),
  entry({
    id: 'strides-count',
    title: 'Not one stride per axis',
    says: 'RuntimeError: mismatch in length of strides and shape',
    sample: {},
    cause: 'A view has a stride for each axis of its shape.',
    repair: () => [{ pytorch: 'torch.as_strided(x, (2, 2), (2, 1))', surprisal: '{ data, shape: [2, 2], strides: [2, 1] }' }],
    example: () => ({
      wrong: 'tensor({ data: new Float32Array(4), shape: [2, 2], strides: [1] })',
      right: 'tensor({ data: new Float32Array(4), shape: [2, 2], strides: [2, 1] })',
    }),
    elsewhere: 'Only torch.as_strided and what builds on it say so.',
  }),
  entry({
    id: 'value-beyond-dtype',
    title: 'A number that the type cannot hold',
    says: 'RuntimeError: value cannot be converted to type {type:text} without overflow',
    sample: { type: 'uint8' },
    older: [{ says: 'ValueError: Overflow when unpacking long long', versions: 'PyTorch 2.x, of an integer beyond 64 bits' }],
    cause:
      'An integer lies outside the range of the type that it is to become: −1 in uint8, 300 in int8, a float in bool; or a margin beyond the floating-point type of the input.',
    here: ({ type }) => `The type is ${type}.`,
    repair: () => [{ pytorch: 'torch.tensor(values, dtype=torch.int64)', surprisal: `tensor(values, { dtype: 'int64' })` }],
    example: () => ({
      wrong: `tensor([-1, 255], { dtype: 'uint8' })`,
      says: 'RuntimeError: value cannot be converted to type uint8 without overflow',
      right: `tensor([-1, 255], { dtype: 'int64' })`,
    }),
    elsewhere: 'Whatever turns numbers into tensors says so.',
  }),
  entry({
    id: 'tensor-of-nothing',
    title: 'No numbers to make a tensor of',
    says: 'RuntimeError: Could not infer dtype of {got:word}',
    sample: { got: 'NoneType' },
    older: [
      { says: "TypeError: new(): invalid data type '{got:word}'", versions: 'PyTorch 2.x, of text' },
      {
        says: "TypeError: tensor(): argument 'dtype' must be torch.dtype, not {got:word}",
        versions: 'PyTorch 2.x, of a dtype given as text',
      },
    ],
    cause: 'torch.tensor was given None, a text, or an object of some other library.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: 'torch.as_tensor(np.asarray(value))', surprisal: 'tensor({ data, shape })' }],
    example: ({ got }) => ({
      wrong: `tensor(${got === 'NoneType' ? 'null' : '{}'})`,
      ...(got === 'NoneType' ? {} : { says: 'RuntimeError: Could not infer dtype of dict' }),
      right: 'tensor([1, 2])',
    }),
    elsewhere: 'Whatever makes a tensor says so, a data loader for instance.',
  }),
  entry({
    id: 'tensor-option',
    title: 'An option that a tensor does not have',
    says: `TypeError: tensor() got an unexpected keyword argument '{option:word}'`,
    sample: { option: 'size' },
    cause: 'torch.tensor takes values, dtype, device and requires_grad, each under this name.',
    here: ({ option }) => `${option} is none of them.`,
    repair: () => [{ pytorch: 'torch.tensor(values, dtype=torch.float32)', surprisal: `tensor(values, { dtype: 'float32' })` }],
    example: ({ option }) => ({ wrong: `tensor([1, 2], { ${option}: 1 })`, right: `tensor([1, 2], { dtype: 'float32' })` }),
  }),
  entry({
    id: 'at-least-one-axis',
    title: 'A single number in a product of matrices',
    says: 'RuntimeError: both arguments to {fn:word} need to be at least 1D, but they are {left:word} and {right:word}',
    sample: { fn: 'matmul', left: '0D', right: '2D' },
    cause: 'A layer or a product of matrices was given a single number: a loss or a mean in place of the features.',
    here: ({ left, right }) => `One is ${left}, the other ${right}.`,
    repair: () => [{ pytorch: 'x.view(1, -1)', surprisal: 'reshape(x, [1, 1])' }],
    example: ({ fn, left, right }) => {
      const of = (rank: string) => zeros([2, 2].slice(0, Number(rank[0])))
      return fn === 'linear'
        ? { wrong: `nn.Linear(2, 2)(${zeros([])})`, right: `nn.Linear(2, 2)(${zeros([2])})` }
        : { wrong: `matmul(${of(left)}, ${of(right)})`, right: `matmul(${zeros([2, 2])}, ${zeros([2, 2])})` }
    },
    elsewhere: 'Every layer of a network says so.',
  }),
  entry({
    id: 'relu-of-booleans',
    title: 'A ReLU of booleans',
    says: 'RuntimeError: Boolean inputs not supported for relu',
    sample: {},
    cause: 'A mask goes through a layer before it was made a tensor of floats.',
    repair: () => [{ pytorch: 'mask.float()', surprisal: `tensor(mask, { dtype: 'float32' })` }],
    example: () => ({ wrong: 'relu([true, false])', right: `relu(tensor([true, false], { dtype: 'float32' }))` }),
  }),
  entry({
    id: 'shape-argument',
    title: 'A shape that is no tuple of integers',
    says: "TypeError: {fn:word}(): argument '{argument:word}' (position {position:number}) must be tuple of ints, not {got:word}",
    sample: { fn: 'reshape', argument: 'shape', position: 2, got: 'float' },
    older: [
      {
        says: "TypeError: {fn:word}(): argument '{argument:word}' (position {position:number}) must be tuple of ints, but found element of type {got:word} at pos 0",
        versions: 'PyTorch 2.13, of the first number of a list',
      },
      {
        says: `TypeError: {fn:word}(): argument '{argument:word}' failed to unpack the object at pos {at:number} with error "type must be tuple of ints,but got {got:word}"`,
        versions: 'PyTorch 2.13, of a later one',
      },
    ],
    cause: 'A shape, or an order of axes, holds whole numbers. A division gives a float in Python, also of integers: use //.',
    here: ({ fn, argument }) => `It was the ${argument} of ${fn}.`,
    repair: () => [{ pytorch: 'x.reshape(n // 2, 2)', surprisal: 'reshape(x, [n / 2, 2])' }],
    example: ({ fn }) =>
      fn === 'permute'
        ? { wrong: `permute(${zeros([2, 3])}, 0.5)`, right: `permute(${zeros([2, 3])}, [1, 0])` }
        : { wrong: 'reshape([1, 2, 3, 4], 1.5)', right: 'reshape([1, 2, 3, 4], [2, 2])' },
    elsewhere: 'Every reshape and permute says so.',
  }),
  entry({
    id: 'permute-axes',
    title: 'An order of axes that is none',
    says: 'RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {rank:number} is not equal to len(dims) = {given:number}',
    sample: { rank: 2, given: 4 },
    older: [{ says: 'RuntimeError: permute(): duplicate dims are not allowed.', versions: 'PyTorch 2.13, of an axis named twice' }],
    mistake: 9,
    cause: 'permute names every axis once. An image that is alone has three axes, a batch of images four.',
    here: ({ rank, given }) => `The tensor has ${rank} axes, and ${given} are named.`,
    repair: () => [{ pytorch: 'input.movedim(-1, 1)', surprisal: 'permute(input, [0, 3, 1, 2])' }],
    example: ({ rank, given }) => {
      const order = (n: number) => `[${Array.from({ length: n }, (_, axis) => axis).join(', ')}]`
      const x = zeros(new Array<number>(rank).fill(2))
      return { wrong: `permute(${x}, ${order(given)})`, right: `permute(${x}, ${order(rank)})` }
    },
    elsewhere: 'Every permute says so.',
  }),
  entry({
    id: 'axis-twice',
    title: 'An axis named twice',
    says: 'RuntimeError: dim {axis:number} appears multiple times in the list of dims',
    sample: { axis: 1 },
    cause: 'A sum or a mean along several axes names each once; −1 is the last axis again.',
    here: ({ axis }) => `It is axis ${axis}.`,
    repair: ({ axis }) => [{ pytorch: `x.sum(dim=[${axis}])`, surprisal: `sum(x, [${axis}])` }],
    example: ({ axis }) => {
      const x = zeros(new Array<number>(axis + 1).fill(2))
      return { wrong: `sum(${x}, [${axis}, -1])`, right: `sum(${x}, [${axis}])` }
    },
    elsewhere: 'Every sum, mean and norm along several axes says so.',
  }),
  entry({
    id: 'unknown-option-of-a-layer',
    title: 'An argument that the layer or the operation does not have',
    says: `TypeError: Linear.__init__() got an unexpected keyword argument '{option:word}'`,
    sample: { option: 'features' },
    older: ['Softmax.__init__', 'LogSoftmax.__init__', 'PairwiseDistance.__init__', 'CosineSimilarity.__init__', ...operations].map(
      (name) => ({
        says: `TypeError: ${name}() got an unexpected keyword argument '{option:word}'`,
        versions: 'PyTorch 2.13',
      }),
    ),
    cause: 'The layer or the operation has no argument of that name: it is misspelt, or came with a later version.',
    here: ({ option }) => `It is ${option}.`,
    repair: () => [{ pytorch: 'help(nn.Linear)', surprisal: 'the message of this library lists the options' }],
    example: ({ option }) => ({ wrong: `nn.Linear(2, 3, { ${camelCase(option)}: 1 })`, right: 'nn.Linear(2, 3)' }),
  }),
  entry({
    id: 'argmax-of-nothing',
    title: 'The largest of no classes',
    says: 'IndexError: argmax(): Expected reduction dim {axis:number} to have non-zero size.',
    sample: { axis: 1 },
    older: [
      {
        says: 'IndexError: argmax(): Expected reduction dim to be specified for input.numel() == 0.',
        versions: 'PyTorch 2.13, of no elements at all',
      },
    ],
    cause: 'argmax along an axis without entries: there are no classes.',
    here: ({ axis }) => `It is axis ${axis}.`,
    repair: () => [{ pytorch: 'print(target.shape)', surprisal: 'an array with classes' }],
    example: ({ axis }) => {
      const shape = [...new Array<number>(Math.max(axis, 0)).fill(2), 0]
      return { wrong: `argmax(${zeros(shape)}, ${axis})`, right: `argmax(${zeros(shape.map((extent) => extent || 3))}, ${axis})` }
    },
    elsewhere: 'Every argmax says so.',
  }),
  entry({
    id: 'argmax-of-booleans',
    title: 'The largest of booleans',
    says: 'RuntimeError: argmax(): does not support bool input',
    sample: {},
    mistake: 3,
    cause: 'A one-hot mask of booleans, of which argmax would be the class, has to be numbers first.',
    repair: () => [{ pytorch: 'target.byte().argmax(1)', surprisal: `argmax(tensor(target, { dtype: 'uint8' }), 1)` }],
    example: () => ({ wrong: 'argmax([[true, false]], 1)', right: `argmax(tensor([[true, false]], { dtype: 'uint8' }), 1)` }),
    elsewhere: 'Every argmax says so.',
  }),
]
