/** `2026-11-21 09:29:26 UTC`: an instant in a sentence that people read and that is kept as it is. */
export function instantText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
