import { allowFma, features } from '../../src/backends/wasm/engine.ts'
import { conformance } from './conformance.ts'

allowFma(false)
conformance(`wasm without FMA (SIMD: ${features().simd})`, 'wasm', [])
