import type { Kernel, Outcome, Want } from './backends/backend.ts'
import { run } from './backends/choose.ts'
import { type Call, integerGradient, notDifferentiable, readCall, refuseOptions } from './check.ts'
import { LossError } from './errors.ts'
import { type GradientOptions, numbersInto, readGradientOptions } from './gradient-options.ts'
import { divides, gradientScale, type Reduction, reduceTotal, resolveReduction, warnLegacy } from './reduce.ts'
import { ignoresGradient, type LossSpec, type OptionsOf, type OptionTable } from './spec.ts'
import { record, records } from './tensor/autograd.ts'
import { allocateNumbers, type DType, isFloating, type Numbers, toStorage } from './tensor/dtype.ts'
import type { Shape } from './tensor/shape.ts'
import { Tensor } from './tensor/tensor.ts'
import { numbersOf, type View } from './tensor/view.ts'

/** A call that has been checked: what a backend has to compute, and how the result is to be read. */
export interface Plan<P = unknown> {
  readonly kernel: Kernel<P>
  readonly problem: P
  /** Of the unreduced result. */
  readonly shape: Shape
  readonly dtype: DType
  readonly reduction: Reduction
  /** What the mean divides by. */
  readonly denominator: number
  /** How many elements, samples or pixels enter the loss, and how many `ignoreIndex` took out. */
  readonly counted: number
  readonly ignored: number
  /** The tensors that can have a gradient, by name, as the kernel knows them. */
  readonly differentiable: Readonly<Record<string, Tensor>>
  /** What the kernel works on, by name, where that is made of the arguments on the tape (composed-loss.ts). */
  readonly operands?: Readonly<Record<string, Tensor>>
  /** PyTorch's native function that refuses gradients of the other tensors; null where there is none. */
  readonly native: string | null
  /** A last step on the gradients of a mean, where the denominator itself depends on an operand. */
  readonly adjust?: (gradients: Readonly<Record<string, Numbers>>, total: number) => void
}

/** What a family adds to a loss's definition: the check of a call, and from it the plan. */
export type Planner = (call: Call, reduction: Reduction) => Plan

/** The gradients that `wrt` names: one tensor for one name, an object of them for an array of names. */
export type GradientOf<W> = W extends readonly (infer N extends string)[] ? { readonly [K in N]: Tensor } : Tensor

/** What is known of a loss's family without a call. */
export type Family = Pick<Kernel<never>, 'family' | 'about' | 'simd'>

/** The arguments that a gradient may be asked for: positional ones, of the names `N`, and options that are tensors. */
type WithGradient<T extends OptionTable, N extends string> =
  | N
  | { [K in keyof T]: T[K] extends { readonly kind: 'tensor' } ? K : never }[keyof T & string]

export interface LossFunction<
  Args extends readonly unknown[] = readonly unknown[],
  T extends OptionTable = OptionTable,
  M extends string = string,
  N extends string = string,
> {
  /** The loss as a tensor on the tape: 0-D for 'mean' and 'sum', one value per element or row for 'none'. */
  (...args: [...Args, options?: OptionsOf<T>]): Tensor
  /**
   * The loss and its gradient in one pass, without the tape.
   *
   * `wrt` names what the gradient is taken with respect to (the first argument if left out); an array of names gives an object of gradients. `into` is
   * a tensor that the gradient is written into, which saves the allocation; `into: input` overwrites the input.
   * For reduction 'none' it is the gradient of the sum.
   */
  valueAndGrad<const W extends WithGradient<T, N> | readonly WithGradient<T, N>[] = N>(
    ...args: [...Args, options?: OptionsOf<T> & GradientOptions<W>]
  ): { readonly loss: Tensor; readonly grad: GradientOf<W> }
  readonly spec: LossSpec<T, N> & { readonly module: M }
  /** The shape of loss that it is one of, and what computes it. */
  readonly family: Family
  /** @internal */
  readonly plan: Planner
}

/** Ties a definition and its family together into the public function. */
export function defineLoss<Args extends readonly unknown[], const T extends OptionTable, const M extends string, const N extends string>(
  spec: LossSpec<T, N> & { readonly module: M },
  plan: Planner,
  { family, about, simd = [] }: Family,
): LossFunction<Args, T, M, N> {
  const loss = (...args: unknown[]): Tensor => {
    const call = begin(spec, args)
    return taped(checked(plan, call), call)
  }
  const valueAndGrad = (...args: unknown[]) => {
    const { names, single, into, options } = readGradientOptions(spec, args[spec.inputs.length])
    const call = begin(spec, [...args.slice(0, spec.inputs.length), options, ...args.slice(spec.inputs.length + 1)])
    const planned = checked(plan, call)
    const arrays: Record<string, Numbers> = {}
    for (const name of namesIn(planned, call, names)) {
      if (into[name] !== undefined) arrays[name] = numbersInto(spec, name, into[name], planned.differentiable[name])
    }
    const { loss: value, gradients } = evaluate(planned, names, arrays)
    const grads = Object.fromEntries(names.map((name) => [name, into[name] ?? toGradient(gradients[name], planned.differentiable[name])]))
    return { loss: value, grad: single ? grads[names[0]] : grads }
  }
  // the cast is sound: readCall refuses what the types refuse, and valueAndGrad answers by what wrt is
  return Object.assign(loss, { valueAndGrad, spec, plan, family: { family, about, simd } }) as unknown as LossFunction<Args, T, M, N>
}

