import type { AlarmKind } from '../../domain/alarm.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { EngineDeps } from '../deps.ts';

/** The team and the person read of it: whoever took over an account cannot do it unseen. */
export function tell(
  { newId }: Pick<EngineDeps, 'newId'>,
  kind: Extract<AlarmKind, `second_factor_${string}`>,
  about: { person: PersonId; sentence: string; at: Date },
): LedgerEvent {
  const { person, sentence, at } = about;
  return {
    type: 'alarm_raised',
    alarm: { id: newId('alm'), kind, key: null, sentence, raisedAt: at, tell: [person] },
  };
}
