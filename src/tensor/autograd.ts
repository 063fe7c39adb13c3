import { LossError } from '../errors.ts'
import { tupleOf } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** One recorded operation: its inputs, and the gradients of those from the gradient of its result (null for an input that has none). */
export interface Node {
  readonly name: string
  inputs: readonly Tensor[]
  backward: ((gradient: Tensor) => readonly (Tensor | null)[]) | null
}

let recording = true

/** Runs `body` without recording anything on the tape. `body` is not async: recording is on again when it returns. */
export const noGrad = <T>(body: () => T): T => taping(false, body)

/** Runs `body` with the tape on, also within `noGrad`. */
export const withGrad = <T>(body: () => T): T => taping(true, body)

function taping<T>(on: boolean, body: () => T): T {
  const before = recording
  recording = on
  try {
    return body()
  } finally {
    recording = before
  }
}

/** Whether an operation on `inputs` goes onto the tape. */
export const records = (inputs: readonly Tensor[]): boolean => recording && inputs.some((input) => input.requiresGrad)

/** The tape's entry for an operation, or null where none of `inputs` takes a gradient. */
export const record = (name: string, inputs: readonly Tensor[], backward: Node['backward']): Node | null =>
  records(inputs) ? { name, inputs, backward } : null

/** What the tape needs of tensors; given by tensor.ts, which imports this file. */
export interface Gradients {
  readonly plus: (a: Tensor, b: Tensor) => Tensor
  /** What becomes of the gradient of a leaf. */
  readonly arrive: (leaf: Tensor, gradient: Tensor) => void
}

/** Sends `gradient` from `root` down to the leaves, each operation once, after everything that used its result. */
export function runBackward(root: Tensor, gradient: Tensor, retainGraph: boolean, { plus, arrive }: Gradients): void {
  const gradients = new Map<Tensor, Tensor>([[root, gradient]])
  for (const tensor of inOrder(root)) {
    const flowing = gradients.get(tensor)
    if (flowing === undefined) continue
    gradients.delete(tensor)
    const { node } = tensor
    if (node === null) {
      arrive(tensor, flowing)
      continue
    }
    if (node.backward === null) throw freed(node)
    const parts = node.backward(flowing)
    node.inputs.forEach((input, i) => {
      const part = parts[i]
      if (part === null || part === undefined || !input.requiresGrad) return
      const sum = gradients.get(input)
      gradients.set(input, sum === undefined ? part : plus(sum, part))
    })
    if (!retainGraph) {
      node.backward = null
      node.inputs = []
    }
  }
}

/** Every tensor that `root` was made of, each before those it was made of. */
function inOrder(root: Tensor): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>([root])
  const stack: { tensor: Tensor; next: number }[] = [{ tensor: root, next: 0 }]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const inputs = top.tensor.node?.inputs ?? []
    if (top.next === inputs.length) {
      order.push(top.tensor)
      stack.pop()
      continue
    }
    const input = inputs[top.next++]
    if (input.requiresGrad && !seen.has(input)) {
      seen.add(input)
      stack.push({ tensor: input, next: 0 })
    }
  }
  return order.reverse()
}

export const outsideTape = (root: Tensor): LossError =>
  new LossError({
    code: 'gradient-missing',
    fn: 'backward',
    argument: 'this',
    received: `a tensor of shape ${tupleOf(root.shape)} that no requiresGrad tensor led to`,
    expected: 'a tensor computed from one with requiresGrad: true',
    repair: 'tensor(values, { requiresGrad: true }) for what you want the gradient of, outside noGrad()',
    pytorch: 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn',
  })

const freed = (node: Node): LossError =>
  new LossError({
    code: 'gradient-twice',
    fn: 'backward',
    argument: 'this',
    received: `a second backward() through ${node.name}`,
    expected: 'one backward() per graph: the first one frees it',
    repair: 'backward(undefined, { retainGraph: true }) the first time, or compute the loss again',
    pytorch:
      'RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
  })
