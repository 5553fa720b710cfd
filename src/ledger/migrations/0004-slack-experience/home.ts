/** What people put away in their Home tab, and ways to what it asks of long tables without reading them. */
export const home = /* sql */ `
create table checklist_dismissals (
  person text not null constraint checklist_dismissals_pk primary key,
  dismissed_at text not null
) strict;
create index canaries_healthy on canaries (id) where outcome = 'healthy';
create index runbook_proofs_drilled on runbook_proofs (id) where how = 'drill' and passed = 1;
create index audit_synced on audit (seq) where action = 'provider_synced';
`;
