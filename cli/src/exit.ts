/** The exit codes, with what `--help` says of them. */
export const exitCodes = {
  ok: [0, 'computed'],
  differs: [1, 'an example differs from its recorded number'],
  found: [1, 'surprisal check found an error'],
  unknown: [1, 'surprisal explain does not know the text'],
  usage: [2, 'the command line is wrong: a command, an option or its value'],
  data: [3, 'the arrays are wrong: their format, dtype, shape or values'],
  io: [4, 'a file cannot be found, read or written'],
  bug: [70, 'a bug of surprisal itself'],
  interrupted: [130, 'interrupted (Ctrl-C)'],
} as const satisfies Record<string, readonly [code: number, help: string]>

export type Exit = keyof typeof exitCodes

export const exitCode = (exit: Exit): number => exitCodes[exit][0]
