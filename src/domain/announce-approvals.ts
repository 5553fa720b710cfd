import type { Address, Announcement } from './announce.ts';
import type { ApprovalEvent } from './approval-event.ts';
import { direct } from './direct.ts';
import type { LedgerEvent } from './event.ts';
import type { IncidentId } from './ids.ts';

type Announced = Extract<
  ApprovalEvent,
  {
    type:
      | 'approval_requested'
      | 'approval_asked'
      | 'approval_reminded'
      | 'approval_escalated'
      | 'approval_delegated'
      | 'glass_broken';
  }
>;

export function isAboutApproval(event: LedgerEvent): event is Announced {
  return (
    event.type === 'approval_requested' ||
    event.type === 'approval_asked' ||
    event.type === 'approval_reminded' ||
    event.type === 'approval_escalated' ||
    event.type === 'approval_delegated' ||
    event.type === 'glass_broken'
  );
}

/** Outside of an incident only whoever may decide is told; that somebody decided alone is told in public in any case. */
export function announcementsOfApproval(event: Announced, incident: IncidentId | null): Announcement[] {
  switch (event.type) {
    case 'approval_requested':
      return [
        ...(incident === null
          ? []
          : [{ surface: 'approval', subject: event.approval.id, address: publicly(incident) } as const]),
        ...direct('approval_dm', event.approval.id, event.approval.asked),
      ];
    case 'approval_reminded':
      // A reminder is a message of its own: an edit of the one that is there would tell nobody.
      return direct('approval_reminder', `${event.approval}.${event.number}`, event.people);
    case 'approval_asked':
    case 'approval_escalated':
      return direct('approval_dm', event.approval, event.people);
    case 'approval_delegated':
      return direct('approval_dm', event.approval, [event.delegation.to]);
    case 'glass_broken': {
      const { approval, skipped, reviewers } = event.use;
      return [
        { surface: 'break_glass', subject: approval, address: publicly(incident) },
        ...direct('break_glass', approval, [...new Set([...skipped, ...reviewers])]),
      ];
    }
    default:
      return event satisfies never;
  }
}

function publicly(incident: IncidentId | null): Address {
  return incident === null ? { kind: 'team_channel' } : { kind: 'incident_channel', incident, thread: false };
}
