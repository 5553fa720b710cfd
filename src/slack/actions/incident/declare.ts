import { keyNamed } from '../../commands/key-named.ts';
import { startRotation } from '../../commands/start-rotation.ts';
import { declareIncident } from '../../declare-incident.ts';
import { personOfAccount } from '../../person-of.ts';
import { DECLARE_FORM, DeclareMetadata, LEAKED_FORM, LeakedMetadata } from '../../views/declare-modal.ts';
import { SEVERITIES } from '../../views/incident-forms.ts';
import { beside } from '../beside.ts';
import type { SlackForm } from '../contract.ts';

const FIELDS = {
  title_needed: 'title',
  too_long: 'what',
  secret_in_text: 'what',
  bad_time: 'happened',
  unknown_key: 'key',
} as const;

export const declareForm: SlackForm = {
  form: DECLARE_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { title = '', severity, key = '', what = '', happened = '' } = values;
    const { from } = DeclareMetadata.parse(JSON.parse(metadata));
    const { policy } = await desk.policy();
    return beside(FIELDS, () =>
      declareIncident(
        {
          title: title.trim(),
          severity: SEVERITIES.find(({ value }) => value === severity)?.value ?? null,
          key: key === '' ? null : key,
          what,
          happenedAt: happened === '' ? desk.now() : new Date(Number(happened) * 1_000),
          from:
            from === null ? null : { channel: from.channel, ts: from.ts, saidBy: personOfAccount(from.author, policy) },
        },
        moment,
        desk,
      ),
    );
  },
};

export const leakedForm: SlackForm = {
  form: LEAKED_FORM,
  submit: async ({ metadata, values: { key: named = '', situation, reason = '' } }, moment, desk) => {
    if (situation !== 'exploited' && situation !== 'suspected')
      return { kind: 'errors', errors: { situation: 'Choose how bad it is.' } };
    const { link } = LeakedMetadata.parse(JSON.parse(metadata));
    const seen = reason.trim() || 'pasted into a message in Slack';
    const told = link === null ? seen : `${seen} (${link})`;
    return beside({ reason_needed: 'reason', secret_in_text: 'reason', unknown_key: 'key' }, async () => {
      const key = await keyNamed(named, 'rotate', { moment, desk });
      const wanted = { key, occasion: situation, graceHours: null, reason: told.slice(0, 500) } as const;
      await startRotation(wanted, moment, desk);
    });
  },
};
