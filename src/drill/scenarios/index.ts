import type { Scenario } from '../scenario.ts';
import { auditGap } from './audit-gap.ts';
import { calm } from './calm.ts';
import { failedDistribution } from './failed-distribution.ts';
import { laggingRegion } from './lagging-region.ts';
import { pipelineKeyLost } from './pipeline-key-lost.ts';
import { revocationLag } from './revocation-lag.ts';
import { staleCache } from './stale-cache.ts';
import { swapMismatch } from './swap-mismatch.ts';
import { thirdParty } from './third-party.ts';
import { noWayBack, unusableKey } from './unusable-key.ts';

/** Every drill that can be played, the one without a fault first. */
export const scenarios: readonly Scenario[] = [
  calm,
  failedDistribution,
  staleCache,
  swapMismatch,
  revocationLag,
  unusableKey,
  noWayBack,
  laggingRegion,
  pipelineKeyLost,
  thirdParty,
  auditGap,
];
