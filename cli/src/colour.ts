import type { WriteStream } from 'node:tty'

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const

export type Paint = Readonly<Record<keyof typeof codes, (text: string) => string>>

/** The one place that decides about colour: NO_COLOR, then FORCE_COLOR, then whether the stream is a terminal. */
export function hasColour(stream: WriteStream | NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return false
  if (FORCE_COLOR !== undefined) return true
  return stream.isTTY === true && TERM !== 'dumb'
}

/** How to colour text for a stream; without colour, text as it is. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const on = hasColour(stream)
  const painter = (name: keyof typeof codes) => (text: string) => (on ? `\x1b[${codes[name][0]}m${text}\x1b[${codes[name][1]}m` : text)
  return { bold: painter('bold'), dim: painter('dim'), red: painter('red'), green: painter('green'), yellow: painter('yellow') }
}
