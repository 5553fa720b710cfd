import { approvals } from './0003-runbook-language/approvals.ts';
import { control } from './0003-runbook-language/control.ts';
import { deadlines } from './0003-runbook-language/deadlines.ts';
import { fanOuts } from './0003-runbook-language/fan-outs.ts';
import { keySearch } from './0003-runbook-language/key-search.ts';
import { peers } from './0003-runbook-language/peers.ts';
import { people } from './0003-runbook-language/people.ts';
import { runbooks } from './0003-runbook-language/runbooks.ts';
import { secondFactor } from './0003-runbook-language/second-factor.ts';
import { upkeep } from './0003-runbook-language/upkeep.ts';

/** The runbook language whole: tiers and reminders of approvals, forms, run controls, peers, what was loaded and proven. One file an area. */
export const runbookLanguage = [
  approvals,
  control,
  deadlines,
  fanOuts,
  keySearch,
  peers,
  people,
  runbooks,
  secondFactor,
  upkeep,
].join('\n');
