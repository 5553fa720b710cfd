/** From names that are there already; `key_issued` adds those that come later. */
export const fillKeyWords = /* sql */ `
with recursive words(slug, rest) as (
  select slug, replace(replace(slug, '.', '-'), '_', '-') from (select distinct slug from keys)
  union all
  select slug, substr(rest, instr(rest, '-') + 1) from words where instr(rest, '-') > 0
)
insert into key_words (word, slug)
select distinct rest, slug from words where rest <> '' and length(rest) < length(slug);
`;

/**
 * Where each word of a key's name begins, with the rest of the name: `payments-prod` and `prod` for `stripe-payments-prod`. So that a menu
 * over a large ledger finds a key by any of its words and reads no more than it shows. The name as a whole is found along its own index.
 */
export const keyWords = /* sql */ `
create table key_words (
  word text not null,
  slug text not null,
  constraint key_words_pk primary key (word, slug)
) strict;

${fillKeyWords}

create index keys_by_escalation on keys (escalation, state, expires_at) where superseded_at is null;
`;
