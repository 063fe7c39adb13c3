import { readOptions } from './check.ts'
import { LossError } from './errors.ts'
import * as layers from './layers.ts'
import type { LossFunction } from './loss.ts'
import * as losses from './losses/index.ts'
import { warnLegacy } from './reduce.ts'
import { type Report, report } from './report.ts'
import type { OptionsOf, OptionTable } from './spec.ts'
import type { Tensor } from './tensor/tensor.ts'

/** A loss with its options fixed: PyTorch's criterion. */
export interface Criterion<Args extends readonly unknown[] = readonly unknown[], O = object> {
  (...args: Args): Tensor
  forward(...args: Args): Tensor
  /** The value with its sum, denominator and counts. */
  report(...args: Args): Report
  readonly options: O
}

type Table = typeof losses
type ModuleOf<F> = F extends LossFunction<infer Args, infer T, string> ? (options?: OptionsOf<T>) => Criterion<Args, OptionsOf<T>> : never

/** PyTorch's module names, each a function of the options. Made from the table of losses. */
type Modules = { readonly [K in keyof Table as Table[K]['spec']['module']]: ModuleOf<Table[K]> }

const modules = Object.fromEntries(
  Object.values(losses).map((loss) => [loss.spec.module, criterionOf(loss as unknown as LossFunction)]),
) as unknown as Modules

/**
 * PyTorch's `torch.nn`, without `new`: `nn.CrossEntropyLoss({ ignoreIndex: 255 })(input, target)`.
 *
 * @example
 * const criterion = nn.CrossEntropyLoss({ labelSmoothing: 0.1 })
 * criterion([[2, 0], [0, 2]], [0, 1]).item() // ≈ 0.226928
 */
export const nn: Modules & typeof layers = { ...layers, ...modules }

function criterionOf(loss: LossFunction) {
  const { spec } = loss
  const name = `nn.${spec.module}`
  // a function, not an arrow: whoever writes `new nn.MSELoss()` out of habit gets the criterion too
  return function makeCriterion(...given: unknown[]): Criterion {
    if (given.length > 1) readOptions(spec, name, given[0] ?? [])
    const options = readOptions(spec, name, given[0])
    for (const functional of spec.functionalOnly ?? [])
      if (options[functional] !== undefined) throw functionalOnly(spec.name, name, functional)
    warnLegacy(name, options)
    const once = { ...options }
    const forward = (...args: unknown[]): Tensor => {
      if (args.length !== spec.inputs.length) throw wrongArguments(spec, name, args.length)
      return loss(...args, once as OptionsOf<OptionTable>)
    }
    return Object.assign((...args: unknown[]) => forward(...args), {
      forward,
      report: (...args: unknown[]) => report(loss, ...args, once as OptionsOf<OptionTable>),
      options: once,
    })
  }
}

const functionalOnly = (fn: string, module: string, option: string): LossError =>
  new LossError({
    code: 'option-unknown',
    fn: module,
    argument: option,
    received: 'an option of that name',
    expected: 'an option of the module',
    repair: `the function takes it: ${fn}(input, target, { ${option} })`,
    pytorch: `TypeError: ${module.slice(3)}.__init__() got an unexpected keyword argument '${option}'`,
  })

const wrongArguments = (spec: LossFunction['spec'], module: string, count: number): LossError =>
  new LossError({
    code: 'argument-type',
    fn: module,
    argument: 'arguments',
    received: `${count} argument${count === 1 ? '' : 's'}`,
    expected: spec.inputs.map(({ name }) => name).join(', '),
    repair: `options belong to the constructor: ${module}({ … })(${spec.inputs.map(({ name }) => name).join(', ')})`,
    pytorch: `TypeError: ${spec.module}.forward() takes ${spec.inputs.length + 1} positional arguments but ${count + 1} were given`,
  })
