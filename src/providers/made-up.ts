// 32 random bytes have about 30 different values; fewer than 16 happens less than once in 10^15 files.
const FEWEST_VALUES = 16;

/** True for bytes that somebody typed or copied from an example: few values, a running number, or nothing but printable text. */
export function looksMadeUp(bytes: Uint8Array): boolean {
  return (
    new Set(bytes).size < FEWEST_VALUES || isRunningNumber(bytes) || bytes.every((byte) => byte >= 32 && byte < 127)
  );
}

function isRunningNumber(bytes: Uint8Array): boolean {
  const steps = new Set<number>();
  bytes.forEach((byte, index) => {
    if (index > 0) steps.add((byte - (bytes[index - 1] ?? 0) + 256) % 256);
  });
  return steps.size === 1;
}
