import type { Incident } from '../../../domain/incident.ts';
import { Refusal } from '../../../errors.ts';
import { declareIncident } from '../../declare-incident.ts';
import type { Desk, Moment } from '../../moment.ts';
import { declareModal } from '../../views/declare-modal.ts';
import { SEVERITIES } from '../../views/incident-forms.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { malformed, splitNamed, splitReason, textOf } from '../words.ts';

const EXAMPLE =
  '/incident open SEV2 key=payments-prod "payments are rejected" because "customers see errors since noon"';

export const openVerb: Verb = {
  verb: 'open',
  also: ['declare', 'new', 'create'],
  example: 'open SEV2 key=payments-prod "payments are rejected" because "errors since noon"',
  help: 'declare one; what is missing is asked in a form',
  offered: mayWithSomeKey('declare'),
  run: async (words, moment, desk) => {
    const asked = askedIn(words);
    if (asked.title === '') return openDeclareForm({ ...asked, hint: null }, moment, desk);
    const { title, severity, key, what } = asked;
    const request = { title, severity, key, what, happenedAt: desk.now(), from: null };
    return declareIncident(request, moment, desk);
  },
};

interface Asked {
  title: string;
  severity: Incident['severity'] | null;
  key: string | null;
  what: string;
}

function askedIn(typed: readonly Token[]): Asked {
  const { words, reason } = splitReason(typed, EXAMPLE);
  const { words: rest, named } = splitNamed(words, { names: ['key', 'severity'], example: EXAMPLE });
  const [first, ...others] = rest;
  const said = first !== undefined && !first.quoted ? severityIn(first.text) : null;
  const severity = named.severity === undefined ? said : severityOrRefuse(named.severity);
  return { title: textOf(said === null ? rest : others), severity, key: named.key ?? null, what: reason };
}

function severityIn(text: string): Incident['severity'] | null {
  return SEVERITIES.find(({ value }) => value === text.toUpperCase())?.value ?? null;
}

export function severityOrRefuse(text: string, example = EXAMPLE): Incident['severity'] {
  const severity = severityIn(text) ?? severityIn(`SEV${text}`);
  if (severity !== null) return severity;
  throw malformed('a severity is SEV1, SEV2 or SEV3', example);
}

async function openDeclareForm(asked: Asked & { hint: string | null }, moment: Moment, desk: Desk): Promise<void> {
  const view = declareModal({ ...asked, channel: moment.channel ?? '', from: null, happenedAt: desk.now() });
  if (await moment.openModal(view)) return;
  throw new Refusal(
    'incomplete_command',
    `The form could not be opened. Type it in one line, for instance: ${EXAMPLE}`,
  );
}
