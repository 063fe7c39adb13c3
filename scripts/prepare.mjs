// Installs what package-lock.json names and builds, where that has not been done since they changed; says what it does, on stderr.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`)

/**
 * Runs a program in the root folder, its output going to stderr, and ends this process where it fails.
 *
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 */
function step(what, command, args) {
  say(`· ${what}`)
  const start = Date.now()
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (error !== undefined || status !== 0) {
    say(`✗ ${what} failed${error === undefined ? '' : `: ${error.message}`}`)
    process.exit(status ?? 1)
  }
  say(`  done in ${((Date.now() - start) / 1000).toFixed(1)} s`)
}

export function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(`surprisal needs Node 20 or later; this is ${process.version}.`)
    process.exit(1)
  }
  const installed = `${root}/node_modules/.package-lock.json`
  const stale = !existsSync(installed) || statSync(installed).mtimeMs < statSync(`${root}/package-lock.json`).mtimeMs
  if (stale) step('installing the development tools (npm ci)', 'npm', ['ci'])
  step('building (tsc -b)', process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-b'])
}
