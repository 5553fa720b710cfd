import type { CliCommand } from '../command.ts';
import { answer } from './answer.ts';
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import { cancel } from './cancel.ts';
import { change } from './change.ts';
import { claim } from './claim.ts';
import { claimOwner } from './claim-owner.ts';
import { compliance } from './compliance.ts';
import { digest } from './digest.ts';
import { evidence } from './evidence.ts';
import { expiring } from './expiring.ts';
import { exportKeys } from './export.ts';
import { extend } from './extend.ts';
import { extendExpiry } from './extend-expiry.ts';
import { generate } from './generate.ts';
import { history } from './history.ts';
import { importKeys } from './import.ts';
import { list } from './list.ts';
import { reinstate } from './reinstate.ts';
import { revoke } from './revoke.ts';
import { rewrap } from './rewrap.ts';
import { rotate } from './rotate.ts';
import { rotation } from './rotation.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { suspend } from './suspend.ts';
import { verify } from './verify.ts';
import { waive } from './waive.ts';
import { why } from './why.ts';
import { zombies } from './zombies.ts';

/** What follows `rekey keys`, in the order of its help: looking, then one key's life, then rotations, then reports. */
export const keyCommands: readonly CliCommand[] = [
  list,
  show,
  history,
  verify,
  why,
  generate,
  importKeys,
  digest,
  claim,
  change,
  claimOwner,
  suspend,
  reinstate,
  revoke,
  extendExpiry,
  rotate,
  rotation,
  approve,
  answer,
  extend,
  waive,
  cancel,
  audit,
  expiring,
  compliance,
  stats,
  zombies,
  exportKeys,
  evidence,
  rewrap,
];
