/** `torch.nn.functional.mse_loss` → `F.mse_loss`, `torch.nn.MSELoss` → `nn.MSELoss`, as people write them; `—` for what Python has not. */
export const inPython = (name: string | null): string =>
  name === null ? '—' : name.replace(/^torch\.nn\.functional\b/, 'F').replace(/^torch\./, '')
