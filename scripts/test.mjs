// All tests: install and build what is needed, lint, then run the suite. Arguments go to vitest: `npm test -- test/goldens.test.ts`.
import { spawnSync } from 'node:child_process'
import { prepare, root, say } from './prepare.mjs'

prepare()
const args = process.argv.slice(2)

/** @param {string} what @param {string[]} command */
function run(what, command) {
  say(`· ${what}`)
  return spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
}

const lint = args.length > 0 ? 0 : (spawnSync('npm', ['run', '--silent', 'lint'], { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1)
if (lint !== 0) say('✗ lint failed (npm run lint)')
const tests = run('testing (vitest)', [`${root}/node_modules/vitest/vitest.mjs`, 'run', ...args])
process.exit(lint === 0 ? tests : lint)
