/** What Rekey's own probes call themselves (User-Agent). Verifications on behalf of it are not counted as usage of a key. */
export const PROBE_CALLER = 'rekey-probe';
