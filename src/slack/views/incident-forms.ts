import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { pointCode } from '../../domain/gate-point.ts';
import { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { StatusDraft } from '../../domain/incident-status.ts';
import { IncidentRole } from '../../domain/incident-work.ts';
import { bold, bullets, type Line, line, plain, radio, textInput } from '../blocks.ts';
import { instantInput, menuInput, personInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

export const STATUS_FORM = 'incident_status';
export const ROLES_FORM = 'incident_roles';
export const NOTE_FORM = 'incident_note';
export const SEVERITY_FORM = 'incident_severity';
export const CLOSE_FORM = 'incident_close';
export const WAIVE_FORM = 'incident_waive';
export const REOPEN_FORM = 'incident_reopen';

type About = Pick<Incident, 'id' | 'severity' | 'title'>;

function modal(
  about: About,
  of: { form: string; title: string; submit: string; blocks: ModalView['blocks']; metadata?: string },
): ModalView {
  const { severity, title } = about;
  return {
    type: 'modal',
    callback_id: of.form,
    private_metadata: of.metadata ?? about.id,
    title: plain(of.title, LIMITS.viewTitle),
    submit: plain(of.submit, LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [line(bold(`${severity} `), cut(oneLine(title), 200)), ...of.blocks],
  };
}

/** Drafted from what is on record; a person reads it through and posts it. */
export function statusModal(about: About, draft: StatusDraft): ModalView {
  const part = (id: keyof StatusDraft, label: string) =>
    textInput({ id, label, value: draft[id].slice(0, 1_000), optional: true, multiline: true });
  return modal(about, {
    form: STATUS_FORM,
    title: 'Post a status',
    submit: 'Post',
    blocks: [
      part('conditions', 'Conditions: what is the case?'),
      part('actions', 'Actions: what is being done?'),
      part('needs', 'Needs: what is missing?'),
    ],
  });
}

/** Who had each role and who owned the key when the form was shown: only what somebody changes in it is changed, and only from that. */
export const RolesMetadata = z.object({
  incident: IncidentId,
  shown: z.record(z.string(), z.object({ holder: z.string().nullable(), account: z.string().nullable() })),
});
type RolesShown = z.infer<typeof RolesMetadata>['shown'];

/** Who has each role, and who owns the key; whoever is changed is told. Values are Slack accounts. */
export function rolesModal(about: About, shown: RolesShown, key: string | null): ModalView {
  return modal(about, {
    form: ROLES_FORM,
    title: 'Roles',
    submit: 'Save',
    metadata: JSON.stringify({ incident: about.id, shown } satisfies z.infer<typeof RolesMetadata>),
    blocks: [
      ...IncidentRole.options.map((role) =>
        personInput({ id: role, label: ROLE_LABEL[role], optional: true }, shown[role]?.account ?? null),
      ),
      ...(key === null
        ? []
        : [
            personInput(
              { id: 'owner', label: `Owner of ${cut(key, 100)}`, optional: true },
              shown.owner?.account ?? null,
            ),
          ]),
      textInput({ id: 'reason', label: 'Why?', hint: 'Needed for another owner.', optional: true }),
    ],
  });
}

const ROLE_LABEL: Record<IncidentRole, string> = {
  commander: 'Commander: decides what is done next',
  operator: 'Operator: does it',
  scribe: 'Scribe: writes it down',
};

export function noteModal(about: About): ModalView {
  return modal(about, {
    form: NOTE_FORM,
    title: 'Note for the timeline',
    submit: 'Note it',
    blocks: [
      textInput({ id: 'note', label: 'What happened?', hint: 'Never paste a key.', optional: false, multiline: true }),
      instantInput({ id: 'happened', label: 'When? Now, when this is left empty.', optional: true }),
    ],
  });
}

export const SEVERITIES: readonly { value: Incident['severity']; label: string; description: string }[] = [
  { value: 'SEV1', label: 'SEV1', description: 'Production is down, or somebody misuses a key now' },
  { value: 'SEV2', label: 'SEV2', description: 'A key in production failed or leaked' },
  { value: 'SEV3', label: 'SEV3', description: 'Nothing in production is affected' },
];

export function severityModal(about: About): ModalView {
  return modal(about, {
    form: SEVERITY_FORM,
    title: 'Severity',
    submit: 'Change',
    blocks: [
      radio({ id: 'severity', label: 'How grave is it?', options: SEVERITIES, chosen: about.severity }),
      textInput({ id: 'reason', label: 'Why?', optional: false }),
    ],
  });
}

export function reopenModal(about: About): ModalView {
  return modal(about, {
    form: REOPEN_FORM,
    title: 'Open it again',
    submit: 'Open again',
    blocks: [textInput({ id: 'reason', label: 'Why?', optional: false })],
  });
}

const MOST_POINTS = 15;

/** The points are kept by their codes, so that the right one is meant although another was settled meanwhile. */
export const WaiveMetadata = z.object({ incident: z.string(), points: z.array(z.string()) });

/** What keeps it open, and a way to let one of them go; with nothing in the way, the question whether to close it. */
export function closeModal(about: About, points: readonly string[]): ModalView {
  if (points.length === 0)
    return modal(about, {
      form: CLOSE_FORM,
      title: 'Close it',
      submit: 'Close',
      blocks: [line('Everything that has to be done before it may close is done.')],
    });
  const shown = points.slice(0, MOST_POINTS);
  const listed = shown.map((point, index): Line => [`${index + 1}. ${cut(point, 300)}`]);
  const options = shown.map((point, index) => ({
    value: String(index),
    label: cut(`${index + 1}. ${oneLine(point)}`, LIMITS.optionText),
  }));
  return modal(about, {
    form: WAIVE_FORM,
    title: 'Not closed yet',
    submit: 'Let it go',
    metadata: JSON.stringify({ incident: about.id, points: shown.map(pointCode) }),
    blocks: [
      bullets([bold(`It stays open until this is done (${points.length}):`)], listed),
      line('You can let one of them go, with your name and a reason. The last one closes the incident.'),
      menuInput({ id: 'point', label: 'Which one?', optional: false }, options),
      textInput({ id: 'reason', label: 'Why can it close without that?', optional: false, multiline: true }),
    ],
  });
}
