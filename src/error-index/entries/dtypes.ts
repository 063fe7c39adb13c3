import { cppNames } from '../../ops/matrices.ts'
import { dtypeOf, program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'
import { kernels } from '../holes.ts'

/** A call that runs a kernel, by the kernel's name; `d` is the dtype of what is computed. */
const calls: Readonly<Record<string, (d: ReturnType<typeof dtypeOf>) => string>> = {
  log_softmax_lastdim_kernel_impl: (d) => `crossEntropy(${zeros([2, 3], d)}, [0, 2])`,
  log_softmax_kernel_impl: (d) => `crossEntropy(${zeros([1, 3, 2, 2], d)}, ${zeros([1, 2, 2], 'int64')})`,
  softmax_lastdim_kernel_impl: (d) => `softmax(${zeros([2, 3], d)}, 1)`,
  nll_loss_out_frame: (d) => `nllLoss(${zeros([2, 3], d)}, [0, 2])`,
  nll_loss2d_forward_out_frame: (d) => `nllLoss(${zeros([1, 3, 2, 2], d)}, ${zeros([1, 2, 2], 'int64')})`,
  log_sigmoid_cpu: (d) => `binaryCrossEntropyWithLogits(${zeros([2], d)}, ${zeros([2])})`,
  mse_cpu: (d) => `mseLoss(${zeros([2], d)}, ${zeros([2], d)})`,
  smooth_l1_cpu: (d) => `smoothL1Loss(${zeros([2], d)}, ${zeros([2], d)})`,
  huber_cpu: (d) => `huberLoss(${zeros([2], d)}, ${zeros([2], d)})`,
  binary_cross_entropy: (d) => `binaryCrossEntropy(${zeros([2], d)}, ${zeros([2], d)})`,
  ctc_loss_cpu: (d) => `ctcLoss(${zeros([3, 1, 4], d)}, [[1, 2]], [3], [2])`,
  multi_margin_loss_cpu_kernel: (d) => `multiMarginLoss(${zeros([2, 3], d)}, [0, 2])`,
  multilabel_margin_loss_forward_out_frame: (d) => `multilabelMarginLoss(${zeros([2, 3], d)}, ${zeros([2, 3], 'int64')})`,
  addmm_impl_cpu_: (d) => `matmul(${zeros([2, 3], d)}, ${zeros([3, 2], d)})`,
  addmv_impl_cpu: (d) => `matmul(${zeros([2, 3], d)}, ${zeros([3], d)})`,
  abs_cpu: (d) => `abs(${zeros([2], d)})`,
  dot: (d) => `matmul(${zeros([3], d)}, ${zeros([3], d)})`,
}

/** Types of numbers that a loss does not take. */
export const dtypes: readonly Entry[] = [
  entry({
    id: 'dtype-not-implemented',
    finding: 'wrong-dtype',
    title: 'Numbers of a type that the loss does not compute',
    says: `NotImplementedError: "{kernel:kernel}" not implemented for '{dtype:dtype}'`,
    sample: { kernel: 'log_softmax_lastdim_kernel_impl', dtype: 'Long' },
    older: [
      {
        says: `RuntimeError: "{kernel:kernel}" not implemented for '{dtype:dtype}'`,
        versions: 'PyTorch up to 1.13, and CUDA, where it is a RuntimeError',
      },
    ],
    mistake: 4,
    cause:
      'The part of PyTorch that computes the loss has no code for this type of numbers. With an integer type the input is not what the network gave: an argmax, or indices, or images read as bytes, or the two arguments exchanged. With Half or BFloat16 it is the CPU that lacks it.',
    here: ({ kernel, dtype }) => {
      const floating = ['Half', 'BFloat16'].includes(dtype)
      return `${kernels[kernel]} (its kernel ${kernel}) was given ${dtype}: ${floating ? 'compute the loss in float32.' : 'the first argument has to be the floating-point output of the network.'}`
    },
    repair: ({ dtype }) => [
      ...(['Half', 'BFloat16'].includes(dtype)
        ? []
        : [
            {
              when: 'the arguments are exchanged',
              pytorch: 'criterion(output, target), in this order',
              surprisal: 'crossEntropy(input, target), in this order',
            },
          ]),
      { when: 'the values are right', pytorch: 'input.float()', surprisal: `tensor(input, { dtype: 'float32' })` },
    ],
    example: ({ kernel, dtype }) => {
      const call = calls[kernel]
      return { wrong: call(dtypeOf(dtype)), right: call('float32') }
    },
  }),
  entry({
    id: 'weight-dtype',
    finding: 'wrong-dtype',
    title: 'A weight of another type than the input',
    says: 'RuntimeError: expected scalar type {wanted:dtype} but found {got:dtype}',
    sample: { wanted: 'Float', got: 'Double' },
    mistake: 4,
    cause:
      'The weights of cross_entropy, nll_loss and multi_margin_loss have to be of the type of the input. Weights that NumPy computed are float64 (Double).',
    here: ({ wanted, got }) => `The input is ${wanted}, the weight ${got}.`,
    repair: ({ wanted }) => [
      { pytorch: 'weight.to(input.dtype)', surprisal: `tensor(weight, { dtype: '${dtypeOf(wanted)}' }), or plain numbers` },
    ],
    example: ({ wanted, got }) => ({
      wrong: program(
        { input: zeros([2, 3], dtypeOf(wanted)), weight: zeros([3], dtypeOf(got)) },
        'crossEntropy(input, [0, 2], { weight })',
      ),
      right: program(
        { input: zeros([2, 3], dtypeOf(wanted)), weight: zeros([3], dtypeOf(wanted)) },
        'crossEntropy(input, [0, 2], { weight })',
      ),
    }),
    elsewhere: 'Every function that wants one type says so: a linear layer given NumPy’s float64, for instance.',
  }),
  entry({
    id: 'matrices-of-two-types',
    title: 'Matrices of two types',
    says: 'RuntimeError: expected m1 and m2 to have the same dtype, but got: {left:dtype} != {right:dtype}',
    sample: { left: 'double', right: 'float' },
    older: [
      {
        says: 'RuntimeError: mat1 and mat2 must have the same dtype, but got {left:dtype} and {right:dtype}',
        versions: 'PyTorch 2.x, where a bias is added (nn.Linear)',
      },
      {
        says: 'RuntimeError: self and mat2 must have the same dtype, but got {left:dtype} and {right:dtype}',
        versions: 'PyTorch 2.13, from linear_cross_entropy with several outputs',
      },
      {
        says: 'RuntimeError: dot : expected both vectors to have same dtype, but found {left:dtype} and {right:dtype}',
        versions: 'PyTorch 2.x, of two vectors',
      },
      {
        says: 'RuntimeError: addmv input tensors must have the same dtype, but got {bias:dtype}, {left:dtype}, and {right:dtype}',
        versions: 'PyTorch 2.x, of a matrix and a vector',
      },
      {
        says: 'RuntimeError: {a:word} and {b:word} must have the same dtype, but got {left:dtype} and {right:dtype}',
        versions: 'PyTorch 2.x',
      },
    ],
    mistake: 4,
    cause:
      'Two matrices are multiplied, and one holds numbers of another type: an array of NumPy is float64, a layer is float32, half precision is float16.',
    here: ({ left, right }) => `One is ${left}, the other ${right}.`,
    repair: ({ right }) => [{ pytorch: 'input.to(layer.weight.dtype)', surprisal: `tensor(input, { dtype: '${dtypeOf(right)}' })` }],
    example: ({ left, right }) => ({
      wrong: `matmul(${zeros([2, 3], dtypeOf(left))}, ${zeros([3, 2], dtypeOf(right))})`,
      says: `RuntimeError: expected m1 and m2 to have the same dtype, but got: ${cppNames[dtypeOf(left)]} != ${cppNames[dtypeOf(right)]}`,
      right: `matmul(${zeros([2, 3])}, ${zeros([3, 2])})`,
    }),
    elsewhere: 'Every multiplication of matrices says so, in a layer of a network too.',
  }),
]
