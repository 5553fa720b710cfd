/** Deadlines of runs, since when a run has stopped, and how often a condition is looked at that a step waits for. After `control`, which makes its `steps` anew. */
export const deadlines = /* sql */ `
alter table runs add column overdue_at text;
alter table runs add column stopped_at text;
alter table runs add column deadlines_from text;
alter table steps add column waiting_every_ms integer;
`;
