-- Which key made a key, so that revoking one can show, and take along, what it minted.
alter table api_keys
  add column minted_by text collate "C",
  add constraint api_keys_minted_by_fkey foreign key (minted_by) references api_keys (id);
create index api_keys_minted_by on api_keys (minted_by) where minted_by is not null;
-- A root key makes others. Two processes that start at once on an empty database still make one first key, not two.
drop index api_keys_live_root;
create unique index api_keys_first_root on api_keys (root) where root and revoked_at is null and minted_by is null;
