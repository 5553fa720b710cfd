/** What people put away in their Home tab, and a way to the last synchronisation without reading the whole audit. */
export const home = /* sql */ `
create table checklist_dismissals (
  person text not null constraint checklist_dismissals_pk primary key,
  dismissed_at text not null
) strict;
create index audit_synced on audit (seq) where action = 'provider_synced';
`;
