import { spanText } from '../../domain/duration.ts';
import type { RunbookProof } from '../../domain/runbook-version.ts';
import { at, bold, bullets, code, context, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

/** What the last proofs of a runbook showed, and how the next one is started. */
export function runbookDrill(of: {
  id: string;
  title: string;
  /** Of the text that is live. */
  hash: string;
  proofs: readonly RunbookProof[];
}): Message {
  const { id, title, hash, proofs } = of;
  const last = proofs[0];
  const said = last === undefined ? 'was never proven' : `was last tried on ${last.at.toISOString().slice(0, 10)}`;
  return {
    text: escapeMrkdwn(`${id} ${said}`),
    blocks: [
      header(cut(`Drills of ${id}`, 140)),
      line(cut(title, 300) || '–'),
      bullets(
        [bold(proofs.length === 0 ? 'No drill or rehearsal is on record' : 'On record, the newest first')],
        proofs.map((proof) => proofLine(proof, hash)),
      ),
      line(
        bold('Start one '),
        'on a machine with a terminal: ',
        code(`rekey drill ${cut(id, 60)} --scenario calm F1 F4`),
        '. It plays the runbook with scripted people and faults, in a ledger and a Slack of its own, and takes minutes.',
      ),
      context('A drill never touches the keys of this ledger; its result is kept here.'),
    ],
  };
}

function proofLine({ at: when, how, passed, recoverMs, summary, hash: of }: RunbookProof, hash: string): Line {
  const recovered = recoverMs === null ? '' : `, recovered in ${spanText(recoverMs)}`;
  const text = of === hash ? '' : ', with an earlier text';
  return [bold(passed ? '✓ ' : '✗ '), at(when), `, ${how}${recovered}${text}: ${cut(summary, 300)}`];
}
