import { snakeCase } from '../../names.ts'
import type { Detector, Draft } from '../detector.ts'
import { sampleSize } from '../extent.ts'
import type { Subject } from '../subject.ts'
import { remarked, type Typed, typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** Weights of elements that act on another axis than is meant, or on everything alike; `posWeight` the wrong way round. */
export const elementWeights: Detector = {
  code: 'element-weights',
  title: 'weights that do not weigh what is meant',
  applies: ({ options }) => weightsOf(options).length > 0,
  look: (subject) =>
    weightsOf(subject.spec.options).flatMap((name) => (subject.tensors[name] === undefined ? [] : ofWeight(subject, name))),
  page: {
    looks:
      'Rare positives stay unlearned in spite of the weights; or an error about sizes at "non-singleton dimension 3"; or nothing, and columns of the image are weighted instead of classes.',
    why: '`weight` multiplies the loss of an element, `pos_weight` only its positive term. Both broadcast from the right: a vector of one weight per class lands on the last axis, which of images is the width. Neither is one weight for "no" and one for "yes".',
    sure: 'Where the sizes fit more than one axis only you know which is meant; that is a note. The usual pos_weight is negatives / positives, and is printed.',
    example: 'check(binaryCrossEntropyWithLogits, [[2, -1], [0, 1]], [[1, 0], [0, 1]], { weight: [10] })',
  },
}

const weightsOf = (options: Subject['spec']['options']): string[] =>
  Object.keys(options).filter((name) => {
    const option = options[name]
    return option.kind === 'tensor' && option.domain === 'weights' && option.shape === 'broadcast'
  })

function ofWeight(subject: Subject, name: string): Draft[] {
  const { spec, tensors, refusal } = subject
  const { shape } = tensors[spec.inputs[0].name]
  const own = tensors[name]
  const [length, rank] = [own.shape[0], shape.length]
  const vector = own.shape.length === 1 && length > 1
  if (refusal !== null) return refusal.argument === name && refusal.code === 'shape' && vector ? ofRefusal(subject, name) : []
  const last = shape[rank - 1]
  if (vector && rank > 2 && length === last && length === shape[1]) {
    const repair = perClass(subject, name, rank)
    return [
      note(
        name,
        `${name} has ${length} values, and both axis 1, of the classes, and the last axis of the input have ${length}: it weighs the last axis.`,
        repair,
      ),
    ]
  }
  if (vector && name === 'weight' && rank === 2 && length === last && length === shape[0]) {
    const repair = typedCall(subject, { [name]: { ours: `reshape(${name}, [${length}, 1])`, torch: `${name}.reshape(${length}, 1)` } })
    return [
      note(name, `${name} has ${length} values, and there are ${length} samples and ${length} columns: it weighs the columns.`, repair),
    ]
  }
  const values = subject.numbers(name)
  if (name === 'weight' && values.length > 0 && values[0] !== 1 && values.every((value) => value === values[0])) {
    const text = `${name} is ${figure(values[0])} for every element: it multiplies the whole loss, since the mean divides by the number of elements.`
    return [note(name, text, positives(subject))]
  }
  return name === 'weight' ? twoCases(subject, values) : invertedRatio(subject, name, values)
}

const note = (argument: string, message: string, { ours, torch }: Typed): Draft => ({
  level: 'note',
  argument,
  message,
  evidence: {},
  repair: { surprisal: ours, pytorch: torch },
  pytorch: null,
})

/** One weight per class, on axis 1. */
function perClass(subject: Subject, name: string, rank: number): Typed {
  const shape = [subject.tensors[name].shape[0], ...new Array<number>(rank - 2).fill(1)]
  return typedCall(subject, {
    [name]: { ours: `reshape(${name}, [${shape.join(', ')}])`, torch: `${snakeCase(name)}.reshape(${shape.join(', ')})` },
  })
}

function ofRefusal(subject: Subject, name: string): Draft[] {
  const { spec, tensors, refusal } = subject
  const { shape } = tensors[spec.inputs[0].name]
  const [length] = tensors[name].shape
  const classes = shape.length > 2 && length === shape[1]
  if (!classes && length !== 2) return []
  const [no, yes] = subject.numbers(name)
  const { ours, torch } = classes ? perClass(subject, name, shape.length) : positives(subject, yes / no)
  const message = classes
    ? `${name} has one value per class of axis 1, and broadcasts from the right, onto the last axis of ${shape[shape.length - 1]}.`
    : `${name} has two values, ${figure(no)} and ${figure(yes)}, as if for no and yes: these losses weigh elements and not the values of the target.`
  return [{ ...note(name, message, { ours, torch }), level: 'error', pytorch: refusal?.pytorch ?? null, explains: true }]
}

/** Two weights that add up to 1, on an axis of two: those of no and yes, by the look of them. */
function twoCases(subject: Subject, values: ArrayLike<number>): Draft[] {
  const { shape } = subject.tensors[subject.spec.inputs[0].name]
  const [no, yes] = [values[0], values[1]]
  if (values.length !== 2 || shape[shape.length - 1] !== 2 || no === yes || Math.abs(no + yes - 1) > 1e-3) return []
  const text = `weight is ${figure(no)} and ${figure(yes)} for the two columns; if they are meant for targets of 0 and of 1, they are not: weight knows elements only.`
  return [note('weight', text, positives(subject, yes / no))]
}

/** `posWeight` as it is usually chosen, or as a ratio that was given, where the loss has one. */
function positives({ spec, ...subject }: Subject, ratio?: number): Typed {
  const target = spec.inputs[1].name
  const counts = countsOf(subject.numbers(target))
  const own = counts.positives > 0 ? counts.negatives / counts.positives : 1
  const usual = ratio !== undefined && Number.isFinite(ratio) ? ratio : own
  const { weight: _, posWeight: __, ...tensors } = subject.tensors
  const given = tensors[target]
  if ('posWeight' in spec.options) {
    const posWeight = { ours: figure(usual), torch: `torch.tensor(${figure(usual)})` }
    const typed = typedCall({ ...subject, spec, tensors: { ...tensors, posWeight: given } }, { posWeight })
    return ratio === undefined ? remarked(typed, 'negatives / positives of this target') : typed
  }
  const weight = { ours: `add(mul(${target}, ${figure(usual - 1)}), 1)`, torch: `torch.where(${target} == 1, ${figure(usual)}, 1.0)` }
  return typedCall({ ...subject, spec, tensors: { ...tensors, weight: given } }, { weight })
}

function countsOf(target: ArrayLike<number>): { positives: number; negatives: number } {
  let positives = 0
  for (let i = 0; i < target.length; i++) positives += target[i]
  return { positives, negatives: target.length - positives }
}

/** positives / negatives of each class, where negatives / positives is the custom. */
function invertedRatio(subject: Subject, name: string, values: ArrayLike<number>): Draft[] {
  const target = subject.numbers(subject.spec.inputs[1].name)
  const columns = values.length
  if (target.length > sampleSize || target.length % columns !== 0 || columns > target.length / 4) return []
  const ratios = Array.from({ length: columns }, (_, c) => {
    const { positives, negatives } = countsOf(target.filter((_, i) => i % columns === c))
    return negatives / positives
  })
  const inverted = ratios.every((ratio, c) => Math.abs(values[c] * ratio - 1) < 0.02 && Math.abs(Math.log(ratio)) > 0.5)
  if (!inverted) return []
  const given = ratios.map((ratio) => figure(ratio)).join(', ')
  return [
    {
      ...note(
        name,
        `${name} is positives / negatives of this target, which makes the rarer case rarer still; the custom is negatives / positives, ${given}.`,
        typedCall(subject, { [name]: { ours: `[${given}]`, torch: `torch.tensor([${given}])` } }),
      ),
      level: 'warning',
    },
  ]
}
