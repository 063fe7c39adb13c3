import type { Call } from './check.ts'
import { LossError } from './errors.ts'
import { numbersInto, readGradientOptions } from './gradient-options.ts'
import { begin, checked, type Family, type LossFunction, namesIn, type Planner, taped } from './loss.ts'
import type { LossSpec, OptionTable } from './spec.ts'
import { withGrad } from './tensor/autograd.ts'
import { isFloating } from './tensor/dtype.ts'
import { gradientsBy, Tensor } from './tensor/tensor.ts'
import { numbersOf } from './tensor/view.ts'

/**
 * Ties a definition together into the public function, where a function of the user's stands between the arguments and the kernel.
 *
 * Its plans have `operands`, which that function has made on the tape, so that gradients flow through it, and into whatever else it uses.
 * `valueAndGrad` goes along the tape too, but leaves the gradients of what the function uses beside its arguments as they are.
 */
export function defineComposed<
  Args extends readonly unknown[],
  const T extends OptionTable,
  const M extends string,
  const N extends string,
>(spec: LossSpec<T, N> & { readonly module: M }, plan: Planner, { family, about, simd = [] }: Family): LossFunction<Args, T, M, N> {
  const loss = (...args: unknown[]): Tensor => {
    const call = begin(spec, args)
    return taped(checked(plan, call), call)
  }
  const valueAndGrad = (...args: unknown[]) => {
    const { names, single, into, options } = readGradientOptions(spec, args[spec.inputs.length])
    const call = begin(spec, [...args.slice(0, spec.inputs.length), options, ...args.slice(spec.inputs.length + 1)])
    const tensors = Object.fromEntries(Object.entries(call.tensors).map(([name, t]) => [name, leafOf(t, names.includes(name))]))
    const leaves: Call = { ...call, tensors }
    const value = withGrad(() => {
      const planned = checked(plan, leaves)
      namesIn(planned, leaves, names)
      return taped(planned, leaves)
    })
    const gradients = value.requiresGrad
      ? gradientsBy(
          value,
          names.map((name) => tensors[name]),
        )
      : []
    const grads = Object.fromEntries(
      names.map((name, i) => {
        const gradient = gradients[i] ?? null
        if (gradient === null) throw unused(spec, name)
        if (into[name] === undefined) return [name, gradient]
        numbersInto(spec, name, into[name], tensors[name]).set(numbersOf(gradient))
        return [name, into[name]]
      }),
    )
    return { loss: value.detach(), grad: single ? grads[names[0]] : grads }
  }
  // the cast is sound: readCall refuses what the types refuse, and valueAndGrad answers by what wrt is
  return Object.assign(loss, { valueAndGrad, spec, plan, family: { family, about, simd } }) as unknown as LossFunction<Args, T, M, N>
}

function leafOf({ data, dtype, shape, strides, offset, plain }: Tensor, wanted: boolean): Tensor {
  return new Tensor({ data, dtype, shape, strides, offset, plain, requiresGrad: wanted && isFloating(dtype) })
}

const unused = (spec: LossSpec, name: string): LossError =>
  new LossError({
    code: 'gradient-missing',
    fn: spec.name,
    argument: name,
    received: `a function that does not lead from ${name} to its result on the tape`,
    expected: 'one that is made of the operations of this library, of tensors that are not detached',
    repair: `wrt without '${name}', or a function that uses it`,
    pytorch:
      'RuntimeError: One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.',
  })
