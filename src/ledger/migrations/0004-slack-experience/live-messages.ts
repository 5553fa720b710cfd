/** When a message looks different although nothing has happened: a deadline that it shows has passed. */
export const liveMessages = /* sql */ `
alter table outbox add column redraw_at text;
create index outbox_redraw on outbox (redraw_at) where redraw_at is not null and gave_up_at is null;
create index asks_by_run on asks (run_id);
`;
