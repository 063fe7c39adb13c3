export type WarningHandler = (message: string) => void

declare const console: { warn(message: string): void }

const said = new Set<string>()
let handler: WarningHandler = (message) => console.warn(message)
let quiet = false

/** Sends warnings to `next` instead of `console.warn`; returns the handler that was there. Each warning is said once per process. */
export function onWarning(next: WarningHandler): WarningHandler {
  const previous = handler
  handler = next
  said.clear()
  return previous
}

/** Warnings with one `key` are one warning: that of the text, if it is left out. */
export function warn(fn: string, message: string, key?: string): void {
  if (quiet) return
  const text = `surprisal: ${fn}: ${message}`
  if (said.has(key ?? text)) return
  said.add(key ?? text)
  handler(text)
}

/** Does what only tries calls out: their warnings are for whoever makes them. */
export function quietly<T>(work: () => T): T {
  const before = quiet
  quiet = true
  try {
    return work()
  } finally {
    quiet = before
  }
}
