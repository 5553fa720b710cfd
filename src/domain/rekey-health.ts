/** One part of Rekey, as /readyz and App Home tell of it. `detail`: what is wrong, or where it works. */
export interface PartHealth {
  name: 'queue' | 'slack' | 'audit' | 'schedule';
  ok: boolean;
  detail: string;
}

/** How the running process is; what the ledger says of itself is asked of the ledger. */
export interface Health {
  parts: PartHealth[];
  /** Texts of runbooks that wait until somebody agrees to what they may touch. */
  held: { runbook: string; widened: readonly string[] }[];
  /** Files of runbooks that cannot be read. */
  broken: number;
}
