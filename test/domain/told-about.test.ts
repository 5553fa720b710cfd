import { describe, expect, test } from 'vitest';
import { openPointsOf } from '../../src/domain/close-gate.ts';
import { DeliveryId, DispatchId, type NoticeDelivery } from '../../src/domain/dispatch.ts';
import { toldAbout } from '../../src/domain/told-about.ts';
import { aNotice, minutesAfter, NOON } from '../support/builders.ts';
import { aDelivery } from '../support/dispatches.ts';
import { incidentFactsWith } from '../support/incident-facts.ts';

const PARTNER = aDelivery().addressee;

let deliveries = 0;

function sentIn(
  dispatch: number,
  state: NoticeDelivery['state'],
  addressee: Partial<NoticeDelivery['addressee']> = {},
) {
  deliveries += 1;
  return aDelivery({
    id: DeliveryId.parse(`dlv-${deliveries}`),
    dispatch: DispatchId.parse(`dsp-${dispatch}`),
    queuedAt: minutesAfter(NOON, dispatch),
    state,
    addressee: { ...PARTNER, ...addressee },
  });
}

function pointsWith(given: readonly NoticeDelivery[], notices = [aNotice()]): string {
  return openPointsOf(incidentFactsWith({ notices, deliveries: [...given] })).join('\n');
}

describe('whoever is affected was told', () => {
  test('by a notice that arrived', () => {
    expect(pointsWith([sentIn(1, 'sent')])).toBe('');
  });

  test('not while the correction of an earlier notice has not arrived', () => {
    const given = [sentIn(1, 'sent'), sentIn(2, 'bounced')];
    expect(pointsWith(given)).toContain(
      'Partner on call (ops@partner.example), outside, was not told: the notice bounced.',
    );
    expect(toldAbout({ notices: [], deliveries: given, reopenedAt: null }).told).toEqual(new Set());
  });

  test('when a later notice arrived although an earlier one bounced, also at another contact', () => {
    expect(pointsWith([sentIn(1, 'bounced'), sentIn(2, 'sent')])).toBe('');
    expect(pointsWith([sentIn(1, 'bounced'), sentIn(2, 'sent', { contact: 'other', name: 'Other' })])).toBe('');
  });

  test('by one of two ways to the same contact, and only when every contact of the notice was reached', () => {
    expect(pointsWith([sentIn(1, 'bounced'), sentIn(1, 'sent', { way: 'webhook' })])).toBe('');
    expect(pointsWith([sentIn(1, 'bounced', { name: 'Second', contact: 'second' }), sentIn(1, 'sent')])).toContain(
      'Second (ops@partner.example), outside, was not told',
    );
  });

  test('not by a notice that was withdrawn, which takes back nothing that had arrived before', () => {
    expect(pointsWith([sentIn(1, 'withdrawn')])).toContain('the notice was withdrawn before it left');
    expect(pointsWith([sentIn(1, 'sent'), sentIn(2, 'withdrawn')])).toBe('');
  });

  test('by what people inside were told for them', () => {
    const inside = aNotice({ recipient: 'person:carol', about: ['caller:payments-worker'] });
    expect(pointsWith([], [inside])).toBe('');
    expect(pointsWith([], [aNotice({ recipient: 'person:carol' })])).toContain(
      'The caller payments-worker was not told',
    );
  });

  test('not by a line in our own channel while the notice outside bounced', () => {
    const line = aNotice({ recipient: 'caller:payments-worker' });
    expect(pointsWith([sentIn(1, 'bounced')], [line])).toContain('was not told: the notice bounced');
  });

  test('of an incident that was opened again only by what came after that', () => {
    const given = { notices: [aNotice()], deliveries: [sentIn(1, 'sent')] };
    expect(toldAbout({ ...given, reopenedAt: minutesAfter(NOON, 5) })).toEqual({ told: new Set(), missing: [] });
  });
});
