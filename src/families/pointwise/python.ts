/** PyTorch's text for a reduction that does not exist, where it adds `text` to what was given, in Python: None is not even added. */
export const reducedByAdding = (text: string) => () => (given: unknown) =>
  given === null || given === undefined
    ? "TypeError: unsupported operand type(s) for +: 'NoneType' and 'str'"
    : `ValueError: ${given}${text}`
