import { type Shape, tupleOf } from '../../tensor/shape.ts'
import { program, zeros } from '../code.ts'
import { type Entry, entry } from '../entry.ts'

const taped = (shape: readonly number[]): string => zeros(shape, 'float32', ['requiresGrad: true'])

/** A call whose argument has no derivative, by the name of PyTorch's function, with the shape of that argument. */
const notDifferentiated: Readonly<Record<string, readonly [Shape, string]>> = {
  nll_loss_forward: [[3], 'crossEntropy([[0.5, -1.2, 2]], [0], { weight })'],
  nll_loss2d_forward: [[3], `crossEntropy(${zeros([1, 3, 2, 2])}, ${zeros([1, 2, 2], 'int64')}, { weight })`],
  multi_margin_loss: [[3], 'multiMarginLoss([[0.5, -1.2, 2]], [0], { weight })'],
  binary_cross_entropy: [[2], 'binaryCrossEntropy([0.3, 0.9], [0, 1], { weight })'],
  soft_margin_loss: [[2], 'softMarginLoss([0.3, 0.9], target)'],
}

/** What backward() refuses. */
export const gradients: readonly Entry[] = [
  entry({
    id: 'no-gradient',
    title: 'A loss that no parameter led to',
    says: 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn',
    sample: {},
    cause:
      'The loss was computed from tensors without requires_grad, so there is nothing to go back to. Between the network and the loss stands an argmax, a round, a .detach(), a .item() or a torch.tensor(…) of the output, or all of it runs under torch.no_grad(). Setting loss.requires_grad = True silences the message, and then nothing is learned.',
    repair: () => [
      {
        when: 'the loss is of predicted classes',
        pytorch: 'F.cross_entropy(scores, target), before any argmax',
        surprisal: 'crossEntropy(scores, target), before any argmax',
      },
      {
        when: 'the tensors are made by hand',
        pytorch: 'torch.tensor(values, requires_grad=True)',
        surprisal: 'tensor(values, { requiresGrad: true })',
      },
    ],
    example: () => ({
      wrong: 'mseLoss(tensor([1, 2]), [0, 0]).backward()',
      right: 'mseLoss(tensor([1, 2], { requiresGrad: true }), [0, 0]).backward()',
    }),
  }),
  entry({
    id: 'unused-argument',
    title: 'A gradient by what the loss does not use',
    says: 'RuntimeError: One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.',
    sample: {},
    cause: 'A gradient is asked for a tensor from which no path leads to the loss: a distance function that ignores it, or detaches it.',
    repair: () => [{ pytorch: 'torch.autograd.grad(loss, inputs, allow_unused=True)', surprisal: 'wrt without that argument' }],
    example: () => ({
      wrong: `tripletMarginWithDistanceLoss.valueAndGrad([[1, 2]], [[1, 2]], [[3, 4]], { distanceFunction: (a) => mean(abs(a)).detach(), wrt: 'anchor' })`,
      right: `tripletMarginWithDistanceLoss.valueAndGrad([[1, 2]], [[1, 2]], [[3, 4]], { distanceFunction: pairwiseDistance, wrt: 'anchor' })`,
    }),
  }),
  entry({
    id: 'gradient-of-many',
    title: 'backward() of more than one number',
    says: 'RuntimeError: grad can be implicitly created only for scalar outputs',
    sample: {},

    cause: "backward() starts from one number, and the loss has several: reduction='none', or the losses of several devices in one tensor.",
    repair: () => [
      { pytorch: "reduction='mean', or loss.mean().backward()", surprisal: "reduction: 'mean', or mean(loss).backward()" },
      { when: 'each has its weight', pytorch: 'loss.backward(weights)', surprisal: 'loss.backward(weights)' },
    ],
    example: () => ({
      wrong: program({ input: taped([3]) }, "mseLoss(input, [1, 2, 3], { reduction: 'none' }).backward()"),
      right: program({ input: taped([3]) }, 'mseLoss(input, [1, 2, 3]).backward()'),
    }),
  }),
  entry({
    id: 'backward-twice',
    title: 'backward() a second time',
    says: 'RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
    sample: {},
    cause:
      'The first backward() frees what it needed. Two losses share a part of the network and each goes back by itself, or a loss of the step before is still part of this one (running_loss += loss, a hidden state that is carried along).',
    repair: () => [
      { when: 'there are two losses', pytorch: '(loss1 + loss2).backward()', surprisal: 'add(loss1, loss2).backward()' },
      { when: 'losses are added up for a report', pytorch: 'running_loss += loss.item()', surprisal: 'running += loss.item()' },
      { when: 'it is meant', pytorch: 'loss.backward(retain_graph=True)', surprisal: 'loss.backward(undefined, { retainGraph: true })' },
    ],
    example: () => ({
      wrong: program({ input: taped([3]), loss: 'mseLoss(input, [1, 2, 3])' }, 'loss.backward()\nloss.backward()'),
      right: program(
        { input: taped([3]), loss: 'mseLoss(input, [1, 2, 3])' },
        'loss.backward(undefined, { retainGraph: true })\nloss.backward()',
      ),
    }),
  }),
  entry({
    id: 'not-differentiable',
    title: 'A gradient for an argument that has none',
    says: `RuntimeError: The function '{native:word}' is not differentiable with respect to argument '{argument:word}'. This input cannot have requires_grad True.`,
    sample: { native: 'nll_loss_forward', argument: 'weight' },
    older: [
      {
        says: `RuntimeError: the derivative for '{argument:word}' is not implemented`,
        versions: 'up to PyTorch 1.9, as threads of 2021 show it (then also for the target of binary_cross_entropy)',
        seen: 'https://github.com/pytorch/pytorch/issues/56683',
      },
    ],
    mistake: 12,
    cause:
      'A weight is a constant of the loss, and PyTorch has no derivative by it. It asks for a gradient because it was computed from parameters, or made with requires_grad=True.',
    here: ({ native, argument }) => `${argument} of ${native} has requires_grad.`,
    repair: ({ argument }) => [{ pytorch: `${argument}.detach()`, surprisal: `${argument}.detach()` }],
    example: ({ native, argument }) => {
      const name = argument === 'pos_weight' ? 'posWeight' : argument
      const [extents, call] = notDifferentiated[native] ?? [[2], `binaryCrossEntropyWithLogits([0.3, 0.9], [0, 1], { ${name} })`]
      return { wrong: program({ [name]: taped(extents) }, call), right: program({ [name]: zeros(extents) }, call) }
    },
  }),
  entry({
    id: 'gradient-of-integers',
    title: 'A gradient of integers',
    says: 'RuntimeError: Only Tensors of floating point and complex dtype can require gradients',
    sample: {},
    older: [
      { says: 'RuntimeError: only Tensors of floating point dtype can require gradients', versions: 'PyTorch 2.13, of requires_grad_()' },
    ],
    mistake: 4,
    cause: 'Integers and booleans have no gradient. The tensor was made of whole numbers without a point: torch.tensor([1, 2]) is int64.',
    repair: () => [
      { pytorch: 'torch.tensor([1., 2.], requires_grad=True)', surprisal: `tensor(values, { dtype: 'float32', requiresGrad: true })` },
    ],
    example: () => ({
      wrong: `tensor([1, 2], { dtype: 'int64', requiresGrad: true })`,
      right: `tensor([1, 2], { dtype: 'float32', requiresGrad: true })`,
    }),
  }),
  entry({
    id: 'gradient-shape',
    title: 'A gradient of another shape than the tensor',
    says: 'RuntimeError: Mismatch in shape: grad_output[0] has a shape of torch.Size({gradient:shape}) and output[0] has a shape of torch.Size({output:shape}).',
    sample: { gradient: [2], output: [3] },
    cause: 'What is given to backward() is the gradient of the tensor itself, and has its shape.',
    here: ({ gradient, output }) => `It was ${tupleOf(gradient)}, of a tensor of ${tupleOf(output)}.`,
    repair: () => [{ pytorch: 'loss.backward(torch.ones_like(loss))', surprisal: 'loss.backward(), of one number' }],
    example: ({ gradient, output }) => ({
      wrong: program({ input: taped(output) }, `mseLoss(input, ${zeros(output)}, { reduction: 'none' }).backward(${zeros(gradient)})`),
      right: program({ input: taped(output) }, `mseLoss(input, ${zeros(output)}, { reduction: 'none' }).backward(${zeros(output)})`),
    }),
  }),
  entry({
    id: 'gradient-is-no-tensor',
    title: 'A gradient that is no tensor',
    says: 'TypeError: gradients can be either Tensors or None, but got {got:word}',
    sample: { got: 'float' },
    cause: 'backward() takes a tensor or nothing. Often a number is meant to scale the loss.',
    here: ({ got }) => `It was a ${got}.`,
    repair: () => [{ pytorch: '(0.5 * loss).backward()', surprisal: 'mul(loss, 0.5).backward()' }],
    example: () => ({
      wrong: program({ input: taped([2]) }, 'mseLoss(input, [1, 2]).backward(0.5)'),
      says: 'TypeError: gradients can be either Tensors or None, but got float',
      right: program({ input: taped([2]) }, 'mul(mseLoss(input, [1, 2]), 0.5).backward()'),
    }),
  }),
  entry({
    id: 'many-to-one-number',
    title: 'item() of more than one number',
    says: 'RuntimeError: a Tensor with {count:number} elements cannot be converted to Scalar',
    sample: { count: 3 },
    cause: "item() and float() give one number, and the tensor has several: a loss with reduction='none'.",
    here: ({ count }) => `It has ${count}.`,
    repair: () => [{ pytorch: 'loss.mean().item(), or loss.tolist()', surprisal: 'mean(loss).item(), or loss.toArray()' }],
    example: ({ count }) => ({ wrong: `${zeros([count])}.item()`, right: `${zeros([count])}.toArray()` }),
  }),
]
