import { AdaptiveLogSoftmaxWithLoss } from './adaptive-softmax.ts'
import { constructorOf, missingArguments, readOptions, refuseOptions } from './check.ts'
import { LossError } from './errors.ts'
import { check } from './findings/check.ts'
import type { Findings } from './findings/finding.ts'
import { type CheckOptions, checkOptionNames, watched } from './findings/watch.ts'
import * as layers from './layers.ts'
import { LinearCrossEntropyLoss } from './linear-criterion.ts'
import type { LossFunction } from './loss.ts'
import * as losses from './losses/index.ts'
import { pythonType, snakeCase } from './names.ts'
import { legacyReduction, resolveReduction, warnLegacy } from './reduce.ts'
import { report } from './reports/report.ts'
import type { Report, ReportOptions } from './reports/types.ts'
import { functionalOnly, type ModuleOptionsOf, type OptionsOf, type OptionTable, pythonModule } from './spec.ts'
import { tensorFrom } from './tensor/from.ts'
import { type Shape, tupleOf } from './tensor/shape.ts'
import type { Tensor } from './tensor/tensor.ts'

/** A loss with its options fixed: PyTorch's criterion. */
export interface Criterion<Args extends readonly unknown[] = readonly unknown[], O = object> {
  (...args: Args): Tensor
  forward(...args: Args): Tensor
  /** The value with the numbers behind it: see `report`. */
  report(...args: [...Args, how?: ReportOptions]): Report
  /** The findings of a batch, whatever `checks` says. */
  check(...args: Args): Findings
  readonly options: O
}

type Table = typeof losses
type ModuleOf<F> =
  F extends LossFunction<infer Args, infer T, string, string>
    ? (options?: ModuleOptionsOf<T> & CheckOptions) => Criterion<Args, ModuleOptionsOf<T>>
    : never

/** The modules that hold parameters, of the losses that say so, or of no function at all: these are made by hand. */
const parametric = { AdaptiveLogSoftmaxWithLoss, LinearCrossEntropyLoss }

/** PyTorch's module names, each a function of the options. Made from the table of losses. */
type Modules = { readonly [K in keyof Table as Exclude<Table[K]['spec']['module'], keyof typeof parametric>]: ModuleOf<Table[K]> }

const modules = Object.fromEntries(
  Object.values<unknown>(losses).flatMap((loss) => {
    const { spec } = loss as LossFunction
    return spec.parametric ? [] : [[spec.module, criterionOf(loss as LossFunction)]]
  }),
) as unknown as Modules

/**
 * PyTorch's `torch.nn`, without `new`: `nn.CrossEntropyLoss({ ignoreIndex: 255 })(input, target)`.
 *
 * @example
 * const criterion = nn.CrossEntropyLoss({ labelSmoothing: 0.1 })
 * criterion([[2, 0], [0, 2]], [0, 1]).item() // ≈ 0.226928
 */
export const nn: Modules & typeof layers & typeof parametric = { ...layers, ...modules, ...parametric }

function criterionOf(loss: LossFunction) {
  const { spec } = loss
  const name = `nn.${spec.module}`
  // a function, not an arrow: whoever writes `new nn.MSELoss()` out of habit gets the criterion too
  return function makeCriterion(...given: unknown[]): Criterion {
    const asked = given.length > 1 ? given : given[0]
    const options = readOptions(spec, name, asked, checkOptionNames)
    for (const functional of functionalOnly(spec)) if (options[functional] !== undefined) throw ofFunction(spec, name, functional)
    const once = settled(name, options)
    checkOptions(spec, name, once)
    const run = watched(loss, name, { ...(asked as CheckOptions | undefined) })
    const forward = (...args: unknown[]): Tensor => {
      if (args.length !== spec.inputs.length) throw wrongArguments(spec, name, args.length)
      return run([...args, once])
    }
    const criterion = (...args: unknown[]) => forward(...args)
    // what console.log shows
    Object.defineProperty(criterion, 'name', { value: `${spec.module}(${Object.keys(once).join(', ')})` })
    return Object.assign(criterion, {
      forward,
      report: (...args: unknown[]) => {
        const { length } = spec.inputs
        if (args.length < length || args.length > length + 1) throw wrongArguments(spec, name, args.length)
        return report(loss, ...args.slice(0, length), once as OptionsOf<OptionTable>, args[length] as ReportOptions)
      },
      check: (...args: unknown[]) => check(loss, ...args, once as OptionsOf<OptionTable>),
      options: once,
    })
  }
}

