import { LossError } from '../src/index.ts'

/** The error with which a call is refused; fails where it is not, or with an error of another kind. */
export function refused(call: () => unknown): LossError {
  try {
    call()
  } catch (error) {
    if (error instanceof LossError) return error
    throw error
  }
  throw new Error('not refused')
}
