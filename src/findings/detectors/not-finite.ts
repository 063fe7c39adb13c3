import { snakeCase } from '../../names.ts'
import { hasClassTarget } from '../classes.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import { indexOf } from '../extent.ts'
import { firstNotFinite } from '../finite.ts'
import type { Subject } from '../subject.ts'
import { elementOf, remarked, repairOf, type Typed, typedCall } from '../typed.ts'
import { figure, place } from '../words.ts'

/** A loss that is NaN or infinite, and why: values that are, or numbers too large for their dtype. */
export const notFinite: Detector = {
  code: 'not-finite',
  title: 'a loss that is NaN or infinite',
  applies: (spec) => !hasClassTarget(spec),
  look: (subject) => {
    const { refusal, plan } = subject
    if (refusal !== null) return ofRefusal(subject)
    const loss = subject.mean()
    if (plan === null || loss === null) return clear
    if (Number.isFinite(loss)) return tooLargeSum(subject, loss)
    if (plan.counted === 0) return clear
    for (const [name, { shape, dtype }] of Object.entries(subject.tensors)) {
      const values = subject.numbers(name)
      const at = firstNotFinite(values)
      if (at < 0) continue
      const source = `${values[at]}: a division by 0, a logarithm of 0, numbers too large for ${dtype}`
      return [
        {
          level: 'error',
          argument: name,
          message: `${name} is ${values[at]}${place(at, shape)}, and so the loss is ${loss}.`,
          evidence: { position: at, value: String(values[at]), loss: String(loss) },
          repair: repairOf(sourceOf(name, indexOf(at, shape), source)),
          pytorch: null,
        },
      ]
    }
    return overflow(subject, loss)
  },
  page: {
    looks: 'The loss is NaN or inf, for one batch or from one step on.',
    why: 'One NaN among the values is enough; binary cross-entropy of scores turns even ±inf on the right side to NaN (0 · ∞). In float16 every number above 65504 is infinite: the square of a difference of 256 is one, and so is the sum of a large batch.',
    sure: 'The values decide it, and the index tells which one to look at. Where all are finite, the same call in float64 tells whether the numbers were too large.',
    example: 'check(mseLoss, [1, NaN, 3], [1, 2, 3])',
  },
}

/** The element to look at; PyTorch can name the operation that made it. */
export const sourceOf = (name: string, index: readonly number[], source: string): Typed => {
  const { ours, torch } = elementOf(name, index)
  return remarked({ ours, torch: `torch.autograd.set_detect_anomaly(True)` }, source, `backward() names what makes ${torch} ${source}`)
}

/** PyTorch's text for probabilities speaks of their range, also where they are NaN; and whatever else is refused, of NaN no loss is a number. */
function ofRefusal({ refusal, spec, tensors, numbers }: Subject): Draft[] {
  const isNaNIn = (name: string) => tensors[name] !== undefined && numbers(name).findIndex(Number.isNaN) >= 0
  const inRange = refusal?.code.endsWith('range') === true && isNaNIn(refusal.argument)
  // of log-probabilities not all are looked at
  const others = spec.inputs.filter(({ name, domain }) => domain !== 'log-probabilities' && isNaNIn(name))
  const name = inRange ? refusal.argument : others[0]?.name
  if (refusal === null || name === undefined) return []
  const at = numbers(name).findIndex(Number.isNaN)
  return [
    {
      level: 'error',
      argument: name,
      message: `${name} is NaN${place(at, tensors[name].shape)}, ${inRange ? 'which is in no range' : 'of which no loss is a number'}.`,
      evidence: { position: at },
      repair: repairOf(sourceOf(name, indexOf(at, tensors[name].shape), 'NaN: a division of 0 by 0, the logarithm of a negative number')),
      pytorch: inRange ? refusal.pytorch : null,
      ...(inRange ? { explains: true } : {}),
    },
  ]
}

const largest: Readonly<Record<string, number>> = { float16: 65504, bfloat16: 3.3895313892515355e38, float32: 3.4028234663852886e38 }

/** A sum that its dtype cannot hold, of values that it can. */
function tooLargeSum(subject: Subject, mean: number): Draft[] {
  const { plan } = subject
  if (plan?.reduction !== 'sum' || !(Math.abs(mean * plan.denominator) > (largest[plan.dtype] ?? Infinity))) return []
  const sum = mean * plan.denominator
  return [
    {
      level: 'error',
      argument: 'reduction',
      message: `The sum is about ${figure(sum)}, and ${plan.dtype} ends at ${figure(largest[plan.dtype])}: it is infinite.`,
      evidence: { sum, largest: largest[plan.dtype] },
      repair: repairOf(remarked(typedCall({ ...subject, values: { ...subject.values, reduction: 'mean' } }), 'or the arrays in float32')),
      pytorch: null,
    },
  ]
}

function overflow(subject: Subject, loss: number): Draft[] {
  const { again, numbers, tensors, plan, spec } = subject
  if (plan === null || plan.dtype === 'float64') return []
  const wide = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape }]) => [name, { data: Float64Array.from(numbers(name)), shape }]),
  )
  const [dtype, method] = plan.dtype === 'float32' ? ['float64', 'double'] : ['float32', 'float']
  const wider = Object.fromEntries(
    Object.keys(tensors).map((name) => [name, { ours: `tensor(${name}, { dtype: '${dtype}' })`, torch: `${snakeCase(name)}.${method}()` }]),
  )
  const exact = again(wide)
  if (exact === null || !Number.isFinite(exact)) return []
  return [
    {
      level: 'error',
      argument: spec.inputs[0].name,
      message: `All values are finite, but the loss is ${loss} in ${plan.dtype}, which ends at ${figure(largest[plan.dtype])}; in float64 it is ${figure(exact)}.`,
      evidence: { loss: String(loss), float64: exact, largest: largest[plan.dtype] },
      repair: repairOf(
        remarked(
          typedCall(subject, wider),
          'or bring the arrays to a smaller range',
          'outside autocast; or bring the arrays to a smaller range',
        ),
      ),
      pytorch: null,
    },
  ]
}
