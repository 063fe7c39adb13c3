import { program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

/** Things that are no tensors, and no numbers, where one is wanted: Python's own messages. */
export const pythonTypes: readonly Entry[] = [
  entry({
    id: 'not-a-tensor',
    title: 'A number, text or None where a tensor is wanted',
    says: `AttributeError: '{got:word}' object has no attribute 'size'`,
    sample: { got: 'str' },
    older: [
      {
        says: `AttributeError: '{got:word}' object has no attribute 'dim'`,
        versions: 'PyTorch 2.13, from multi_margin_loss with such a weight',
      },
      {
        says: `AttributeError: '{got:word}' object has no attribute 'log_softmax'`,
        versions:
          'up to about PyTorch 1.9: a model that gives a tuple or a dict (Inception, torchvision segmentation), whose scores are its .logits, [0] or ["out"]',
      },
      { says: `AttributeError: '{got:word}' object has no attribute 'shape'`, versions: 'PyTorch 2.13, from linear_cross_entropy' },
    ],
    cause:
      'The loss asks its argument for its size, and that is no tensor: a list, a float, a text, or None from a function that returns nothing.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: 'torch.tensor(value)', surprisal: 'tensor(value)' }],
    example: ({ got }) => {
      const right = 'mseLoss([1, 2], [0, 1])'
      const value = { str: `'labels'`, NoneType: 'null', dict: '{}' }[got]
      // lists and numbers are tensors here
      return value === undefined ? { wrong: right, says: null, right } : { wrong: `mseLoss([1, 2], ${value})`, right }
    },
    elsewhere: 'Python says so of every object without that attribute.',
  }),
  entry({
    id: 'not-comparable',
    title: 'Text or None where a number is wanted',
    says: `TypeError: '{sign:text}' not supported between instances of '{left:word}' and '{right:word}'`,
    sample: { sign: '<=', left: 'int', right: 'str' },
    cause:
      'An option that is a number was given as text or None: alpha of sigmoid_focal_loss, beta or delta. PyTorch compares it before anything else.',
    here: ({ left, right }) => `One is ${left}, the other ${right}.`,
    repair: () => [{ pytorch: 'alpha=0.25', surprisal: 'alpha: 0.25' }],
    example: ({ left, right }) => {
      const number = right === 'int' || right === 'float'
      const got = number ? left : right
      return {
        wrong: `sigmoidFocalLoss([0.5], [1], { alpha: ${got === 'NoneType' ? 'null' : `'0.25'`} })`,
        says: `TypeError: '<=' not supported between instances of 'int' and '${got === 'NoneType' ? got : 'str'}'`,
        right: 'sigmoidFocalLoss([0.5], [1], { alpha: 0.25 })',
      }
    },
    elsewhere: 'Python says so of every comparison of two types.',
  }),
  entry({
    id: 'operand-types',
    title: 'Text or None among the numbers of a formula',
    says: `TypeError: unsupported operand type(s) for {sign:text}: 'Tensor' and '{got:word}'`,
    sample: { sign: '** or pow()', got: 'NoneType' },
    cause: 'An option that is a number was given as text or None: eps of a loss of boxes, gamma of sigmoid_focal_loss.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: 'gamma=2, eps=1e-7, or leave it out', surprisal: 'gamma: 2, eps: 1e-7, or leave it out' }],
    example: ({ sign, got }) => {
      const value = got === 'NoneType' ? 'null' : `'0.1'`
      if (sign.startsWith('**'))
        return { wrong: `sigmoidFocalLoss([0.5], [1], { gamma: ${value} })`, right: 'sigmoidFocalLoss([0.5], [1], { gamma: 2 })' }
      const boxes = '[0, 0, 2, 2], [1, 1, 3, 3]'
      return { wrong: `completeBoxIouLoss(${boxes}, { eps: ${value} })`, says: null, right: `completeBoxIouLoss(${boxes}, { eps: 1e-7 })` }
    },
    elsewhere: 'Every formula of a tensor and something else says so.',
  }),
  entry({
    id: 'text-times-tensor',
    title: 'Text where a weight is wanted',
    says: 'TypeError: only integer tensors of a single element can be converted to an index',
    sample: {},
    cause: 'multilabel_soft_margin_loss multiplies by its weight, and that was text: Python then tries to repeat it.',
    repair: () => [{ pytorch: 'weight=torch.tensor([…])', surprisal: 'weight: [1, 2, 3]' }],
    example: () => ({
      wrong: `multilabelSoftMarginLoss([0.5, 1], [1, 0], { weight: 'none' })`,
      right: 'multilabelSoftMarginLoss([0.5, 1], [1, 0], { weight: [1, 2] })',
    }),
    elsewhere: 'Every use of a tensor as an index says so.',
  }),
  entry({
    id: 'weight-is-a-list',
    title: 'A list or a number as the weight of a module',
    says: `TypeError: cannot assign '{got:word}' object to buffer '{name:word}' (torch Tensor or None required)`,
    sample: { got: 'int', name: 'pos_weight' },
    mistake: 12,
    cause: 'A module keeps its weight as a buffer, and that has to be a tensor.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [
      { pytorch: 'nn.CrossEntropyLoss(weight=torch.tensor([1., 2., 4.]))', surprisal: 'nn.CrossEntropyLoss({ weight: [1, 2, 4] })' },
    ],
    example: ({ got, name }) => {
      const number = { int: '2', float: '2.5' }[got]
      // a list is a tensor here
      if (number === undefined) {
        const right = program({ input: zeros([2, 3]) }, 'nn.CrossEntropyLoss({ weight: [1, 2, 4] })(input, [0, 2])')
        return { wrong: right, says: null, right }
      }
      const [module, option] = name === 'pos_weight' ? ['BCEWithLogitsLoss', 'posWeight'] : ['BCELoss', 'weight']
      const says =
        name === 'pos_weight' ? {} : { says: `TypeError: cannot assign '${got}' object to buffer 'weight' (torch Tensor or None required)` }
      return { wrong: `nn.${module}({ ${option}: ${number} })`, ...says, right: `nn.${module}({ ${option}: [${number}] })` }
    },
  }),
  entry({
    id: 'feature-count-type',
    title: 'A number of features that is no integer',
    says: `TypeError: empty(): argument 'size' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got {got:word}"`,
    sample: { got: 'float' },
    older: [
      {
        says: `TypeError: empty(): argument 'size' (position 1) must be tuple of ints, but found element of type {got:word} at pos 0`,
        versions: 'PyTorch 2.13, where it is the number of features that come out',
      },
    ],
    cause: 'nn.Linear takes two integers. A quotient in Python is a float, even of integers: 512 / 2 is 256.0.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: 'nn.Linear(512 // 2, 10)', surprisal: 'nn.Linear(Math.floor(513 / 2), 10)' }],
    example: ({ got }) => ({
      wrong: `nn.Linear(${{ str: `'2'`, NoneType: 'null' }[got] ?? '2.5'}, 3)`,
      ...(got === 'str' || got === 'NoneType' || got === 'float'
        ? {}
        : {
            says: `TypeError: empty(): argument 'size' failed to unpack the object at pos 2 with error "type must be tuple of ints,but got float"`,
          }),
      right: 'nn.Linear(2, 3)',
    }),
    elsewhere: 'Whatever makes a tensor of a size says so.',
  }),
]
