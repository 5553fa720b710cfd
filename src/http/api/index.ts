import { audit } from './audit.ts';
import { authorize } from './authorize.ts';
import { reinstateKey, revokeKey, suspendKey } from './change-state.ts';
import { createKey } from './create-key.ts';
import type { Endpoint } from './endpoint.ts';
import { expiringKeys } from './expiring-keys.ts';
import { extendGrace } from './extend-grace.ts';
import { jwks } from './jwks.ts';
import { listKeys } from './list-keys.ts';
import { reportUsage } from './report-usage.ts';
import { rotateKey } from './rotate-key.ts';
import { showKey } from './show-key.ts';
import { showRotation } from './show-rotation.ts';
import { takeClaim } from './take-claim.ts';
import { verifyKey } from './verify-key.ts';

/** Routes, validation, the OpenAPI document, the documentation page and the fuzz test come from this list. */
export const endpoints: readonly Endpoint[] = [
  createKey,
  listKeys,
  expiringKeys,
  verifyKey,
  showKey,
  rotateKey,
  showRotation,
  extendGrace,
  revokeKey,
  suspendKey,
  reinstateKey,
  takeClaim,
  authorize,
  audit,
  reportUsage,
  jwks,
];
