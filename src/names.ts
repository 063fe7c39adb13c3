/** `ignoreIndex` → `ignore_index`: PyTorch's spelling of a name. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `ignore_index` → `ignoreIndex`: our spelling of PyTorch's name. */
export const camelCase = (name: string): string => name.replace(/[_-]+([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** What Python calls the type of a value. */
export function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float'
  const name = typeof value === 'object' ? (value.constructor?.name ?? 'Object') : typeof value
  return { string: 'str', boolean: 'bool', Object: 'dict', Array: 'list' }[name] ?? name
}
