import { createHash } from 'node:crypto';
import { bundleIn, type EvidenceBundle } from '../../domain/evidence-bundle.ts';
import { evidencePage } from '../../domain/evidence-page.ts';
import { evidenceReport } from '../../domain/evidence-report.ts';
import { nameOf } from '../../domain/key.ts';
import { toldBy } from '../../domain/timeline.ts';
import { Refusal, sentenceOf } from '../../errors.ts';
import { breakAt } from '../../ledger/audit-chain.ts';
import { readCheckpoint } from '../../ledger/checkpoint.ts';

export interface BundleCheck {
  name: string;
  ok: boolean;
  says: string;
}

/** Whether a file of evidence holds together by itself: no ledger and no key is needed. */
export function checkBundle(html: string): BundleCheck[] {
  const bundle = bundleIn(html);
  const chain = chainCheck(bundle);
  // Lines that were changed may be no lines at all.
  return chain.ok ? [chain, ...checksOf(html, bundle)] : [chain];
}

function checksOf(html: string, bundle: EvidenceBundle): BundleCheck[] {
  try {
    return [
      namesCheck(bundle),
      pageCheck(html, bundle),
      planCheck(bundle),
      runbookCheck(bundle),
      peopleCheck(bundle),
      ...signatureCheck(bundle),
    ];
  } catch (cause) {
    throw new Refusal('no_bundle', `A line of the audit in this file cannot be read: ${sentenceOf(cause)}.`, { cause });
  }
}

function chainCheck({ lines }: EvidenceBundle): BundleCheck {
  const name = 'chain';
  const [first] = lines;
  if (first === undefined) return { name, ok: false, says: 'it holds no line of the audit' };
  let place = { seq: first.seq - 1, hash: first.prev_hash };
  for (const line of lines) {
    const broken = breakAt(line, place);
    if (broken !== null) return { name, ok: false, says: broken };
    place = line;
  }
  return { name, ok: true, says: `lines ${first.seq} to ${place.seq} follow from each other, up to ${place.hash}` };
}

/** What the page calls things is what the lines call them; only then is the rest of it about this rotation. */
function namesCheck({ lines, about }: EvidenceBundle): BundleCheck {
  const { rotation, run, key, replacement, names } = about;
  const isWrong = lines.map(toldBy).some((event) => {
    if (event.type === 'rotation_requested' && event.rotation.id === rotation)
      return event.rotation.key !== key || !names[key]?.startsWith(`${event.rotation.slug} v`);
    if (event.type === 'rotation_started' && event.rotation === rotation) return event.run !== run;
    if (event.type !== 'key_issued' || event.key.id !== replacement) return false;
    return event.key.predecessor !== key || names[replacement] !== nameOf(event.key);
  });
  const says = isWrong ? 'the lines are about another rotation or key' : `${rotation} of ${names[key] ?? key}`;
  return { name: 'about', ok: !isWrong, says };
}

/** The page is drawn again from the lines: whoever changed what people read is found. */
function pageCheck(html: string, bundle: EvidenceBundle): BundleCheck {
  const ok = evidencePage(bundle) === html;
  return { name: 'page', ok, says: ok ? 'it says what the lines say' : 'the page says something else than its lines' };
}

function planCheck({ lines, about }: EvidenceBundle): BundleCheck {
  const { approvals } = evidenceReport(lines, about);
  const bad = approvals.find((approval) => !approval.planHashHolds);
  const says =
    bad === undefined
      ? `${approvals.length} of ${approvals.length} approvals are bound to the plan in their line`
      : `${bad.id} names another plan than its line`;
  return { name: 'plan', ok: bad === undefined, says };
}

function runbookCheck({ runbook, lines, about }: EvidenceBundle): BundleCheck {
  const name = 'runbook';
  if (runbook === null) return { name, ok: about.run === null, says: 'no runbook ran' };
  const hash = createHash('sha256').update(runbook.text).digest('hex');
  const { approvals, runbookHash } = evidenceReport(lines, about);
  const ok = runbookHash === hash && approvals.every((approval) => approval.runbookHash === hash);
  return {
    name,
    ok,
    says: ok ? `${runbook.id} is the text that ran and was approved` : `${runbook.id} is another text`,
  };
}

/** Enough different people said yes, none of them the requester, before anything was minted. */
function peopleCheck({ lines, about }: EvidenceBundle): BundleCheck {
  const { approvals, times } = evidenceReport(lines, about);
  for (const { id, outcome, votes, required, requestedBy, ownRequestCounts, decidedAt, alone } of approvals) {
    if (outcome !== 'approved') continue;
    const yes = new Set(votes.filter(({ vote }) => vote === 'approve').map(({ person }) => `person:${person}`));
    if (!ownRequestCounts) yes.delete(requestedBy);
    // That one person decided without the others is on record as such, with the review that it owes.
    if (alone === null && yes.size < required)
      return { name: 'people', ok: false, says: `${id}: ${yes.size} of ${required} agreed` };
    if (times.mintedAt !== null && decidedAt !== null && decidedAt > times.mintedAt)
      return { name: 'people', ok: false, says: `${id} was decided after the new key was minted` };
  }
  const said = approvals.flatMap(({ votes, alone }) => [
    ...votes.map(({ person, vote }) => `${person} ${vote}`),
    ...(alone === null ? [] : [`${alone} alone (break-glass)`]),
  ]);
  return { name: 'people', ok: true, says: said.join(', ') || 'nobody had to agree' };
}

/** The signature over one of the lines: it binds all before it. Whether its signer is the right one, whoever reads this has to know. */
function signatureCheck({ checkpoint, lines }: EvidenceBundle): BundleCheck[] {
  if (checkpoint === null) return [];
  const name = 'signed';
  try {
    const { seq, hash, at, signer } = readCheckpoint(checkpoint, null);
    const ok = lines.some((line) => line.seq === seq && line.hash === hash);
    return [
      {
        name,
        ok,
        says: ok ? `line ${seq} was signed at ${at} by ${signer}` : `line ${seq} is not the one that was signed`,
      },
    ];
  } catch (error) {
    return [{ name, ok: false, says: sentenceOf(error) }];
  }
}

export function describeChecks(checks: readonly BundleCheck[]): string {
  return checks.map(({ name, ok, says }) => `${ok ? '✓' : '✗'} ${name.padEnd(8)} ${says}`).join('\n');
}
