import type { NewId } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Connection } from '../providers/connections.ts';
import type { Provider } from '../providers/contract.ts';
import type { StepUp } from '../providers/step-up.ts';
import type { Vault } from '../providers/vault.ts';
import type { RunbookSet } from '../runbook/runbook-set.ts';
import type { Sink } from '../sinks/contract.ts';
import type { StepContext, StepKind } from '../steps/contract.ts';
import type { OutsideFiles } from '../steps/outside-files.ts';
import type { FaultPoint } from './fault-points.ts';
import type { Queue } from './queue.ts';

/** The runbooks that are loaded now, as the engine needs them. */
export type Runbooks = Pick<RunbookSet, 'planOf' | 'current' | 'checkInputs' | 'takes' | 'assertFits' | 'startedBy'>;

export interface EngineDeps {
  ledger: Ledger;
  queue: Pick<Queue, 'wake' | 'alarm'>;
  runbooks: Runbooks;
  /** Throws Refusal when the policy file is missing or broken: then nothing is allowed. */
  policy: () => Promise<{ policy: Policy; hash: string }>;
  classRule: StepContext['classRule'];
  /** Every connection of connections.yaml; which of them a step may use is its runbook's `grants`. */
  connections: (name: string) => Promise<Connection>;
  /** Whom the team can tell outside, and the templates for it. */
  outside: OutsideFiles;
  stepKinds: ReadonlyMap<string, StepKind>;
  providers: Readonly<Record<string, Provider>>;
  sinks: Readonly<Record<string, Sink>>;
  vault: Vault;
  stepUp: StepUp;
  now: () => Date;
  newId: NewId;
  saveReport: (name: string, text: string) => Promise<string>;
  log: {
    info: (fields: object, text: string) => void;
    warn: (fields: object, text: string) => void;
    error: (fields: object, text: string) => void;
  };
  faultPoint: FaultPoint;
  /** Who holds leases in this process: `<host>:<pid>:<random>`. */
  owner: string;
}
