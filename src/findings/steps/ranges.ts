import type { LossError } from '../../errors.ts'
import { add, div, sub } from '../../ops/index.ts'
import { tensor } from '../../tensor/from.ts'
import { listOf } from '../../tensor/shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { numbersOf } from '../../tensor/view.ts'
import { classesOf } from '../classes.ts'
import { eachOf } from '../typed.ts'
import { tallyOf } from '../values.ts'
import { asIndices } from './masks.ts'
import type { Change, State, Step } from './step.ts'

/** The changes of class indices that may mend a call which is refused for one that is out of range. */
export function rangeSteps(state: State, { argument }: LossError): readonly Step[] {
  const { spec, tensors, values } = state
  const classes = classesOf(spec, state)
  if (classes === null || argument !== classes.target || classes.soft) return []
  const target = tensors[argument]
  const numbers = numbersOf(target, 'float64')
  const tally = tallyOf(numbers)
  if (tally === null) return []
  const seen = [...tally.keys()].filter((value) => value !== values.ignoreIndex).sort((a, b) => a - b)
  const odd = seen.filter((value) => !(value >= 0 && value < classes.count))
  const [least, most] = [seen[0], seen[seen.length - 1]]
  const steps: Step[] = []
  const change = (says: string, cost: number, changed: Change) =>
    steps.push({ kind: 'remap', cost, says, tensors: { [argument]: changed } })
  const whole = (code: string) => `tensor(${code}, { dtype: 'int64' })`
  const computed = (to: Tensor, ours: (code: string) => string, torch: (code: string) => string): Change => ({
    to: tensor(to, { dtype: 'int64' }),
    ours: (code) => whole(ours(code)),
    torch,
  })
  if (least >= 1 && most === classes.count) {
    const minus = computed(
      sub(target, 1),
      (code) => `sub(${code}, 1)`,
      (code) => `${code} - 1`,
    )
    change(`the labels run from 1 to ${most}, and the classes from 0 to ${most - 1}`, 1, minus)
  }
  if (seen.every((value) => value === 0 || value === 255) && classes.count >= 2) {
    const by255 = computed(
      div(target, 255),
      (code) => `div(${code}, 255)`,
      (code) => `(${code} // 255).long()`,
    )
    change('the mask is of 0 and 255, if 255 is the foreground', 1, by255)
  }
  if (seen.every((value) => value === -1 || value === 1) && classes.count === 2) {
    const shifted = computed(
      div(add(target, 1), 2),
      (code) => `div(add(${code}, 1), 2)`,
      (code) => `(${code} + 1) // 2`,
    )
    change('the labels are −1 and 1, and the classes 0 and 1', 1, shifted)
  }
  const [mark] = odd
  // a number that is little beyond the classes is a class that the network lacks, more often than a mark
  const isMark = mark < 0 || mark === 255 || mark >= 2 * classes.count
  if (odd.length === 1 && 'ignoreIndex' in spec.options && isMark) {
    const says = `${mark} is no class, if it marks what is not to be counted`
    steps.push({ kind: 'ignore', cost: mark < 0 || mark === 255 ? 1 : 3, says, values: { ignoreIndex: mark } })
  }
  // numbers of another list: as many as there are classes, or most of them beyond
  const another = seen.length === classes.count || (seen.length < classes.count && 2 * odd.length >= seen.length)
  if (another && least >= 0 && seen.length > 1) {
    const to = asIndices(numbers.map((value) => (value === values.ignoreIndex ? value : seen.indexOf(value))) as Float64Array, target.shape)
    const names = listOf(seen)
    const guess = 'the labels that occur, numbered from 0, always in the same order'
    const says = `${seen.length} different labels occur, and there are ${classes.count} classes`
    const ours = (code: string) => eachOf(code, target, `${names}.indexOf(x)`, '', 'int64').ours
    const torch = (code: string) => `torch.searchsorted(torch.tensor(${names}), ${code}.long())`
    steps.push({ kind: 'remap', cost: 2, says, guess, tensors: { [argument]: { to, ours, torch } } })
  }
  return steps
}
