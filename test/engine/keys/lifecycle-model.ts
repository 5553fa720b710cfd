import { DAY, MINUTE, NOON } from '../../support/builders.ts';

/** What happened to one version of a key, and nothing that was concluded from it. */
export interface KeyModel {
  id: string;
  slug: string;
  version: number;
  expiresAt: number;
  offeredUntil: number | null;
  taken: boolean;
  activated: boolean;
  suspended: boolean;
  graceEndsAt: number | null;
  recordedExpired: boolean;
  revoked: boolean;
  provedDead: boolean;
  forgotten: boolean;
  extensions: number;
  owner: string;
}

/** The rules of design/keys.md once more, written down from the page: a list of keys and a clock. */
export interface Model {
  now: number;
  keys: KeyModel[];
  /** Verbs that were carried out, refused ones, and events that the tables did not take. */
  done: number;
  refused: number;
  /** What rows were seen to be on the way. */
  states: Set<string>;
}

export const aModel = (): Model => ({ now: NOON.getTime(), keys: [], done: 0, refused: 0, states: new Set() });

export function aNewKey(model: Model, id: string, slug: string, overrides: Partial<KeyModel> = {}): KeyModel {
  return {
    id,
    slug,
    version: 1 + Math.max(0, ...model.keys.filter((key) => key.slug === slug).map((key) => key.version)),
    expiresAt: model.now + 90 * DAY,
    offeredUntil: model.now + 15 * MINUTE,
    taken: false,
    activated: false,
    suspended: false,
    graceEndsAt: null,
    recordedExpired: false,
    revoked: false,
    provedDead: false,
    forgotten: false,
    extensions: 0,
    owner: 'carol',
    ...overrides,
  };
}

type Word = 'pending' | 'valid' | 'retiring' | 'suspended' | 'expired' | 'revoked';

/** What a caller who shows this key is told. */
export function word(key: KeyModel, now: number): Word {
  if (key.revoked) return 'revoked';
  if (key.recordedExpired || now >= key.expiresAt) return 'expired';
  if (!key.activated) return 'pending';
  if (key.suspended) return 'suspended';
  if (key.graceEndsAt === null) return 'valid';
  return now < key.graceEndsAt ? 'retiring' : 'expired';
}

export function health(key: KeyModel, now: number): string {
  if (key.revoked) return 'revoked';
  if (key.recordedExpired || now >= key.expiresAt) return 'expired';
  return key.expiresAt - now <= 7 * DAY ? 'expiring' : 'healthy';
}

/** What the row says, which the clock may have overtaken. */
export function rowState(key: KeyModel): string {
  if (key.revoked) return 'revoked';
  if (key.recordedExpired) return 'expired';
  if (!key.activated) return 'pending';
  if (key.suspended) return 'suspended';
  return key.graceEndsAt === null ? 'active' : 'retiring';
}

export function whyNotGenerated(model: Model, slug: string): string | null {
  const versions = model.keys.filter((key) => key.slug === slug);
  const newest = versions.at(-1);
  if (newest === undefined) return null;
  if (versions.some((key) => key.activated)) return 'slug_taken';
  const isOffered = rowState(newest) === 'pending' && newest.offeredUntil !== null && model.now < newest.offeredUntil;
  return isOffered ? 'slug_taken' : null;
}

export function whyNotTaken(key: KeyModel, now: number): string | null {
  if (key.taken) return 'claim_taken';
  const isOver = key.offeredUntil === null || now >= key.offeredUntil || word(key, now) !== 'pending';
  return isOver ? 'claim_over' : null;
}

export function whyNotSuspended(key: KeyModel, now: number): string | null {
  return ['valid', 'retiring'].includes(word(key, now)) ? null : 'illegal_transition';
}

export function whyNotReinstated(key: KeyModel, now: number): string | null {
  const isGraceOver = key.graceEndsAt !== null && now >= key.graceEndsAt;
  return word(key, now) === 'suspended' && !isGraceOver ? null : 'illegal_transition';
}

export function whyNotExtended(key: KeyModel, to: number, now: number): string | null {
  const said = word(key, now);
  if (said === 'expired') return 'expired_not_extended';
  if (said !== 'valid') return 'illegal_transition';
  if (key.extensions === 2) return 'extended_twice';
  return to > key.expiresAt && to <= now + 90 * DAY ? null : 'bad_lifetime';
}
