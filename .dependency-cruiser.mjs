/**
 * Imports go downwards only, and never in a circle. The layers, from the top:
 * cli → index → nn, reports, decoder → findings → measures → losses → families → loss, check, reduce → backends → algebra → spec → ops → tensor → errors, warn, names, exact-sum.
 */
const layers = [
  ['^src/(index|nn|layers|linear-criterion|adaptive-softmax|adaptive-checks|arena|init|custom)\\.ts'],
  ['^src/card\\.ts|^src/(reports|decoder|error-index)/'],
  ['^src/findings/'],
  ['^src/measures/'],
  ['^src/losses/'],
  ['^src/families/'],
  ['^src/(loss|composed-loss|gradient-options|check|reduce|refusals)\\.ts'],
  ['^src/backends/'],
  ['^src/algebra/'],
  ['^src/spec\\.ts'],
  ['^src/ops/'],
  ['^src/tensor/'],
  ['^src/(errors|warn|names|strict|exact-sum)\\.ts'],
].map(([path]) => path)

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...layers.slice(1).map((path, i) => ({
      name: `only-downwards-from-${path.replace(/[^a-z]+/g, '-')}`,
      severity: 'error',
      from: { path },
      to: { path: layers.slice(0, i + 1).join('|') },
    })),
    { name: 'library-stands-alone', severity: 'error', from: { path: '^src/' }, to: { pathNot: '^src/' } },
    { name: 'files-stand-alone', severity: 'error', from: { path: '^files/src/' }, to: { pathNot: '^files/src/' } },
    { name: 'not-into-the-cli', severity: 'error', from: { pathNot: '^cli/' }, to: { path: '^cli/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: 'dist' },
    tsPreCompilationDeps: false,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
}
