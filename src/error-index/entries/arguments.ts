import { camelCase } from '../../names.ts'
import { program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

const scores = '[[0.5, -1.2, 2], [1, 0.3, -0.7]]'

/** Our function for the names in PyTorch's texts, which are at times those of its C++ functions. */
export function functionOf(name: string): string {
  const own = /_box_iou_loss$/.test(name) ? name : name.replace(/^(?:torch\.nn\.)?(?:functional|F)\./, '')
  return { nll_loss_nd: 'nllLoss', cross_entropy_loss: 'crossEntropy' }[own] ?? camelCase(own)
}

/** A call of a function with arguments that fit it, and `more` as its options. */
export function callOf(name: string, more: string): string {
  const fn = functionOf(name)
  const given = more === '' ? '' : `, { ${more} }`
  const two = `${zeros([2, 3])}, ${zeros([2, 3])}`
  const inputs: Readonly<Record<string, string>> = {
    crossEntropy: `${scores}, [0, 2]`,
    nllLoss: `${scores}, [0, 2]`,
    multiMarginLoss: `${scores}, [0, 2]`,
    linearCrossEntropy: `${zeros([2, 4])}, ${zeros([3, 4])}, [0, 2]`,
    multilabelMarginLoss: `${zeros([2, 3])}, ${zeros([2, 3], 'int64')}`,
    cosineEmbeddingLoss: `${two}, [1, -1]`,
    marginRankingLoss: `${two}, ${zeros([2, 3])}`,
    tripletMarginLoss: `${two}, ${zeros([2, 3])}`,
    tripletMarginWithDistanceLoss: `${two}, ${zeros([2, 3])}`,
    gaussianNllLoss: `${two}, ${zeros([2, 3])}`,
    ctcLoss: `${zeros([3, 1, 4])}, [[1, 2]], [3], [2]`,
    generalizedBoxIouLoss: '[0, 0, 2, 2], [1, 1, 3, 3]',
    distanceBoxIouLoss: '[0, 0, 2, 2], [1, 1, 3, 3]',
    completeBoxIouLoss: '[0, 0, 2, 2], [1, 1, 3, 3]',
  }
  return `${fn}(${inputs[fn] ?? two}${given})`
}

/** What stands before and after a tensor among the arguments of a loss over classes. */
const positional: Readonly<Record<string, readonly [before: string, after: string]>> = {
  input: ['', ', [0, 2]'],
  target: [`${scores}, `, ''],
}

/** How a call is written: names, number and types of its arguments. */
export const callArguments: readonly Entry[] = [
  entry({
    id: 'constructor-forgotten',
    title: 'The loss was not made before it was called',
    says: 'RuntimeError: Boolean value of Tensor with more than one value is ambiguous',
    sample: {},
    older: [
      {
        says: 'RuntimeError: bool value of Tensor with more than one value is ambiguous',
        versions: 'up to about PyTorch 1.4, as threads of 2018 to 2021 show it',
        seen: 'https://github.com/Lightning-AI/pytorch-lightning/issues/501',
      },
      {
        says: "AttributeError: '{module:loss}' object has no attribute 'backward'",
        versions: 'PyTorch 2.13, where the module was made and never called',
      },
      {
        says: "AttributeError: '{module:loss}' object has no attribute 'item'",
        versions: 'PyTorch 2.13, where the module was made and never called',
      },
    ],
    mistake: 3,
    cause:
      'nn.CrossEntropyLoss(input, target) makes a loss with input as its weight and target as size_average, and asks whether that is true. The module is made first and then called.',
    repair: () => [
      { pytorch: 'nn.CrossEntropyLoss()(input, target)', surprisal: 'nn.CrossEntropyLoss()(input, target)' },
      { when: 'there is nothing to configure', pytorch: 'F.cross_entropy(input, target)', surprisal: 'crossEntropy(input, target)' },
    ],
    example: () => ({
      wrong: program({ input: zeros([2, 3]) }, 'nn.CrossEntropyLoss(input)'),
      right: program({ input: zeros([2, 3]) }, 'nn.CrossEntropyLoss()(input, [0, 2])'),
    }),
    elsewhere: 'Every if, and, or and == of a whole tensor says so.',
  }),
  entry({
    id: 'unknown-option',
    title: 'An argument that the loss does not have',
    says: `TypeError: {fn:loss}() got an unexpected keyword argument '{option:word}'`,
    sample: { fn: 'binary_cross_entropy', option: 'pos_weight' },
    cause:
      'The function or module has no argument of that name: it is misspelt, or belongs to another loss (pos_weight is of BCEWithLogitsLoss, label_smoothing of CrossEntropyLoss), or is one of the function only, or came with a later version. A name such as _WeightedLoss.__init__ is the base class of the module that was made.',
    here: ({ fn, option }) => `${fn} has no ${option}.`,
    repair: ({ fn, option }) => [
      option === 'pos_weight'
        ? { pytorch: 'nn.BCEWithLogitsLoss(pos_weight=…)', surprisal: 'binaryCrossEntropyWithLogits(input, target, { posWeight })' }
        : { pytorch: `help(${fn.replace(/\.__init__$/, '')})`, surprisal: 'Object.keys(crossEntropy.spec.options), of any loss' },
    ],
    example: ({ fn, option }) => {
      const [module] = fn.split('.')
      if (fn.includes('.')) {
        const made = { _Loss: 'MSELoss', _WeightedLoss: 'BCELoss' }[module] ?? module
        return { wrong: `nn.${made}({ ${camelCase(option)}: 1 })`, right: `nn.${made}()` }
      }
      return { wrong: callOf(fn, `${camelCase(option)}: 1`), right: callOf(fn, '') }
    },
  }),
  entry({
    id: 'argument-type',
    title: 'An argument of a type that the loss does not take',
    says: `TypeError: {fn:loss}(): argument '{argument:word}' (position {position:number}) must be {wanted:word}, not {got:word}`,
    sample: { fn: 'cross_entropy_loss', argument: 'target', position: 2, wanted: 'Tensor', got: 'str' },
    older: [
      {
        says: `TypeError: {fn:loss}(): argument '{argument:word}' must be {wanted:word}, not {got:word}`,
        versions: 'PyTorch 2.13, of arguments that are given by name',
      },
    ],
    cause:
      'An argument is not of the type that PyTorch wants: a list or an array of NumPy in place of a tensor, text in place of a number, a float as ignore_index. The name is that of the C++ function behind the loss.',
    here: ({ fn, argument, wanted, got }) => `${argument} of ${fn} has to be a ${wanted}, and was a ${got}.`,
    repair: ({ argument, wanted, got }) => {
      const name = camelCase(argument)
      if (wanted === 'Tensor') {
        const numpy = got.includes('ndarray')
        return [
          { pytorch: `torch.${numpy ? 'from_numpy' : 'tensor'}(${argument})`, surprisal: `${name} as arrays of numbers, or tensor(…)` },
        ]
      }
      const [python, ours] = { int: ['int(…)', '-100'], bool: ['True', 'true'] }[wanted] ?? ['float(…)', '0.1']
      return [{ pytorch: `${argument}=${python}`, surprisal: `${name}: ${ours}` }]
    },
    example: ({ fn, argument, wanted, got }) => {
      const value = { str: `'0.1'`, NoneType: 'null', float: '0.5', int: '1', bool: 'true', list: '[1, 1]' }[got] ?? `'${got}'`
      const right = callOf(fn, '')
      if (wanted === 'Tensor' && argument in positional) {
        const [before, after] = positional[argument]
        const call = `${functionOf(fn)}(${before}${value}${after})`
        // arrays are tensors here
        return got === 'list' || got.includes('ndarray') ? { wrong: right, says: null, right } : { wrong: call, right }
      }
      if (wanted === 'Tensor' && got === 'list') return { wrong: right, says: null, right }
      return { wrong: callOf(fn, `${camelCase(argument)}: ${value}`), right }
    },
  }),
  entry({
    id: 'layer-argument-type',
    title: 'An argument of a type that a layer does not take',
    says: `TypeError: {fn:word}(): argument '{argument:word}' (position {position:number}) must be {wanted:word}, not {got:word}`,
    sample: { fn: 'linear', argument: 'input', position: 1, wanted: 'Tensor', got: 'str' },
    older: [
      {
        says: `TypeError: {fn:word}(): argument '{argument:word}' must be {wanted:word}, not {got:word}`,
        versions: 'PyTorch 2.13, of arguments that are given by name',
      },
    ],
    cause: 'A layer before the loss was given something that is no tensor: a list, an array of NumPy, a text.',
    here: ({ fn, argument, wanted, got }) => `${argument} of ${fn} has to be a ${wanted}, and was a ${got}.`,
    repair: ({ argument }) => [{ pytorch: `torch.as_tensor(${argument})`, surprisal: `tensor(${camelCase(argument)})` }],
    example: ({ got }) => {
      const value = { str: `'labels'`, NoneType: 'null', dict: '{}' }[got]
      const right = 'nn.Linear(2, 2)([1, 2])'
      // lists and numbers are tensors here
      if (value === undefined) return { wrong: right, says: null, right }
      return {
        wrong: `nn.Linear(2, 2)(${value})`,
        says: `TypeError: linear(): argument 'input' (position 1) must be Tensor, not ${got}`,
        right,
      }
    },
    elsewhere: 'Every function of PyTorch says so.',
  }),
  entry({
    id: 'bool-option',
    title: 'A switch that is not true or false',
    says: `TypeError: kl_div(): argument 'log_target' must be bool, not {got:word}`,
    sample: { got: 'str' },
    mistake: 23,
    cause: 'log_target says whether the target holds logarithms: True or False.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: 'log_target=True', surprisal: 'logTarget: true' }],
    example: ({ got }) => ({
      wrong: `klDiv([-1, -2], [0.5, 0.5], { logTarget: ${got === 'NoneType' ? 'null' : `'yes'`} })`,
      right: `klDiv([-1, -2], [-0.5, -0.5], { reduction: 'batchmean', logTarget: true })`,
    }),
  }),
  entry({
    id: 'invalid-combination',
    title: 'Arguments that fit no signature',
    says: 'TypeError: {fn:word}() received an invalid combination of arguments - got ({got:text}), but expected one of:',
    sample: { fn: 'ctc_loss', got: 'Tensor, Tensor, Tensor, Tensor, int, int, str' },
    cause:
      'The types of all arguments together fit none of the ways in which the function can be called; the list after the message says what it takes.',
    here: ({ fn, got }) => `${fn} was given (${got}).`,
    repair: () => [
      { pytorch: 'compare the list below the message, argument by argument', surprisal: 'the message of this library names the argument' },
    ],
    example: ({ fn, got }) => {
      const types = got.replace(/,\s*$/, '').split(', ')
      const value = (type: string) => ({ str: `'0.1'`, NoneType: 'null', float: '0.5' })[type] ?? '0'
      if (fn === 'clamp_') {
        return {
          wrong: `gaussianNllLoss([1, 2], [0, 0], [1, 1], { eps: ${value(types[0].replace(/^min=/, ''))} })`,
          says: `TypeError: clamp_() received an invalid combination of arguments - got (${types[0]}, ), but expected one of:`,
          right: 'gaussianNllLoss([1, 2], [0, 0], [1, 1])',
        }
      }
      const option = types[4] === 'int' ? `zeroInfinity: ${value(types[6] ?? '')}` : `blank: ${value(types[4] ?? '')}`
      return { wrong: callOf('ctc_loss', option), right: callOf('ctc_loss', '') }
    },
    elsewhere: 'Every function of PyTorch with more than one signature says so.',
  }),
  entry({
    id: 'missing-argument',
    title: 'An argument is missing',
    says: `TypeError: {fn:loss}() missing {count:number} required positional argument: '{argument:word}'`,
    sample: { fn: 'cross_entropy', count: 1, argument: 'target' },
    older: [
      {
        says: 'TypeError: {fn:loss}() missing {count:number} required positional arguments: {all:text}',
        versions: 'any version, where several are missing',
      },
      {
        says: "TypeError: Linear.__init__() missing {count:number} required positional argument: '{argument:word}'",
        versions: 'any version: nn.Linear takes the features that come in and those that go out',
      },
    ],
    cause: 'The loss was called with too few arguments: without the target, or with input and target in one tuple.',
    here: ({ fn, argument }) => `${fn} wants ${argument} too.`,
    repair: () => [
      { pytorch: 'criterion(input, target), or criterion(*pair)', surprisal: 'criterion(input, target), or criterion(...pair)' },
    ],
    example: ({ fn }) =>
      fn.includes('.')
        ? { wrong: `nn.${fn.split('.')[0]}()(${zeros([2, 3])})`, right: 'nn.CrossEntropyLoss()([[0.5, -1.2, 2]], [0])' }
        : { wrong: `${functionOf(fn)}(${zeros([2, 3])})`, right: callOf(fn, '') },
  }),
  entry({
    id: 'too-many-arguments',
    title: 'An argument too many',
    says: 'TypeError: {fn:loss}() takes {takes:number} positional arguments but {given:number} were given',
    sample: { fn: 'MSELoss.forward', takes: 3, given: 4 },
    cause: 'A module is called with input and target only; weights and options belong to its constructor. (self counts as an argument.)',
    here: ({ takes, given }) => `It takes ${takes - 1}, and got ${given - 1}.`,
    repair: () => [
      {
        when: 'it is a weight of the elements',
        pytorch: 'F.mse_loss(input, target, weight=weight)',
        surprisal: 'mseLoss(input, target, { weight })',
      },
      {
        when: 'it is an option',
        pytorch: "nn.MSELoss(reduction='sum')(input, target)",
        surprisal: "nn.MSELoss({ reduction: 'sum' })(input, target)",
      },
    ],
    example: ({ fn, given }) => {
      const [module] = fn.split('.')
      const target = /CrossEntropy|NLL|MultiMargin/.test(module) ? '[0, 2]' : scores
      const more = new Array<string>(Math.max(given - 3, 1)).fill('1')
      return { wrong: `nn.${module}()(${[scores, target, ...more].join(', ')})`, right: `nn.${module}()(${scores}, ${target})` }
    },
  }),
  entry({
    id: 'layer-not-made',
    title: 'The layer was not made before it was called',
    says: 'TypeError: {layer:word}.__init__() takes 1 positional argument but {given:number} were given',
    sample: { layer: 'Sigmoid', given: 2 },
    cause: 'nn.Sigmoid(x) makes a layer with x as its option, of which it has none. The layer is made first and then called.',
    here: ({ layer }) => `nn.${layer}()(input), with two pairs of brackets.`,
    repair: ({ layer }) => [{ pytorch: `nn.${layer}()(input)`, surprisal: `nn.${layer}()(input)` }],
    example: ({ layer, given }) => ({
      wrong: `nn.${layer}(${new Array<string>(given - 1).fill('[1]').join(', ')})`,
      right: 'nn.Sigmoid()([1])',
    }),
    elsewhere: 'Python says so of every class without arguments.',
  }),
]