export function begin(spec: LossSpec, args: readonly unknown[]): Call {
  const call = readCall(spec, args)
  warnLegacy(spec.name, call.values)
  return call
}

/** The plan of a call, after the checks of its family. */
export function checked(plan: Planner, call: Call): Plan {
  const { spec, tensors, values } = call
  const reduction = resolveReduction(spec, values, spec.reducedInPython?.(tensors) ?? null)
  if (spec.refuses !== undefined) refuseOptions(spec, spec.name, { ...tensors, ...values })
  return plan(call, reduction)
}

export interface Evaluation {
  readonly loss: Tensor
  /** The exact sum of the values, in float64. */
  readonly total: number
  readonly gradients: Readonly<Record<string, Numbers>>
}

/** Runs a plan: the value, and the gradients of `names` for an upstream gradient of 1. */
export function evaluate(plan: Plan, names: readonly string[], into: Readonly<Record<string, Numbers>> = {}): Evaluation {
  const { reduction, dtype, shape } = plan
  const none = reduction === 'none'
  const scale = gradientScale(plan.denominator, reduction)
  const outcome = execute(plan, { values: none, total: !none, gradients: names, scale, upstream: null, into })
  if (outcome.values !== null) {
    return {
      loss: new Tensor({ data: toStorage(outcome.values, dtype), dtype, shape }),
      total: outcome.total,
      gradients: outcome.gradients,
    }
  }
  const value = allocateNumbers(dtype, 1)
  value[0] = reduceTotal(outcome.total, plan.denominator, reduction, dtype)
  return { loss: new Tensor({ data: toStorage(value, dtype), dtype, shape: [] }), total: outcome.total, gradients: outcome.gradients }
}

function execute(plan: Plan, want: Want): Outcome {
  const outcome = run(plan.kernel, plan.problem, want)
  if (divides(plan.reduction)) plan.adjust?.(outcome.gradients, outcome.total)
  for (const [name, gradient] of Object.entries(outcome.gradients)) {
    const into = want.into[name]
    if (into !== undefined && into !== gradient) into.set(gradient)
  }
  return outcome
}

/** The loss on the tape. A mean or a sum computes its gradients with the value, in one pass; 'none' when the upstream gradient is known. */
export function taped(plan: Plan, call: Call): Tensor {
  const operands = plan.operands ?? call.tensors
  const wanting = Object.keys(operands).filter((name) => records([operands[name]]) && !ignoresGradient(call.spec, name))
  const names = plan.operands === undefined ? namesIn(plan, call, wanting) : wanting
  const inputs = names.map((name) => operands[name])
  const none = plan.reduction === 'none'
  const { loss, gradients } = evaluate(plan, none ? [] : names)
  const node = record(call.spec.name, inputs, (upstream) => {
    const flowing = none
      ? execute(plan, { values: false, total: false, gradients: names, scale: 1, upstream, into: {} }).gradients
      : gradients
    return names.map((name, i) => toGradient(none ? flowing[name] : times(flowing[name], upstream), inputs[i]))
  })
  const { data, dtype, shape } = loss
  return node === null ? loss : new Tensor({ data, dtype, shape, node })
}

/** Refuses names that have no gradient: of a tensor that the loss is not differentiated with respect to, or of none at all. */
export function namesIn(plan: Plan, call: Call, names: readonly string[]): readonly string[] {
  for (const name of names) {
    const operand = plan.differentiable[name]
    if (Object.hasOwn(plan.differentiable, name) && !isFloating(operand.dtype)) throw integerGradient(call.spec.name, name, operand.dtype)
    if (Object.hasOwn(plan.differentiable, name)) continue
    if (Object.hasOwn(call.tensors, name))
      throw notDifferentiable(call.spec.name, name, ignoresGradient(call.spec, name) ? null : plan.native)
    throw new LossError({
      code: 'not-differentiable',
      fn: call.spec.name,
      argument: 'wrt',
      received: `'${name}'`,
      expected: `one of ${Object.keys(plan.differentiable).join(', ')}`,
      repair: `wrt: '${call.spec.inputs[0].name}'`,
      pytorch: null,
    })
  }
  return names
}

function times(gradient: Numbers, upstream: View): Numbers {
  const factor = numbersOf(upstream)[0]
  return factor === 1 ? gradient : gradient.map((value) => value * factor)
}

/** A kernel's gradient as a tensor of the operand's dtype and shape. */
function toGradient(numbers: Numbers, { dtype, shape }: Tensor): Tensor {
  const data = toStorage(numbers, dtype)
  return new Tensor({ data, dtype, shape })
}