/** The options with the deprecated two as the reduction that they mean: said once here, as by PyTorch's constructors, and not at each call. */
function settled(name: string, options: Record<string, unknown>): Record<string, unknown> {
  const { sizeAverage, reduce, ...rest } = options
  if (sizeAverage === undefined && reduce === undefined) return rest
  warnLegacy(name, options)
  return { ...rest, reduction: legacyReduction(options) }
}

/**
 * Refuses what PyTorch's constructor refuses: arrays that are none, and what it says itself. Whatever else is wrong it finds at the call; of
 * modules that it does not have, all that the options alone decide is refused here.
 */
function checkOptions(spec: LossFunction['spec'], fn: string, options: Readonly<Record<string, unknown>>): void {
  const own = pythonModule(spec) === null
  for (const [name, option] of Object.entries(spec.options)) {
    const given = options[name]
    if (option.kind !== 'tensor' || given === undefined) continue
    const says = (came: string) =>
      own ? null : `TypeError: cannot assign '${came}' object to buffer '${snakeCase(name)}' (torch Tensor or None required)`
    const { shape } = tensorFrom(given, {}, fn, name, 'float32', says)
    if (option.shape === 'classes' && (own ? shape.length !== 1 : typeof given === 'number')) {
      throw notPerClass(fn, name, shape, typeof given === 'number' ? says(pythonType(given)) : null)
    }
    // functions take a number for a tensor without axes; a module keeps it as PyTorch's buffer, which has to be a tensor
    if (!own && typeof given === 'number') throw notTensor(fn, name, given, says(pythonType(given)))
  }
  const refusal = spec.made?.refuses?.(options) ?? null
  if (refusal !== null) throw new LossError({ fn, ...refusal })
  if (!own) return
  resolveReduction(spec, options, spec.reducedInPython?.({}) ?? null, fn)
  refuseOptions(spec, fn, options)
}

const notTensor = (fn: string, argument: string, given: number, pytorch: string | null): LossError =>
  new LossError({
    code: 'option-type',
    fn,
    argument,
    received: `the number ${given}`,
    expected: 'a tensor, or an array',
    repair: `${argument}: [${given}], one value for all`,
    pytorch,
  })

const notPerClass = (fn: string, argument: string, shape: Shape, pytorch: string | null): LossError =>
  new LossError({
    code: 'shape',
    fn,
    argument,
    received: shape.length === 0 ? 'one number' : `shape ${tupleOf(shape)}`,
    expected: '(C,): one weight per class',
    repair: shape.length === 0 ? `${argument}: [1, 2, 3], as many as there are classes` : `reshape(${argument}, [-1])`,
    pytorch,
  })

function ofFunction(spec: LossFunction['spec'], module: string, option: string): LossError {
  return new LossError({
    code: 'option-unknown',
    fn: module,
    argument: option,
    received: 'an option of that name',
    expected: 'an option of the module',
    repair: `the function takes it: ${spec.name}(${spec.inputs.map(({ name }) => name).join(', ')}, { ${option} })`,
    pytorch:
      pythonModule(spec) === null ? null : `TypeError: ${constructorOf(spec, module)}() got an unexpected keyword argument '${option}'`,
  })
}

function wrongArguments(spec: LossFunction['spec'], module: string, count: number): LossError {
  const names = spec.inputs.map(({ name }) => name)
  const missing = names.slice(count)
  const says = missing.length > 0 ? missingArguments(missing) : `takes ${names.length + 1} positional arguments but ${count + 1} were given`
  return new LossError({
    code: 'argument-type',
    fn: module,
    argument: 'arguments',
    received: `${count} argument${count === 1 ? '' : 's'}`,
    expected: names.join(', '),
    repair:
      missing.length > 0 ? `criterion(${names.join(', ')})` : `options belong to the constructor: ${module}({ … })(${names.join(', ')})`,
    pytorch: pythonModule(spec) === null ? null : `TypeError: ${spec.module}.forward() ${says}`,
  })
}
