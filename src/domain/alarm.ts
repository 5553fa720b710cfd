import type { KeyId } from './ids.ts';

/** What people have to look at although nobody asked. */
export type AlarmKind =
  | 'rotation_spike'
  | 'foreign_rotation'
  | 'second_reveal'
  | 'dead_key_used'
  | 'last_admin_expiring'
  | 'rotation_stuck'
  | 'clock_jump'
  | 'audit_broken';

export interface Alarm {
  id: string;
  kind: AlarmKind;
  key: KeyId | null;
  /** One sentence: what was seen, and what to do. */
  sentence: string;
  raisedAt: Date;
}
