import type { Told, ToldOfKey } from './told.ts';

/** One sentence on what happened to a key, its secrets, its rotations or its claims. */
export function sentenceForKey(event: ToldOfKey, name: (id: string) => string): string {
  switch (event.type) {
    case 'key_issued':
      return issued(event.key);
    case 'key_activated':
      return `${name(event.key)} became active.`;
    case 'key_expired':
      return `${name(event.key)} was recorded as expired.`;
    case 'key_quarantined':
      return `${name(event.key)} was quarantined: nothing new is issued with it; ${MATERIAL[event.material]}.`;
    case 'key_compromised':
      return `${name(event.key)} was marked as compromised.`;
    case 'key_revoked':
      return `${name(event.key)} was revoked${event.replacedBy === null ? '' : `; ${name(event.replacedBy)} takes its place`}${event.reason === undefined ? '.' : `: ${event.reason}`}`;
    case 'key_proved_live':
      return `${name(event.key)} was proved to work, ${event.probes} of ${event.probes} probes: ${event.how}.`;
    case 'key_proved_dead':
      return `${name(event.key)} was proved to be rejected: ${event.how}.`;
    case 'key_retired':
      return `${name(event.key)} is being retired: its replacement is in use, and both are accepted until ${event.graceEndsAt}.`;
    case 'key_grace_extended':
      return `The grace of ${name(event.key)} was extended to ${event.graceEndsAt}: ${event.reason}`;
    case 'key_grace_cut':
      return `The grace of ${name(event.key)} was ended at once: ${event.reason}`;
    case 'key_grace_taken_back':
      return `${name(event.key)} stays suspended, and has no grace any more: ${event.reason}`;
    case 'key_suspended':
      return `${name(event.key)} was suspended: ${event.reason}`;
    case 'key_reinstated':
      return `${name(event.key)} was reinstated and is ${event.to} again: ${event.reason}`;
    case 'key_changed':
      return `${name(event.key)}: ${Object.keys(event.change).join(', ')} changed: ${event.reason}`;
    case 'key_expiry_extended':
      return `The expiry of ${name(event.key)} was moved to ${event.expiresAt}; whoever asked stated that ${event.approvedBy} agreed: ${event.reason}`;
    case 'key_forgotten':
      return `What was kept of ${name(event.key)} was deleted: its time of retention is over.`;
    case 'secret_sealed':
      return event.secret.purpose === 'evidence'
        ? `The material of ${name(event.secret.key)} was sealed as evidence.`
        : `The material of ${name(event.secret.key)} was sealed; nobody saw it.`;
    case 'secret_delivered':
      return `The material of ${name(event.key)} was delivered by ${event.sink} to ${event.target} and read back.`;
    case 'secret_withdrawn':
      return `The material of ${name(event.key)} was taken back from ${event.sink} ${event.target}; what was there before was restored.`;
    case 'secret_destroyed':
      return `The sealed copy ${event.secret} was destroyed.`;
    case 'secret_rewrapped':
      return `The sealed secret ${event.secret} was wrapped anew, under the master key ${event.to} instead of ${event.from}.`;
    default:
      return sentenceForRotation(event, name);
  }
}

type Rest = Extract<ToldOfKey, { type: `rotation_${string}` | `usage_gate_${string}` | `claim_${string}` }>;

function sentenceForRotation(event: Rest, name: (id: string) => string): string {
  switch (event.type) {
    case 'rotation_requested': {
      const { rotation } = event;
      return `A rotation (${rotation.mode}) of ${name(rotation.key)} was asked for by ${rotation.requestedBy}, to begin at ${rotation.scheduledAt}: ${rotation.reason}`;
    }
    case 'rotation_started':
      return `The rotation ${event.rotation} began (${event.run}).`;
    case 'rotation_ended':
      return `The rotation ${event.rotation} ended (${event.outcome}): ${event.why}`;
    case 'usage_gate_held':
      return `Revoking ${name(event.key)} waits: ${stillUsing(event)}.`;
    case 'usage_gate_waived':
      return `${event.by} waived the usage gate of ${name(event.key)}: ${event.reason}`;
    case 'claim_opened':
      return `The secret of ${name(event.claim.key)} is offered to ${event.claim.recipient} until ${event.claim.expiresAt}.`;
    case 'claim_taken':
      return `${event.by} claimed the secret of ${name(event.key)} (${event.how}).`;
    case 'claim_refused':
      return `${event.by ?? 'Somebody'} tried to claim ${event.claim} and was refused: ${event.why}`;
    default:
      return event satisfies never;
  }
}

function issued(key: Extract<Told, { type: 'key_issued' }>['key']): string {
  const name = `${key.slug} v${key.version}`;
  if (key.state !== 'pending') return `${name} was registered, ${key.state}.`;
  return `${name} was minted with the scopes ${key.scopes.join(', ') || 'of its provider'}, pending until it is delivered.`;
}

const MATERIAL = {
  sealed: 'its material was sealed as evidence',
  absent: 'there was no material at its registered place',
  different: 'its registered place held other material, which was sealed as evidence',
} as const;

function stillUsing({ callers, silent }: Extract<Rest, { type: 'usage_gate_held' }>): string {
  const named = callers.map(({ caller, calls }) => `${caller} (${calls} calls)`).join(', ');
  return silent ? `no call of anybody was counted for an hour, and ${named} used it last` : `${named} still use it`;
}
