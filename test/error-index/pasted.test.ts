import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entries } from '../../src/error-index/entries/index.ts'
import { explain } from '../../src/error-index/explain.ts'
import { fill, parsePattern } from '../../src/error-index/pattern.ts'

const messages = entries.map((entry) => ({ id: entry.id, text: fill(parsePattern(entry.says), entry.sample) }))
const anyMessage = fc.constantFrom(...messages)
const ids = (text: string): string[] => explain(text).found.map(({ id }) => id)

describe('a message is found as people paste it', () => {
  test('with quotes of other kinds, in capitals, without quotes', () => {
    fc.assert(
      fc.property(anyMessage, fc.constantFrom('"', '’', '`', '“', ''), fc.boolean(), ({ id, text }, quote, loud) => {
        // the apostrophe of "can't" stays one
        const retyped = text.replace(/(?<![a-z])['"`]|['"`](?![a-z])/g, quote)
        expect(ids(loud ? retyped.toUpperCase() : retyped)[0]).toBe(id)
      }),
      { numRuns: 400 },
    )
  })

  test('broken into lines by a terminal, inside words too', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 24, max: 80 }), fc.constantFrom('\n', '\r\n'), ({ id, text }, width, end) => {
        const wrapped = text.replace(new RegExp(`.{${width}}(?=.)`, 'g'), (line) => line + end)
        expect(ids(wrapped)[0], wrapped).toBe(id)
      }),
      { numRuns: 400 },
    )
  })

  test('broken into lines at blanks, with an indent', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 10, max: 60 }), fc.constantFrom('\n    ', '\n\t', '\n> '), ({ id, text }, width, end) => {
        const wrapped = text.replace(new RegExp(`(.{${width},}?) `, 'g'), (_, line) => line + end)
        expect(ids(wrapped)[0], wrapped).toBe(id)
      }),
      { numRuns: 400 },
    )
  })

  test('at the end of a traceback, with ranks or colours before it', () => {
    const before = [
      'Traceback (most recent call last):',
      '  File "/home/me/train.py", line 105, in <module>',
      '    loss = criterion(output, target)',
      '  File "/opt/python3.11/site-packages/torch/nn/modules/module.py", line 1751, in _wrapped_call_impl',
      '    return self._call_impl(*args, **kwargs)',
      '           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    ]
    for (const { id, text } of messages) {
      const all = [...before, text]
      const ways = [all, all.map((line) => `[rank0]: ${line}`), all.map((line) => `> ${line}`), all.map((line) => `\x1b[31m${line}\x1b[0m`)]
      for (const lines of ways) expect(ids(lines.join('\n')), id).toContain(id)
      expect(explain(all.join('\n')).found[0].certain, id).toBe(true)
    }
  })

  test('cut at the end or at the beginning, where more than two thirds are left', () => {
    const long = messages.filter(({ text }) => text.length > 60)
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.double({ min: 0.75, max: 0.99, noNaN: true }), fc.boolean(), ({ id, text }, share, end) => {
        const message = text.replace(/^\w+(?:Error|Warning): /, '')
        const left = Math.ceil(share * message.length)
        const cut = end ? message.slice(0, left) : message.slice(-left)
        const { found } = explain(cut)
        // the part that is missing may be the one that tells two messages apart; then nothing may be said with certainty
        if (found.length > 0)
          expect(
            found.map((each) => each.id).includes(id) || found.every(({ match, elsewhere }) => match === 'cut' || elsewhere !== null),
          ).toBe(true)
      }),
      { numRuns: 600 },
    )
    expect(ids('Expected floating point type for target with class prob')).toEqual(['one-hot-of-integers'])
    expect(ids('RuntimeError: size mismatch (got input: [2, 4, 5, 3] , targ...')).toEqual(['size-mismatch'])
    expect(ids('oint type for target with class probabilities, got Int')).toEqual(['one-hot-of-integers'])
  })

  test('a cut message has no numbers that it does not say', () => {
    const [{ match, here, values, repairs }] = explain('The size of tensor a (21) must match the size of tensor b (').found
    expect({ match, here, values }).toEqual({ match: 'cut', here: null, values: { a: 21 } })
    expect(repairs).toEqual([])
  })
})

describe('of several messages in one text', () => {
  const assertion = (thread: number) =>
    `../aten/src/ATen/native/cuda/Loss.cu:250: nll_loss_forward_reduce_cuda_kernel_2d: block: [0,0,0], thread: [${thread},0,0] Assertion \`t >= 0 && t < n_classes\` failed.`
  const log = [...Array.from({ length: 900 }, (_, i) => assertion(i)), 'RuntimeError: CUDA error: device-side assert triggered'].join('\n')

  test('the cause comes before the consequence, and each once', () => {
    expect(ids(log)).toEqual(['class-index-assertion', 'device-side-assert'])
  })

  test('a warning before an error is explained too', () => {
    const text = `loss.py:512: UserWarning: Using a target size (torch.Size([2, 3, 8, 8])) that is different to the input size (torch.Size([2, 1, 8, 8])) is deprecated. Please ensure they have the same size.
ValueError: Target and input must have the same number of elements. target nelement (384) != input nelement (128)`
    expect(ids(text)).toEqual(['bce-sizes-differ'])
  })
})

