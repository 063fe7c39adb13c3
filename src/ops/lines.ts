/** Calls `visit` with where each line of `count` elements starts; its elements lie `inner` apart. */
export function forEachLine(size: number, count: number, inner: number, visit: (start: number, line: number) => void): void {
  if (size === 0) return
  let line = 0
  for (let outer = 0; outer < size; outer += count * inner) for (let i = 0; i < inner; i++) visit(outer + i, line++)
}
