import type { Scene } from '../scene.ts'
import { softmaxTwice } from './softmax-twice.ts'

/** What each check is tried on, one line each; a check without a scene fails the tests. */
export const scenes: readonly Scene[] = [softmaxTwice]
