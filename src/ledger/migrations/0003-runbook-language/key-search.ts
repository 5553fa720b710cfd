/** One index for each thing that keys are looked for by: what is asked for is read in the order of its end, and nothing else. */
export const keySearch = /* sql */ `
-- An expression, so that questions which say the state besides something else are not drawn here, away from the index made for them.
create index keys_by_state on keys (coalesce(state, ''), expires_at) where superseded_at is null;
create index keys_retiring_by_expiry on keys (expires_at) where state = 'retiring';
create index keys_by_service on keys (service, state, expires_at) where superseded_at is null;
create index keys_by_environment on keys (environment, state, expires_at) where superseded_at is null;
create index keys_by_owner on keys (owner, state, expires_at) where superseded_at is null;
create index keys_by_class on keys (class, state, expires_at) where superseded_at is null;
create index keys_by_provider on keys (provider, state, expires_at) where superseded_at is null;
create index keys_by_public_id on keys (external_ref) where external_ref is not null;
`;
