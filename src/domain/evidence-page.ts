import { canonicalJson } from './canonical.ts';
import { spanText } from './duration.ts';
import type { EvidenceBundle } from './evidence-bundle.ts';
import { type EvidenceApproval, type EvidenceReport, evidenceReport } from './evidence-report.ts';

/** One page for people, with the bundle in it. The same bundle gives the same page, so that a page that says something else is noticed. */
export function evidencePage(bundle: EvidenceBundle): string {
  const { about, lines } = bundle;
  const report = evidenceReport(lines, about);
  const title = `Evidence: rotation of ${about.names[about.key] ?? about.key}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${safe(title)}</h1>
<p>Drawn at ${safe(bundle.madeAt)} by ${safe(bundle.madeBy)} from lines ${lines[0]?.seq} to ${lines.at(-1)?.seq} of the audit, which are in this file.
Check it without Rekey's ledger: <code>rekey audit verify --bundle FILE</code></p>
${facts(bundle, report)}
<h2>Who agreed</h2>
${report.approvals.length === 0 ? '<p>Nobody was asked: the policy lets this rotation begin without an approval.</p>' : report.approvals.map(approvalPart).join('\n')}
<h2>Times (UTC)</h2>
${table(['what', 'when'], timesRows(report))}
<h2>Steps</h2>
${table(
  ['step', 'state', 'began', 'ended', 'attempts', 'error'],
  report.steps.map((one) => [
    one.step,
    one.state,
    one.startedAt,
    one.endedAt ?? '-',
    String(one.attempts),
    one.error ?? '',
  ]),
)}
<h2>What happened</h2>
${table(
  ['line', 'at', 'who', 'what'],
  report.timeline.map((one) => [String(one.seq), one.at, one.actor, one.sentence]),
)}
<h2>The chain</h2>
${table(
  ['line', 'at', 'action', 'hash'],
  lines.map((line) => [String(line.seq), line.at, line.action, line.hash]),
)}
</main>
<script type="application/json" id="evidence">
${canonicalJson(bundle).replaceAll('<', '\\u003c')}
</script>
</body>
</html>
`;
}

function facts({ about, runbook }: EvidenceBundle, { requested, result }: EvidenceReport): string {
  const name = (id: string | null) => (id === null ? 'none' : (about.names[id] ?? id));
  return table(
    ['', ''],
    [
      ['rotation', about.rotation],
      ['key', name(about.key)],
      ['replacement', name(about.replacement)],
      [
        'asked for by',
        requested === null ? 'not on record' : `${requested.by} (${requested.channel}) at ${requested.at}`,
      ],
      ['reason', requested?.reason ?? ''],
      ['mode', requested?.mode ?? 'as the incident said'],
      ['runbook', runbook?.id ?? 'none'],
      ['result', result === null ? 'not ended yet' : `${result.state} at ${result.at}: ${result.why}`],
    ],
  );
}

function approvalPart(approval: EvidenceApproval): string {
  const rows = approval.votes.map(({ person, vote, reason, at }) => [person, vote, at, reason]);
  return `<p><strong>${safe(approval.question)}</strong><br>
Rule ${safe(approval.rule)}, ${approval.required} needed${approval.alone === null ? '' : `, decided alone by ${safe(approval.alone)} (break-glass)`}; asked at ${safe(approval.askedAt)}; ${safe(approval.outcome ?? 'open')}${approval.decidedAt === null ? '' : ` at ${safe(approval.decidedAt)}`}.<br>
Plan ${safe(approval.planHash)}</p>
${table(['who', 'vote', 'when', 'why'], rows)}`;
}

function timesRows({ times }: EvidenceReport): string[][] {
  const span = (ms: number | null) => (ms === null ? '-' : spanText(ms));
  return [
    ['asked for', times.requestedAt ?? '-'],
    ['begun', times.startedAt ?? '-'],
    ['new key minted', times.mintedAt ?? '-'],
    ['new key active', times.activeAt ?? '-'],
    ['new key proved to work', times.verifiedAt ?? '-'],
    ['grace', times.graceStartedAt === null ? '-' : `${times.graceStartedAt} to ${times.graceEndsAt}`],
    ['old key revoked', times.revokedAt ?? '-'],
    ['old key seen rejected', times.provedDeadAt ?? '-'],
    ['M2, begun to new key active', span(times.toActiveMs)],
    ['M5, revoked to seen rejected', span(times.revokeToProofMs)],
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    row.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return `<table>${head.some((one) => one !== '') ? `<thead><tr>${cells(head, 'th')}</tr></thead>` : ''}<tbody>\n${body}\n</tbody></table>`;
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function safe(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => NAMED[sign] ?? sign);
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #fff; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
code { background: #f3f3f3; padding: 0 .25rem; }
@media print { main { max-width: none; } }
`;