describe('as threads show them', () => {
  test.each<[string, readonly string[]]>([
    // a warning whose end is missing could be that of two losses; its end, its class or the call tell which
    [
      'Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))',
      ['bce-sizes-differ', 'unequal-sizes-broadcast'],
    ],
    [
      'UserWarning: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))',
      ['unequal-sizes-broadcast', 'bce-sizes-differ'],
    ],
    [
      'ValueError: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))',
      ['bce-sizes-differ', 'unequal-sizes-broadcast'],
    ],
    [
      'UserWarning: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1])).',
      ['unequal-sizes-broadcast'],
    ],
    [
      'loss.py:535: UserWarning: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))\n  return F.mse_loss(input, target, reduction=self.reduction)',
      ['unequal-sizes-broadcast', 'bce-sizes-differ'],
    ],
    [
      '/usr/lib/python3.10/site-packages/torch/nn/modules/loss.py:535: UserWarning: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1])). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.\n  return F.mse_loss(input, target, reduction=self.reduction)',
      ['unequal-sizes-broadcast'],
    ],
    [
      '/pytorch/aten/src/THCUNN/ClassNLLCriterion.cu:105: void cunn_ClassNLLCriterion_updateOutput_kernel(Dtype *, long *, Dtype *, int, int) [with Dtype = float, Acctype = float]: block: [0,0,0], thread: [4,0,0] Assertion `t >= 0 && t < n_classes` failed.',
      ['class-index-assertion'],
    ],
    [
      'nll_loss2d_forward_kernel: block: [12,0,0], thread: [992,0,0] Assertion `t >= 0 && t < n_classes` failed.\nRuntimeError: CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1.',
      ['class-index-assertion', 'device-side-assert'],
    ],
    [
      '/pytorch/aten/src/ATen/native/cuda/Loss.cu:115: operator(): block: [290,0,0], thread: [62,0,0] Assertion `input_val >= zero && input_val <= one` failed.',
      ['bce-input-range'],
    ],
    [
      '/pytorch/aten/src/ATen/native/cuda/Loss.cu:116: operator(): block: [290,0,0], thread: [62,0,0] Assertion `target_val >= zero && target_val <= one` failed.',
      ['bce-target-range'],
    ],
    [
      'THCudaCheck FAIL file=/pytorch/aten/src/THC/THCCachingHostAllocator.cpp line=278 error=710 : device-side assert triggered',
      ['device-side-assert'],
    ],
    [
      "RuntimeError: Assertion `cur_target >= 0 && cur_target < n_classes' failed.  at /pytorch/aten/src/THNN/generic/ClassNLLCriterion.c:93",
      ['class-index-out-of-range'],
    ],
    [
      "RuntimeError: Assertion `x >= 0. && x <= 1.' failed. input value should be between 0~1, but got -0.318 at /pytorch/aten/src/THNN/generic/BCECriterion.c:62",
      ['bce-input-range'],
    ],
    ['RuntimeError: 1D target tensor expected, multi-target not supported', ['multi-target']],
    [
      'RuntimeError: multi-target not supported at /opt/conda/conda-bld/pytorch_1544081127912/work/aten/src/THCUNN/generic/ClassNLLCriterion.cu:15',
      ['multi-target'],
    ],
    [
      "RuntimeError: input and target batch or spatial sizes don't match: target [4 x 512 x 512], input [4 x 21 x 64 x 64] at /pytorch/aten/src/THNN/generic/SpatialClassNLLCriterion.c:60",
      ['size-mismatch'],
    ],
    ['RuntimeError: size mismatch (got input: [16, 19, 512', ['size-mismatch']],
    ["RuntimeError: Expected object of backend CUDA but got backend CPU for argument #2 'target'", ['weight-on-another-device']],
    [
      "RuntimeError: Expected object of scalar type Long but got scalar type Float for argument #2 'target' in call to _thnn_nll_loss_forward",
      ['class-index-dtype'],
    ],
    ['"nll_loss_forward_reduce_cuda_kernel_2d_index" not implemented for \'Int\'', ['class-index-dtype']],
    ["AttributeError: 'CrossEntropyLoss' object has no attribute 'backward'", ['constructor-forgotten']],
    ["AttributeError: 'collections.OrderedDict' object has no attribute 'log_softmax'", ['not-a-tensor']],
    ["AttributeError: 'tuple' object has no attribute 'log_softmax'", ['not-a-tensor']],
    ['target size (torch.size([16])) must be the same as input size (torch.size([16, 1]))', ['bce-logits-sizes-differ']],
    ['```\nIndexError: Target 10 is out of bounds.\n```', ['class-index-out-of-range']],
    ['IndexError: Target 2 is out of bounds - PyTorch', ['class-index-out-of-range']],
    ['ValueError: Expected target size (2, 5), got torch.Size([2, 4])', ['target-size']],
    [
      'RuntimeError: only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: : [1, 1, 256, 256]',
      ['spatial-targets'],
    ],
  ])('%s', (text, expected) => {
    expect(ids(text)).toEqual(expected)
  })
})

