import { spanText } from '../../domain/duration.ts';
import { instantText } from '../../domain/instant.ts';
import type { RotationPreview } from '../../engine/rotations/preview.ts';

export function describePreview(preview: RotationPreview): string {
  const { callers, beginsAt, approvals, oldEndsAt, enforcementDelayMs: delay } = preview;
  const seen = callers.map(({ caller, calls }) => `${caller} (${calls} calls in 7 d)`).join(', ');
  const lines = [
    ['callers', seen || 'none seen in 7 d; whoever does not ask this ledger is not seen'],
    ['begins', beginsAt === null ? 'now' : instantText(beginsAt)],
    ['agreed by', approvals === 0 ? 'nobody has to' : `${approvals} more ${approvals === 1 ? 'person' : 'people'}`],
    ['new value to', preview.deliveredTo],
    [
      'both accepted',
      oldEndsAt === null
        ? 'never: the old key ends first'
        : `${spanText(preview.graceMs)}, about until ${instantText(oldEndsAt)}`,
    ],
    [
      'refused',
      delay === null
        ? 'as soon as its provider enforces it'
        : delay === 0
          ? 'at once when revoked'
          : `at most ${spanText(delay)} after it is revoked`,
    ],
    ['no way back', preview.pointOfNoReturn],
    ['can be undone', preview.undo],
  ];
  return [`Rotating ${preview.key}`, ...lines.map(([name = '', text = '']) => `  ${name.padEnd(14)} ${text}`)].join(
    '\n',
  );
}
