import { z } from 'zod';
import type { AuditEntry } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import type { JsonObject } from '../domain/run.ts';
import type { Usage } from '../ledger/reader.ts';
import { defineStep, type StepContext } from './contract.ts';
import { evidenceOf } from './evidence.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { currentKey } from './look-up.ts';

const DAY_MS = 24 * 3_600_000;

export const auditCapture = defineStep({
  uses: 'audit.capture',
  summary: 'Keeps the recent audit and authentication events of a key as evidence, with their hash.',
  with: z.strictObject({
    key: keyRef.describe('The key that failed.'),
    limit: z.int().min(1).max(1_000).default(200).describe('How many audit lines, newest first.'),
  }),
  outputs: z.strictObject({
    entries: z.int().describe('How many audit lines were kept.'),
    hash: z.string().describe('SHA-256 of what was kept, as canonical JSON.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'Evidence stays.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async ({ key, limit }) =>
    foreseen({
      calls: [
        `ledger: keep at most ${limit ?? 200} audit lines and the calls of 24 h of ${foreseenName(key)} as evidence`,
      ],
    }),
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const lines = await auditLines(key, input.limit, context);
    const usage = await context.ledger.usageOf(key.id, new Date(context.now().getTime() - DAY_MS));
    const content = { key: key.id, audit: lines.map(lineOf), authentication: byCaller(usage) };
    const evidence = evidenceOf('audit', content, context);
    return {
      kind: 'done',
      outputs: { entries: lines.length, hash: evidence.hash },
      events: [{ type: 'evidence_captured', evidence }],
    };
  },
});

/** What happened to the key, and what happened in the incident, without telling anything twice. */
async function auditLines(key: Key, limit: number, context: StepContext): Promise<AuditEntry[]> {
  const { ledger, run } = context;
  const ofKey = await ledger.audit({ subject: `key:${key.id}`, limit });
  const ofIncident = run.incident === null ? [] : await ledger.audit({ incident: run.incident, limit });
  const bySeq = new Map([...ofKey, ...ofIncident].map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, limit);
}

function lineOf(entry: AuditEntry): JsonObject {
  const { seq, at, actor, channel, action, subject, hash } = entry;
  // Evidence within evidence would double with every capture; its own hash is in the line's.
  const details = action === 'evidence_captured' ? '' : entry.details;
  return { seq, at: at.toISOString(), actor, channel, action, subject, details, hash };
}

function byCaller(usage: readonly Usage[]): JsonObject[] {
  const callers = [...new Set(usage.map((use) => use.caller))].sort();
  return callers.map((caller) => {
    const uses = usage.filter((use) => use.caller === caller);
    const sum = (of: 'accepted' | 'rejected') => uses.reduce((total, use) => total + use[of], 0);
    const minutes = uses.map((use) => use.minute.toISOString()).sort();
    return {
      caller,
      accepted: sum('accepted'),
      rejected: sum('rejected'),
      first: minutes[0] ?? null,
      last: minutes.at(-1) ?? null,
    };
  });
}
