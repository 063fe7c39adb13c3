import { cannot, type Detector, type Draft } from '../detector.ts'
import { distributionAxis } from '../rows.ts'
import type { Subject } from '../subject.ts'
import { type Typed, typedCall } from '../typed.ts'
import { figure, place } from '../words.ts'

/** What is to be log-probabilities beside probabilities, and is not; the two in each other's place. */
export const divergenceInputs: Detector = {
  code: 'divergence-inputs',
  title: 'log-probabilities and probabilities mixed up',
  applies: ({ inputs }) => inputs[0].domain === 'log-probabilities' && inputs[1]?.domain === 'probabilities',
  look: (subject) => {
    const { spec, tensors } = subject
    const [{ name: input }, { name: target }] = spec.inputs
    const { shape } = tensors[input]
    if (shape.every((extent) => extent < 2)) return cannot('no axis has two values, so that none can be a distribution')
    const [prediction, truth] = [kindOf(subject, input), kindOf(subject, target)]
    const wanted = subject.values.logTarget === true ? 'logarithms' : 'probabilities'
    if (prediction === 'probabilities' && truth === 'logarithms' && wanted !== truth) return [swapped(subject, input, target)]
    return [
      ...(prediction === 'logarithms' ? [] : [wrong(subject, input, 'logarithms', prediction)]),
      ...(truth === wanted ? [] : [wrong(subject, target, wanted, truth)]),
    ]
  },
  page: {
    looks: 'A negative divergence, which there is none of; or one that stays far from 0 for equal distributions.',
    why: 'PyTorch wants the prediction as logarithms, because a log-softmax is exact where log(softmax) is not, and the target as probabilities, unless `log_target` says that it is logarithms too. The order is prediction first, the other way round than in the formula KL(p‖q).',
    sure: 'The exponentials of log-probabilities add up to 1 along the axis of the classes, and probabilities add up to 1 themselves: rows of any axis are tried. A result below 0 proves that one of the two is none. Rows that are cut or masked need not add up, and are a warning only.',
    example: "check(klDiv, [[0.7, 0.3], [0.2, 0.8]], [[0.5, 0.5], [0.1, 0.9]], { reduction: 'batchmean' })",
  },
}

type Kind = 'logarithms' | 'probabilities' | 'neither'

function kindOf({ numbers, tensors }: Subject, name: string): Kind {
  const { shape } = tensors[name]
  if (distributionAxis(numbers(name), shape, 'logarithms') >= 0) return 'logarithms'
  return distributionAxis(numbers(name), shape, 'sums') >= 0 ? 'probabilities' : 'neither'
}

/** A value that proves the mistake: above 0 for a logarithm, below 0 for a probability; −1 where there is none. */
function impossible({ numbers, sample }: Subject, name: string, wanted: Kind): number {
  const seen = sample(name)
  const odd = wanted === 'logarithms' ? (x: number) => x > 1e-3 : (x: number) => x < 0
  return seen.some(odd) ? numbers(name).findIndex(odd) : -1
}

function wrong(subject: Subject, name: string, wanted: Kind, kind: Kind): Draft {
  const { numbers, tensors, spec } = subject
  const { shape } = tensors[name]
  const at = impossible(subject, name, wanted)
  const proof = at < 0 ? '' : `, as ${figure(numbers(name)[at])}${place(at, shape)} shows`
  const mean = subject.mean()
  const negative = mean !== null && mean < 0 ? ` The loss is ${figure(mean)}, and an honest one is never negative.` : ''
  const is = kind === 'neither' ? (wanted === 'logarithms' ? 'raw scores' : 'numbers that do not add up to 1 along any axis') : kind
  const flips = 'logTarget' in spec.options && name !== spec.inputs[0].name && kind !== 'neither'
  const typed = flips
    ? typedCall({ ...subject, values: { ...subject.values, logTarget: kind === 'logarithms' } })
    : typedCall(subject, { [name]: changeOf(name, wanted, kind, shape.length - 1) })
  return {
    level: at >= 0 ? 'error' : 'warning',
    argument: name,
    message: `${name} holds ${is}, and ${wanted === 'logarithms' ? 'log-probabilities' : 'probabilities'} are wanted${proof}.${negative}`,
    evidence: { wanted, found: kind, value: at < 0 ? null : numbers(name)[at], loss: mean },
    repair: { surprisal: typed.ours, pytorch: typed.torch },
    pytorch: null,
  }
}

function changeOf(name: string, wanted: Kind, kind: Kind, axis: number): Typed {
  if (wanted === 'logarithms') {
    if (kind === 'probabilities') return { ours: `log(${name})`, torch: `${name}.log()` }
    return { ours: `logSoftmax(${name}, ${axis})`, torch: `${name}.log_softmax(${axis})` }
  }
  if (kind === 'logarithms') return { ours: `exp(${name})`, torch: `${name}.exp()` }
  return { ours: `softmax(${name}, ${axis})`, torch: `${name}.softmax(${axis})` }
}

function swapped(subject: Subject, input: string, target: string): Draft {
  const typed = typedCall(subject, { [input]: { ours: target, torch: target }, [target]: { ours: input, torch: input } })
  return {
    level: 'error',
    argument: input,
    message: `${input} holds probabilities and ${target} log-probabilities: the two are in each other's place, or ${input} wants a logarithm.`,
    evidence: { input: 'probabilities', target: 'logarithms' },
    repair: { surprisal: typed.ours, pytorch: typed.torch },
    pytorch: null,
  }
}