/** Of Python, NumPy, PyTorch and others: none is about a loss. */
const unrelated = [
  "KeyError: 'loss'",
  'KeyError: 3',
  'IndexError: list index out of range',
  'IndexError: index 3 is out of bounds for axis 0 with size 3',
  'IndexError: index out of range in self',
  "TypeError: 'NoneType' object is not subscriptable",
  "TypeError: unhashable type: 'list'",
  "TypeError: can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
  "TypeError: default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'PIL.Image.Image'>",
  "ModuleNotFoundError: No module named 'torch'",
  "ImportError: cannot import name 'x' from 'y'",
  "NameError: name 'criterion' is not defined",
  "FileNotFoundError: [Errno 2] No such file or directory: 'model.pth'",
  'ZeroDivisionError: division by zero',
  'RecursionError: maximum recursion depth exceeded',
  'AssertionError: Torch not compiled with CUDA enabled',
  'AssertionError',
  'SyntaxError: invalid syntax',
  'StopIteration',
  'ValueError: could not convert string to float: abc',
  'ValueError: operands could not be broadcast together with shapes (3,) (4,)',
  'ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 64])',
  'ValueError: optimizer got an empty parameter list',
  'ValueError: setting an array element with a sequence.',
  'OSError: [Errno 28] No space left on device',
  'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.79 GiB total capacity)',
  'RuntimeError: CUDA error: out of memory',
  'RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED',
  'RuntimeError: DataLoader worker (pid 123) is killed by signal: Killed.',
  'RuntimeError: Given groups=1, weight of size [64, 3, 7, 7], expected input[1, 1, 224, 224] to have 3 channels, but got 1 channels instead',
  'RuntimeError: Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "fc.weight".',
  'RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation',
  'RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 32 but got size 31 for tensor number 1 in the list.',
  'RuntimeError: "slow_conv2d_cpu" not implemented for \'Half\'',
  'RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same',
  'RuntimeError: stack expects each tensor to be equal size, but got [3, 224, 224] at entry 0 and [3, 200, 200] at entry 1',
  'RuntimeError: view size is not compatible with input tensor size and stride',
  'ConnectionResetError: [Errno 104] Connection reset by peer',
  'error: could not find Cargo.toml in the current directory',
  'Segmentation fault (core dumped)',
  'The loss is NaN.',
  'my loss does not go down, what can I do?',
  'hello',
  '',
  '\n\n  \n',
]

describe('what is not about a loss', () => {
  test.each(unrelated)('%j has no explanation and no resemblance', (text) => {
    expect(explain(text)).toEqual({ found: [], nearest: [] })
  })

  test.each([
    "TypeError: main() got an unexpected keyword argument 'epochs'",
    "TypeError: main() missing 1 required positional argument: 'path'",
  ])('%s is of no loss, whatever it resembles', (text) => expect(explain(text).found).toEqual([]))

  test('in random words nothing is found', () => {
    const words = [
      'tensor',
      'target',
      'size',
      'expected',
      'got',
      'input',
      'class',
      'type',
      'is',
      'not',
      'of',
      '[2, 3]',
      '3',
      'Long',
      'weight',
      '(',
      ')',
      ':',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (chosen) => {
        expect(explain(chosen.join(' ')).found).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('what Python says too is only possible, and certain beside the name of a loss', () => {
    const text = "AttributeError: 'NoneType' object has no attribute 'size'"
    expect(explain(text).found[0]).toMatchObject({ id: 'not-a-tensor', certain: false })
    expect(explain(text).found[0].elsewhere).toMatch(/Python/)
    expect(explain(`  File "x.py", in mse_loss\n${text}`).found[0].certain).toBe(true)
    for (const { id, text: message } of messages) {
      const { elsewhere, certain } = explain(message).found[0]
      expect(certain || elsewhere !== null, id).toBe(true)
    }
  })

  test('another wording has the messages that resemble it', () => {
    const near = explain('it expected a floating point type for the target with class probability, but got Long')
    expect(near.found).toEqual([])
    expect(near.nearest[0]).toMatchObject({ id: 'one-hot-of-integers' })
    expect(near.nearest[0].likeness).toBeGreaterThan(0.7)
  })
})

test('a text of a megabyte is read within seconds', () => {
  const noise = 'Epoch 3: 67190it [6:05:52, 3.06it/s, loss=2.15, target size input expected got torch.Size([2, 3])]\n'
  const text = `${noise.repeat(10_000)}IndexError: Target 21 is out of bounds.`
  const start = performance.now()
  expect(ids(text)).toEqual(['class-index-out-of-range'])
  expect(performance.now() - start).toBeLessThan(8000)
})
