import { commandOf } from './contract.ts';
import { closeVerb, reopenVerb, waiveVerb } from './incident/close.ts';
import { followUpVerb } from './incident/follow-up.ts';
import { incidentOwnerVerb, noteVerb, roleVerb, severityVerb } from './incident/lead.ts';
import { listVerb } from './incident/list.ts';
import { impactVerb, statusVerb } from './incident/look.ts';
import { notifyVerb } from './incident/notify.ts';
import { openVerb } from './incident/open.ts';
import { retrospectiveVerb, summaryVerb, timelineVerb } from './incident/summary.ts';

/** `/incident`: declare one, lead it, close it. In its thread or channel its id can be left out. */
export const incident = commandOf({
  command: '/incident',
  description: 'Declare, lead and close an incident',
  usageHint: 'open "title" · list · status · note "…" · severity SEV1 · role commander @bob · close · help',
  verbs: [
    openVerb,
    listVerb,
    statusVerb,
    noteVerb,
    severityVerb,
    roleVerb,
    impactVerb,
    incidentOwnerVerb,
    notifyVerb,
    timelineVerb,
    summaryVerb,
    followUpVerb,
    retrospectiveVerb,
    closeVerb,
    waiveVerb,
    reopenVerb,
  ],
});
