import { describe } from 'vitest'
import { features } from '../../src/backends/wasm/engine.ts'
import { conformance } from './conformance.ts'

// Node 20 has relaxed SIMD behind a flag, which vitest.config.ts sets; an engine that lacks it altogether cannot run this file
describe.skipIf(!features().fma)('', () => conformance('wasm with FMA', 'wasm', []))
