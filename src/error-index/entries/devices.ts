import { type Entry, entry } from '../entry.ts'

/** What CUDA says where a loss is the cause. This library has no devices to mix. */
export const devices: readonly Entry[] = [
  entry({
    id: 'device-side-assert',
    finding: 'class-out-of-range',
    title: 'A CUDA kernel stopped',
    says: 'RuntimeError: CUDA error: device-side assert triggered',
    sample: {},
    older: [
      {
        says: 'RuntimeError: cuda runtime error ({code:number}) : device-side assert triggered',
        versions: 'up to about PyTorch 1.7, as threads of 2017 to 2020 show it',
        seen: 'https://github.com/yu-changqian/TorchSeg/issues/10',
      },
      {
        says: 'THCudaCheck FAIL file={file:text} line={line:number} error={code:number} : device-side assert triggered',
        versions: 'up to about PyTorch 1.7',
      },
      {
        says: 'RuntimeError: {what:word} failed to synchronize: device-side assert triggered',
        versions: 'up to about PyTorch 1.5, as threads of 2019 show it',
        seen: 'https://github.com/pytorch/pytorch/issues/19015',
      },
    ],
    versions: 'CUDA, as threads of 2018 to 2025 show it',
    mistake: 2,
    cause:
      'A kernel met a value that it does not take, and everything after it fails: the traceback points at a later line. With a loss it is nearly always a class index outside 0 … C − 1 (cross_entropy, nll_loss, embeddings), or a probability outside 0 … 1 (BCELoss). The lines above that begin with "Assertion" say which.',
    repair: () => [
      {
        when: 'to see the cause',
        pytorch: 'run on the CPU, or with CUDA_LAUNCH_BLOCKING=1; the process has to be started again',
        surprisal: 'crossEntropy(input, target), with the saved arrays',
      },
      {
        when: 'it is a class index',
        pytorch: 'print(target.min(), target.max(), input.shape[1])',
        surprisal: 'crossEntropy(input, target)',
      },
      {
        when: 'it is a probability',
        pytorch: 'nn.BCEWithLogitsLoss()(scores, target)',
        surprisal: 'binaryCrossEntropyWithLogits(scores, target)',
      },
    ],
    example: () => ({
      wrong: 'crossEntropy([[0.5, -1.2, 2]], [3])',
      says: 'IndexError: Target 3 is out of bounds.',
      right: 'crossEntropy([[0.5, -1.2, 2]], [2])',
    }),
    vague: true,
  }),
  entry({
    id: 'weight-on-another-device',
    title: 'The weights are on another device',
    says: 'RuntimeError: Expected all tensors to be on the same device, but got {argument:word} is on {one:text}, different from other tensors on {other:text} (when checking argument in method {where:word})',
    sample: { argument: 'weight', one: 'cpu', other: 'cuda:0', where: 'wrapper_CUDA_nll_loss_forward' },
    older: [
      {
        says: 'RuntimeError: Expected all tensors to be on the same device, but found at least two devices, {first:text} and {second:text}! (when checking argument for argument {argument:word} in method {where:word})',
        versions: 'PyTorch 1.9 to 2.x, as threads of 2021 to 2025 show it (before that with "arugment")',
        seen: 'https://github.com/asahi417/lmppl/issues/14',
      },
      {
        says: 'RuntimeError: Expected all tensors to be on the same device, but found at least two devices, {first:text} and {second:text}!',
        versions: 'PyTorch 1.5 to 2.x',
        seen: 'https://github.com/pytorch/pytorch/issues/122757',
      },
      {
        says: "RuntimeError: Expected object of backend {one:word} but got backend {other:word} for argument #{place:number} '{argument:word}'",
        versions: 'up to about PyTorch 1.1',
      },
    ],
    mistake: 12,
    cause:
      'An argument of the loss lies on another device than the rest. With input and target on the GPU it is the weight, which was made on the CPU and stays there unless the criterion is moved too.',
    here: ({ argument, one, other }) => `${argument} is on ${one}, the rest on ${other}.`,
    general: [
      { when: 'it is the weight', pytorch: 'criterion.to(device), or weight.to(device)', surprisal: 'nothing: arrays have no device' },
    ],
    repair: ({ argument }) => [
      argument === 'weight'
        ? { pytorch: 'criterion.to(device), or weight.to(device)', surprisal: 'nothing: arrays have no device' }
        : { pytorch: `${argument}.to(input.device)`, surprisal: 'nothing: arrays have no device' },
    ],
    example: () => ({
      wrong: 'crossEntropy([[0.5, -1.2, 2]], [0], { weight: [1, 1, 2] })',
      says: null,
      right: 'crossEntropy([[0.5, -1.2, 2]], [0], { weight: [1, 1, 2] })',
    }),
    elsewhere: 'Every function of PyTorch with two tensors says so.',
  }),
]
