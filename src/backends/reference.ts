import type { Backend } from './backend.ts'

/** Plain JavaScript numbers: exact about every corner, and in no hurry. */
export const reference: Backend = {
  name: 'reference',
  run: (kernel, problem, want) => kernel.reference(problem, want),
}
