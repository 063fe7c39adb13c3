export type WarningHandler = (message: string) => void

declare const console: { warn(message: string): void }

const said = new Set<string>()
let handler: WarningHandler = (message) => console.warn(message)

/** Sends warnings to `next` instead of `console.warn`; returns the handler that was there. Each warning is said once per process. */
export function onWarning(next: WarningHandler): WarningHandler {
  const previous = handler
  handler = next
  said.clear()
  return previous
}

/** Warnings with one `key` are one warning: that of the text, if it is left out. */
export function warn(fn: string, message: string, key?: string): void {
  const text = `surprisal: ${fn}: ${message}`
  if (said.has(key ?? text)) return
  said.add(key ?? text)
  handler(text)
}
