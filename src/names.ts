/** `ignoreIndex` → `ignore_index`: PyTorch's spelling of a name. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `ignore_index` → `ignoreIndex`: our spelling of PyTorch's name. */
export const camelCase = (name: string): string => name.replace(/[_-]+([a-z])/g, (_, letter: string) => letter.toUpperCase())
