// Peak memory of one call, as the kernel counts it: the process's high-water mark over what was resident before.
import { readFileSync, writeFileSync } from 'node:fs'

/** @param {() => unknown} call @returns {number} bytes */
export function peakOver(call) {
  if (process.platform !== 'linux') throw new Error('peak memory is measured on Linux only')
  globalThis.gc?.()
  const before = status('VmRSS')
  writeFileSync('/proc/self/clear_refs', '5') // resets VmHWM to what is resident now
  call()
  return Math.max(0, status('VmHWM') - before)
}

function status(/** @type {string} */ field) {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(line?.[1]) * 1024
}
