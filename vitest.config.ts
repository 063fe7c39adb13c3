import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const common = { testTimeout: 120_000, hookTimeout: 120_000 }
const typecheck = { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' }

/** Node 20 has relaxed SIMD, which the kernels use where they find it, behind a flag. */
const relaxed = 'test/backends/wasm-fma.test.ts'
const relaxedFlags = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : []

export default defineConfig({
  resolve: { alias: { surprisal: source('src/index.ts'), '@surprisal/files': source('files/src/index.ts') } },
  test: {
    reporters: ['default', './test/closing-line.ts'],
    // two workers: the machines this runs on have two cores
    maxWorkers: 2,
    projects: [
      { extends: true, test: { ...common, name: 'surprisal', include: ['test/**/*.test.ts'], exclude: [relaxed], typecheck } },
      { extends: true, test: { ...common, name: 'relaxed', include: [relaxed], execArgv: relaxedFlags } },
    ],
  },
})
