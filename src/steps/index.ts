import { approve } from './approve.ts';
import { ask } from './ask.ts';
import { assert } from './assert.ts';
import { auditCapture } from './audit-capture.ts';
import { cacheClear } from './cache-clear.ts';
import { canary } from './canary.ts';
import type { StepKind } from './contract.ts';
import { httpRequest } from './http-request.ts';
import { incidentOpen } from './incident-open.ts';
import { incidentUpdate } from './incident-update.ts';
import { keyClassify } from './key-classify.ts';
import { keyCompareScopes } from './key-compare-scopes.ts';
import { keyCreate } from './key-create.ts';
import { keyFind } from './key-find.ts';
import { keyProveDead } from './key-prove-dead.ts';
import { keyProveLive } from './key-prove-live.ts';
import { keyQuarantine } from './key-quarantine.ts';
import { keyRetire } from './key-retire.ts';
import { keyRevoke } from './key-revoke.ts';
import { keyRotate } from './key-rotate.ts';
import { keySuspend } from './key-suspend.ts';
import { ledgerQuestions } from './ledger-questions.ts';
import { noticeSend } from './notice-send.ts';
import { notify } from './notify.ts';
import { peersAwait } from './peers-await.ts';
import { peersNotify } from './peers-notify.ts';
import { providerProbeAdmin } from './provider-probe-admin.ts';
import { providerSync } from './provider-sync.ts';
import { reminderProve } from './reminder-prove.ts';
import { runbookStart } from './runbook-start.ts';
import { scheduleRotation } from './schedule-rotation.ts';
import { secretDeliver } from './secret-deliver.ts';
import { secretDestroy } from './secret-destroy.ts';
import { summaryPost } from './summary-post.ts';
import { usageGate } from './usage-gate.ts';
import { wait } from './wait.ts';

/** Every `uses:` that a runbook may name. Schema, error messages, dispatch and documentation are drawn from this list. */
export const stepKinds: readonly StepKind[] = [
  keyClassify,
  keyFind,
  keyRotate,
  scheduleRotation,
  cacheClear,
  incidentOpen,
  incidentUpdate,
  keyCompareScopes,
  providerSync,
  auditCapture,
  keyQuarantine,
  keySuspend,
  providerProbeAdmin,
  runbookStart,
  ledgerQuestions,
  approve,
  ask,
  wait,
  assert,
  keyCreate,
  secretDeliver,
  canary,
  keyProveLive,
  keyRetire,
  usageGate,
  keyRevoke,
  keyProveDead,
  secretDestroy,
  httpRequest,
  peersNotify,
  peersAwait,
  notify,
  noticeSend,
  reminderProve,
  summaryPost,
];
