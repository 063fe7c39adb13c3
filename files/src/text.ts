/** Bytes for a message: printable ASCII as it is, everything else escaped as a string literal does, and no more than `limit` bytes. */
export function show(bytes: Uint8Array, limit = 60): string {
  let text = ''
  for (const byte of bytes.subarray(0, limit)) {
    const printable = byte >= 0x20 && byte < 0x7f
    text += printable ? String.fromCharCode(byte) : byte === 0x0a ? '\\n' : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return bytes.length > limit ? `${text}...` : text
}

/** Text from a file for a message: no control characters, which would reach the terminal, and no more than `limit` characters. */
export function showText(text: string, limit = 60): string {
  const visible = text.slice(0, limit).replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  return text.length > limit ? `${visible}...` : visible
}

export function decodeLatin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** Strict UTF-8 (RFC 3629): undefined for anything that no encoder writes. By hand because TextDecoder belongs to no version of the language. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at++]
    const more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : -1
    if (more < 0 || at + more > bytes.length) return undefined
    let point = more === 0 ? lead : lead & (0x3f >> more)
    for (const end = at + more; at < end; at++) {
      if ((bytes[at] & 0xc0) !== 0x80) return undefined
      point = (point << 6) | (bytes[at] & 0x3f)
    }
    const overlong = (more === 2 && point < 0x800) || (more === 3 && point < 0x10000)
    if (overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) return undefined
    text += String.fromCodePoint(point)
  }
  return text
}
