import { DeliveryId, type Dispatch, DispatchId, type NoticeDelivery } from '../../src/domain/dispatch.ts';
import { ApprovalId, IncidentId, KeyId, RunId, StepId } from '../../src/domain/ids.ts';
import { NOON } from './builders.ts';

const PARTNER = {
  contact: 'partner',
  name: 'Partner on call',
  about: ['caller:payments-worker'],
  way: 'mail',
  over: 'company',
  address: 'ops@partner.example',
} as const;

export function aDispatch(overrides: Partial<Dispatch> = {}): Dispatch {
  return {
    id: DispatchId.parse('dsp-1'),
    run: RunId.parse('run-1'),
    step: StepId.parse('tell'),
    incident: IncidentId.parse('inc-1'),
    key: KeyId.parse('key-payments3'),
    template: 'key-replaced',
    letter: { subject: 'Key payments-prod v3 was replaced', body: 'Hello {contact}, a key was replaced.' },
    facts: { whichKey: 'payments-prod v3', replacementAvailable: 'now', dataIntegrity: 'none' },
    addressees: [{ ...PARTNER, about: [...PARTNER.about] }],
    hash: 'a'.repeat(64),
    approval: ApprovalId.parse('apr-1'),
    createdAt: NOON,
    ...overrides,
  };
}

export function aDelivery(overrides: Partial<NoticeDelivery> = {}): NoticeDelivery {
  return {
    id: DeliveryId.parse('dlv-1'),
    dispatch: DispatchId.parse('dsp-1'),
    addressee: { ...PARTNER, about: [...PARTNER.about] },
    messageId: '<dlv-1.dsp-1@rekey.test>',
    state: 'queued',
    attempts: 0,
    dueAt: NOON,
    sender: null,
    sendingSince: null,
    answer: null,
    queuedAt: NOON,
    retryFrom: null,
    endedAt: null,
    ...overrides,
  };
}
